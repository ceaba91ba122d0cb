"""The report files of a step that is killed: none is left of an earlier step, and they name the run that may go on."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests import samples
from tests.simulation import Outcome, Signal, World
from tests.simulator import Fault, Phase, RunBefore, Scenario, scenario
from testsigma_action.domain.verdict import NOT_FINISHED
from testsigma_action.reporting.results_reader import parse

GREEN = '<testsuites><testsuite name="Shop" tests="1"><testcase name="Login"/></testsuite></testsuites>\n'
REPORTS = ("TEST-testsigma-420.xml", "testsigma-420.json")


def killed(tmp_path: Path, story: Scenario, when: Signal, environ: dict[str, str] | None = None) -> Outcome:
    """Kill a step in a workspace that has the green files of an earlier one."""
    world = World(story, tmp_path, environ, signals=[when])
    for name in REPORTS:
        path = world.workspace / "test-results" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(GREEN, "utf-8")
    outcome = world.run()
    assert outcome.killed
    return outcome


def texts(outcome: Outcome) -> list[str]:
    """What is in the reports."""
    return [(outcome.workspace / "test-results" / name).read_text("utf-8") for name in REPORTS]


def test_before_the_start_is_answered(tmp_path: Path) -> None:
    """No file is left of the earlier step, from before the start request on."""
    outcome = killed(tmp_path, scenario("passing"), Signal(signal.SIGKILL, call="start"))
    assert not any((outcome.workspace / "test-results" / name).exists() for name in REPORTS)


def test_the_log_has_the_run_first(tmp_path: Path) -> None:
    """Its ID is said before any file or variable is written: a step can be killed at any moment."""
    outcome = World(scenario("passing"), tmp_path, {"TF_BUILD": "True"}, github=False).run()
    assert 0 < outcome.log.index("Run 1001: http") < outcome.log.index("##vso[task.setvariable")


def test_once_the_run_exists(tmp_path: Path) -> None:
    """The files are an error, and name the run, with its page: somebody may have to stop it."""
    outcome = killed(tmp_path, scenario("slow"), Signal(signal.SIGKILL, call="status"))
    junit, results = texts(outcome)
    [suite] = samples.parsed(junit)
    properties = {one.get("name"): one.get("value", "") for one in suite.iter("property")}
    assert (suite.get("errors"), properties["run_id"]) == ("1", "1001")
    assert properties["run_url"].endswith("/1001")
    report = parse(results)
    assert (report.verdict, report.runs[0].verdict) == (NOT_FINISHED, NOT_FINISHED)
    assert report.runs[0].run
    assert report.runs[0].run.id == "1001"


BUSY = replace(scenario("passing").with_options(busy_when_active=True), pace="time")
OTHER = RunBefore(900, BUSY.plans[0], "another", life=(Phase("STATUS_IN_PROGRESS", seconds=400.0),))


@pytest.mark.parametrize(
    ("story", "environ"),
    [
        (replace(BUSY, runs_before=(OTHER,)), {"TESTSIGMA_ON_BUSY": "wait"}),
        (scenario("passing").with_faults(Fault("start", delay=30.0)), {}),
    ],
    ids=["busy", "no answer"],
)
def test_if_the_start_takes_long(tmp_path: Path, story: Scenario, environ: dict[str, str]) -> None:
    """After a few seconds the files say that the step has not finished, although there is no run yet."""
    outcome = killed(tmp_path, story, Signal(signal.SIGKILL, 10.0), environ)
    junit, results = texts(outcome)
    assert samples.parsed(junit)[0].get("errors") == "1"
    report = parse(results)
    assert (report.verdict, report.runs[0].run) == (NOT_FINISHED, None)


def test_of_several_plans(tmp_path: Path) -> None:
    """Each plan is an error, also one that passed before: the step was not there to judge it."""
    plans = '[{"plan-id": 420, "name": "Smoke"}, {"plan-id": 420, "name": "Shop"}]'
    environ = {"TESTSIGMA_PLANS": plans, "TESTSIGMA_PLAN_ID": "", "TESTSIGMA_MAX_PARALLEL": "1"}
    files = {
        "TESTSIGMA_JUNIT_FILE": f"test-results/{REPORTS[0]}",
        "TESTSIGMA_RESULTS_FILE": f"test-results/{REPORTS[1]}",
    }
    outcome = killed(
        tmp_path, scenario("passing"), Signal(signal.SIGKILL, call="start", count=2, after=2.0), environ | files
    )
    junit, results = texts(outcome)
    assert [(suite.get("name"), suite.get("errors")) for suite in samples.parsed(junit)] == [
        ("Smoke", "1"),
        ("Shop", "1"),
    ]
    assert [run.run.id for run in parse(results).runs if run.run] == ["1001", "1002"]
