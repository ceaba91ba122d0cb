"""Finding the plan's run before this one."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.conftest import PLAN, Interrupt, Serve, Service, soon
from tests.simulator import Fault, Phase, RunBefore, Scenario, scenario
from testsigma_action.domain.run import Result, Run, Status
from testsigma_action.lifecycle import history

HERE = scenario("passing").plans[0]
ELSEWHERE = replace(HERE, id=421)
STOPPED = replace(HERE, result="STOPPED")
NO_NEWEST = {"newest_runs": False}
Change = Callable[[Scenario], Scenario]


def with_runs(*before: RunBefore, **options: object) -> Scenario:
    """A service that has these runs, and ours, which has the ID 1000."""
    content = replace(scenario("passing").with_options(**options), plans=(HERE, ELSEWHERE))
    goes_on = (Phase("STATUS_IN_PROGRESS", hold=True),)
    return replace(content, runs_before=(*before, RunBefore(1000, HERE, life=goes_on)))


def previous(service: Service, run: Run | None = None, seconds: float = 10.0) -> Run | None:
    """The run before ours."""
    ours = Run("1000", Status.IN_PROGRESS, Result.QUEUED, PLAN)
    until = soon(seconds)

    async def find() -> Run | None:
        listed = await history.list_runs(run or ours, service.remote, until=until)
        return await history.previous_run(run or ours, listed, service.remote, until=until) if listed else None

    return service.run(find())


@pytest.mark.parametrize("options", [{}, NO_NEWEST, {"index": False}], ids=["both", "index", "newest"])
@pytest.mark.parametrize("string_ids", [False, True])
def test_the_newest_run_before_ours_is_found(serve: Serve, options: dict[str, object], *, string_ids: bool) -> None:
    """By either list, with all that is needed to compare with it; older and newer ones are not taken for it."""
    runs = (RunBefore(900, HERE, seconds=50), RunBefore(901, HERE, seconds=70), RunBefore(1001, HERE))
    found = previous(serve(with_runs(*runs, string_ids=string_ids, **options)))
    assert found is not None
    assert (found.id, found.result, found.timing.duration) == ("901", Result.PASSED, timedelta(seconds=70))
    assert found.url.endswith("/901")


@pytest.mark.parametrize(
    "other",
    [
        RunBefore(901, HERE, life=(Phase("STATUS_IN_PROGRESS", hold=True),)),
        RunBefore(901, STOPPED),
        RunBefore(901, replace(HERE, at_end={"reRunParentId": 900})),
        RunBefore(901, replace(HERE, at_end={"environmentId": 8})),
        RunBefore(901, ELSEWHERE),
        RunBefore(1001, HERE),
    ],
    ids=["goes-on", "stopped", "rerun", "other-environment", "other-plan", "newer"],
)
@pytest.mark.parametrize("options", [{}, {**NO_NEWEST, "ignore_query": True}], ids=["newest", "index"])
def test_runs_that_had_something_else_to_do_are_passed_over(
    serve: Serve, other: RunBefore, options: dict[str, object]
) -> None:
    """Neither their duration nor their failures say anything about ours."""
    ours = Run("1000", Status.IN_PROGRESS, Result.QUEUED, PLAN, environment_id="7")
    found = previous(serve(with_runs(RunBefore(900, HERE), other, **options)), ours)
    assert found is not None
    assert found.id == "900"


def test_the_run_that_ours_repeats_is_part_of_ours(serve: Serve) -> None:
    """A rerun is compared with what was before its first run."""
    ours = Run("1000", Status.IN_PROGRESS, Result.QUEUED, PLAN, parent_id="901")
    found = previous(serve(with_runs(RunBefore(900, HERE), RunBefore(901, HERE))), ours)
    assert found is not None
    assert found.id == "900"


def test_the_first_run_has_none_before_it(serve: Serve) -> None:
    """One request says so."""
    service = serve(with_runs())
    assert previous(service) is None
    assert service.server.calls == ["newest"]


@pytest.mark.parametrize(
    "run",
    [
        Run("1000", Status.IN_PROGRESS, Result.QUEUED),
        Run("6f0c-a1", Status.IN_PROGRESS, Result.QUEUED, PLAN),
    ],
    ids=["no-plan", "no-number"],
)
def test_what_cannot_be_asked_is_not_asked(serve: Serve, run: Run) -> None:
    """Without a plan there is nothing to look for, without numbers no order."""
    service = serve(with_runs(RunBefore(900, HERE)))
    assert previous(service, run) is None
    assert service.server.calls == []


def test_a_page_of_old_runs_says_nothing(serve: Serve) -> None:
    """Where the index is in no known order and has more pages, a newer run may be on one of them."""
    runs = [RunBefore(900 + number, HERE) for number in range(5)]
    assert previous(serve(with_runs(*runs, **NO_NEWEST, newest_first=False, page_size=2))) is None
    found = previous(serve(with_runs(*runs, **NO_NEWEST, newest_first=False)))
    assert found is not None
    assert found.id == "904"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("*", status=503, count=None),
        Fault("*", status=401, count=None),
        Fault("*", delivery="reset", count=None),
        Fault("*", text="{}", count=None),
        Fault("*", delay=60.0, count=None),
        Fault("*", status=302, headers={"Location": "http://127.0.0.1:9/"}, count=None),
    ],
    ids=["503", "401", "reset", "no-rows", "hangs", "redirect"],
)
def test_a_service_that_is_out_of_order_does_no_harm(serve: Serve, fault: Fault) -> None:
    """It is a convenience: no error, and no more than the time it was given."""
    service = serve(with_runs(RunBefore(900, HERE)), fault)
    service.limit(previous_run_answer=0.1)
    assert previous(service, seconds=0.3) is None


def test_a_list_that_hangs_does_not_hide_the_other(serve: Serve) -> None:
    """One way that takes too long leaves time for the other."""
    service = serve(with_runs(RunBefore(900, HERE)), Fault("newest", delay=60.0, count=None))
    service.limit(previous_run_answer=0.3)
    found = previous(service)
    assert found is not None
    assert found.id == "900"


def test_not_all_runs_are_read(serve: Serve) -> None:
    """A plan whose runs are always stopped is given up."""
    service = serve(with_runs(*[RunBefore(900 + number, STOPPED) for number in range(20)]))
    assert previous(service) is None
    assert service.server.calls == ["newest", *["status"] * history.MAX_LOOKS]


def test_a_signal_ends_it(serve: Serve, interrupt: Interrupt) -> None:
    """The step is to end at once."""
    service = serve(with_runs(RunBefore(900, HERE)), Fault("newest", delay=60.0, count=None))
    interrupt(service, "newest")
    with pytest.raises(asyncio.CancelledError):
        previous(service)
