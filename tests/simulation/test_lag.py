"""Lag is no contradiction: what a completed run says is read again while it does not fit together, for 30 seconds."""

import signal
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.simulation import Outcome, Signal, World
from tests.simulator import NAMES, Fault, Lag, Phase, Scenario, scenario
from testsigma_action.lifecycle.time_limits import TimeLimits

LIFE = (Phase("STATUS_IN_PROGRESS", seconds=20.0),)
KINDS = [field.name for field in fields(Lag)]
# What the rest of a step takes at most, besides the run and the wait (seconds).
BESIDES = 12.0
RUN = 20.0
AGAIN = "Reading them again"


def lagging(name: str, seconds: float, *kinds: str) -> Scenario:
    """A run whose answers are behind for so many seconds."""
    lag = Lag(**dict.fromkeys(kinds, seconds))
    return replace(scenario(name), pace="time").with_plan(life=LIFE).with_options(lag=lag)


def run(content: Scenario, folder: Path, **more: object) -> Outcome:
    """The step, to its end."""
    return World(content, folder, {"TESTSIGMA_POLL_INTERVAL": "1s"}, **more).run()  # type: ignore[arg-type]


def lists(outcome: Outcome) -> int:
    """How often a list of cases was read after the run had completed. Before, failed cases are looked up in it."""
    calls = outcome.calls
    while "run" in calls and "status" in calls[: calls.index("run")]:
        calls = calls[calls.index("status") + 1 :]
    return calls.count("cases")


@pytest.mark.parametrize("seconds", [1.5, 12.0, 24.0])
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_that_is_behind_changes_no_verdict(kind: str, seconds: float, tmp_path: Path) -> None:
    """Whatever is behind: a pass is a pass, a failure is a failure with all its cases, and nothing is missing."""
    for name, exit_code, numbers in (("passing", 0, ("11", "0")), ("failing", 1, ("11", "2"))):
        outcome = run(lagging(name, seconds, kind), tmp_path / name)
        assert outcome.exit_code == exit_code, outcome.log
        assert outcome.outputs["error-code"] == ("tests-failed" if exit_code else "")
        assert (outcome.outputs["total"], outcome.outputs["failed"]) == numbers
        assert "Not available" not in outcome.log


def test_everything_behind_at_once(tmp_path: Path) -> None:
    """All copies are behind for 20 seconds."""
    outcome = run(lagging("passing", 20.0, *KINDS), tmp_path)
    assert outcome.exit_code == 0, outcome.log
    assert sum(AGAIN in line for line in outcome.lines) <= 2


def test_everything_is_read_again(tmp_path: Path) -> None:
    """The status of the run, its list of cases and its details; one line says so."""
    outcome = run(lagging("passing", 4.0, "cases"), tmp_path)
    after = outcome.calls[outcome.calls.index("cases") :]
    assert after.count("status") >= 1
    assert min(after.count("cases"), after.count("run")) >= 3
    assert sum(AGAIN in line for line in outcome.lines) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_stays_odd_costs_no_more(kind: str, tmp_path: Path) -> None:
    """After 30 seconds it is judged as it is: no pass where something speaks against it."""
    outcome = run(lagging("passing", 3600.0, kind), tmp_path)
    # Counters of running cases are stale where the list is complete and all of it passed; a list that is short is made
    # good by counters that account for the rest.
    assert outcome.exit_code == (0 if kind in {"counters", "rows"} else 1)
    assert outcome.duration < RUN + TimeLimits().lag + BESIDES
    assert sum(AGAIN in line for line in outcome.lines) == (0 if kind == "counters" else 1)


# The runs of two scenarios do not end before the step does, so they have no results: they cost thousands of polls.
@pytest.mark.parametrize("name", sorted({*NAMES} - {"queued", "slow"}))
def test_results_that_fit_together_are_not_read_again(name: str, tmp_path: Path) -> None:
    """Nothing is delayed where nothing is behind."""
    outcome = run(scenario(name), tmp_path)
    assert AGAIN not in outcome.log
    assert lists(outcome) <= 2


def test_a_signal_while_results_are_read_again(tmp_path: Path) -> None:
    """The wait between two readings ends at once."""
    world_signal = Signal(signal.SIGTERM, after=5.0, call="cases")
    outcome = run(lagging("passing", 3600.0, "cases"), tmp_path, signals=(world_signal,))
    assert outcome.exit_code == 143
    [(at, _)] = outcome.signalled
    assert outcome.duration - at < 2.0


@pytest.mark.parametrize("call", ["cases", "run", "machine", "suite", "status"])
def test_a_reading_with_less_in_it_makes_nothing_better(call: str, tmp_path: Path) -> None:
    """What spoke against a pass stays where it cannot be read any more."""
    lost = Fault(call, status=404, text='{"error": "gone"}', begin=RUN + 3.0, count=None)
    content = lagging("passing", 3600.0, "cases", "details").with_faults(lost)
    outcome = run(content, tmp_path)
    assert outcome.exit_code == 1, outcome.log


def test_a_result_that_was_no_pass_stays(tmp_path: Path) -> None:
    """A run that failed and is called passed when it is read again has failed."""
    later = Fault("status", fields={"result": "SUCCESS"}, begin=RUN + 3.0, count=None)
    outcome = run(lagging("failing", 10.0, "rows").with_faults(later), tmp_path)
    assert (outcome.exit_code, outcome.outputs["result"]) == (1, "failed")


def test_a_failure_that_is_seen_last_counts(tmp_path: Path) -> None:
    """A run that turns out to have failed is no pass, also where the rest cannot be read again."""
    later = Fault("status", fields={"result": "FAILURE"}, begin=RUN + 3.0, count=None)
    lost = Fault("cases", status=404, text='{"error": "gone"}', begin=RUN + 3.0, count=None)
    outcome = run(lagging("passing", 3600.0, "rows").with_faults(later, lost), tmp_path)
    assert (outcome.exit_code, outcome.outputs["result"]) == (1, "failed")


def test_a_rerun_whose_results_are_behind(tmp_path: Path) -> None:
    """Every run of a chain is read again, within the same 30 seconds."""
    content = lagging("failing", 5.0, "cases", "details")
    again = content.with_plan(rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True)
    outcome = run(again, tmp_path)
    assert outcome.exit_code == 1
    assert "contradiction" not in outcome.log


def test_a_failed_case_that_is_missing_later_counts(tmp_path: Path) -> None:
    """A reading without a case that had failed does not replace the one that had it."""
    gone = Fault("cases", fields={"testCases.0.result": "SUCCESS"}, begin=RUN + 3.0, count=None)
    first = Fault("cases", fields={"testCases.0.result": "FAILURE"}, count=None)
    outcome = run(lagging("passing", 0.0, "cases").with_faults(gone, first), tmp_path)
    assert outcome.exit_code == 1


def test_a_word_that_nobody_knows_is_not_waited_for(tmp_path: Path) -> None:
    """Reading again cannot help: the case has a result."""
    odd = Fault("cases", fields={"testCases.0.result": "SOMETHING_NEW"}, count=None)
    outcome = run(lagging("failing", 0.0, "cases").with_faults(odd), tmp_path)
    assert (outcome.exit_code, lists(outcome) <= 2) == (1, True)


NO_CASES = '{"executionResultId": 1001, "testCases": []}'


def test_a_list_that_turns_up_empty_takes_no_failure_back(tmp_path: Path) -> None:
    """A case failed by the first list; what is read later has fewer cases, so it does not stand for it."""
    failure = Fault("cases", fields={"testCases.0.result": "FAILURE"})
    content = scenario("passing").with_faults(failure, Fault("cases", text=NO_CASES, count=None))
    outcome = run(content, tmp_path)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction"), outcome.log
    assert "1 case did not pass" in outcome.log


def test_an_empty_list_is_no_pass(tmp_path: Path) -> None:
    """Counters that say that cases passed do not make good for a list that says that there are none."""
    outcome = run(scenario("passing").with_faults(Fault("cases", text=NO_CASES, count=None)), tmp_path)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction"), outcome.log
    assert "list of cases is empty" in outcome.log


@pytest.mark.parametrize("words", [("FAILURE", "SOMETHING_NEW"), ("STOPPED", "SOMETHING_NEW", None)])
def test_a_failure_that_is_taken_back(words: tuple[str | None, ...], tmp_path: Path) -> None:
    """The run is called passed, so its list is read again: a failure stays, whatever the later readings say."""
    said = [Fault("cases", after=0, count=1, fields={"testCases.0.result": word}) for word in words]
    outcome = World(replace(scenario("passing"), pace="time").with_faults(*said), tmp_path).run()
    assert (outcome.exit_code, outcome.calls.count("cases") > len(words)) == (1, True), outcome.log
