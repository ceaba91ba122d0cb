"""Finding a run whose start was never answered, by the build number that it was given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import inf

from testsigma_action.api.client import Client
from testsigma_action.api.lists import FoundRun, FoundRuns
from testsigma_action.api.remote import REPLICATION, Remote
from testsigma_action.domain.identity import Claim, began, claim, same_id
from testsigma_action.domain.run import Result, Run, RunSpec, Status
from testsigma_action.errors import ApiError, Redirected, Refused
from testsigma_action.runtime.calls import Late

Way = Callable[[float], FoundRuns]

# How often we look (seconds): soon again at first, since a run that was just started may not be listed yet.
INTERVAL = 2.0
LONGEST_INTERVAL = 15.0
# How long one way of looking may take (seconds): a list that is out of order must not keep us from the other.
PATIENCE = 3.0
# How long a list that cannot be read is tried beyond the time in which a run may be invisible (seconds).
SLACK = 10.0
# A start whose answer came at the deadline is looked for at least this long (seconds).
LEAST = 5.0


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
    def after_start(cls, spec: RunSpec, requested: float, answered: float, deadline: float) -> "Search":
        """As long as the run of a start may be invisible, up to a deadline; a few seconds in any case."""
        settled = answered + REPLICATION
        until = max(min(settled + SLACK, deadline), answered + LEAST)
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


def find(search: Search, remote: Remote) -> Found:
    """Look for runs of this plan with this build number until one is there, or none can be. Raises Cancelled."""
    ways, interval = _ways(search.spec, remote.client), INTERVAL
    found = Found()
    while ways and (now := remote.clock.monotonic()) < search.until:
        found = _look_everywhere(search, ways, remote, found)
        found = replace(found, nothing=found.nothing and now >= search.settled)
        if found.run_ids or found.nothing or (search.or_busy and found.busy_with):
            return found
        remote.calls.sleep(_pause(search, interval, now, remote.clock.monotonic()) if ways else 0.0)
        interval = min(2 * interval, LONGEST_INTERVAL)
    return replace(found, nothing=False, unusable=not ways)


def _pause(search: Search, interval: float, looked: float, now: float) -> float:
    """Until the next look. One comes as soon as it can be a proof, and several in the time that is left after that."""
    if looked < search.settled < inf:
        return max(0.0, min(interval, search.settled - now, search.until - now))
    several = interval if search.settled == inf else max(INTERVAL, (search.until - search.settled) / 4)
    return max(0.0, min(interval, several, search.until - now))


def _look_everywhere(search: Search, ways: list[Way], remote: Remote, before: Found) -> Found:
    """Look in each list once; those that the service does not offer are removed."""
    found = replace(before, run_ids=(), nothing=False, busy_with="")
    for way in tuple(ways):
        listed = _look(way, remote, search.until)
        if isinstance(listed, ApiError):
            ways.remove(way)
            found = replace(found, refusals=(*found.refusals, listed))
            continue
        seen = _read(listed, search, remote)
        if seen.run_ids:
            return seen
        found = replace(found, nothing=found.nothing or seen.nothing, busy_with=found.busy_with or seen.busy_with)
    return found


def _ways(spec: RunSpec, client: Client) -> list[Way]:
    def newest(limit: float) -> FoundRuns:
        return client.fetch_newest_runs(spec.plan_id, until=limit)

    def indexed(limit: float) -> FoundRuns:
        found = client.fetch_indexed_runs(spec.plan_id, spec.build_number, until=limit)
        # Nothing under a query proves nothing: a criterion that the service reads in another way matches no run, too.
        return FoundRuns(found.runs, complete=found.complete and bool(found.runs))

    return [newest, indexed]


def unread(run_id: str, spec: RunSpec, remote: Remote) -> Run:
    """A run of which no more is known than that it is the one that was asked for."""
    url = remote.client.run_url(run_id)
    return Run(run_id, Status.UNKNOWN, Result.UNKNOWN, spec.plan_id, build_number=spec.build_number, url=url)


def _look(way: Way, remote: Remote, until: float) -> FoundRuns | ApiError:
    """What one way shows now (perhaps nothing); the refusal where the service does not offer it."""
    limit = min(until, remote.after(PATIENCE))
    try:
        return remote.calls.run(lambda: way(limit), until=limit)
    except (Refused, Redirected) as refusal:
        return refusal
    except (ApiError, Late):
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
