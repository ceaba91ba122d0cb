"""The lists in which the runs of a plan can be found."""

from collections.abc import Awaitable, Callable

from testsigma_action.api.client import Client
from testsigma_action.api.lists import FoundRuns

# Reads a list until an instant of the monotonic clock. Raises ApiError.
RunList = Callable[[float], Awaitable[FoundRuns]]


def run_lists(plan_id: str, build_number: str, client: Client) -> tuple[RunList, ...]:
    """The lists that may have the runs of a plan, or those of a build number, the better one first.

    The service may not offer a list, and is known to ignore parts of a query.
    """

    async def newest(limit: float) -> FoundRuns:
        return await client.fetch_newest_runs(plan_id, until=limit)

    async def indexed(limit: float) -> FoundRuns:
        found = await client.fetch_indexed_runs(plan_id, build_number, until=limit)
        # Nothing under a query proves nothing: a criterion that the service reads in another way matches no run, too.
        return FoundRuns(found.runs, complete=found.complete and bool(found.runs))

    return newest, indexed
