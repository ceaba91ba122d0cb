"""The history of a failed run: which requests are sent for it, how long they may take, and which runs count."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Outcome, World
from tests.simulation.plans import listed, runs_of, service
from tests.simulation.plans import plan as numbered
from tests.simulator import (
    Environment,
    Fault,
    Iteration,
    Machine,
    Phase,
    Plan,
    RunBefore,
    Scenario,
    Suite,
    data_driven,
    failed,
    passed,
)

NAMES = ("Pay by card", "Pay by invoice", "Pay by voucher")
CARD, INVOICE, VOUCHER = NAMES
LIFE = (Phase("STATUS_IN_PROGRESS", seconds=30.0),)


def plan(*bad: str, number: int = 420, **at_end: object) -> Plan:
    """A plan in which these cases fail; `at_end` replaces keys of its run object."""
    cases = tuple(failed(name, "Pay", at=0, message="No") if name in bad else passed(name) for name in NAMES)
    return Plan(number, "Shop", (Machine("Chrome", (Suite("Checkout", cases),)),), life=LIFE, at_end=at_end)


def before(*plans: Plan) -> tuple[RunBefore, ...]:
    """Completed runs with the IDs from 900 on."""
    return tuple(RunBefore(number, one, f"build {number}", seconds=50) for number, one in enumerate(plans, 900))


def served(now: Plan, *runs: RunBefore, **options: object) -> Scenario:
    """A service with these runs; the next one is 1001."""
    other = replace(now, id=421)
    found = Scenario((now, other), pace="time", runs_before=runs, next_run_id=1001)
    return replace(found, environments=(Environment(7, "Staging"),)).with_options(**options)


def lists_of(outcome: Outcome) -> list[str]:
    """The IDs of the earlier runs whose lists of cases were read, sorted."""
    read = [seen.path.split("/")[-2] for seen in outcome.seen if seen.call == "cases"]
    return sorted(one for one in read if int(one) < 1000)


def histories(outcome: Outcome) -> Mapping[str, str]:
    """The marks of each case in the results file, a letter for each run, the oldest first."""
    (run,) = outcome.results["runs"]
    assert run["history"] is not None, outcome.log
    cases = {tuple(one["position"]): one["marks"] for one in run["history"]["cases"]}
    names = {
        (number, position, index): case["name"]
        for number, machine in enumerate(run["machines"])
        for position, suite in enumerate(machine["suites"])
        for index, case in enumerate(suite["cases"])
    }
    letters = {"passed": "P", "failed": "F", "other-sets": "S", "not-executed": "n", "absent": "a", "unread": "u"}
    return {names[place]: "".join(letters[mark] for mark in marks) for place, marks in cases.items()}


def test_a_failed_run(tmp_path: Path) -> None:
    """Each failing case has its results in the earlier runs; outputs, log and JSON say since when, and what is new."""
    flaky, known = plan(CARD, INVOICE), plan(INVOICE)
    runs = before(plan(), flaky, known, known, known)
    outcome = World(served(plan(*NAMES), *runs), tmp_path).run()
    assert histories(outcome) == {CARD: "PFPPP", INVOICE: "PFFFF", VOUCHER: "PPPPP"}
    assert (outcome.exit_code, outcome.outputs["new-failures"], outcome.outputs["known-failures"]) == (1, "2", "1")
    keys = ("since", "failed", "executed", "flaky", "known")
    told = [tuple(one[key] for key in keys) for one in outcome.results["runs"][0]["history"]["cases"]]
    assert told == [(None, 1, 5, True, False), ("901", 4, 5, False, True), (None, 0, 5, False, False)]
    assert "History: the plan passed in 1 of 5 earlier runs; 2 new, 1 known, 1 flaky" in outcome.log


def test_one_request_for_each_earlier_run(tmp_path: Path) -> None:
    """The list that was read for the pacing of the polls is used again, so N more requests are sent, and no others."""
    runs = before(*[plan()] * 20)
    outcome = World(served(plan(CARD), *runs), tmp_path, {"TESTSIGMA_HISTORY": "7"}).run()
    assert lists_of(outcome) == [str(number) for number in range(913, 920)]
    assert outcome.calls.count("newest") == 1
    plain = World(served(plan(CARD), *runs), tmp_path / "plain", {"TESTSIGMA_HISTORY": "0"}).run()
    assert len(outcome.calls) == len(plain.calls) - 1 + 7


@pytest.mark.parametrize(("now", "most"), [((), "10"), ((CARD,), "0")], ids=["passed", "off"])
def test_no_history(now: tuple[str, ...], most: str, tmp_path: Path) -> None:
    """When all cases passed, or with 0, the comparison with the previous run is all that is read."""
    outcome = World(served(plan(*now), *before(plan(), plan())), tmp_path, {"TESTSIGMA_HISTORY": most}).run()
    assert (lists_of(outcome), outcome.calls.count("newest")) == (["901"], 1)
    assert outcome.results["runs"][0]["history"] is None


def test_the_list_is_read_at_the_end_if_it_was_not_read_before(tmp_path: Path) -> None:
    """One more request, which is not repeated."""
    faults = [Fault("newest", status=503, end=20.0, count=None), Fault("index-runs", status=503, end=20.0, count=None)]
    outcome = World(served(plan(CARD), *before(plan(), plan())).with_faults(*faults), tmp_path).run()
    assert histories(outcome) == {CARD: "PP"}
    late = [seen for seen in outcome.seen if seen.call == "newest" and seen.status == 200]
    assert len(late) == 1


@pytest.mark.parametrize("newest_first", [True, False])
def test_lists_that_lie(tmp_path: Path, *, newest_first: bool) -> None:
    """Runs of another plan or environment, stopped ones, reruns, ones in progress and later ones do not count.

    The order of the rows does not matter, and no run counts twice.
    """
    held = (Phase("STATUS_IN_PROGRESS", hold=True),)
    others = (
        RunBefore(902, replace(plan(), result="STOPPED")),
        RunBefore(903, plan(reRunParentId=901)),
        RunBefore(904, plan(environmentId=8)),
        RunBefore(905, plan(number=421)),
        RunBefore(906, plan(), life=held),
        RunBefore(907, plan(executionId=421, execution=None)),
        RunBefore(1500, plan()),
    )
    runs = (*before(plan(), plan(CARD)), *others)
    ordered = runs if newest_first else runs[::-1]
    lying = served(plan(CARD), *ordered, listed_twice="padded")
    outcome = World(lying, tmp_path, {"TESTSIGMA_ENVIRONMENT_ID": "7"}).run()
    assert lists_of(outcome) == ["900", "901"], outcome.log
    assert histories(outcome) == {CARD: "PF"}


def test_the_list_of_another_run(tmp_path: Path) -> None:
    """A list of cases that belongs to another run is not used."""
    lie = Fault("cases", path="*/900/*", fields={"executionResultId": 901}, count=None)
    outcome = World(served(plan(CARD), *before(plan(CARD), plan(CARD))).with_faults(lie), tmp_path).run()
    assert histories(outcome) == {CARD: "uF"}


@pytest.mark.parametrize("hanging", [10, 7])
def test_lists_that_hang(hanging: int, tmp_path: Path) -> None:
    """After 10 seconds the step goes on without what is missing, names it, and its verdict is the same."""
    faults = [Fault("cases", path=f"*/{number}/*", delay=300.0, count=None) for number in range(900, 900 + hanging)]
    runs = before(*[plan()] * 10)
    quick = World(served(plan(CARD), *runs), tmp_path / "quick").run()
    outcome = World(served(plan(CARD), *runs).with_faults(*faults), tmp_path / "slow").run()
    assert outcome.ended == quick.ended
    assert 9.0 < outcome.duration - quick.duration < 10.5
    assert len(outcome.calls) == len(quick.calls) - (2 if hanging == 10 else 0)
    assert f"Not available: The results of {hanging} of 10 earlier runs. " in outcome.log
    assert outcome.outputs["new-failures"] == ("" if hanging == 10 else "1")


def test_lists_that_fail(tmp_path: Path) -> None:
    """A list that cannot be read is requested once, and is a gap."""
    fault = Fault("cases", path="*/901/*", status=502, count=None)
    outcome = World(served(plan(CARD), *before(plan(CARD), plan(CARD), plan(CARD))).with_faults(fault), tmp_path).run()
    assert histories(outcome) == {CARD: "FuF"}
    assert (lists_of(outcome), outcome.exit_code) == (["900", "901", "902"], 1)
    assert (
        "Not available: The results of 1 of 3 earlier runs. Could not read the list of cases of run 901" in outcome.log
    )


def test_without_the_list_of_runs(tmp_path: Path) -> None:
    """The run is compared with the previous one, as far as the index knows it, and the log says what is missing."""
    outcome = World(served(plan(CARD), *before(plan(), plan(CARD)), newest_runs=False), tmp_path).run()
    assert outcome.results["runs"][0]["history"] is None
    assert (lists_of(outcome), outcome.outputs["known-failures"]) == (["901"], "1")
    assert "Not available: The list of earlier runs." in outcome.log


def test_compare_with_a_named_run(tmp_path: Path) -> None:
    """New and known follow from the named run; the history is read all the same."""
    runs = before(plan(CARD), plan())
    outcome = World(served(plan(CARD), *runs), tmp_path, {"TESTSIGMA_COMPARE": "900"}).run()
    assert outcome.outputs["known-failures"] == "1"
    assert histories(outcome) == {CARD: "FP"}
    off = World(served(plan(CARD), *runs), tmp_path / "off", {"TESTSIGMA_COMPARE": "off"}).run()
    assert (off.outputs["new-failures"], off.outputs["known-failures"]) == ("", "")
    assert histories(off) == {CARD: "FP"}


def test_a_case_that_passed_when_it_was_run_again(tmp_path: Path) -> None:
    """It has a history, which marks it as flaky; it is neither new nor known."""
    now = replace(plan(), rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True)
    (machine,) = now.machines
    flaky = replace(failed(CARD, "Pay", at=0, message="No"), rerun_result="SUCCESS")
    again = replace(now, machines=(replace(machine, suites=(Suite("Checkout", (flaky, passed(INVOICE))),)),))
    outcome = World(served(again, *before(plan(), plan())), tmp_path).run()
    assert (outcome.exit_code, histories(outcome)) == (0, {CARD: "PP"})
    assert (outcome.outputs["new-failures"], outcome.outputs["known-failures"]) == ("0", "0")
    assert outcome.results["runs"][0]["history"]["cases"][0]["flaky"] is True


def test_data_sets(tmp_path: Path) -> None:
    """A failure of other data sets is told apart."""

    def with_sets(*bad: str) -> Plan:
        sets = [Iteration(name, "FAILURE" if name in bad else "SUCCESS") for name in ("EUR", "USD")]
        suite = Suite("Checkout", (data_driven("Totals", *sets),))
        return replace(plan(), machines=(Machine("Chrome", (suite,)),))

    runs = before(with_sets("EUR", "USD"), with_sets("EUR"), with_sets())
    outcome = World(served(with_sets("USD"), *runs), tmp_path).run()
    assert histories(outcome) == {"Totals": "FSP"}


def test_several_plans(tmp_path: Path) -> None:
    """Each plan has its own history; runs of the same step do not belong to it."""
    failing = numbered(1, "failing", seconds=30.0)
    other = numbered(2, "failing", seconds=30.0)
    runs = tuple(RunBefore(900 + number, one, "before") for number, one in enumerate((failing, failing, other)))
    found = replace(service(failing, other), runs_before=runs)
    environ = listed(failing, failing, other) | {"TESTSIGMA_MAX_PARALLEL": "1"}
    outcome = World(found, tmp_path, environ).run()
    assert [one["id"] for one in runs_of(outcome)] == ["1001", "1002", "1003"]
    assert [[run["id"] for run in one["history"]["runs"]] for one in outcome.results["runs"]] == [
        ["900", "901"],
        ["900", "901"],
        ["902"],
    ]
    assert outcome.outputs["known-failures"] == "6"
