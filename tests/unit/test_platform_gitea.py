"""Gitea and Forgejo Actions: the protocol of GitHub, with other pages."""

from pathlib import Path

import pytest

from testsigma_action.domain.build import Build
from testsigma_action.platforms.github import Gitea

ENVIRON = {
    "GITHUB_ACTIONS": "true",
    "GITEA_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://gitea.example",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_RUN_ID": "99001",
    "GITHUB_RUN_NUMBER": "812",
    "GITHUB_SHA": "abc",
    "GITHUB_REF": "refs/pull/5/head",
    "GITHUB_HEAD_REF": "fix",
}


def test_facts() -> None:
    """The page of a run has its number in the repository, not its ID; older versions give no number of the attempt."""
    assert Gitea(ENVIRON).build == Build(
        system="Gitea Actions",
        label="acme/shop#812",
        commit="abc",
        branch="fix",
        pull_request="5",
        job_url="https://gitea.example/acme/shop/actions/runs/812",
        pipeline_run="acme/shop 99001",
    )


def test_outputs_are_those_of_github(tmp_path: Path) -> None:
    """In the file of the runner; older versions have no summary."""
    file = tmp_path / "output"
    gitea = Gitea(ENVIRON | {"GITHUB_OUTPUT": str(file)})
    assert gitea.write_outputs({"run-id": "302"}) == []
    assert file.read_text("utf-8").startswith("run-id<<ghadelimiter_")
    assert gitea.write_summary("text") == []


def test_a_file_that_is_not_here_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything is started."""
    monkeypatch.chdir(tmp_path)
    [problem] = Gitea({"GITHUB_OUTPUT": str(tmp_path / "missing" / "output")}).problems(summary=True)
    assert problem.startswith("GITHUB_OUTPUT: '")
