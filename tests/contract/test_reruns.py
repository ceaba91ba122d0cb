"""Plans that run their failed cases again by themselves: followed to the end, and judged by what passed at last."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.conftest import Interrupt, Serve, Service, soon, spec
from tests.simulator import (
    Case,
    Fault,
    Iteration,
    Machine,
    Phase,
    Plan,
    Reruns,
    RunBefore,
    Scenario,
    Suite,
    failed,
    passed,
)
from tests.simulator import data_driven as by_data
from testsigma_action.domain.events import Event, RerunIgnored, ResultsLag
from testsigma_action.domain.gaps import Missing
from testsigma_action.domain.identity import Foreign, RunKey
from testsigma_action.domain.report import Verdict
from testsigma_action.domain.reruns import MAX_RERUNS
from testsigma_action.domain.results import CaseResult
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import TimedOut
from testsigma_action.lifecycle.batch import BatchFetcher
from testsigma_action.lifecycle.collect import collect
from testsigma_action.lifecycle.follow_reruns import Follower
from testsigma_action.lifecycle.record import RunRecord
from testsigma_action.lifecycle.watch import Deadlines, watch
from testsigma_action.reporting.wording import reason

FLAKY = replace(failed("Pay", "Click on Pay", at=0, message="No such element"), rerun_result="SUCCESS")
BROKEN = failed("Search", "Click on Search", at=0, message="Nothing was found")
GOOD = passed("Log in", "Click on Log in")
QUICK = (Phase("STATUS_IN_PROGRESS"),)
FIRST, AGAIN, THIRD = "1001", "1002", "1003"


# What does not come is not waited for long.
IMPATIENT = {"rerun": 0.3, "next_rerun": 0.3, "announced_rerun": 0.3, "lag": 3.0}


def plan(*cases: Case, rerun_type: str = "ONLY_FAILED_TESTS", **behaviour: object) -> Scenario:
    """A plan with these cases that runs what failed again; `behaviour` is that of its reruns."""
    machines = (Machine("Chrome", (Suite("Smoke", cases),)),)
    again = Reruns(**behaviour)  # type: ignore[arg-type]
    return Scenario((Plan(420, "Shop", machines, QUICK, rerun_type=rerun_type, automatic_rerun=True, reruns=again),))


def deadlines(seconds: float = 10.0) -> Deadlines:
    """Ask every 20 ms."""
    return Deadlines(time.monotonic(), soon(seconds), interval=timedelta(milliseconds=20))


def completed(service: Service) -> Run:
    """A run that was started and has completed."""

    async def run_it() -> Run:
        run = await service.client.start_run(spec(), until=soon())
        return [answer async for answer in watch(RunKey.of(run), service.remote, deadlines())][-1]

    return service.run(run_it())


def followed(service: Service, first: Run, wait: Deadlines | None = None) -> list[Run | Event]:
    """All that is told of the reruns of a run."""
    told: list[Run | Event] = []
    service.run(Follower(service.remote, wait or deadlines(), told.append, told.append).follow([first], tolerant=False))
    return told


def through(service: Service, **limits: float) -> RunRecord:
    """A run from its start to its verdict, with its reruns."""
    service.limit(**limits)
    record = RunRecord(spec())
    record.update(completed(service))
    for answer in followed(service, record.latest):
        assert isinstance(answer, Run | ResultsLag)
        if isinstance(answer, Run):
            record.update(answer)
    for run in record.completed:
        service.run(collect(run, BatchFetcher(service.remote, soon()), "failed", record.collected))
    record.judge()
    return record


def verdict(record: RunRecord) -> Verdict:
    """The only verdict."""
    (only,) = record.verdicts
    return only


def case(record: RunRecord, name: str) -> CaseResult:
    """The only case of that name."""
    assert record.tree
    (found,) = (each for each in record.tree.cases() if each.name == name)
    return found


def statuses(service: Service, run_id: str) -> int:
    """How often the status of a run was asked for."""
    return sum(seen.path.endswith(run_id) for seen in service.server.seen_of("status"))


@pytest.mark.parametrize("named_by", ["object", "number", "string"])
@pytest.mark.parametrize("shape", [2021, 2023, 2024])
def test_a_rerun_that_passes_makes_good_for_the_run(serve: Serve, shape: int, named_by: str) -> None:
    """The case has its last result and keeps its first attempt; the whole passed under the ID of the first run."""
    record = through(serve(plan(GOOD, FLAKY, named_by=named_by).with_options(shape=shape, metric=shape == 2024)))
    assert reason(verdict(record)) == "All cases passed, 1 of them only in a rerun."
    assert verdict(record).exit_code == 0
    assert record.run
    assert record.tree
    assert (record.run.id, record.run.result, record.run.result_label) == (FIRST, Result.PASSED, "FAILURE")
    assert [(run.id, run.parent_id, run.result) for run in record.reruns] == [(AGAIN, FIRST, Result.PASSED)]
    pay = case(record, "Pay")
    assert (pay.result, pay.flaky, [each.message for each in pay.earlier]) == (Result.PASSED, True, ["No such element"])
    assert not case(record, "Log in").earlier
    assert (record.tree.counts.total, record.tree.counts.passed) == (2, 2)


def test_a_run_that_passes_is_not_waited_for(serve: Serve) -> None:
    """A plan that would run failed cases again is asked no more than any other."""
    service = serve(plan(GOOD))
    record = through(service)
    assert (verdict(record).exit_code, record.reruns) == (0, [])
    assert statuses(service, FIRST) == 2


@pytest.mark.parametrize("rerun_type", ["NONE", "none", ""])
def test_a_plan_without_reruns_is_not_waited_for(serve: Serve, rerun_type: str) -> None:
    """Even if there is a rerun: somebody else began it, on purpose."""
    service = serve(plan(GOOD, FLAKY, rerun_type=rerun_type, after=0))
    record = through(service)
    assert (verdict(record).exit_code, verdict(record).code, record.reruns) == (1, "tests-failed", [])
    assert statuses(service, FIRST) == 2


def test_a_rerun_that_is_named_late_and_unknown_at_first(serve: Serve) -> None:
    """It is waited for a little, and that its copies need time is no refusal."""
    service = serve(plan(GOOD, FLAKY, after=3, shown_after=4, hidden=3))
    assert verdict(through(service)).exit_code == 0
    assert statuses(service, AGAIN) > 3


@pytest.mark.parametrize("shape", [2021, 2024])
def test_a_rerun_that_is_never_named(serve: Serve, shape: int) -> None:
    """The run stays failed, whatever is consolidated: a pass that nobody can look at is none."""
    service = serve(plan(GOOD, FLAKY, shown_after=None, life=()).with_options(shape=shape))
    record = through(service, **IMPATIENT)
    assert (verdict(record).exit_code, verdict(record).code, record.reruns) == (1, "tests-failed", [])
    assert statuses(service, FIRST) > 2


def test_a_rerun_that_never_begins(serve: Serve) -> None:
    """The wait for it ends."""
    record = through(serve(plan(GOOD, FLAKY, after=10_000)), **IMPATIENT)
    assert (verdict(record).exit_code, record.reruns) == (1, [])


def test_where_the_service_says_that_the_whole_goes_on_the_wait_is_longer(serve: Serve) -> None:
    """As long as the consolidated status is not completed, a rerun must be on its way."""
    scenario = plan(GOOD, FLAKY, after=0, shown_after=5)
    assert through(serve(scenario.with_options(shape=2023)), rerun=0.0).reruns
    assert not through(serve(scenario.with_options(shape=2021)), rerun=0.0).reruns


def test_a_rerun_that_fails_again(serve: Serve) -> None:
    """What passed in it is flaky, what did not is failed twice; the reason names the rerun."""
    record = through(serve(plan(GOOD, FLAKY, BROKEN)), **IMPATIENT)
    assert (verdict(record).exit_code, verdict(record).code) == (1, "tests-failed")
    assert reason(verdict(record)) == "1 of 3 cases failed, also in the rerun (run 1002)."
    assert case(record, "Pay").flaky
    assert [each.result for each in case(record, "Search").earlier] == [Result.FAILED]
    assert record.run
    assert record.run.result is Result.FAILED


def test_a_chain_of_reruns(serve: Serve) -> None:
    """A rerun that fails may be run again itself; every attempt is kept."""
    slow = replace(BROKEN, rerun_result=("FAILURE", "SUCCESS"))
    record = through(serve(plan(GOOD, FLAKY, slow, most=2)))
    assert [run.id for run in record.reruns] == [AGAIN, THIRD]
    assert reason(verdict(record)) == "All cases passed, 2 of them only in a rerun."
    assert [len(case(record, name).earlier) for name in ("Log in", "Pay", "Search")] == [0, 1, 2]


def test_a_chain_has_an_end(serve: Serve) -> None:
    """A plan that never ends to run its cases again is followed so far and no further."""
    record = through(serve(plan(BROKEN, most=100)), **IMPATIENT)
    assert (verdict(record).exit_code, len(record.reruns)) == (1, MAX_RERUNS)


def test_a_failed_case_that_did_not_run_again(serve: Serve) -> None:
    """A rerun that passes says nothing about it."""
    record = through(serve(plan(GOOD, FLAKY, BROKEN, cases=("Pay",))))
    assert (verdict(record).exit_code, record.latest.result) == (1, Result.PASSED)
    assert "nothing shows that 1 case did" in reason(verdict(record))


def test_a_case_that_passed_and_fails_when_all_run_again(serve: Serve) -> None:
    """Its last result counts."""
    worse = replace(GOOD, rerun_result="FAILURE")
    record = through(serve(plan(worse, FLAKY, rerun_type="ALL_TESTS")), **IMPATIENT)
    assert verdict(record).exit_code == 1
    assert (case(record, "Log in").result, case(record, "Pay").flaky) == (Result.FAILED, True)


@pytest.mark.parametrize(
    "at_end",
    [
        {"result": "STOPPED"},
        {"result": "ABORTED"},
        {"result": None},
        {"result": "SOMETHING_NEW"},
        {"failedCount": 1},
        {"totalCount": 5},
    ],
)
def test_a_rerun_that_is_no_pass_by_itself(serve: Serve, at_end: dict[str, object]) -> None:
    """Stopped, of unknown result, or at odds with itself: the run stays failed, though every case has passed by now."""
    record = through(serve(plan(GOOD, FLAKY, at_end=at_end)), **IMPATIENT)
    assert (verdict(record).exit_code, verdict(record).code) == (1, "tests-failed")
    assert "In the rerun (run 1002)" in reason(verdict(record))
    assert case(record, "Pay").flaky


@pytest.mark.parametrize("lag", [0, 3])
def test_what_is_consolidated_may_lag_behind(serve: Serve, lag: int) -> None:
    """It is waited for a little, until it is about the reruns too."""
    assert verdict(through(serve(plan(GOOD, FLAKY, lag=lag).with_options(shape=2024, metric=True)))).exit_code == 0


@pytest.mark.parametrize("shape", [2023, 2024])
def test_what_is_consolidated_may_never_agree(serve: Serve, shape: int) -> None:
    """A whole that the service calls failed is no pass, though every rerun passed."""
    record = through(serve(plan(GOOD, FLAKY, lag=None).with_options(shape=shape)), **IMPATIENT)
    assert verdict(record).exit_code == 1
    assert "together with its reruns" in reason(verdict(record))


def test_data_sets_that_fail_run_again(serve: Serve) -> None:
    """A data set is matched by its name."""
    sets = (Iteration("EUR"), Iteration("JPY", "FAILURE", "No", rerun_result="SUCCESS"))
    record = through(serve(plan(GOOD, replace(by_data("Totals", *sets), rerun_result="SUCCESS"))))
    assert verdict(record).exit_code == 0
    totals = case(record, "Totals")
    assert [each.result for each in totals.iterations] == [Result.PASSED, Result.PASSED]
    assert [each.result for each in totals.earlier[0].iterations] == [Result.PASSED, Result.FAILED]


def test_machines_that_share_their_cases(serve: Serve) -> None:
    """The same case on two machines is two cases: only the one that ran again has another result."""
    scenario = plan(GOOD, FLAKY)
    [only] = scenario.plans[0].machines
    twins = (only, replace(only, title="Safari", suites=(Suite("Smoke", (GOOD, replace(FLAKY, result="SUCCESS"))),)))
    record = through(serve(scenario.with_plan(machines=twins)))
    assert record.tree
    assert verdict(record).exit_code == 0
    assert [(machine.title, case.flaky) for machine, _, case in record.tree.placed_cases() if case.name == "Pay"] == [
        ("Chrome", True),
        ("Safari", False),
    ]


def test_a_rerun_without_a_list_of_cases(serve: Serve) -> None:
    """That it passed does not show that what failed passed."""
    record = through(
        serve(
            plan(GOOD, FLAKY),
        )
    )
    assert verdict(record).exit_code == 0
    gone = Fault("cases", path=f"*{AGAIN}*", status=404, count=None)
    record = through(serve(plan(GOOD, FLAKY), gone))
    assert (verdict(record).exit_code, verdict(record).code) == (1, "tests-failed")
    assert record.tree
    assert (Missing.CASE_LIST, "1002") in [(gap.missing, gap.run_id) for gap in record.tree.gaps]


def test_trouble_while_a_rerun_is_waited_for(serve: Serve) -> None:
    """An answer that fails is asked for again; a service that refuses ends the wait, and the run is failed."""
    trouble = Fault("status", path=f"*{FIRST}", status=503, after=2, count=2)
    assert verdict(through(serve(plan(GOOD, FLAKY), trouble))).exit_code == 0
    refusal = Fault("status", path=f"*{FIRST}", status=403, after=2, count=None)
    assert verdict(through(serve(plan(GOOD, FLAKY), refusal))).exit_code == 1


def test_a_rerun_is_known_with_its_first_answer(serve: Serve) -> None:
    """Nothing is said of a run that was only named; once it is known, it has a link, its parent and its plan's name."""
    service = serve(plan(GOOD, FLAKY))
    told: list[tuple[Run | Event, int]] = []

    def on_answer(answer: Run | Event) -> None:
        told.append((answer, statuses(service, AGAIN)))

    follower = Follower(service.remote, deadlines(), on_answer, on_answer)
    service.run(follower.follow([completed(service)], tolerant=False))
    seen, asked = next((seen, asked) for seen, asked in told if isinstance(seen, Run) and seen.id == AGAIN)
    assert asked == 1
    assert isinstance(seen, Run)
    assert (seen.parent_id, seen.plan_name, seen.completed) == (FIRST, "Shop", False)
    assert seen.url == service.client.run_url(AGAIN)


def test_the_deadline_while_a_rerun_goes_on(serve: Serve) -> None:
    """The wait for the rerun times out like any other."""
    service = serve(plan(GOOD, FLAKY, life=(Phase("STATUS_IN_PROGRESS", hold=True),)))
    over = completed(service)
    with pytest.raises(TimedOut, match=f"Run {AGAIN} had not finished"):
        followed(service, over, deadlines(1.0))


def test_a_rerun_that_stays_in_the_queue(serve: Serve) -> None:
    """It has as long as the first run had to leave it."""
    service = serve(plan(GOOD, FLAKY, life=(Phase("STATUS_QUEUED", hold=True),)))
    over = completed(service)
    queue = replace(deadlines(), queue_timeout=timedelta(seconds=0.3))
    with pytest.raises(TimedOut, match="still in the queue") as raised:
        followed(service, over, queue)
    assert raised.value.code == "queue-timed-out"


def test_a_run_that_is_no_rerun_is_not_followed(serve: Serve) -> None:
    """An answer may name a run of another plan: it is told as ignored, asked for once, and the wait goes on."""
    stranger = RunBefore(900, Plan(421, "Payroll", (Machine("Chrome", (Suite("Smoke", (GOOD,)),)),)))
    named = Fault("status", path=f"*{FIRST}", after=2, count=1, fields={"childResult": {"id": 900}})
    service = serve(replace(plan(GOOD, FLAKY, shown_after=2), runs_before=(stranger,)), named)
    first = completed(service)
    told = followed(service, first)
    [ignored] = [seen for seen in told if isinstance(seen, RerunIgnored)]
    assert (ignored.run.id, ignored.parent.id, ignored.why) == ("900", first.id, Foreign.ANOTHER_PLAN)
    assert statuses(service, "900") == 1
    assert {seen.id for seen in told if isinstance(seen, Run)} == {FIRST, AGAIN}
    assert [seen.completed for seen in told if isinstance(seen, Run) and seen.id == AGAIN][-1]


def test_a_signal_ends_the_wait_for_a_rerun(serve: Serve, interrupt: Interrupt) -> None:
    """At once, also while it goes on; what was told before is what is known."""
    service = serve(plan(GOOD, FLAKY, life=(Phase("STATUS_IN_PROGRESS", hold=True),)))
    first = completed(service)
    told: list[Run | Event] = []

    def on_answer(answer: Run | Event) -> None:
        told.append(answer)
        if isinstance(answer, Run) and answer.id == AGAIN:
            interrupt(service)

    follower = Follower(service.remote, deadlines(), on_answer, on_answer)
    with pytest.raises(asyncio.CancelledError):
        service.run(follower.follow([first], tolerant=False))
    assert isinstance(told[-1], Run)
    assert (told[-1].id, told[-1].completed) == (AGAIN, False)
    assert statuses(service, AGAIN) == 1


def test_no_look_is_wasted(serve: Serve) -> None:
    """Per rerun: the looks that see it begin and end, one that confirms the whole, and its results."""
    service = serve(plan(GOOD, FLAKY))
    through(service)
    assert statuses(service, FIRST) == 2 + 1 + 1
    assert statuses(service, AGAIN) == 2
    assert service.server.calls.count("cases") == 2
    assert service.server.calls.count("steps") == 1
