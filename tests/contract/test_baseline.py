"""Fetching the run that results are compared with: one list, or a line that says why there is no comparison."""

import asyncio
from dataclasses import replace

import pytest

from tests.contract.conftest import PLAN, Interrupt, Serve, Service, soon
from tests.simulator import Fault, Phase, RunBefore, Scenario, scenario
from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Result, Run, Status
from testsigma_action.lifecycle.finish import compare_with

FAILING = scenario("failing").plans[0]
OURS = Run("1000", Status.COMPLETED, Result.FAILED, PLAN)
BEFORE = Run("900", Status.COMPLETED, Result.FAILED, PLAN)


def service_with(*runs: RunBefore, faults: tuple[Fault, ...] = ()) -> Scenario:
    """A service that has our run, in which two cases failed, and these."""
    content = replace(scenario("failing"), runs_before=(*runs, RunBefore(1000, FAILING)))
    return content.with_faults(*faults)


def tree(service: Service) -> ResultTree:
    """The results of our run."""
    return ResultTree(OURS, service.run(service.client.results.fetch_case_list("1000", until=soon())), listed=True)


def compare(service: Service, before: Run | str, results: ResultTree, seconds: float = 10.0) -> Comparison | Gap | None:
    """Compare results with those of a run, and ask for so long at most."""
    return service.run(compare_with(before, results, service.remote, until=soon(seconds)))


def told(found: Comparison) -> tuple[int, int, int]:
    """How many cases are new, known and fixed."""
    return len(found.new), len(found.known), len(found.fixed)


@pytest.mark.parametrize("before", [BEFORE, "900"], ids=["run", "ID"])
def test_one_list_is_fetched(serve: Serve, before: Run | str) -> None:
    """Of a run that is known the list of its cases is all that is asked for; of an ID the run, too."""
    service = serve(service_with(RunBefore(900, scenario("passing").plans[0])))
    found = compare(service, before, tree(service))
    assert isinstance(found, Comparison)
    assert (told(found), found.before.id) == ((2, 0, 0), "900")
    assert service.server.calls == ["cases", *(["status"] if before == "900" else []), "cases"]


def test_same_results_are_known(serve: Serve) -> None:
    """What failed before, in the same way, is known, although all IDs of results are others."""
    service = serve(service_with(RunBefore(900, FAILING)))
    found = compare(service, BEFORE, tree(service))
    assert isinstance(found, Comparison)
    assert told(found) == (0, 2, 0)


def test_nothing_to_compare(serve: Serve) -> None:
    """A run without a case is not called unchanged, and nothing is asked for."""
    service = serve(service_with(RunBefore(900, FAILING)))
    empty = replace(tree(service), machines=())
    calls = len(service.server.calls)
    assert compare(service, BEFORE, empty) is None
    assert len(service.server.calls) == calls


def test_trouble_is_a_gap(serve: Serve) -> None:
    """What the service refuses, and what cannot be compared with, is said in a line."""
    going_on = RunBefore(901, FAILING, life=(Phase("STATUS_IN_PROGRESS", hold=True),))
    service = serve(service_with(RunBefore(900, FAILING), going_on))
    results = tree(service)
    for before, why in (("902", Why.ERROR), ("901", Why.NOT_FINISHED), (OURS, Why.SAME_RUN)):
        gap = compare(service, before, results)
        assert isinstance(gap, Gap)
        run_id = before if isinstance(before, str) else before.id
        assert (gap.missing, gap.why, gap.run_id, "902" in gap.message) == (
            Missing.COMPARISON,
            why,
            run_id,
            why is Why.ERROR,
        )


def test_a_run_is_not_compared_with_itself(serve: Serve) -> None:
    """Its status is not read once more for that: what this answer says would not change its verdict any more."""
    service = serve(service_with())
    results = tree(service)
    calls = len(service.server.calls)
    gap = compare(service, "1000", results)
    assert gap == Gap(Missing.COMPARISON, Why.SAME_RUN, run_id="1000")
    assert len(service.server.calls) == calls


def test_broken_list_is_a_gap(serve: Serve) -> None:
    """A list that stays unreadable ends with a gap, at the time that there is for it."""
    service = serve(service_with(RunBefore(900, FAILING), faults=(Fault("cases", text="[1, 2]", after=1, count=None),)))
    assert isinstance(compare(service, BEFORE, tree(service), 0.5), Gap)


def test_no_time_is_a_gap(serve: Serve) -> None:
    """Where the time for collecting is over nothing is asked."""
    service = serve(service_with(RunBefore(900, FAILING)))
    gap = Gap(Missing.COMPARISON, Why.TIME_LIMIT, run_id="900")
    assert compare(service, BEFORE, tree(service), -1) == gap
    assert service.server.calls == ["cases"]


def test_without_a_list_nothing_is_asked(serve: Serve) -> None:
    """Where our own cases are not known there is nothing to compare."""
    service = serve(service_with(RunBefore(900, FAILING)))
    assert compare(service, BEFORE, ResultTree(OURS)) is None
    assert service.server.calls == []


def test_signal(serve: Serve, interrupt: Interrupt) -> None:
    """A signal ends the wait for the list."""
    service = serve(service_with(RunBefore(900, FAILING), faults=(Fault("cases", delay=60, after=1),)))
    results = tree(service)
    interrupt(service, "cases")
    with pytest.raises(asyncio.CancelledError):
        compare(service, BEFORE, results)
