"""Finding a run whose start was never answered, by the build number that it was given."""

from collections.abc import Callable
from functools import partial

from testsigma_action.api.decode import FoundRun
from testsigma_action.api.remote import Remote
from testsigma_action.cancel import Late
from testsigma_action.errors import ApiError, Refused
from testsigma_action.model import RunSpec

Way = Callable[[], tuple[FoundRun, ...]]

# How often we look (seconds): a run that was just started may not be listed yet.
INTERVAL = 2.0


def find(spec: RunSpec, remote: Remote, *, until: float) -> tuple[str, ...] | None:
    """The IDs of the runs of this plan with this build number; looks until one is there or the time is over.

    None when the service offers no way to look, or none could be used: then nothing is known. Raises Cancelled.
    """
    client = remote.client
    ways: list[Way] = [
        partial(client.fetch_indexed_runs, spec.plan_id, spec.build_number, until=until),
        partial(client.fetch_newest_runs, spec.plan_id, until=until),
    ]
    looked = False
    while ways and remote.clock.monotonic() < until:
        for way in tuple(ways):
            try:
                listed = remote.calls.run(way, until=until)
            except Refused:
                ways.remove(way)
            except (ApiError, Late):
                continue
            else:
                looked = True
                if found := _matching(listed, spec):
                    return found
        remote.calls.sleep(max(0.0, min(INTERVAL, until - remote.clock.monotonic())) if ways else 0.0)
    return () if looked else None


def _matching(listed: tuple[FoundRun, ...], spec: RunSpec) -> tuple[str, ...]:
    """Filtered here: the service is known to ignore parts of a query that it does not understand."""
    wanted = (spec.plan_id, spec.build_number)
    return tuple(run.id for run in listed if run.id and (run.plan_id, run.build_number) == wanted)
