"""Stopping the runs that a step left behind, because it was killed before it could stop them itself."""

from collections.abc import Callable
from dataclasses import dataclass

from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.reruns import MOST, Ignored, awaited
from testsigma_action.domain.run import RunSpec
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.lookup import Search
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.reruns import newest
from testsigma_action.lifecycle.state import Entry
from testsigma_action.lifecycle.stop import stop


@dataclass(frozen=True, slots=True)
class Cleanup:
    """What became of one entry of the state.

    `run_id` is the run that was looked at last, empty where the run was not found; then `candidates` are the runs with
    its build number, of which nobody can say which one is ours. `unread` is a run that may be a rerun that goes on,
    and that could not be read.
    """

    entry: Entry
    ending: Ending
    run_id: str = ""
    unread: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left of the entry."""
        return self.ending.disposition is Disposition.STOP_CONFIRMED and not self.unread


async def clean_up(entry: Entry, remote: Remote, told: Callable[[Ignored], None]) -> Cleanup:
    """Stop the run of an entry, or its newest rerun.

    `told` takes each run that Testsigma names as a rerun and that is none. Raises no ApiError.
    """
    key = RunKey(entry.run_id, entry.plan_id, entry.build_number)
    if not key.id:
        candidates = await _find(entry, remote)
        if len(candidates) != 1 or not entry.unique:
            return Cleanup(entry, Ending(Disposition.UNKNOWN), candidates=candidates)
        key = RunKey(candidates[0], entry.plan_id, entry.build_number)
    for _ in range(MOST):
        found = await _stop_newest(entry, key, remote, told)
        run = found.ending.run
        if not run or found.ending.disposition is not Disposition.STOP_CONFIRMED or not awaited(run):
            break
        # It completed before the stop, so that its plan may run failed cases again: that run is to be stopped, too.
        key = RunKey.of(run)
    return found


async def _stop_newest(entry: Entry, key: RunKey, remote: Remote, told: Callable[[Ignored], None]) -> Cleanup:
    last = await newest(key, remote, told)
    if last.unread:
        return Cleanup(entry, Ending(Disposition.UNKNOWN, last.run), last.key.id, last.unread)
    if last.run and last.run.completed:
        return Cleanup(entry, Ending(Disposition.STOP_CONFIRMED, last.run), last.key.id)
    outcome = await stop(last.key, remote, until=remote.after(remote.limits.stop))
    disposition = Disposition.STOP_CONFIRMED if outcome.confirmed else Disposition.STOP_UNCONFIRMED
    return Cleanup(entry, Ending(disposition, outcome.run or last.run, outcome.trouble), last.key.id)


async def _find(entry: Entry, remote: Remote) -> tuple[str, ...]:
    """The IDs of the runs with the build number of a start that was never answered."""
    spec = RunSpec(plan_id=entry.plan_id, build_number=entry.build_number, unique=entry.unique)
    return (await lookup.find(Search(spec, remote.after(remote.limits.replication)), remote)).run_ids
