"""Finding a run whose start was never answered, by the build number that it was given."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

from testsigma_action.api.lists import FoundRun, FoundRuns
from testsigma_action.domain.identity import Claim, began, claim, same_id
from testsigma_action.domain.run import Result, Run, RunSpec, Status
from testsigma_action.errors import ApiError, Redirected, Refused
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.run_lists import RunList, run_lists
from testsigma_action.lifecycle.time_limits import TimeLimits


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for, and for how long: instants of the monotonic clock.

    `requested` is when the start was sent, if that is known: a run that began before is not ours. From `settled` on
    every run is listed that there is, so that a complete list proves that a run does not exist. `apart_from` is the ID
    of a run that is known already, and that a list need not identify. With `or_busy` a run that keeps the plan busy
    ends the search, too. `has_runs` says that the plan has a run for certain, so that an empty list is not its list.
    """

    spec: RunSpec
    until: float
    requested: float | None = None
    settled: float = inf
    apart_from: str = ""
    or_busy: bool = False
    has_runs: bool = False

    @classmethod
    def after_start(
        cls, spec: RunSpec, requested: float, answered: float, deadline: float, limits: TimeLimits
    ) -> "Search":
        """As long as the run of a start may be invisible, up to a deadline; a few seconds in any case."""
        settled = answered + limits.replication
        until = max(min(settled + limits.search_slack, deadline), answered + limits.shortest_search)
        return cls(spec, until, requested, settled)


@dataclass(frozen=True, slots=True)
class Found:
    """The IDs of the runs that were found, each once.

    `nothing` says that there is none, not just that none was seen; `busy_with` is another run that keeps the plan busy.
    `refusals` are the final answers of lists that cannot be used; with `unusable` no list could be.
    """

    run_ids: tuple[str, ...] = ()
    nothing: bool = False
    busy_with: str = ""
    refusals: tuple[ApiError, ...] = ()
    unusable: bool = False


async def find(search: Search, remote: Remote) -> Found:
    """Look for runs of this plan with this build number until one is there, or none can be."""
    interval = remote.limits.search_interval
    ways = list(run_lists(search.spec.plan_id, search.spec.build_number, remote.client))
    found = Found()
    while ways and (now := remote.now()) < search.until:
        found = await _look_everywhere(search, ways, remote, found)
        found = replace(found, nothing=found.nothing and now >= search.settled)
        if found.run_ids or found.nothing or (search.or_busy and found.busy_with):
            return found
        await asyncio.sleep(_pause(search, interval, now, remote) if ways else 0.0)
        interval = min(2 * interval, remote.limits.longest_search_interval)
    return replace(found, nothing=False, unusable=not ways)


def _pause(search: Search, interval: float, looked: float, remote: Remote) -> float:
    """Seconds until the next look: one as soon as it can be a proof, and several in the time that is left then."""
    now = remote.now()
    if looked < search.settled < inf:
        return max(0.0, min(interval, search.settled - now, search.until - now))
    several = (
        interval if search.settled == inf else max(remote.limits.search_interval, (search.until - search.settled) / 4)
    )
    return max(0.0, min(interval, several, search.until - now))


async def _look_everywhere(search: Search, ways: list[RunList], remote: Remote, before: Found) -> Found:
    """Look in each list once; those that the service does not offer are removed."""
    found = replace(before, run_ids=(), nothing=False, busy_with="")
    for way in tuple(ways):
        listed = await _look(way, remote, search.until)
        if isinstance(listed, ApiError):
            ways.remove(way)
            found = replace(found, refusals=(*found.refusals, listed))
            continue
        seen = _read(listed, search, remote)
        if seen.run_ids:
            return seen
        found = replace(found, nothing=found.nothing or seen.nothing, busy_with=found.busy_with or seen.busy_with)
    return found


def unread(run_id: str, spec: RunSpec, remote: Remote) -> Run:
    """A run of which no more is known than that it is the one that was asked for."""
    url = remote.client.run_url(run_id)
    return Run(run_id, Status.UNKNOWN, Result.UNKNOWN, spec.plan_id, build_number=spec.build_number, url=url)


async def _look(way: RunList, remote: Remote, until: float) -> FoundRuns | ApiError:
    """What one way shows now (perhaps nothing); the refusal where the service does not offer it."""
    limit = min(until, remote.after(remote.limits.list_answer))
    try:
        return await way(limit)
    except (Refused, Redirected) as refusal:
        return refusal
    except ApiError:
        return FoundRuns((), complete=False)


def _read(listed: FoundRuns, search: Search, remote: Remote) -> Found:
    """What a list shows. It is filtered here: the service is known to ignore parts of a query."""
    requested = None if search.requested is None else remote.client.server_time(search.requested)
    claims = [
        (row, claim(row.plan_id, row.build_number, search.spec, began(row.started, requested))) for row in listed.runs
    ]
    others = [row for row, whose in claims if row.id and _is_no_candidate(row, whose, search)]
    ours = (row.id for row, whose in claims if row.id and whose is Claim.OURS)
    return Found(
        run_ids=tuple(dict.fromkeys(ours)),
        nothing=listed.complete and len(others) == len(listed.runs) and not (search.has_runs and not others),
        busy_with=_active(others),
    )


def _is_no_candidate(row: FoundRun, whose: Claim, search: Search) -> bool:
    """Whether a row certainly is not the run that we look for; where other plans' runs are listed, ours may not be."""
    if whose is Claim.UNCONFIRMED:
        return same_id(row.id, search.apart_from)
    return whose is not Claim.OURS and same_id(row.plan_id, search.spec.plan_id)


def _active(rows: Iterable[FoundRun]) -> str:
    """The ID of a run that goes on; empty where no row says so."""
    return next((row.id for row in rows if row.status not in {Status.COMPLETED, Status.UNKNOWN}), "")
