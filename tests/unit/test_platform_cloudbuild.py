"""Google Cloud Build: the output of a step."""

import json
from pathlib import Path

import pytest

from testsigma_action.domain.build import Build
from testsigma_action.platforms.cloud_build import CloudBuild

ENVIRON = {
    "BUILDER_OUTPUT": "/builder/outputs",
    "PROJECT_ID": "acme-shop",
    "TRIGGER_NAME": "nightly",
    "BUILD_ID": "0190-a",
    "LOCATION": "europe-west3",
    "COMMIT_SHA": "abc",
    "BRANCH_NAME": "fix",
    "_PR_NUMBER": "5",
}


def test_facts() -> None:
    """Those of a step that passes the substitutions on."""
    assert CloudBuild(ENVIRON).build == Build(
        system="Google Cloud Build",
        label="acme-shop/nightly#0190-a",
        commit="abc",
        branch="fix",
        pull_request="5",
        job_url="https://console.cloud.google.com/cloud-build/builds;region=europe-west3/0190-a?project=acme-shop",
        pipeline_run="acme-shop 0190-a",
    )


def test_the_branch_of_a_pull_request() -> None:
    """Its source branch is the default substitution of a trigger for pull requests."""
    assert CloudBuild(ENVIRON | {"_HEAD_BRANCH": "topic", "BRANCH_NAME": ""}).build.branch == "topic"


def test_without_substitutions_nothing_is_known() -> None:
    """But for the system itself."""
    assert CloudBuild({"BUILDER_OUTPUT": "/builder/outputs"}).build == Build("Google Cloud Build")


def test_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One JSON object in the file of the step."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "outputs"
    folder.mkdir()
    build = CloudBuild({"BUILDER_OUTPUT": str(folder)})
    assert build.problems(summary=True) == []
    assert build.write_outputs({"run-id": "302", "runs": "x" * 5000}) == []
    found = json.loads((folder / "output").read_text("utf-8"))
    assert found == {"TESTSIGMA_OUTPUT_RUN_ID": "302", "TESTSIGMA_OUTPUT_RUNS": ""}


def test_a_folder_that_is_not_here_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything is started."""
    monkeypatch.chdir(tmp_path)
    [problem] = CloudBuild({"BUILDER_OUTPUT": str(tmp_path / "missing")}).problems(summary=True)
    assert problem.startswith(f"BUILDER_OUTPUT: the folder '{tmp_path / 'missing'}' does not exist here.")
