"""Drone and Harness: variables, and a file with output variables."""

from pathlib import Path

import pytest

from testsigma_action.domain.build import Build
from testsigma_action.platforms.drone import Drone

ENVIRON = {
    "DRONE": "true",
    "DRONE_REPO": "acme/shop",
    "DRONE_BUILD_NUMBER": "812",
    "DRONE_COMMIT_SHA": "abc",
    "DRONE_BRANCH": "main",
    "DRONE_BUILD_LINK": "https://drone.example/acme/shop/812",
}


def test_facts() -> None:
    """Repository and number of the build; in a pull request DRONE_BRANCH is the target."""
    assert Drone(ENVIRON).build == Build(
        system="Drone",
        label="acme/shop#812",
        commit="abc",
        branch="main",
        job_url="https://drone.example/acme/shop/812",
        pipeline_run="acme/shop 812",
    )
    change = Drone(ENVIRON | {"DRONE_SOURCE_BRANCH": "fix", "DRONE_PULL_REQUEST": "5"}).build
    assert (change.branch, change.pull_request) == ("fix", "5")


def test_outputs_of_harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a file for output variables, they are in it; expressions of Harness are left out."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "output"
    assert Drone(ENVIRON | {"DRONE_OUTPUT": str(file)}).write_outputs({"run-id": "302", "runs": "<+x>"}) == []
    assert file.read_text("utf-8") == "TESTSIGMA_OUTPUT_RUN_ID=302\nTESTSIGMA_OUTPUT_RUNS=\n"


def test_a_file_that_is_not_here_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything is started."""
    monkeypatch.chdir(tmp_path)
    [problem] = Drone({"DRONE_OUTPUT": str(tmp_path / "missing" / "output")}).problems(summary=True)
    assert problem.startswith("DRONE_OUTPUT: '")
