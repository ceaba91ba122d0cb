"""From a completed run to its tree: the ladder, rung by rung, and what is said of the rungs that are missing."""

import json
import time
from dataclasses import replace
from typing import Literal

import pytest

from tests.contract.conftest import Interrupt, Serve, Service, soon, spec
from tests.simulator import (
    Case,
    Fault,
    Iteration,
    Machine,
    Plan,
    Scenario,
    Suite,
    data_driven,
    failed,
    grid,
    passed,
    scenario,
    steps_failed,
    steps_passed,
)
from testsigma_action import collect as collecting
from testsigma_action.collect import Details, collect
from testsigma_action.errors import Cancelled
from testsigma_action.model import Result, Run
from testsigma_action.tree import CaseResult, ResultTree
from testsigma_action.verdict import judge

LEVELS = ("machine", "suite", "steps")


def completed(service: Service) -> Run:
    """A run from its start to its end."""
    run = service.client.start_run(spec())
    while not run.completed:
        run = service.client.fetch_run(run.id, until=soon())
    return run


def trees(service: Service, details: Details = "failed", seconds: float = 10.0) -> list[ResultTree]:
    """What is collected of a run, rung by rung."""
    run = completed(service)
    return list(collect(run, service.remote, details, until=soon(seconds)))


def tree(service: Service, details: Details = "failed", seconds: float = 10.0) -> ResultTree:
    """All that is collected of a run."""
    return trees(service, details, seconds)[-1]


def case(results: ResultTree, name: str) -> CaseResult:
    """The first case with a name."""
    return next(each for each in results.cases() if each.name == name)


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


def test_every_rung_is_better_than_the_one_below(serve: Serve) -> None:
    """The list of cases, the details of the run, places, times, steps; nothing is missing and nothing is said."""
    service = serve("failing")
    rungs = trees(service)
    assert [rung.gaps for rung in rungs] == [()] * 5
    assert rungs[0].listed
    assert rungs[0].details_result is Result.UNKNOWN
    assert rungs[1].details_result is Result.FAILED
    assert rungs[1].machines == rungs[0].machines
    assert rungs[2].machines[0].device.browser == "GoogleChrome"
    assert case(rungs[2], "Pay by card").timing.duration is None
    assert case(rungs[3], "Pay by card").timing.duration
    assert case(rungs[3], "Pay by card").steps is None
    assert case(rungs[4], "Pay by card").steps
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
    assert len(results.gaps) == 1
    assert "list of cases" in results.gaps[0]
    assert results.counts.passed == 11
    assert judge(results).exit_code == 0


def test_with_v3_alone(serve: Serve) -> None:
    """The other version has it all."""
    service = serve(scenario("failing").with_options(versions=("v3",)))
    results = tree(service)
    assert results.gaps == ()
    assert case(results, "Pay by card").message
    missed = [seen for seen in service.server.seen if "/v2/" in seen.path]
    assert len(missed) == 1


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_without_any_version(serve: Serve, name: str, exit_code: int) -> None:
    """The list of cases decides; what is missing is said once, and nothing else is asked."""
    service = serve(scenario(name).with_options(versions=()))
    results = tree(service)
    assert results.listed
    assert len(results.gaps) == 1
    assert "steps" in results.gaps[0]
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
    assert any("10 of 11 cases" in gap for gap in results.gaps)
    assert results.counts.total == 11


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("status", [404, 403])
def test_single_details_that_are_missing_are_counted(serve: Serve, level: str, status: int) -> None:
    """One of several is not there: the gap says how many of how many and why; the rest is there."""
    service = serve("failing", Fault(level, status=status))
    results = tree(service)
    [gap] = results.gaps
    assert "1 of" in gap
    assert str(status) in gap
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


def test_an_optional_rung_has_its_own_patience(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage of the details does not cost all the time for collecting."""
    monkeypatch.setattr(collecting, "PATIENCE", 0.15)
    began = time.monotonic()
    results = tree(serve("passing", Fault("run", status=503, count=None)), seconds=60)
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
    """At once, in the middle of a call; what was yielded before is what is known."""
    service = serve("failing", Fault("run", delay=60.0))
    run = completed(service)
    rungs = collect(run, service.remote, "failed", until=soon())
    assert next(rungs).listed
    service.calls.post(lambda: interrupt(service))
    began = time.monotonic()
    with pytest.raises(Cancelled):
        next(rungs)
    assert time.monotonic() - began < 5


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
    """Rows that say that they are of another run are none of ours."""
    row = {"id": 50033, "duration": 5, "result": "FAILURE", "metrics": {"testPlanResultId": 7}}
    service = serve("passing", Fault("index-cases", text=json.dumps({"content": [row], "isLast": True}), count=None))
    assert timed(tree(service)) == [False] * 11


def test_an_index_that_knows_more_than_the_list(serve: Serve) -> None:
    """A case that passed by the list and failed by the index did not pass; the other way round it failed, too."""
    run = completed(serve("passing"))
    for result, expected in (("FAILURE", Result.FAILED), ("SUCCESS", Result.PASSED), ("NEW", Result.PASSED)):
        row = {"id": 50026, "result": result, "duration": 1000}
        service = serve("passing", Fault("index-cases", text=json.dumps([row]), count=None))
        completed(service)
        results = list(collect(run, service.remote, "none", until=soon()))[-1]
        assert case(results, "Log in").result is expected
    assert judge(results).exit_code == 0


def test_without_an_index(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases are asked for one by one, the broken ones first, within a budget; what is left out is said."""
    monkeypatch.setattr(collecting, "MOST_SINGLES", 3)
    service = serve(scenario("failing").with_options(index=False))
    results = tree(service)
    assert service.server.calls.count("case") == 3
    assert case(results, "Pay by card").timing.duration
    assert sum(timed(results)) == 3
    assert any("8 of 11 cases" in gap for gap in results.gaps)


def test_an_index_that_repeats_itself(serve: Serve) -> None:
    """A service that gives the same page for ever is asked as often as our own number of cases allows."""
    row = {"id": 50026, "result": "SUCCESS", "duration": 1000}
    service = serve("passing", Fault("index-cases", text=json.dumps({"content": [row], "last": False}), count=None))
    tree(service)
    assert service.server.calls.count("index-cases") <= 11 + 3 * 2 + 1


def test_too_many_requests_make_us_fewer(serve: Serve) -> None:
    """Every 429 halves how many requests are made at a time; nothing is lost."""
    service = serve("failing", Fault("suite", status=429, count=3))
    collector = collecting._Collector("1001", service.remote, soon())
    assert collector._width() == collecting.WIDTH
    results = tree(service)
    assert results.gaps == ()
    assert collector._width() == 1
