"""Finding a run whose start was never answered, by the build number that it was given."""

from collections.abc import Callable
from dataclasses import dataclass

from testsigma_action.api.client import Client
from testsigma_action.api.lists import FoundRuns
from testsigma_action.api.remote import Remote
from testsigma_action.cancel import Late
from testsigma_action.errors import ApiError, Redirected, Refused
from testsigma_action.model import Result, Run, RunSpec, Status

Way = Callable[[float], FoundRuns]

# How often we look (seconds): a run that was just started may not be listed yet.
INTERVAL = 2.0
# How long one way of looking may take (seconds): a list that is out of order must not keep us from the other.
PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class Found:
    """The IDs of the runs that were found; `nothing` says that there is none, not just that none was seen."""

    run_ids: tuple[str, ...] = ()
    nothing: bool = False


def find(spec: RunSpec, remote: Remote, *, until: float) -> Found:
    """Look for runs of this plan with this build number until one is there or the time is over. Raises Cancelled."""
    ways = _ways(spec, remote.client)
    nothing = False
    while ways and remote.clock.monotonic() < until:
        seen_all = False
        for way in tuple(ways):
            listed = _look(way, remote, until)
            if listed is None:
                ways.remove(way)
                continue
            if found := _matching(listed, spec):
                return Found(found)
            seen_all = seen_all or (listed.complete and all(run.plan_id == spec.plan_id for run in listed.runs))
        left = until - remote.clock.monotonic()
        # A round that the end of the time cuts short does not take back what the one before it saw.
        nothing = seen_all or (nothing and left <= 0)
        remote.calls.sleep(max(0.0, min(INTERVAL, left)) if ways else 0.0)
    return Found(nothing=nothing)


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


def _look(way: Way, remote: Remote, until: float) -> FoundRuns | None:
    """What one way shows now (perhaps nothing); None if the service does not offer it."""
    limit = min(until, remote.after(PATIENCE))
    try:
        return remote.calls.run(lambda: way(limit), until=limit)
    except (Refused, Redirected):
        return None
    except (ApiError, Late):
        return FoundRuns((), complete=False)


def _matching(listed: FoundRuns, spec: RunSpec) -> tuple[str, ...]:
    """Filtered here: the service is known to ignore parts of a query that it does not understand."""
    wanted = (spec.plan_id, spec.build_number)
    return tuple(run.id for run in listed.runs if run.id and (run.plan_id, run.build_number) == wanted)
