"""CircleCI: a file that bash reads before later steps."""

import subprocess
from pathlib import Path

import pytest

from testsigma_action.domain.build import Build
from testsigma_action.platforms.circleci import CircleCI

ENVIRON = {
    "CIRCLECI": "true",
    "CIRCLE_PROJECT_USERNAME": "acme",
    "CIRCLE_PROJECT_REPONAME": "shop",
    "CIRCLE_BUILD_NUM": "812",
    "CIRCLE_SHA1": "abc",
    "CIRCLE_BRANCH": "fix",
    "CIRCLE_PULL_REQUEST": "https://github.com/acme/shop/pull/5",
    "CIRCLE_BUILD_URL": "https://circleci.com/gh/acme/shop/812",
}


def test_facts() -> None:
    """The number of a pull request is known for forks only; else it is taken from the URL."""
    assert CircleCI(ENVIRON).build == Build(
        system="CircleCI",
        label="acme/shop#812",
        commit="abc",
        branch="fix",
        pull_request="5",
        job_url="https://circleci.com/gh/acme/shop/812",
    )
    assert CircleCI(ENVIRON | {"CIRCLE_PR_NUMBER": "7"}).build.pull_request == "7"
    assert CircleCI({}).build == Build("CircleCI")


def test_a_later_step_has_the_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bash reads the file by itself and runs nothing of a value."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "bash_env"
    file.write_text("export OTHER=1\n", encoding="utf-8")
    value = "a'$(touch x)`touch x`;touch x #"
    assert CircleCI({"BASH_ENV": str(file)}).write_outputs({"run-id": value}) == []
    done = subprocess.run(
        ["bash", "-c", "printenv OTHER TESTSIGMA_OUTPUT_RUN_ID"],
        env={"BASH_ENV": str(file), "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (f"1\n{value}\n", "")
    assert not (tmp_path / "x").exists()


def test_a_file_that_is_not_here_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything is started."""
    monkeypatch.chdir(tmp_path)
    [problem] = CircleCI({"BASH_ENV": str(tmp_path / "missing" / "bash_env")}).problems(summary=True)
    assert problem.startswith("BASH_ENV: '")
