"""From a completed run to its tree: stage by stage, and the gaps for stages that fail."""

import asyncio
import json
import time
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import pytest

from tests.contract.conftest import Interrupt, Serve, Service, result_of, soon, spec
from tests.simulator import (
    Case,
    Fault,
    Iteration,
    Machine,
    Plan,
    Scenario,
    Seen,
    Suite,
    data_driven,
    failed,
    grid,
    passed,
    scenario,
    steps_failed,
    steps_passed,
)
from testsigma_action.api import error_response
from testsigma_action.api.results import MAX_STEPS
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.judgement import judge
from testsigma_action.domain.results import CaseResult, ResultTree, StepResult
from testsigma_action.domain.run import Result, Run
from testsigma_action.lifecycle.batch import MAX_STEP_TEXT, BatchFetcher, Budgeted, LimitReached
from testsigma_action.lifecycle.batch import MAX_STEPS as ALL_STEPS
from testsigma_action.lifecycle.collect import MAX_SINGLES, Details, collect
from testsigma_action.lifecycle.remote import DETAIL_LANES

LEVELS = ("machine", "suite", "steps")


def completed(service: Service) -> Run:
    """A run from its start to its end."""
    run = service.run(service.client.start_run(spec(), until=soon()))
    while not run.completed:
        run = service.run(service.client.fetch_run(RunKey(run.id), until=soon()))
    return run


def trees(service: Service, details: Details = "failed", seconds: float = 10.0) -> list[ResultTree]:
    """What is collected of a run, stage by stage."""
    return trees_of(completed(service), service, details, seconds)


def trees_of(run: Run, service: Service, details: Details, seconds: float = 10.0) -> list[ResultTree]:
    """What is collected of a run that has completed, stage by stage."""
    kept: list[ResultTree] = []
    service.run(collect(run, BatchFetcher(service.remote, soon(seconds)), details, kept.append))
    return kept


def tree(service: Service, details: Details = "failed", seconds: float = 10.0) -> ResultTree:
    """All that is collected of a run."""
    return trees(service, details, seconds)[-1]


def case(results: ResultTree, name: str) -> CaseResult:
    """The first case with a name."""
    return next(each for each in results.cases() if each.name == name)


def missing(results: ResultTree) -> list[tuple[Missing, int, int]]:
    """What is not available: which part, and how many of how many."""
    return [(gap.missing, gap.number, gap.total) for gap in results.gaps]


def outline(results: ResultTree) -> object:
    """A tree without what differs between two runs of the same plan."""
    return [
        (
            m.title,
            m.result,
            m.device,
            [(s.name, s.result, [(c.name, c.result, _steps(c)) for c in s.cases]) for s in m.suites],
        )
        for m in results.machines
    ]


def _steps(found: CaseResult) -> list[str]:
    return [f"{step.position} {step.action} {step.result}" for step in found.all_steps()]


def only(*cases: Case) -> Scenario:
    """A plan with these cases in one suite on one machine."""
    return Scenario((Plan(420, "Shop", (Machine("Chrome", (Suite("Smoke", cases),)),)),))


def test_every_stage_is_better_than_the_one_before(serve: Serve) -> None:
    """The list of cases, the details of the run, places, times, steps; nothing is missing and nothing is said."""
    service = serve("failing")
    stages = trees(service)
    assert [stage.gaps for stage in stages] == [()] * 5
    assert stages[0].listed
    assert stages[0].details_result is Result.UNKNOWN
    assert stages[1].details_result is Result.FAILED
    assert stages[1].machines == stages[0].machines
    assert stages[2].machines[0].device.browser == "GoogleChrome"
    assert case(stages[2], "Pay by card").timing.duration is None
    assert case(stages[3], "Pay by card").timing.duration
    assert case(stages[3], "Pay by card").steps is None
    assert case(stages[4], "Pay by card").steps
    assert service.server.calls.count("cases") == 1


def test_a_full_tree(serve: Serve) -> None:
    """Machines, suites and cases with results, times, links and the step that broke."""
    service = serve("failing")
    results = tree(service)
    chrome, safari = results.machines
    assert (chrome.title, chrome.result, safari.device.browser) == ("Windows Chrome", Result.FAILED, "Safari")
    assert [suite.result for suite in chrome.suites] == [Result.PASSED, Result.FAILED]
    assert all(machine.timing.duration for machine in results.machines)
    assert all(suite.timing.started for suite in chrome.suites)
    pay = case(results, "Pay by card")
    assert pay.url == f"{service.server.url}/ui/td/test_case_results/{pay.id}"
    assert pay.failing_step
    assert pay.failing_step.action == "Click on Check out"
    assert "not displayed" in pay.message
    assert (results.counts.total, results.counts.failed) == (11, 2)


@pytest.mark.parametrize(("details", "calls"), [("failed", 2), ("all", 15), ("none", 0)])
def test_steps_of_the_cases_that_were_asked_for(serve: Serve, details: Details, calls: int) -> None:
    """Of broken cases and data sets, of all, or of none; of a data-driven case those of its iterations."""
    service = serve("failing")
    results = tree(service, details)
    assert service.server.calls.count("steps") == calls
    with_steps = {each.name for each in results.cases() if each.steps is not None}
    assert with_steps >= ({"Pay by card"} if details != "none" else set())
    assert (case(results, "Log in").steps is not None) is (details == "all")
    if details == "none":
        assert all(each.message == "" and not list(each.all_steps()) for each in results.cases())


def test_data_driven_cases_have_the_steps_of_their_broken_sets(serve: Serve) -> None:
    """The message of the case is that of the set that broke."""
    sets = (
        Iteration("good", steps=steps_passed("Open")),
        Iteration("bad", "FAILURE", "No", steps_failed("Open", "Click", at=1, message="No such element")),
    )
    results = tree(serve(only(data_driven("Search", *sets), passed("Log in", "Open"))))
    search = case(results, "Search")
    assert [each.steps is not None for each in search.iterations] == [False, True]
    assert search.message == "No such element"
    assert search.steps is None


def test_a_broken_case_without_a_broken_set_has_its_own_steps(serve: Serve) -> None:
    """A data-driven case may be aborted before its first set."""
    aborted = Case(
        "Search", "ABORTED", steps=steps_failed("Open", at=0), iterations=(Iteration("one", "NOT_EXECUTED"),)
    )
    service = serve(only(aborted))
    assert case(tree(service), "Search").message
    assert service.server.calls.count("steps") == 1


def test_steps_over_several_pages(serve: Serve) -> None:
    """Page after page, in order, of several cases at the same time."""
    long = failed("Long", *(f"Step {number}" for number in range(45)), at=44)
    service = serve(only(long, replace(long, name="Longer")).with_options(page_size=10, total_pages=False))
    results = tree(service)
    assert [len(each.steps or ()) for each in results.cases()] == [45, 45]
    assert [step.action for step in case(results, "Longer").steps or ()] == [f"Step {number}" for number in range(45)]
    assert service.server.calls.count("steps") == 10


def test_every_result_but_two_is_broken(serve: Serve) -> None:
    """Steps are fetched for what is aborted, stopped or unknown too, not for what passed or was not executed."""
    words = ("SUCCESS", "FAILURE", "ABORTED", "STOPPED", "NOT_EXECUTED", "QUEUED", "SOMETHING_NEW", None)
    service = serve(only(*(Case(str(word), word, steps=steps_passed("Open")) for word in words)))
    results = tree(service)
    without = {each.name for each in results.cases() if each.steps is None}
    assert without == {"SUCCESS", "NOT_EXECUTED"}


def test_without_the_list_of_cases(serve: Serve) -> None:
    """Counters remain; the gap is named, and a pass needs the counters as evidence."""
    results = tree(serve(scenario("passing").with_options(list_of_cases=False)))
    assert (results.listed, results.unreadable, results.machines) == (False, False, ())
    assert missing(results) == [(Missing.CASE_LIST, 0, 0)]
    assert results.counts.passed == 11
    assert judge(results).exit_code == 0


@pytest.mark.parametrize(
    ("version", "missed"),
    [("v2", []), ("v3", ["run", "index-cases"]), ("v1", ["run", "run", "index-cases"])],
)
def test_with_one_version_alone(serve: Serve, version: str, missed: list[str]) -> None:
    """That version has it all; the ones before it are asked once for single results, and once for a list."""
    service = serve(scenario("failing").with_options(versions=(version,)))
    results = tree(service)
    assert outline(results) == outline(tree(serve("failing")))
    assert results.gaps == ()
    assert case(results, "Pay by card").message
    assert [seen.call for seen in service.server.seen if seen.status == 404] == missed


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_without_any_version(serve: Serve, name: str, exit_code: int) -> None:
    """The list of cases decides; what is missing is said once, and nothing else is asked."""
    service = serve(scenario(name).with_options(versions=()))
    results = tree(service)
    assert results.listed
    assert missing(results) == [(Missing.ALL_DETAILS, 0, 0)]
    assert judge(results).exit_code == exit_code
    assert not {"machine", "suite", "steps"} & set(service.server.calls)


def test_without_list_and_versions(serve: Serve) -> None:
    """Only the run is known: its counters are the evidence, and without them there is none."""
    nothing = scenario("passing").with_options(list_of_cases=False, versions=())
    counted = tree(serve(nothing))
    assert len(counted.gaps) == 2
    assert judge(counted).exit_code == 0
    blind = tree(serve(nothing.with_options(null_counters=True)))
    assert (judge(blind).exit_code, judge(blind).code) == (1, "no-evidence")


def test_null_counters_are_made_good_by_the_list_or_the_details(serve: Serve) -> None:
    """Users see null counters on finished runs: either other source shows that tests ran."""
    content = scenario("passing").with_options(null_counters=True)
    for options in ({"versions": ()}, {"list_of_cases": False}):
        assert judge(tree(serve(content.with_options(**options)))).exit_code == 0


def test_a_list_that_cannot_be_read_is_no_missing_list(serve: Serve) -> None:
    """An outage leaves the verdict open: not green, and not the fault of the tests."""
    content = scenario("passing").with_options(null_counters=True, versions=())
    results = tree(serve(content, Fault("cases", status=503, count=None)), seconds=0.3)
    assert (results.listed, results.unreadable) == (False, True)
    assert judge(results).exit_code == 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault("cases", status=503, count=3),
        Fault("cases", delivery="truncate", count=2),
        Fault("cases", text='{"testCases": null}', count=2),
        Fault("*s", delivery="reset", count=4),
    ],
    ids=["503", "truncated", "no-list", "resets"],
)
def test_trouble_on_the_way_is_waited_out(serve: Serve, fault: Fault) -> None:
    """What comes in the end is complete."""
    results = tree(serve("failing", fault))
    assert results.gaps == ()
    assert case(results, "Pay by card").message


def test_a_list_that_is_shorter_than_the_run_says(serve: Serve) -> None:
    """What is missing is counted, and the run's own numbers are shown."""
    rows = [{"testCaseId": 1, "testCaseName": "Log in", "testCaseResultId": 1, "result": "SUCCESS"}]
    text = json.dumps({"executionResultId": 1001, "testCases": rows})
    results = tree(serve("passing", Fault("cases", text=text)))
    assert (Missing.UNLISTED_CASES, 10, 11) in missing(results)
    assert results.counts.total == 11


@pytest.mark.parametrize(
    ("level", "status", "count"),
    [
        ("machine", 404, 1),
        ("machine", 403, 1),
        ("suite", 404, 1),
        ("suite", 403, 1),
        ("steps", 404, 2),
        ("steps", 403, 1),
    ],
)
def test_single_details_that_are_missing_are_counted(serve: Serve, level: str, status: int, count: int) -> None:
    """One of several is not there: the gap says how many of how many and why; the rest is there.

    Steps that are not found under a data set are asked for under its case, too.
    """
    service = serve("failing", Fault(level, status=status, count=count))
    results = tree(service)
    [gap] = results.gaps
    assert (gap.number, str(status) in gap.message) == (1, True)
    assert judge(results).exit_code == 1
    assert len(list(results.cases())) == 11


def test_a_details_call_that_contradicts_makes_a_pass_fail(serve: Serve) -> None:
    """Each level is evidence against a pass."""
    for content in (
        scenario("passing").with_plan(test_run={"result": "FAILURE"}),
        scenario("passing").with_plan(test_run={"metrics": {"failedCount": 1}}),
    ):
        assert judge(tree(serve(content))).code == "contradiction"
    machine = Machine("Chrome", (Suite("Smoke", (passed("Log in"),)),), fields={"result": "FAILURE"})
    service = serve(Scenario((Plan(420, "Shop", (machine,)),)))
    assert judge(tree(service)).code == "contradiction"


def test_an_optional_stage_has_its_own_time_limit(serve: Serve) -> None:
    """An outage of the details does not cost all the time for collecting."""
    service = serve("passing", Fault("run", status=503, count=None))
    service.limit(detail=0.15)
    began = time.monotonic()
    results = tree(service, seconds=60)
    assert len(results.gaps) == 1
    assert judge(results).exit_code == 0
    assert time.monotonic() - began < 5


def test_calls_that_hang_are_left_in_time(serve: Serve) -> None:
    """What was answered is kept; the rest is a gap."""
    began = time.monotonic()
    results = tree(serve("failing", Fault("steps", delay=60.0)), seconds=1.0)
    assert time.monotonic() - began < 5
    assert len(results.gaps) == 1
    assert len([each for each in results.cases() if list(each.all_steps())]) == 1


def test_no_time_no_details(serve: Serve) -> None:
    """A tree comes in any case, and it is no pass by itself."""
    results = tree(serve(scenario("passing").with_options(null_counters=True)), seconds=-1)
    assert not results.listed
    assert results.gaps
    assert judge(results).exit_code == 3


def test_the_tree_does_not_depend_on_the_order_of_the_answers(serve: Serve) -> None:
    """Slow answers come last and stand where they belong."""
    plain = tree(serve("failing"), "all")
    slow = [Fault(level, delay=0.1, after=after) for level in LEVELS for after in (0, 2)]
    assert outline(tree(serve("failing", *slow), "all")) == outline(plain)


def test_a_large_run_is_collected_in_parallel(serve: Serve) -> None:
    """Many steps at a time: as many answers of 50 ms take far less than one after the other."""
    slow = Fault("steps", delay=0.05, count=None)
    service = serve(replace(scenario("large"), plans=(grid(1, 2, 20, fail_every=1),)).with_plan(id=420), slow)
    began = time.monotonic()
    results = tree(service)
    assert results.gaps == ()
    assert all(each.steps for each in results.cases())
    assert time.monotonic() - began < 40 * 0.05


def test_names_of_any_kind_come_through(serve: Serve) -> None:
    """Markup, control characters, lone surrogates, nothing at all: every case is there and can be told."""
    names = ("<b>&amp;", "::error::x", "a\x00\x1b[31mb", "\ud800", "😀", "", "x" * 5000)
    results = tree(serve(only(*(Case(each, "FAILURE") for each in names))))
    assert len(list(results.cases())) == len(names)
    assert all(each.name for each in results.cases())


def test_equal_cases_are_kept_apart(serve: Serve) -> None:
    """The same suite on two machines, and the same case twice in a suite."""
    suite = Suite("Smoke", (failed("Log in"), failed("Log in")))
    results = tree(serve(Scenario((Plan(420, "Shop", (Machine("Chrome", (suite,)), Machine("Chrome", (suite,)))),))))
    assert [len(machine.suites[0].cases) for machine in results.machines] == [2, 2]
    assert len({each.id for each in results.cases()}) == 4
    assert all(each.steps for each in results.cases())


def test_a_signal_ends_the_collecting(serve: Serve, interrupt: Interrupt) -> None:
    """At once, in the middle of a call; what was kept before is what is known."""
    service = serve("failing", Fault("run", delay=60.0))
    run = completed(service)
    interrupt(service, "run")
    kept: list[ResultTree] = []
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        service.run(collect(run, BatchFetcher(service.remote, soon()), "failed", kept.append))
    assert [stage.listed for stage in kept] == [True]
    assert time.monotonic() - began < 5


def test_a_signal_ends_all_requests_for_details(serve: Serve, interrupt: Interrupt) -> None:
    """However many are made at a time: none goes on, and none of those that wait for their turn is made."""
    content = replace(scenario("large"), plans=(grid(1, 2, 20, fail_every=1),)).with_plan(id=420)
    service = serve(content, Fault("steps", delay=60.0, count=None))
    run = completed(service)
    interrupt(service, "steps", count=DETAIL_LANES)
    kept: list[ResultTree] = []
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        service.run(collect(run, BatchFetcher(service.remote, soon(60)), "failed", kept.append))
    assert timed(kept[-1]) == [True] * 40
    assert service.server.calls.count("steps") == DETAIL_LANES
    assert time.monotonic() - began < 30


def arrived(service: Service, call: str, count: int) -> asyncio.Event:
    """An event that is set with the `count`th request of this kind."""
    loop, event, left = asyncio.get_running_loop(), asyncio.Event(), count

    def seen(request: Seen) -> None:
        nonlocal left
        left -= request.call == call
        if not left:
            loop.call_soon_threadsafe(event.set)

    service.server.simulator.recording.listen(seen)
    return event


def test_runs_share_the_lanes_for_details(serve: Serve) -> None:
    """Two runs that hang in all lanes do not keep a third one from its details: one request of each needs no lane."""
    content = replace(scenario("large"), plans=(grid(1, 2, 10, fail_every=1),)).with_plan(id=420)
    hang = [Fault("steps", path=f"*/{run_id}/*", delay=60.0, count=None) for run_id in (1001, 1002)]
    service = serve(content, *hang)
    first, second, third = (completed(service) for _ in range(3))
    kept: dict[str, ResultTree] = {}

    async def collected(run: Run) -> None:
        def keep(results: ResultTree) -> None:
            kept[run.id] = results

        await collect(run, BatchFetcher(service.remote, soon(60)), "failed", keep)

    async def side_by_side() -> None:
        all_hang = arrived(service, "steps", DETAIL_LANES + 2)
        hanging = [asyncio.create_task(collected(run)) for run in (first, second)]
        await all_hang.wait()
        await collected(third)
        for task in hanging:
            task.cancel()
        await asyncio.wait(hanging)

    service.run(side_by_side())
    assert all(each.steps for each in kept[third.id].cases())
    assert service.server.calls.count("steps") == DETAIL_LANES + 2 + 20


def test_first_pages_are_read_while_machines_hang(serve: Serve) -> None:
    """Those of both indexes, at the same time as the details of machines."""
    service = serve(plan(BIG), Fault("machine", delay=60.0, count=None))
    run = completed(service)

    async def until_first_pages() -> None:
        events = [arrived(service, *calls) for calls in (("machine", 3), ("index-suites", 1), ("index-cases", 1))]
        task = asyncio.create_task(
            collect(run, BatchFetcher(service.remote, soon(60)), "failed", error_response.ignore)
        )
        async with asyncio.timeout(5):
            for event in events:
                await event.wait()
        task.cancel()
        await asyncio.wait([task])

    service.run(until_first_pages())


def timed(results: ResultTree) -> list[bool]:
    """Whether each case has a duration."""
    return [each.timing.duration is not None for each in results.cases()]


@pytest.mark.parametrize("envelope", ["paged", "spring"])
@pytest.mark.parametrize(("first_page", "row_key"), [(0, "content"), (1, "content"), (0, "testCaseResults")])
@pytest.mark.parametrize("page_size", [3, 4, 11, 100])
def test_the_index_of_cases(
    serve: Serve, page_size: int, first_page: int, row_key: str, envelope: Literal["paged", "spring"]
) -> None:
    """All pages of the index are read, in both envelopes and wherever their numbers begin, and no case alone."""
    shape = scenario("failing").with_options(
        page_size=page_size, first_page=first_page, row_key=row_key, envelope=envelope
    )
    service = serve(shape)
    results = tree(service, "none")
    assert timed(results) == [True] * 11
    assert "case" not in service.server.calls
    # Eleven cases with six data sets; a page more at the most where numbers begin at 1.
    assert service.server.calls.count("index-cases") <= -(-17 // page_size) + 1


def test_an_index_of_another_run(serve: Serve) -> None:
    """Rows that say that they are of another run are none of ours: the cases are asked for one by one."""
    row = {"id": 50033, "duration": 5, "result": "FAILURE", "metrics": {"testPlanResultId": 7}}
    service = serve("passing", Fault("index-cases", text=json.dumps({"content": [row], "isLast": True}), count=None))
    results = tree(service)
    assert service.server.calls.count("case") == 11
    assert judge(results).exit_code == 0
    assert timed(results) == [True] * 11


def test_an_index_that_knows_more_than_the_list(serve: Serve) -> None:
    """A case that did not pass by the index, or has an unknown result there, did not pass; else it is as listed."""
    run = completed(serve("passing"))
    for result, expected in (("FAILURE", Result.FAILED), ("NEW", Result.UNKNOWN), ("SUCCESS", Result.PASSED)):
        row = {"id": 50026, "result": result, "duration": 1000}
        service = serve("passing", Fault("index-cases", text=json.dumps([row]), count=None))
        completed(service)
        results = trees_of(run, service, "none")[-1]
        assert case(results, "Log in").result is expected
    assert judge(results).exit_code == 0


def test_without_an_index(serve: Serve) -> None:
    """Cases are asked for one by one, the broken ones first, within a budget; what is left out is said."""
    good = tuple(passed(f"Good {number}") for number in range(MAX_SINGLES + 7))
    service = serve(only(*good, failed("Pay by card")).with_options(index=False))
    results = tree(service, seconds=60)
    assert service.server.calls.count("case") == MAX_SINGLES
    assert case(results, "Pay by card").timing.duration
    assert sum(timed(results)) == MAX_SINGLES
    assert results.gaps == (Gap(Missing.CASE_TIMES, Why.SINGLES_LIMIT, number=8, total=len(good) + 1),)


def test_a_case_that_is_listed_twice_is_read_once(serve: Serve) -> None:
    """Both of its rows have its times, so nothing is missing."""
    twice = {f"testCases.{place}.testCaseResultId": 50003 for place in range(2)}
    service = serve(
        only(passed("Log in"), failed("Pay by card")).with_options(index=False),
        Fault("cases", fields=twice, count=None),
    )
    results = tree(service, "none")
    assert service.server.calls.count("case") == 1
    assert missing(results) == [(Missing.UNLISTED_CASES, 1, 2)]


def test_an_index_that_repeats_itself(serve: Serve) -> None:
    """A service that gives the same page for ever is asked as often as our own number of cases allows."""
    row = {"id": 50026, "result": "SUCCESS", "duration": 1000}
    service = serve("passing", Fault("index-cases", text=json.dumps({"content": [row], "last": False}), count=None))
    tree(service)
    assert service.server.calls.count("index-cases") <= 11 + 3 * 2 + 1


def test_too_many_requests_make_us_fewer(serve: Serve) -> None:
    """Every 429 halves how many requests are made at a time; nothing is lost."""
    service = serve("failing", Fault("suite", status=429, count=3))
    asked = BatchFetcher(service.remote, soon())
    assert service.run(most_at_a_time(asked)) == DETAIL_LANES
    results = tree(service)
    assert results.gaps == ()
    assert service.run(most_at_a_time(asked)) == 1


async def most_at_a_time(asked: BatchFetcher) -> int:
    """How many items of a large batch are fetched at the same time."""
    going: set[str] = set()
    sizes = []

    async def fetch(identity: str, *, until: float) -> None:
        assert until > 0.0
        going.add(identity)
        sizes.append(len(going))
        await asyncio.sleep(0)
        going.remove(identity)

    await asked.each([str(number) for number in range(5 * DETAIL_LANES)], fetch)
    return max(sizes)


BIG = grid(3, 4, 2, fail_every=2)
GOOD = grid(3, 4, 2)
# Every stage: the calls that it consists of, and what is missing without them.
STAGES = {
    "list": (("cases",), (Missing.CASE_LIST, 0, 0)),
    "run": (("run",), (Missing.RUN_DETAILS, 0, 0)),
    "machines": (("machine",), (Missing.MACHINE_DETAILS, 3, 3)),
    "suites": (("suite", "index-suites"), (Missing.SUITE_DETAILS, 12, 12)),
    "cases": (("case", "index-cases"), (Missing.CASE_TIMES, 24, 24)),
    "steps": (("steps",), (Missing.STEPS, 12, 12)),
}
NOTHING_BELOW_TEST_RUNS = (Missing.ALL_DETAILS, 0, 0)
TROUBLE: dict[str, dict[str, Any]] = {
    "404": {"status": 404},
    "403": {"status": 403},
    "500-for-ever": {"status": 500},
    "garbage": {"text": "<html>Maintenance</html>"},
    "something-else": {"text": '{"id": 1, "rows": 7}'},
}


def in_trouble(calls: tuple[str, ...], kind: str) -> list[Fault]:
    """Faults that these calls have for ever."""
    return [Fault(call, count=None, **TROUBLE[kind]) for call in calls]


def plan(content: Plan) -> Scenario:
    """A service with this plan under the usual ID."""
    return Scenario((replace(content, id=420),))


@pytest.fixture
def _no_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next try would come after all patience: trouble is final at once, and nothing depends on time."""
    monkeypatch.setattr(error_response, "FIRST_BACKOFF", 1e6)
    monkeypatch.setattr(error_response, "MAX_BACKOFF", 1e6)


@pytest.mark.usefixtures("_no_second_try")
@pytest.mark.parametrize("kind", TROUBLE)
@pytest.mark.parametrize("stage", STAGES)
def test_every_missing_stage_is_named_in_one_line(serve: Serve, stage: str, kind: str) -> None:
    """Whatever is the matter with it; the stages above it are there, and the verdict is what it was."""
    calls, gap = STAGES[stage]
    if stage == "run" and TROUBLE[kind].get("status") in {403, 404}:
        gap = NOTHING_BELOW_TEST_RUNS
    # A list that cannot be read is tried once more at the end of its time.
    seconds = 4.0 if stage == "list" else 10.0
    for content, exit_code in ((BIG, 1), (GOOD, 0)):
        results = tree(serve(plan(content), *in_trouble(calls, kind)), seconds=seconds)
        asked = stage != "steps" or content is BIG
        assert missing(results) == ([gap] if asked else [])
        assert judge(results).exit_code == exit_code


@pytest.mark.usefixtures("_no_second_try")
@pytest.mark.parametrize("kind", TROUBLE)
def test_all_stages_missing_at_once(serve: Serve, kind: str) -> None:
    """Details that are out of order cost a few requests each, and each stage is named once."""
    calls = tuple(call for stage in ("run", "machines", "suites", "cases", "steps") for call in STAGES[stage][0])
    service = serve(plan(BIG), *in_trouble(calls, kind))
    results = tree(service)
    if kind in {"404", "403"}:
        assert missing(results) == [NOTHING_BELOW_TEST_RUNS]
        assert service.server.calls.count("run") == (3 if kind == "404" else 1)
        assert not set(calls[1:]) & set(service.server.calls)
    else:
        assert missing(results) == [gap for stage, (_, gap) in STAGES.items() if stage != "list"]
        paths = {seen.path for seen in service.server.seen_of(lambda seen: "test_runs" in seen.path)}
        assert len(paths) == len(calls)
    assert judge(results).exit_code == 1


def test_after_one_outage_there_is_less_patience(serve: Serve) -> None:
    """The run's own details are waited for; what comes after them in the same outage is tried once."""
    outage = Fault(path="*/test_runs/*", status=503, headers={"Retry-After": "1"}, count=None)
    service = serve(plan(BIG), outage)
    service.limit(detail=2.5, short_detail=0.9)
    assert len(tree(service).gaps) == 5
    assert service.server.calls.count("run") > 1
    assert [service.server.calls.count(call) for call in ("machine", "suite", "case", "steps")] == [1, 1, 1, 1]


def test_what_is_missing_everywhere_is_not_asked_for_everywhere(serve: Serve) -> None:
    """As many as fit into one round; then the rest of the kind is given up, with the same reason."""
    content = grid(1, 40, 1)
    service = serve(plan(content), *in_trouble(("suite", "index-suites"), "404"))
    results = tree(service)
    assert service.server.calls.count("suite") == DETAIL_LANES
    assert missing(results) == [(Missing.SUITE_DETAILS, 40, 40)]


def test_many_suites_come_from_their_index(serve: Serve) -> None:
    """Page by page, not one by one; where there is no index, or rows lack what matters, one by one."""
    shape = plan(BIG).with_options(page_size=5)
    for faults, pages, singles in (
        ((), 3, 0),
        ((Fault("index-suites", status=404, count=None),), 1, 12),
        ((Fault("index-suites", text='[{"id": 50002}, {"result": "SUCCESS"}, 7]', count=None),), 1, 12),
        ((Fault("index-suites", after=1, count=None, status=403),), 4, 7),
    ):
        service = serve(shape, *faults)
        results = tree(service)
        assert results.gaps == ()
        assert [suite.result for machine in results.machines for suite in machine.suites] == [Result.FAILED] * 12
        assert all(suite.timing.duration for machine in results.machines for suite in machine.suites)
        assert service.server.calls.count("index-suites") == pages
        assert service.server.calls.count("suite") == singles


@pytest.mark.usefixtures("_no_second_try")
def test_only_one_call_looks_for_the_version(serve: Serve) -> None:
    """Where the first detailed call was lost to trouble, the next ones wait until it is known which version answers."""
    service = serve(plan(BIG).with_options(versions=("v1",)), Fault("run", status=503, count=None))
    results = tree(service)
    assert missing(results) == [STAGES["run"][1]]
    missed = [seen.call for seen in service.server.seen if seen.status == 404]
    assert missed == ["machine", "machine", "index-suites", "index-cases"][: len(missed)]


def broken_sets(number: int, *, good: int = 0) -> Case:
    """A data-driven case with so many broken data sets, and some that passed."""
    steps = steps_failed("Open", "Click", at=1, message="No such element")
    bad = tuple(Iteration(f"bad {index}", "FAILURE", "No", steps) for index in range(number))
    fine = tuple(Iteration(f"good {index}", steps=steps_passed("Open")) for index in range(good))
    return data_driven("Search", *fine, *bad)


def test_steps_of_data_sets_that_the_service_does_not_know(serve: Serve) -> None:
    """The whole case is asked for instead, once; and not every other data set of the run is tried."""
    cases = tuple(replace(broken_sets(2, good=1), name=f"Search {number}") for number in range(10))
    service = serve(only(*cases, failed("Pay")).with_options(iteration_steps=False))
    results = tree(service)
    assert results.gaps == ()
    assert [each.message for each in results.cases()][:10] == ["No such element"] * 10
    assert all(each.steps and not any(one.steps for one in each.iterations) for each in results.cases())
    assert service.server.calls.count("steps") == DETAIL_LANES + 10 + 1


def test_steps_of_one_data_set_that_is_not_known(serve: Serve) -> None:
    """The others keep theirs; the case is asked for in place of that one."""
    service = serve(only(broken_sets(3)), Fault("steps", status=404))
    results = tree(service)
    assert results.gaps == ()
    search = case(results, "Search")
    assert sorted(bool(one.steps) for one in search.iterations) == [False, True, True]
    assert search.steps
    assert service.server.calls.count("steps") == 4


def test_data_sets_without_any_steps(serve: Serve) -> None:
    """A service that has an empty page for what it does not know has none that is empty for the case."""
    empty = Fault("steps", text='{"content": [], "empty": true}')
    service = serve(only(broken_sets(1)), empty)
    assert case(tree(service), "Search").message == "No such element"
    assert service.server.calls.count("steps") == 2


def test_steps_that_are_nowhere_to_be_had(serve: Serve) -> None:
    """Neither under the data sets nor under their cases: counted by cases, said once."""
    service = serve(only(broken_sets(3), replace(broken_sets(2), name="Find")), Fault("steps", status=404, count=None))
    assert missing(tree(service)) == [(Missing.STEPS, 2, 2)]
    assert service.server.calls.count("steps") == 5 + 2


def test_cases_that_never_began_do_not_hide_the_steps_of_the_others(serve: Serve) -> None:
    """Many cases without steps, and after them one that failed: its steps are among the first that are asked for."""
    aborted = tuple(Case(f"Lost {number}", "ABORTED") for number in range(3 * DETAIL_LANES))
    content = only(*aborted, failed("Pay"))
    known = serve(content)
    lost = [each.id for each in trees(known, "none")[-1].cases() if each.name != "Pay"]
    faults = [Fault("steps", path=f"*/{one}/step_results", status=404, count=None) for one in lost]
    results = tree(serve(content, *faults))
    assert case(results, "Pay").message
    assert missing(results) == [(Missing.STEPS, 24, 25)]


def test_a_list_that_fails_leaves_time_for_the_counters(serve: Serve) -> None:
    """An outage of the list of cases, for as long as we wait: the details are asked, and are evidence for a pass."""
    content = scenario("passing").with_options(null_counters=True)
    results = tree(serve(content, Fault("cases", status=503, count=None)), seconds=3.0)
    assert (results.unreadable, results.counts.passed) == (True, 11)
    assert judge(results).exit_code == 0


def test_a_case_has_no_more_steps_than_there_may_be(serve: Serve) -> None:
    """The rows beyond that are dropped, and no page is asked for after them."""
    rows = [{"id": f"step-{number}", "action": "Click", "result": "SUCCESS"} for number in range(MAX_STEPS + 7)]
    service = serve("failing", Fault("steps", text=json.dumps({"content": rows, "size": 1}), count=None))
    steps = service.run(service.client.results.fetch_steps("1001", "7", until=soon(60)))
    assert len(steps) == MAX_STEPS
    assert service.server.calls.count("steps") == 1


@pytest.mark.parametrize(
    ("steps", "calls"),
    [
        ((StepResult("1", 1, "Click", Result.PASSED),) * 10_000, ALL_STEPS // 10_000),
        ((StepResult("1", 1, "Click", Result.FAILED, message="x" * 10_000),) * 500, MAX_STEP_TEXT // 5_000_000),
    ],
    ids=["steps", "characters"],
)
def test_all_steps_together_have_a_budget(steps: tuple[StepResult, ...], calls: int) -> None:
    """Once so many steps, or characters of theirs, are kept, no more are asked for."""
    asked: list[str] = []

    async def fetch(identity: str, *, until: float) -> tuple[StepResult, ...]:
        asked.append(identity)
        assert until == 0.0
        return steps

    async def fetch_all(budgeted: Budgeted) -> None:
        for number in range(calls):
            await budgeted(str(number), until=0.0)
        with pytest.raises(LimitReached) as reached:
            await budgeted("one more", until=0.0)
        assert reached.value.why is Why.STEP_LIMIT

    result_of(fetch_all(Budgeted(fetch)))
    assert len(asked) == calls


def test_an_index_keeps_only_what_is_asked_for(serve: Serve) -> None:
    """However many rows of strangers it has."""
    rows = [{"id": number, "result": "SUCCESS"} for number in range(20_000)]
    service = serve("passing", Fault("index-cases", text=json.dumps({"content": rows, "isLast": True}), count=None))
    run = completed(service)
    asked = BatchFetcher(service.remote, soon())
    page = partial(service.client.results.fetch_case_page, run.id)
    first = service.run(asked.first_page(page))
    found = service.run(asked.index(first, page, ["7", "9"]))
    assert set(found) == {"7", "9"}
