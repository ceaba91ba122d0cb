"""The lists in which the runs of a plan can be found."""

from collections.abc import Awaitable, Callable

from testsigma_action.api.client import Client
from testsigma_action.api.lists import FoundRuns

# Reads a list until an instant of the monotonic clock. Raises ApiError.
RunList = Callable[[float], Awaitable[FoundRuns]]


def run_lists(plan_id: str, build_number: str, client: Client) -> tuple[RunList, ...]:
    """The lists that may contain the runs of a plan or build number, the more reliable one first.

    A list may not be available, and the service ignores parts of queries.
    """

    async def newest(limit: float) -> FoundRuns:
        return await client.fetch_newest_runs(plan_id, until=limit)

    async def indexed(limit: float) -> FoundRuns:
        found = await client.fetch_indexed_runs(plan_id, build_number, until=limit)
        # An empty result proves nothing: the service may have misread a criterion of the query.
        return FoundRuns(found.runs, complete=found.complete and bool(found.runs))

    return newest, indexed
