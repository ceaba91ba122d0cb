"""Stopping the runs of a step that ended before it had stopped them: it was killed, or a stop was not confirmed."""

from dataclasses import dataclass, replace

from testsigma_action.domain import events
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.reruns import MAX_RERUNS, Chain, awaited
from testsigma_action.domain.run import RunSpec
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.follow_reruns import Newest, newest
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.state import Entry
from testsigma_action.lifecycle.stop import look_once, stop


@dataclass(frozen=True, slots=True)
class Cleanup:
    """The result of the cleanup of one entry of the state.

    `run_id` is the last run that was checked. It is empty if the run was not found; then `candidates` are the runs with
    its build number. `unread` is a possible rerun that could not be read, and may still be running.
    """

    ending: Ending
    run_id: str = ""
    unread: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether no run of the entry is still running."""
        return self.ending.disposition is Disposition.STOP_CONFIRMED and not self.unread


async def clean_up(entry: Entry, remote: Remote, emit: events.EventListener) -> Cleanup:
    """Stop the run of an entry, or its newest rerun.

    `emit` is called with what happens to its reruns. Raises no ApiError.
    """
    key = RunKey(entry.run_id, entry.plan_id, entry.build_number)
    if not key.id:
        # The answer to its start was never read.
        spec = RunSpec(plan_id=entry.plan_id, build_number=entry.build_number, unique=entry.unique)
        settled = remote.after(remote.limits.replication)
        search = lookup.Search(spec, settled + remote.limits.search_slack, settled=settled)
        candidates = (await lookup.find(search, remote)).run_ids
        if len(candidates) != 1 or not entry.unique:
            return Cleanup(Ending(Disposition.UNKNOWN), candidates=candidates)
        key = replace(key, id=candidates[0])
    if entry.asked:
        newest_key = await _rerun_of(key, remote)
        if not newest_key:
            return Cleanup(Ending(Disposition.UNKNOWN, may_run_again=True), key.id)
        key = newest_key
    run = await look_once(key, remote, until=remote.after(remote.limits.last_look))
    for _ in range(MAX_RERUNS):
        last = await newest(key, run, remote, emit) if run else Newest(key)
        if last.unread or (last.run and last.run.completed):
            disposition = Disposition.UNKNOWN if last.unread or last.in_doubt else Disposition.STOP_CONFIRMED
            return Cleanup(Ending(disposition, last.run, may_run_again=last.in_doubt), last.key.id, last.unread)
        ending = await stop(last.key, remote, until=remote.after(remote.limits.stop))
        if not ending.run or not awaited(ending.run):
            break
        # It completed before the stop, so its plan may run failed cases again: that run is to be stopped, too.
        key, run = RunKey.of(ending.run), ending.run
    return Cleanup(ending, last.key.id)


async def _rerun_of(key: RunKey, remote: Remote) -> RunKey | None:
    """The rerun of a run that the step asked for; the run itself if it has none, None if that is uncertain."""
    parent = await look_once(key, remote, until=remote.after(remote.limits.last_look))
    if not parent:
        return None
    settled = remote.after(remote.limits.replication)
    wanted = lookup.rerun_search(parent, Chain((parent,)), settled + remote.limits.search_slack)
    found = await lookup.find(replace(wanted, settled=settled), remote)
    if found.nothing:
        return key
    return RunKey(found.run_ids[0], key.plan_id) if len(found.run_ids) == 1 else None
