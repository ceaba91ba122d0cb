"""Finding a run: by its ID or, after the answer to its start was lost, by its build number; a rerun by its parent."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import inf

from testsigma_action.api.client import Client
from testsigma_action.api.lists import FoundRuns
from testsigma_action.domain.identity import Claim, RunKey, began, claim, same_id
from testsigma_action.domain.reruns import Chain
from testsigma_action.domain.run import Result, Run, RunSpec, Status
from testsigma_action.errors import ApiError, Redirected, Refused
from testsigma_action.lifecycle.remote import Remote

# Reads a list until an instant of the monotonic clock. Raises ApiError.
RunList = Callable[[float], Awaitable[FoundRuns]]


@dataclass(frozen=True, slots=True)
class Search:
    """Criteria and deadlines of a search (instants of the monotonic clock).

    `requested`: when the start was sent, if known; a run that began earlier is not ours. `settled`: from then on every
    existing run is listed, so that a complete list proves that a run does not exist. `apart_from`: ID of a known run,
    which a list need not identify. `or_busy`: a run that keeps the plan busy ends the search, too. `has_runs`: the plan
    certainly has a run, so an empty list cannot be correct. `rerun_of`: the run is the rerun of this run, the last one
    of this chain, whatever its build number is.
    """

    spec: RunSpec
    until: float = inf
    requested: float | None = None
    settled: float = inf
    apart_from: str = ""
    or_busy: bool = False
    has_runs: bool = False
    rerun_of: tuple[Run, Chain] | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The IDs of the runs that were found, each once.

    `nothing`: it is certain that there is none. `busy_with`: another run that keeps the plan busy. `refusals`: the
    errors of all lists, if none of them is available.
    """

    run_ids: tuple[str, ...] = ()
    nothing: bool = False
    busy_with: str = ""
    refusals: tuple[ApiError, ...] = ()


def rerun_search(parent: Run, chain: Chain, until: float = inf) -> Search:
    """The search for the rerun of a run that names no rerun yet. Its parent identifies it."""
    # Reruns may have another build number than their parent.
    spec = RunSpec(plan_id=parent.plan_id, unique=True)
    return Search(spec, until, has_runs=True, rerun_of=(parent, chain))


async def find(search: Search, remote: Remote) -> SearchResult:
    """Search for such runs of the plan until one is found, or none can exist. Each list is read once in each round."""
    pauses, found = remote.limits.search_pauses(), SearchResult()
    lists, refusals = list(_lists(search, remote)), list[ApiError]()
    while lists and (now := remote.now()) < search.until:
        found = SearchResult()
        for run_list in tuple(lists):
            listed = await look(run_list, remote, search.until)
            if isinstance(listed, ApiError):
                lists.remove(run_list)
                refusals.append(listed)
                continue
            seen = _read(listed, search, remote)
            if seen.run_ids:
                return seen
            found = SearchResult((), found.nothing or seen.nothing, found.busy_with or seen.busy_with)
        if found.nothing and now >= search.settled:
            return found
        if search.or_busy and found.busy_with:
            break
        await asyncio.sleep(_pause(search, next(pauses), now, remote) if lists else 0.0)
    return SearchResult(busy_with=found.busy_with, refusals=() if lists else tuple(refusals))


def _lists(search: Search, remote: Remote) -> Iterator[RunList]:
    """The lists that may contain the run; the answer about its parent may name a rerun."""
    if search.rerun_of:
        yield partial(_named_rerun, *search.rerun_of, remote)
    if search.spec.plan_id:
        yield from run_lists(search.spec.plan_id, search.spec.build_number, remote.client)


async def _named_rerun(parent: Run, chain: Chain, remote: Remote, until: float) -> FoundRuns:
    """The rerun that the parent names, if its own answer confirms it. Raises ApiError."""
    parent = await remote.client.fetch_run(RunKey.of(parent), until=until)
    from testsigma_action.lifecycle.follow_reruns import look_at_rerun

    seen = await look_at_rerun(parent, chain, remote, until=remote.after(remote.limits.list_answer))
    return FoundRuns((seen,) if isinstance(seen, Run) else (), complete=False)


def _pause(search: Search, interval: float, looked: float, remote: Remote) -> float:
    """Seconds until the next look: one at `settled`, when a list becomes a proof, and several after it."""
    now, longest = remote.now(), interval
    if looked < search.settled < inf:
        longest = search.settled - now
    elif search.settled < inf:
        longest = max(remote.limits.search_interval, (search.until - search.settled) / 4)
    return max(0.0, min(interval, longest, search.until - now))


async def look(run_list: RunList, remote: Remote, until: float) -> FoundRuns | ApiError:
    """The current rows of a list (maybe none), or the refusal of the service."""
    limit = min(until, remote.after(remote.limits.list_answer))
    try:
        return await run_list(limit)
    except (Refused, Redirected) as refusal:
        return refusal
    except ApiError:
        return FoundRuns((), complete=False)


def _read(listed: FoundRuns, search: Search, remote: Remote) -> SearchResult:
    """Evaluate a list. Rows are filtered here, since the service ignores parts of the query."""
    claim_of = _criterion(search, remote)
    rows = [(row, claim_of(row)) for row in listed.runs if row.id]
    others = [row for row, whose in rows if _is_no_candidate(row, whose, search)]
    going = (row.id for row in others if row.status not in {Status.COMPLETED, Status.UNKNOWN})
    return SearchResult(
        run_ids=tuple(dict.fromkeys(row.id for row, whose in rows if whose is Claim.OURS)),
        nothing=listed.complete and len(others) == len(listed.runs) and not (search.has_runs and not others),
        busy_with=next(going, ""),
    )


def _criterion(search: Search, remote: Remote) -> Callable[[Run], Claim]:
    """Whose run a row of a list is. The run cannot have begun before its request, or the end of its parent."""
    spec = search.spec
    if search.rerun_of:
        parent, chain = search.rerun_of
        ended = parent.timing.ended or parent.timing.started
        return lambda row: chain.claim(row, spec.plan_id, began(row.timing.started, ended))
    sent = None if search.requested is None else remote.client.server_time(search.requested)
    return lambda row: claim(row.plan_id, row.build_number, spec, began(row.timing.started, sent))


def _is_no_candidate(row: Run, whose: Claim, search: Search) -> bool:
    """Whether a row is another run of this plan, or the known run. A list with rows of other plans proves nothing."""
    if whose is Claim.UNCONFIRMED:
        return same_id(row.id, search.apart_from)
    return whose is not Claim.OURS and same_id(row.plan_id, search.spec.plan_id)


def unread(run_id: str, spec: RunSpec, remote: Remote) -> Run:
    """A run that has not been read yet, with its ID and the data of its spec."""
    url = remote.client.run_url(run_id)
    return Run(run_id, Status.UNKNOWN, Result.UNKNOWN, spec.plan_id, build_number=spec.build_number, url=url)


async def attach(key: RunKey, remote: Remote, *, until: float, tolerance: float | None = None) -> Run:
    """Return the current state of the run; retry until an instant of the monotonic clock.

    A 404 is retried for `tolerance` seconds: a replica of the service may not know the run yet. Raises Refused (after
    that time: `not-found`) and Outage.
    """
    limits = remote.limits
    tolerated = min(until, remote.after(limits.attach_tolerance if tolerance is None else tolerance))
    while True:
        try:
            return await remote.client.fetch_run(key, until=until)
        except Refused as refusal:
            if refusal.status != 404 or remote.after(limits.attach_interval) > tolerated:
                raise
        await asyncio.sleep(limits.attach_interval)


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
