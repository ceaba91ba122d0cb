"""Finding a run after the answer to its start was lost: by its build number, or a rerun by its parent."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from math import inf

from testsigma_action.api.lists import FoundRun, FoundRuns
from testsigma_action.domain.identity import Began, Claim, RunKey, began, claim, same_id
from testsigma_action.domain.reruns import Chain
from testsigma_action.domain.run import Result, Run, RunSpec, Status
from testsigma_action.errors import ApiError, Redirected, Refused
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.reruns import look_at_rerun
from testsigma_action.lifecycle.run_lists import RunList, run_lists
from testsigma_action.lifecycle.time_limits import TimeLimits


@dataclass(frozen=True, slots=True)
class RerunOf:
    """The last known run of a chain, whose rerun is searched."""

    parent: Run
    chain: Chain


@dataclass(frozen=True, slots=True)
class Search:
    """Criteria and deadlines of a search (instants of the monotonic clock).

    `requested`: when the start was sent, if known; a run that began earlier is not ours. `settled`: from then on every
    existing run is listed, so that a complete list proves that a run does not exist. `apart_from`: ID of a known run,
    which a list need not identify. `or_busy`: a run that keeps the plan busy ends the search, too. `has_runs`: the plan
    certainly has a run, so an empty list cannot be correct. `rerun_of`: the run is the rerun of this run, whatever its
    build number is.
    """

    spec: RunSpec
    until: float
    requested: float | None = None
    settled: float = inf
    apart_from: str = ""
    or_busy: bool = False
    has_runs: bool = False
    rerun_of: RerunOf | None = None

    @classmethod
    def after_start(
        cls, spec: RunSpec, requested: float, answered: float, deadline: float, limits: TimeLimits
    ) -> "Search":
        """A search while the started run may not be listed yet, up to a deadline, but for at least a few seconds."""
        settled = answered + limits.replication
        until = max(min(settled + limits.search_slack, deadline), answered + limits.shortest_search)
        return cls(spec, until, requested, settled)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The IDs of the runs that were found, each once.

    `nothing`: it is certain that there is none. `busy_with`: another run that keeps the plan busy. `refusals`: the
    errors of lists that are not available; `unusable`: no list is.
    """

    run_ids: tuple[str, ...] = ()
    nothing: bool = False
    busy_with: str = ""
    refusals: tuple[ApiError, ...] = ()
    unusable: bool = False


async def find(search: Search, remote: Remote) -> SearchResult:
    """Search for such runs of the plan until one is found, or none can exist."""
    pauses = remote.limits.search_pauses()
    lists = list(_lists(search, remote))
    found = SearchResult()
    while lists and (now := remote.now()) < search.until:
        found = await _look_everywhere(search, lists, remote, found)
        found = replace(found, nothing=found.nothing and now >= search.settled)
        if found.run_ids or found.nothing or (search.or_busy and found.busy_with):
            return found
        await asyncio.sleep(_pause(search, next(pauses), now, remote) if lists else 0.0)
    return replace(found, nothing=False, unusable=not lists)


def _lists(search: Search, remote: Remote) -> Iterator[RunList]:
    """The lists that may contain the run; the answer about its parent may name a rerun."""
    if search.rerun_of:
        yield partial(_named_rerun, search.rerun_of, remote)
    if search.spec.plan_id:
        yield from run_lists(search.spec.plan_id, search.spec.build_number, remote.client)


async def _named_rerun(of: RerunOf, remote: Remote, until: float) -> FoundRuns:
    """The rerun that the parent names, if its own answer confirms it. Raises ApiError."""
    parent = await remote.client.fetch_run(RunKey.of(of.parent), until=until)
    seen = await look_at_rerun(parent, of.chain, remote, until=remote.after(remote.limits.list_answer))
    rows = (FoundRun(seen.id, seen.plan_id, "", parent_id=seen.parent_id),) if isinstance(seen, Run) else ()
    return FoundRuns(rows, complete=False)


def _pause(search: Search, interval: float, looked: float, remote: Remote) -> float:
    """Seconds until the next look: one at `settled`, when a list becomes a proof, and several after it."""
    now = remote.now()
    if looked < search.settled < inf:
        return max(0.0, min(interval, search.settled - now, search.until - now))
    several = (
        interval if search.settled == inf else max(remote.limits.search_interval, (search.until - search.settled) / 4)
    )
    return max(0.0, min(interval, several, search.until - now))


async def _look_everywhere(search: Search, lists: list[RunList], remote: Remote, before: SearchResult) -> SearchResult:
    """Read each list once; lists that the service refuses are removed."""
    found = replace(before, run_ids=(), nothing=False, busy_with="")
    for run_list in tuple(lists):
        listed = await _look(run_list, remote, search.until)
        if isinstance(listed, ApiError):
            lists.remove(run_list)
            found = replace(found, refusals=(*found.refusals, listed))
            continue
        seen = _read(listed, search, remote)
        if seen.run_ids:
            return seen
        found = replace(found, nothing=found.nothing or seen.nothing, busy_with=found.busy_with or seen.busy_with)
    return found


def unread(run_id: str, spec: RunSpec, remote: Remote) -> Run:
    """A run that has not been read yet, with its ID and the data of its spec."""
    url = remote.client.run_url(run_id)
    return Run(run_id, Status.UNKNOWN, Result.UNKNOWN, spec.plan_id, build_number=spec.build_number, url=url)


async def _look(run_list: RunList, remote: Remote, until: float) -> FoundRuns | ApiError:
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
    requested = _requested(search, remote)
    claims = [(row, _claim(row, search, began(row.started, requested))) for row in listed.runs]
    others = [row for row, whose in claims if row.id and _is_no_candidate(row, whose, search)]
    ours = (row.id for row, whose in claims if row.id and whose is Claim.OURS)
    return SearchResult(
        run_ids=tuple(dict.fromkeys(ours)),
        nothing=listed.complete and len(others) == len(listed.runs) and not (search.has_runs and not others),
        busy_with=_active(others),
    )


def _requested(search: Search, remote: Remote) -> datetime | None:
    """The earliest time, by the clock of the service, at which the run can have begun."""
    if search.rerun_of:
        timing = search.rerun_of.parent.timing
        return timing.ended or timing.started
    return None if search.requested is None else remote.client.server_time(search.requested)


def _claim(row: FoundRun, search: Search, when: Began) -> Claim:
    if search.rerun_of:
        return search.rerun_of.chain.claim(row, search.spec.plan_id, when)
    return claim(row.plan_id, row.build_number, search.spec, when)


def _is_no_candidate(row: FoundRun, whose: Claim, search: Search) -> bool:
    """Whether a row is another run of this plan, or the known run. A list with rows of other plans proves nothing."""
    if whose is Claim.UNCONFIRMED:
        return same_id(row.id, search.apart_from)
    return whose is not Claim.OURS and same_id(row.plan_id, search.spec.plan_id)


def _active(rows: Iterable[FoundRun]) -> str:
    """The ID of a run that has not completed; empty if there is none."""
    return next((row.id for row in rows if row.status not in {Status.COMPLETED, Status.UNKNOWN}), "")
