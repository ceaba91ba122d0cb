"""The previous run of the same plan: for pacing the polls, and for detecting new failures."""

from collections.abc import Collection

from testsigma_action.api.lists import FoundRuns
from testsigma_action.domain.identity import RunKey, same_id
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ApiError
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.run_lists import run_lists
from testsigma_action.lifecycle.stop import look_once

# Maximum number of runs that are read to find a comparable one.
MAX_LOOKS = 5


async def list_runs(run: Run, remote: Remote, *, until: float) -> FoundRuns | None:
    """The runs of the plan, with the newest ones certainly among them. Raises no ApiError.

    None if no list is available, or if `until` (monotonic clock) passes first.
    """
    if not run.plan_id or not run.id.isdecimal():
        return None
    for run_list in run_lists(run.plan_id, "", remote.client):
        try:
            listed = await run_list(_soon(remote, until))
        except ApiError:
            continue
        if has_newest(listed):
            return listed
    return None


async def previous_run(
    run: Run, listed: FoundRuns, remote: Remote, *, until: float, apart_from: Collection[str] = frozenset()
) -> Run | None:
    """The newest completed run on the list that is older than this one and comparable.

    None if there is none, or if `until` (monotonic clock) passes first. Stopped runs, reruns of failed cases, runs in
    another environment and those in `apart_from` (IDs) are not comparable. Raises no ApiError.
    """
    for identity in older(run, listed, apart_from)[:MAX_LOOKS]:
        seen = await look_once(RunKey(identity), remote, until=_soon(remote, until))
        if seen and comparable(seen, run):
            return seen
    return None


def older(run: Run, listed: FoundRuns, apart_from: Collection[str]) -> list[str]:
    """The IDs of the plan's runs before this one, the newest first.

    The list is filtered and sorted here, since the service may ignore the query. A run may be listed twice.
    """
    ours = {int(one) for one in apart_from if one.isdecimal()}
    numbers = {int(row.id) for row in listed.runs if row.id.isdecimal() and same_id(row.plan_id, run.plan_id)}
    return [str(number) for number in sorted(numbers - ours, reverse=True) if number < int(run.id)]


def _soon(remote: Remote, until: float) -> float:
    """The deadline of one request: the previous run is optional."""
    return min(until, remote.after(remote.limits.previous_run_answer))


def has_newest(listed: FoundRuns) -> bool:
    """Whether no newer run can be on another page. The order of the index is not documented."""
    ids = [int(run.id) for run in listed.runs if run.id.isdecimal()]
    return listed.complete or ids == sorted(ids, reverse=True)


def comparable(before: Run, run: Run) -> bool:
    """Whether a run is comparable: a complete run of the same plan in the same environment."""
    elsewhere = before.environment_id and run.environment_id and before.environment_id != run.environment_id
    whole = before.completed and before.result is not Result.STOPPED and not before.parent_id
    same_plan = same_id(before.plan_id, run.plan_id)
    return whole and same_plan and not elsewhere and not same_id(before.id, run.parent_id)
