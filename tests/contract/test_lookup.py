"""Finding a run by its plan and build number."""

import asyncio
import json
from dataclasses import replace

import pytest

from tests.contract.conftest import PLAN, Interrupt, Serve, Service, soon, spec
from tests.simulator import Fault, RunBefore, Scenario, scenario
from testsigma_action.domain.run import RunSpec
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.lookup import Search, SearchResult

LISTS = ("index-runs", "newest")


def with_runs(*builds: str, **options: object) -> Scenario:
    """Runs of the plan with these build numbers, from ID 900."""
    plan = scenario("passing").plans[0]
    before = tuple(RunBefore(900 + number, plan, build) for number, build in enumerate(builds))
    return replace(scenario("passing").with_options(**options), runs_before=before)


# For a search that goes on until its end (seconds).
BRIEFLY = 0.3


def find(service: Service, asked: RunSpec, seconds: float = 10.0, *, settled: float = 0.0) -> SearchResult:
    """Look for a run for so long; every run is listed after so many seconds (at once, unless something else is said).

    What lists refused is for other tests.
    """
    return replace(search(service, Search(asked, soon(seconds), settled=soon(settled))), refusals=())


def search(service: Service, wanted: Search) -> SearchResult:
    """Look twenty times a second, and at one list for a second at most."""
    service.limit(search_interval=0.05, list_answer=1.0)
    return service.run(lookup.find(wanted, service.remote))


@pytest.mark.parametrize("build", ["acme/shop#812.1-k3f9q2", "812", "a b", "ü", "a:b", "a,b", "a*", "1.10", "%2F&x=y"])
@pytest.mark.parametrize("options", [{}, {"index": False}, {"newest_runs": False}], ids=["both", "newest", "index"])
def test_a_run_is_found_by_its_build_number(serve: Serve, build: str, options: dict[str, object]) -> None:
    """Whatever stands in it, by either list; others are not taken for it."""
    service = serve(with_runs("other", build, f"{build}x", f"x{build}", **options))
    assert find(service, spec(build)) == SearchResult(("901",))


def test_all_runs_with_the_number_are_found(serve: Serve) -> None:
    """Whoever adopts one has to know that there are others."""
    found = find(serve(with_runs("812", "812", "813")), spec("812"))
    assert sorted(found.run_ids) == ["900", "901"]


def test_no_run_is_not_the_same_as_no_list(serve: Serve) -> None:
    """Only who saw all runs of the plan may say that there is none."""
    assert find(serve(with_runs("other")), spec("812")) == SearchResult(nothing=True)
    assert find(serve(with_runs("812", index=False, newest_runs=False)), spec("812")) == SearchResult()


def test_a_run_may_be_listed_later(serve: Serve) -> None:
    """As long as a new run may be missing in the lists, a list without it proves nothing."""
    assert find(serve(with_runs("other")), spec("812"), BRIEFLY, settled=10.0) == SearchResult()


@pytest.mark.parametrize("row", [{"buildNo": None}, {"executionId": None}, {"id": ".."}], ids=str)
def test_a_row_that_may_be_ours_is_no_proof(serve: Serve, row: dict[str, object]) -> None:
    """A run without a build number, a plan or an ID may be the one that we look for."""
    service = serve(with_runs("other", index=False), Fault("newest", text=listing(row), count=None))
    assert find(service, spec("812"), BRIEFLY) == SearchResult()


def listing(row: dict[str, object]) -> str:
    """A list with one run, of which some of the usual fields are given."""
    return json.dumps([{"id": 900, "executionId": int(PLAN), "buildNo": "other"} | row])


def test_a_run_that_goes_on_keeps_the_plan_busy(serve: Serve) -> None:
    """It is named; one that is over is not, and one of another plan is not."""
    service = serve(with_runs("other", index=False), Fault("newest", text=listing({"status": "STATUS_CREATED"})))
    found = search(service, Search(spec("812"), soon(), or_busy=True))
    assert (found.run_ids, found.nothing, found.busy_with) == ((), False, "900")


@pytest.mark.parametrize("options", [{}, {"index": False}, {"newest_runs": False}], ids=["both", "newest", "index"])
@pytest.mark.parametrize("how", ["same", "padded"])
def test_a_run_that_is_listed_twice_is_one(serve: Serve, how: str, options: dict[str, object]) -> None:
    """Whichever way its ID is spelled."""
    assert find(serve(with_runs("812", listed_twice=how, **options)), spec("812")) == SearchResult(("900",))


@pytest.mark.parametrize(
    "fault",
    [Fault("*", status=503, count=None), Fault("*", delivery="reset", count=None), Fault("*", text="{}", count=None)],
    ids=["503", "reset", "no-rows"],
)
def test_lists_that_cannot_be_read_say_nothing(serve: Serve, fault: Fault) -> None:
    """An outage is no proof that there is no run."""
    assert find(serve(with_runs("812"), fault), spec("812"), BRIEFLY) == SearchResult()


@pytest.mark.parametrize("list_name", LISTS)
def test_one_list_that_fails_is_enough_of_the_other(serve: Serve, list_name: str) -> None:
    """The other one finds the run, within the time."""
    service = serve(with_runs("812"), Fault(list_name, status=403, count=None))
    assert find(service, spec("812")) == SearchResult(("900",))


def test_an_empty_answer_to_a_query_proves_nothing(serve: Serve) -> None:
    """A criterion that the service reads in another way matches no run; a list that ignored it shows them all."""
    assert find(serve(with_runs("other", newest_runs=False)), spec("812"), BRIEFLY) == SearchResult()
    unfiltered = with_runs("other", newest_runs=False, ignore_query=True)
    assert find(serve(unfiltered), spec("812")) == SearchResult(nothing=True)


def test_refusals_count_once_no_list_is_left(serve: Serve) -> None:
    """As long as one list is there, the refusal of the other proves nothing."""
    wanted = Search(spec("812"), soon(BRIEFLY))
    assert search(serve(with_runs("other", index=False)), wanted).refusals == ()
    wanted = Search(spec("812"), soon())
    none_left = search(serve(with_runs("other", index=False, newest_runs=False)), wanted)
    assert [refusal.status for refusal in none_left.refusals] == [404, 404]


def test_a_list_that_is_refused_is_not_asked_again(serve: Serve) -> None:
    """A list that does not exist will not exist in two seconds either."""
    service = serve(with_runs("other", index=False))
    assert find(service, spec("812"), settled=0.2) == SearchResult(nothing=True)
    assert service.server.calls.count("index-runs") == 1
    assert service.server.calls.count("newest") > 1


def test_a_list_that_hangs_does_not_hide_the_other(serve: Serve) -> None:
    """A way that takes all the time is no reason not to try the other way."""
    service = serve(with_runs("812"), Fault("index-runs", delay=60.0, count=None))
    assert find(service, spec("812")) == SearchResult(("900",))


def test_no_time_nothing_known(serve: Serve) -> None:
    """Without any time nothing was looked at."""
    service = serve(with_runs("812"))
    assert find(service, spec("812"), -1) == SearchResult()
    assert service.server.seen == []


def test_a_signal_ends_the_search(serve: Serve, interrupt: Interrupt) -> None:
    """The step is to end; what may be going on is for the caller to say."""
    service = serve(with_runs("other"))
    interrupt(service, "newest", count=2)
    with pytest.raises(asyncio.CancelledError):
        find(service, spec("812"), 10, settled=10)
