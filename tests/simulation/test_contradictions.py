"""Contradictions that reading again does not mend: none of them makes a wrong verdict."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenario.test_contradictions import NO_COUNTERS, one_case
from tests.simulation import World
from tests.simulator import Fault, Machine, Plan, Scenario, Suite, passed, scenario


@pytest.mark.parametrize("result", [None, "", "SOMETHING_NEW", "QUEUED"])
def test_unknown_result_is_no_pass(tmp_path: Path, result: str | None) -> None:
    """A run that completes with no result, or one that we never heard of, is no pass."""
    step = World(scenario("passing").with_plan(at_end={"result": result}), tmp_path).run()
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "result-unknown"


@pytest.mark.parametrize("result", ["FAILURE", "ABORTED", "STOPPED", "QUEUED", None, "SOMETHING_NEW"])
def test_passing_result_with_a_bad_case(tmp_path: Path, result: str | None) -> None:
    """A passing run with a case that did not pass is no pass, and the case is shown."""
    served = one_case(result).with_plan(at_end={"result": "SUCCESS", **NO_COUNTERS})
    step = World(served, tmp_path).run()
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "contradiction"
    assert "Only" in step.log


def test_passing_result_with_failed_counter(tmp_path: Path) -> None:
    """A failed count above 0 under a passing result is no pass."""
    step = World(scenario("passing").with_plan(at_end={"failedCount": 1}), tmp_path).run()
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "contradiction"


def test_metrics_against_the_run(tmp_path: Path) -> None:
    """Counters of the detailed calls count against a pass, too."""
    fault = Fault(
        "run", text='{"id": 1001, "result": "SUCCESS", "metrics": {"totalCount": 11, "failedCount": 1}}', count=None
    )
    step = World(scenario("passing").with_faults(fault), tmp_path).run()
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "contradiction"


def test_consolidated_failure(tmp_path: Path) -> None:
    """A run that passed by itself and failed together with its reruns is no pass."""
    served = scenario("passing").with_plan(at_end={"consolidatedResult": "FAILURE"})
    step = World(served, tmp_path).run()
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "contradiction"


def test_cases_that_nobody_accounts_for(tmp_path: Path) -> None:
    """Without the list of cases, every case must be passed or left out by the counters."""
    counters = {"totalCount": 10, "passedCount": 1, "queuedCount": 9}
    served = scenario("passing").with_plan(at_end=counters).with_options(list_of_cases=False, versions=())
    step = World(served, tmp_path).run()
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "contradiction"


@pytest.mark.parametrize("hanging", ["machine", "case"])
def test_details_that_hang_do_not_hide_a_failed_suite(tmp_path: Path, hanging: str) -> None:
    """Only its own details say that it failed: they are read, however long those of machines or cases take."""
    suites = [Suite(f"Suite {number}", (passed("Log in"),) * 5) for number in range(40)]
    suites[-1] = replace(suites[-1], fields={"result": "FAILURE"})
    machines = (*(Machine(f"Idle {number}", (suites[0],)) for number in range(11)), Machine("Chrome", tuple(suites)))
    hangs = Fault(hanging, after=1, delay=1000.0, count=None)
    served = Scenario((Plan(420, "Shop", machines),), pace="time").with_options(index=False).with_faults(hangs)
    step = World(served, tmp_path).run()
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "contradiction"
