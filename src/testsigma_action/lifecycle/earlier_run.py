"""Continuing with the run that an earlier attempt of the CI job started. See `job_rerun`."""

import asyncio
from dataclasses import replace

from testsigma_action.domain import events, job_rerun
from testsigma_action.domain.identity import Began, Claim, RunKey
from testsigma_action.domain.job_rerun import MAX_RUNS, EarlierRun, NewRun, StartsAnew
from testsigma_action.domain.reruns import Chain
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError
from testsigma_action.lifecycle import follow_reruns, lookup, stop
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.remote import Remote


async def continue_with(context: Context) -> bool:
    """Continue with the run of an earlier attempt. False if a run must be started; the log says why."""
    record, shared = context.record, context.shared
    found = await _find(context)
    if isinstance(found, EarlierRun):
        record.continues(found)
        shared.run_ids.update(run.id for run in record.known)
    context.emit(events.JobRerun(shared.attempt or 0, found))
    if isinstance(found, NewRun):
        return False
    context.emit(events.Attached(found.run))
    for rerun in found.reruns:
        context.emit(events.RerunStarted(rerun))
    return True


async def _find(context: Context) -> EarlierRun | NewRun:
    """The run of the newest earlier attempt, or why there is none. Raises no ApiError."""
    spec, remote = context.record.spec, context.remote
    until = min(remote.after(remote.limits.earlier_run), context.shared.deadline)
    listed = await _listed(spec.plan_id, remote, until)
    if not listed:
        return NewRun(StartsAnew.NOT_READ)
    attempt, ids = job_rerun.newest_attempt(listed, spec.plan_id, spec.build_number, context.shared.run_ids)
    if not ids:
        return NewRun(StartsAnew.NOT_FOUND)
    if len(ids) > MAX_RUNS or "" in ids:
        return NewRun(StartsAnew.AMBIGUOUS)
    looks = [await stop.look_once(RunKey(run_id, spec.plan_id), remote, until=until) for run_id in ids]
    runs = [run for run in looks if run]
    if len(runs) < len(ids):
        return NewRun(StartsAnew.NOT_READ, ids[0])
    first = job_rerun.first_run(runs, spec.plan_id, spec.build_number, attempt)
    if isinstance(first, NewRun):
        return first
    later = await _reruns(first, listed, remote, until)
    return NewRun(StartsAnew.NOT_READ, first.id) if later is None else job_rerun.continued(attempt, first, later)


async def _listed(plan_id: str, remote: Remote, until: float) -> tuple[Run, ...] | None:
    """The newest runs of a plan; None if no list can be read completely."""
    lists = list(lookup.run_lists(plan_id, "", remote.client))
    while lists and remote.now() < until:
        for run_list in tuple(lists):
            listed = await lookup.look(run_list, remote, until)
            if isinstance(listed, ApiError):
                lists.remove(run_list)
            elif listed.complete:
                return listed.runs
        if lists:
            await asyncio.sleep(min(remote.limits.search_interval, max(0.0, until - remote.now())))
    return None


async def _reruns(first: Run, listed: tuple[Run, ...], remote: Remote, until: float) -> tuple[Run, ...] | None:
    """The reruns of a run, the last one may not have completed; None if they cannot be read."""
    chain = Chain((first,))
    while chain.runs[-1].completed and len(chain.runs) < MAX_RUNS:
        parent = chain.runs[-1]
        ids = [row.id for row in listed if row.id and chain.claim(row, parent.plan_id, Began.UNKNOWN) is Claim.OURS]
        if ids and not chain.named_by(parent):
            # The list has a rerun that the run itself does not name. Of two numbers, the shorter one is smaller.
            parent = replace(parent, rerun_id=min(ids, key=lambda one: (len(one), one)))
        seen = await follow_reruns.look_at_rerun(parent, chain, remote, until=until)
        if not isinstance(seen, Run):
            return None if chain.named_by(parent) else chain.runs[1:]
        chain = chain.extended(seen)
    return chain.runs[1:]
