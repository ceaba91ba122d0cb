"""The previous run of the same plan: for pacing the polls, and for detecting new failures."""

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import TypeVar

from testsigma_action.api.lists import FoundRuns
from testsigma_action.domain.identity import RunKey, same_id
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ApiError
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.run_lists import run_lists

T = TypeVar("T")

# Maximum number of runs that are read to find a comparable one.
MAX_LOOKS = 5


async def previous_run(
    run: Run, remote: Remote, *, until: float, apart_from: Collection[str] = frozenset()
) -> Run | None:
    """The plan's newest completed run that is older than this one and comparable.

    None if there is none, or if `until` (monotonic clock) passes first. Stopped runs, reruns of failed cases, runs in
    another environment and those in `apart_from` (IDs) are not comparable. Raises no ApiError.
    """
    if not run.plan_id or not run.id.isdecimal():
        return None
    for run_list in run_lists(run.plan_id, "", remote.client):
        listed = await _answer(run_list, remote, until)
        if listed and _has_newest(listed):
            return await _comparable(run, _without(listed, apart_from), remote, until)
    return None


def _without(listed: FoundRuns, apart_from: Collection[str]) -> FoundRuns:
    """The list without the runs that have one of these IDs."""
    left = (row for row in listed.runs if not any(same_id(row.id, one) for one in apart_from))
    return FoundRuns(tuple(left), complete=listed.complete)


async def _answer(call: Callable[[float], Awaitable[T]], remote: Remote, until: float) -> T | None:
    """The answer, or None if it fails or takes too long: the previous run is optional."""
    try:
        return await call(min(until, remote.after(remote.limits.previous_run_answer)))
    except ApiError:
        return None


def _has_newest(listed: FoundRuns) -> bool:
    """Whether no newer run can be on another page. The order of the index is not documented."""
    ids = [int(run.id) for run in listed.runs if run.id.isdecimal()]
    return listed.complete or ids == sorted(ids, reverse=True)


async def _comparable(run: Run, listed: FoundRuns, remote: Remote, until: float) -> Run | None:
    """The newest comparable run. The list is filtered here, since the service may ignore the query."""
    older = {int(row.id) for row in listed.runs if row.id.isdecimal() and same_id(row.plan_id, run.plan_id)}
    ids = sorted((number for number in older if number < int(run.id)), reverse=True)
    for number in ids[:MAX_LOOKS]:
        seen = await _answer(partial(_run, remote, str(number)), remote, until)
        if seen and _counts(seen, run):
            return seen
    return None


async def _run(remote: Remote, run_id: str, until: float) -> Run:
    return await remote.client.fetch_run(RunKey(run_id), until=until)


def _counts(before: Run, run: Run) -> bool:
    """Whether a run is comparable: a complete run of the same plan in the same environment."""
    elsewhere = before.environment_id and run.environment_id and before.environment_id != run.environment_id
    whole = before.completed and before.result is not Result.STOPPED and not before.parent_id
    same_plan = same_id(before.plan_id, run.plan_id)
    return whole and same_plan and not elsewhere and not same_id(before.id, run.parent_id)
