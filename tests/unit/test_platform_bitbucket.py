"""Bitbucket Pipelines: a file with output variables."""

from pathlib import Path

import pytest

from testsigma_action.domain.build import Build
from testsigma_action.platforms.bitbucket import Bitbucket

ENVIRON = {
    "BITBUCKET_BUILD_NUMBER": "812",
    "BITBUCKET_REPO_FULL_NAME": "acme/shop",
    "BITBUCKET_STEP_RUN_NUMBER": "2",
    "BITBUCKET_COMMIT": "abc",
    "BITBUCKET_BRANCH": "fix",
    "BITBUCKET_PR_ID": "5",
}


def test_facts() -> None:
    """The number of the step's run is its attempt."""
    assert Bitbucket(ENVIRON).build == Build(
        system="Bitbucket Pipelines",
        label="acme/shop#812.2",
        attempt=2,
        commit="abc",
        branch="fix",
        pull_request="5",
        job_url="https://bitbucket.org/acme/shop/pipelines/results/812",
        pipeline_run="acme/shop 812",
    )


def test_outputs_are_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What other commands of the step wrote stays; values that could be read in several ways are empty."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "variables"
    file.write_text("OTHER=1\n", encoding="utf-8")
    bitbucket = Bitbucket(ENVIRON | {"BITBUCKET_PIPELINES_VARIABLES_PATH": str(file)})
    assert bitbucket.write_outputs({"run-id": "302", "runs": '[{"id":"302"}]'}) == []
    assert file.read_text("utf-8") == "OTHER=1\nTESTSIGMA_OUTPUT_RUN_ID=302\nTESTSIGMA_OUTPUT_RUNS=\n"


def test_a_file_that_is_not_here_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything is started."""
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "missing" / "variables")
    [problem] = Bitbucket({"BITBUCKET_PIPELINES_VARIABLES_PATH": path}).problems(summary=True)
    assert problem.startswith(f"BITBUCKET_PIPELINES_VARIABLES_PATH: '{path}' cannot be written (")


def test_a_pipe_that_the_file_is_not_mounted_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe is a container of its own, and its user cannot mount anything: it works without the variables."""
    monkeypatch.chdir(tmp_path)
    missing = tmp_path / "missing" / "variables"
    pipe = {"BITBUCKET_PIPE_STORAGE_DIR": "/storage", "BITBUCKET_PIPELINES_VARIABLES_PATH": str(missing)}
    bitbucket = Bitbucket(ENVIRON | pipe)
    assert bitbucket.problems(summary=True) == []
    assert bitbucket.write_outputs({"run-id": "302"}) == []
    assert "TESTSIGMA_OUTPUT_RUN_ID=302\n" in (tmp_path / "test-results/testsigma-outputs.env").read_text("utf-8")


def test_a_pipe_that_the_file_is_mounted_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file is there, a pipe sets variables as any step does."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "variables"
    pipe = {"BITBUCKET_PIPE_STORAGE_DIR": "/storage", "BITBUCKET_PIPELINES_VARIABLES_PATH": str(file)}
    Bitbucket(ENVIRON | pipe).write_outputs({"run-id": "302"})
    assert file.read_text("utf-8") == "TESTSIGMA_OUTPUT_RUN_ID=302\n"
