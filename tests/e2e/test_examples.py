"""The workflows in examples/github run as somebody copies them. Only the simulator and stand-ins are different."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e import checkout
from tests.e2e.act import Told
from tests.e2e.conftest import serving
from tests.e2e.repository import Artifacts, Repository, copied
from tests.simulator import Machine, Plan, Scenario, Suite, UploadBefore, failed, passed, scenario


def plans(name: str, *numbers: int) -> Scenario:
    """A scenario whose plan is there several times, with these IDs. Its runs end at once."""
    found = scenario(name)
    return replace(found, plans=tuple(replace(found.plans[0], id=number, life=()) for number in numbers))


def test_a_preview_is_deployed_and_tested(repository: Repository) -> None:
    """The run gets the address of the deployment and a password with special characters, both unchanged."""
    special = "# & 'quoted': \"text\"\\n"
    with serving(plans("passing", 431), repository.key) as server:
        told = repository.run(
            copied(repository, "preview"), server, f"--secret=SHOP_PASSWORD={special}", event="pull_request"
        )
        (start,) = server.seen_of("start")
    assert told.exit_code == 0, told.log()
    assert isinstance(start.body, dict)
    data = start.body["runtimeData"]
    assert data["password"] == special
    assert re.fullmatch(r"https://preview-[0-9a-f]{40}\.example\.com", data["url"])


def test_a_quarantined_failure_is_tolerated(repository: Repository) -> None:
    """The list of the examples names the case that fails: the job is green, and a notice says how many it tolerates."""
    quarantine = (checkout.ROOT / "examples/quarantine.yml").read_text("utf-8")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    repository.write(".github/testsigma-quarantine.yml", re.sub(r"(?<=expires: ).*", tomorrow, quarantine))
    cases = (passed("Log in", "Open"), failed("Pay by card", "Open", at=0, message="?"))
    plan = Plan(431, "Shop", (Machine("Windows Chrome", (Suite("Checkout", cases),)),), life=())
    with serving(Scenario((plan,)), repository.key) as server:
        told = repository.run(copied(repository, "quarantine"), server, event="pull_request")
    assert told.exit_code == 0, told.log()
    assert told.outputs()["tolerated"] == "1"
    assert any("1 failed cases are tolerated" in event["msg"] for event in told.events if "stepID" in event)


def test_results_become_a_comment(repository: Repository) -> None:
    """The comment counts the cases that our step counts, also when the step failed. The job stays red.

    A stand-in counts them. Whether the real action reads our files: see tests/junit_consumers.
    """
    with serving(plans("failing", 431), repository.key) as server:
        told = repository.run(copied(repository, "pr-comment"), server, event="pull_request")
    assert told.failed_jobs() == ["testsigma"]
    # Two of the 11 cases have three data sets, which are cases of their own in the file.
    assert (told.outputs()["total"], told.outputs()["failed"]) == ("11", "2")
    assert replace(told, step="comment").outputs()["cases"] == "15 cases, 2 failed"


@pytest.mark.parametrize(("event", "plan"), [("pull_request", 431), ("merge_group", 432)])
def test_the_gate_judges_the_run_that_another_job_started(repository: Repository, event: str, plan: int) -> None:
    """One start, of the plan for this event; the gate attaches to its run, and is red because the run failed."""
    with serving(plans("failing", 431, 432), repository.key) as server:
        told = repository.run(copied(repository, "gate"), server, event=event, step="gate")
        (start,) = server.seen_of("start")
    assert isinstance(start.body, dict)
    assert start.body["executionId"] == plan
    assert told.failed_jobs() == ["gate"]
    assert "FAILED (exit code 1, tests-failed)" in told.log()
    assert replace(told, step="start").outputs()["conclusion"] == "started"
    assert told.outputs()["run-id"] == "1001"


def test_the_gate_is_red_if_no_run_was_started(repository: Repository) -> None:
    """The job `start` fails; the gate is not skipped, since GitHub takes a skipped required check as passed."""
    with serving(plans("passing", 999), repository.key) as server:
        told = repository.run(copied(repository, "gate"), server, event="pull_request", step="gate")
    assert told.failed_jobs() == ["start", "gate"]
    assert told.step_exit_code() == 2


def test_results_have_a_history(repository: Repository) -> None:
    """The reporter of CTRF gets the cases of the JUnit file as tests, also when the step failed. The job stays red.

    A stand-in counts them. Whether the real reporter reads our file: see tests/junit_consumers.
    """
    with serving(plans("failing", 431), repository.key) as server:
        told = repository.run(copied(repository, "history"), server, event="pull_request")
    assert told.failed_jobs() == ["testsigma"]
    assert replace(told, step="report").outputs()["tests"] == "15 tests, 2 failed"


GRADLEW = """#!/bin/sh
mkdir -p app/build/outputs/apk/release
head -c 300000 /dev/urandom > app/build/outputs/apk/release/app-release.apk
"""


def mobile(build: str, repository: Repository, artifacts: Artifacts) -> tuple[Told, list[Any]]:
    """Run the example with this script as the build. Also what apps the runs tested, by machine."""
    suites = (Suite("Smoke", (passed("Log in", "Open"),)),)
    machines = tuple(Machine(f"Pixel {number}", suites, id=number, upload=62) for number in (211, 212))
    plan = Plan(431, "Shop", machines, life=())
    repository.write("gradlew", build).chmod(0o755)
    with serving(Scenario((plan,), uploads_before=(UploadBefore(62),)), repository.key) as server:
        options = artifacts.options()
        told = repository.run(copied(repository, "mobile"), server, *options, event="pull_request")
        return told, [run.apps for run in server.simulator.runs().values()]


def test_the_app_of_the_commit_is_tested(repository: Repository, artifacts: Artifacts) -> None:
    """One job builds the app, the next one uploads it: the run tests this version on the machines that are named."""
    told, apps = mobile(GRADLEW, repository, artifacts)
    assert told.exit_code == 0, told.log()
    assert apps == [{211: 9031, 212: 9031}]


def test_an_app_that_cannot_be_built_is_red(repository: Repository, artifacts: Artifacts) -> None:
    """The job of the tests is not skipped, since GitHub takes a skipped check as passed. Nothing is started."""
    told, apps = mobile("#!/bin/sh\nexit 1\n", repository, artifacts)
    assert told.failed_jobs() == ["build", "testsigma"]
    assert apps == []
