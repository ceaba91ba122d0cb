"""Rows that Testsigma makes for hooks are no cases: they are counted nowhere, and their failures are seen."""

import html
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import World
from tests.simulator import Machine, Options, Plan, Scenario, Suite, failed, hook, passed


def service(*rows: object, result: str | None = None, shape: int = 2021) -> Scenario:
    """A plan with one suite of these rows; `result` is what the service calls its run."""
    suite = Suite("Smoke", tuple(rows), result)  # type: ignore[arg-type]
    plan = Plan(420, "Shop", (Machine("Chrome", (suite,), result),), result=result)
    return replace(Scenario((plan,)), options=Options(shape=shape))  # type: ignore[arg-type]


def test_hooks_that_passed_are_not_counted(tmp_path: Path) -> None:
    """Two cases are two cases in every report, and nothing is said to be missing; the results keep the hooks."""
    outcome = World(service(hook("before"), passed("Log in"), passed("Log out"), hook("after")), tmp_path).run()
    assert outcome.exit_code == 0, outcome.log
    assert (outcome.outputs["total"], outcome.outputs["passed"]) == ("2", "2")
    assert [element.get("name") for element in outcome.junit.iter("testcase")] == ["Log in", "Log out"]
    assert "2 cases" in outcome.summary
    assert "Not available" not in outcome.log
    rows = outcome.results["runs"][0]["machines"][0]["suites"][0]["cases"]
    assert [row["hook"] for row in rows] == [True, False, False, True]


@pytest.mark.parametrize("result", [None, "SUCCESS"])
def test_a_hook_that_failed_is_seen(tmp_path: Path, result: str | None) -> None:
    """It is no pass, whatever the service calls the run; the failure is named in log, summary and JUnit."""
    broken = hook("after", "FAILURE", "The account could not be removed.")
    outcome = World(service(passed("Log in"), broken, result=result), tmp_path).run()
    assert (outcome.exit_code, outcome.outputs["failed"]) == (1, "0"), outcome.log
    assert outcome.outputs["total"] == "1"
    assert "1 hook did not pass" in outcome.log
    named = f"{broken.name} (hook)"
    assert [element.get("name") for element in outcome.junit.iter("testcase")] == ["Log in", named]
    assert len(outcome.junit.findall(".//failure")) == 1
    for report in (outcome.log, html.unescape(outcome.summary)):
        assert named in report
        assert "The account could not be removed." in report


def test_hooks_alone_are_no_tests(tmp_path: Path) -> None:
    """A hook that passed is no evidence that a case was executed."""
    outcome = World(service(hook("before")), tmp_path).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "no-tests"), outcome.log


def test_a_hook_does_not_stand_for_a_missing_case(tmp_path: Path) -> None:
    """By its counters the run has a case more than the list: with the hook the number of rows would fit."""
    made = service(passed("Log in"), hook(), result="SUCCESS").with_plan(at_end={"totalCount": 2, "passedCount": 1})
    outcome = World(made, tmp_path).run()
    assert outcome.exit_code == 1, outcome.log
    assert "nothing is known of 1 of 2 cases" in outcome.log


def test_failed_cases_and_failed_hooks_are_told_apart(tmp_path: Path) -> None:
    """The numbers of both, each with its word."""
    outcome = World(service(failed("Log in"), passed("Log out"), hook("after", "FAILURE")), tmp_path).run()
    assert "1 of 2 cases failed. 1 hook did not pass." in outcome.log
    assert "1 case and 1 hook did not pass in Shop" in outcome.log
    assert "1 case and 1 hook did not pass" in outcome.summary


def test_hooks_alone_are_no_tests_whatever_is_counted(tmp_path: Path) -> None:
    """Counters may count hooks, too."""
    made = service(hook("before"), hook("after")).with_plan(at_end={"totalCount": 2, "passedCount": 2})
    outcome = World(made, tmp_path).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction"), outcome.log
