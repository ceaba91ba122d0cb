"""With `rerun-failed`, results are read twice: what the first reading showed counts where the second one is refused."""

import json
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulation import Outcome, Signal, World
from tests.simulation.test_evidence import counted, plan, with_result
from tests.simulation.test_rerun_failed import BROKEN, FLAKY, ONCE
from tests.simulation.test_rerun_failed import plan as failing
from tests.simulator import Fault, Iteration, Scenario, data_driven, passed

EVERY = {"TESTSIGMA_RERUN_LIMIT": "100%"}
CASE = ("index-cases", "case")
# Evidence against a pass, and the calls that show it.
EVIDENCE: Mapping[str, tuple[Scenario, tuple[str, ...]]] = {
    "a counter of the details that cannot be read": (counted("details", "totalCount", "many"), ("run",)),
    "consolidated counters that cannot be read": (counted("details", "consolidatedPlanTotalCount", "many"), ("run",)),
    "a counter of failed cases in the details": (counted("details", "failedCount", 1), ("run",)),
    "the result of the details": (with_result("details", "FAILURE"), ("run",)),
    "an unknown result of the details": (with_result("details", "SOMETHING_NEW"), ("run",)),
    "the result of a machine": (with_result("machine", "FAILURE"), ("machine",)),
    "an unknown result of a machine": (with_result("machine", "SOMETHING_NEW"), ("machine",)),
    "the result of a suite": (with_result("suite", "FAILURE"), ("suite",)),
    "an unknown result of a suite": (with_result("suite", "SOMETHING_NEW"), ("suite",)),
    "the result of a case": (with_result("case", "FAILURE"), CASE),
    "an unknown result of a case": (with_result("case", "SOMETHING_NEW"), CASE),
    "a result on the list": (with_result("listed case", "FAILURE"), ("cases",)),
    "a result of a data set": (with_result("data set", "FAILURE"), ("cases",)),
}


def refused_last(scenario: Scenario, calls: tuple[str, ...], status: int, folder: Path) -> Outcome:
    """The step, to its end; these calls are refused when the results of the first run are read for the second time."""
    answered = World(scenario, folder / "answered", ONCE).run()
    first = Fault(path="*/1001*", status=status, begin=second_time(answered) - 0.01, count=None)
    faults = [replace(first, call=one) for one in calls]
    outcome = World(scenario.with_faults(*faults), folder / "refused", ONCE).run()
    assert any(one.response.status == status and one.call in calls for one in outcome.exchanges), "nothing was refused"
    return outcome


def second_time(outcome: Outcome) -> float:
    """When the results of the first run begin to be read for the second time: not after a look at its status."""
    asked = outcome.exchanges
    rerun = outcome.calls.index("rerun") if "rerun" in outcome.calls else len(asked)
    lists = [place for place, one in enumerate(asked) if one.call == "cases" and "/1001/" in one.request.path]
    return asked[[place for place in lists if asked[place - 1].call != "status" or place > rerun][-1]].arrived


@pytest.mark.parametrize("status", [404, 500])
@pytest.mark.parametrize("kind", EVIDENCE)
def test_evidence_that_is_refused_at_the_end_counts(kind: str, status: int, tmp_path: Path) -> None:
    """What spoke against a pass when it was read first is no pass, whatever the service refuses later."""
    scenario, calls = EVIDENCE[kind]
    outcome = refused_last(scenario, calls, status, tmp_path)
    assert outcome.exit_code == 1, outcome.log


@pytest.mark.parametrize("kind", [kind for kind, (_, calls) in EVIDENCE.items() if calls != ("cases",)])
def test_evidence_counts_if_all_details_are_refused_at_the_end(kind: str, tmp_path: Path) -> None:
    """A refusal of the details of the run applies to all details."""
    outcome = refused_last(EVIDENCE[kind][0], ("run",), 499, tmp_path)
    assert outcome.exit_code == 1, outcome.log


@pytest.mark.parametrize("call", ["cases", "run", "machine", "suite"])
def test_results_that_are_refused_at_the_end_are_shown_as_read_before(call: str, tmp_path: Path) -> None:
    """They make up for the failure, and nothing is missing."""
    outcome = refused_last(failing(FLAKY), (call,), 404, tmp_path)
    assert (outcome.exit_code, outcome.outputs["flaky"]) == (0, "1"), outcome.log
    assert "Not available" not in outcome.log


def test_details_that_are_slow_at_the_end_are_waited_for(tmp_path: Path) -> None:
    """What they say of the run and its rerun together counts: the earlier numbers were from before the rerun."""
    answered = World(failing(FLAKY), tmp_path / "answered", ONCE).run()
    since = second_time(answered) - 0.01
    slow = Fault("run", path="*/1001", delay=15.0, begin=since, count=None)
    outcome = World(failing(FLAKY).with_faults(slow), tmp_path / "passed", ONCE).run()
    assert outcome.exit_code == 0, outcome.log
    failed = replace(slow, fields={"metrics.consolidatedPlanFailedCount": 1})
    outcome = World(failing(FLAKY).with_faults(failed), tmp_path / "failed", ONCE).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "tests-failed"), outcome.log


@pytest.mark.parametrize("value", ["FAILURE", "SOMETHING_NEW"])
def test_parts_that_lose_their_ids_keep_their_results(value: str, tmp_path: Path) -> None:
    """Without its ID, a suite cannot be read for the second time."""
    scenario = with_result("suite", value)
    begin = second_time(World(scenario, tmp_path / "answered", ONCE).run()) - 0.01
    unnamed = Fault("cases", fields={"testCases.*.testSuiteResultId": None}, begin=begin, count=None)
    outcome = World(scenario.with_faults(unnamed), tmp_path / "unnamed", ONCE).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction"), outcome.log


@pytest.mark.parametrize("kind", ["machine", "suite"])
def test_ids_that_come_late_are_used(kind: str, tmp_path: Path) -> None:
    """The first list has no ID of a part, so that its details are read by the ID of the second list."""
    field = {"machine": "machineResultId", "suite": "testSuiteResultId"}[kind]
    late = Fault("cases", fields={f"testCases.*.{field}": None, "testCases.0.result": "QUEUED"})
    outcome = World(with_result(kind, "FAILURE").with_faults(late), tmp_path).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction"), outcome.log


@pytest.mark.parametrize("environ", [{}, ONCE], ids=["plain", "rerun-failed"])
@pytest.mark.parametrize("between", ["QUEUED", None])
def test_a_failure_is_not_forgotten_over_three_readings(
    between: str | None, environ: Mapping[str, str], tmp_path: Path
) -> None:
    """A case that failed, has no result in the next list, and is called passed in the one after that, has failed."""
    faults = (Fault("cases", fields={"testCases.0.result": result}) for result in ("FAILURE", between))
    outcome = World(plan().with_faults(*faults), tmp_path, environ).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction"), outcome.log


@pytest.mark.parametrize("fields", [["testSuiteResultId"], ["testSuiteResultId", "testCaseResultId"]], ids=str)
def test_a_case_without_ids_at_first_is_counted_once(fields: list[str], tmp_path: Path) -> None:
    """It is in its suite, and has its result, when the list is read again."""
    late = {f"testCases.0.{field}": None for field in fields} | {"testCases.0.result": "QUEUED"}
    scenario = plan().with_faults(Fault("cases", fields=late))
    outcome = World(scenario, tmp_path / "passed", ONCE).run()
    assert (outcome.exit_code, outcome.outputs["total"]) == (0, "2"), outcome.log
    outcome = World(scenario, tmp_path / "too few", ONCE | {"TESTSIGMA_MIN_TESTS": "3"}).run()
    assert outcome.outputs["error-code"] == "too-few-tests", outcome.log


@pytest.mark.parametrize(("place", "behind"), [("result", None), ("iterationResults.0.result", "QUEUED")])
def test_a_list_that_was_behind_is_replaced_where_details_are_not_read_again(
    place: str, behind: str | None, tmp_path: Path
) -> None:
    """The details of a case say no more than the list did: they need not be read again for its new result."""
    cases = [passed(f"Case {number}") for number in range(1, 4)] + [data_driven("Sums", Iteration("one"))]
    late = Fault("cases", fields={f"testCases.7.{place}": behind}, end=50.0, count=None)
    refused = (Fault(call, status=404, begin=50.0, count=None) for call in CASE)
    outcome = World(failing(*cases).with_faults(late, *refused), tmp_path, ONCE).run()
    assert outcome.exit_code == 0, outcome.log


def test_a_data_set_that_was_queued_at_first_is_no_failure(tmp_path: Path) -> None:
    """It has its result when the list is read again."""
    behind = Fault("cases", fields={"testCases.1.iterationResults.1.result": "QUEUED"})
    outcome = World(with_result("case", None).with_faults(behind), tmp_path, ONCE).run()
    assert outcome.exit_code == 0, outcome.log


def test_a_case_that_was_listed_twice_at_first_is_counted_once(tmp_path: Path) -> None:
    """Its two rows have the same ID."""
    twice = [
        {"testCaseResultId": 50000 + number, "testCaseName": "Log in", "result": "SUCCESS"} for number in (3, 3, 4)
    ]
    rows = [one | {"machineResultId": 50001, "testSuiteResultId": 50002} for one in twice]
    faults = (
        Fault("cases", text=json.dumps({"testCases": rows})),
        Fault("cases", text=json.dumps({"testCases": rows[1:]}), count=None),
        Fault("machine", status=404, count=None),
    )
    outcome = World(plan().with_faults(*faults), tmp_path, ONCE).run()
    assert (outcome.exit_code, outcome.outputs["total"]) == (0, "2"), outcome.log
    assert len(outcome.junit.findall(".//testcase")) == 2


def test_a_list_that_is_empty_at_the_end_is_no_pass(tmp_path: Path) -> None:
    """It is the newest list, and the counters say that cases passed."""
    begin = second_time(World(plan(), tmp_path / "answered", ONCE).run()) - 0.01
    empty = Fault("cases", text='{"executionResultId": 1001, "testCases": []}', begin=begin, count=None)
    outcome = World(plan().with_faults(empty), tmp_path / "empty", ONCE).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction"), outcome.log


@pytest.mark.parametrize("place", ["fields", "listed"])
def test_a_result_that_nobody_knows_does_not_keep_others_from_running_again(place: str, tmp_path: Path) -> None:
    """Wherever it is found, the case counts like one that failed, and all of them run again."""
    odd: dict[str, Any] = {place: {"result": "SOMETHING_NEW"}}
    outcome = World(failing(FLAKY, replace(passed("Log in"), **odd)), tmp_path, ONCE | EVERY).run()
    assert outcome.calls.count("rerun") == 1, outcome.log


def test_a_step_that_is_cancelled_during_a_rerun_shows_the_failures(tmp_path: Path) -> None:
    """They were read before the rerun was asked for, and the run that is stopped is counted as a rerun."""
    cancelled = Signal(signal.SIGTERM, after=5.0, call="rerun")
    outcome = World(failing(FLAKY, BROKEN), tmp_path, ONCE, signals=(cancelled,)).run()
    assert (outcome.exit_code, outcome.outputs["conclusion"]) == (143, "cancelled"), outcome.log
    assert (outcome.outputs["failed"], outcome.outputs["reruns"]) == ("2", "1")
    assert [one.get("name") for one in outcome.junit.iterfind(".//testcase[failure]")] == ["Pay", "Search"]
    assert (
        "Not available: Steps, cases of reruns, and whatever else had not been read. The step was cancelled."
        in outcome.log
    )
