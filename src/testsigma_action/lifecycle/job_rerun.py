"""A second attempt of a CI job: continuing with the run of an earlier attempt, instead of starting another one."""

import asyncio
from collections.abc import Collection
from dataclasses import replace

from testsigma_action.api.lists import FoundRun
from testsigma_action.domain import events, job_rerun
from testsigma_action.domain.identity import Began, Claim, RunKey
from testsigma_action.domain.job_rerun import MAX_RUNS, EarlierRun, NewRun, StartsAnew
from testsigma_action.domain.reruns import Chain
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError
from testsigma_action.inputs.options import START
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.lookup import look
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.reruns import look_at_rerun
from testsigma_action.lifecycle.run_lists import run_lists
from testsigma_action.lifecycle.stop import look_once


async def continue_earlier(context: Context) -> bool:
    """Continue with the run of an earlier attempt of this job. False if a run must be started; the log says why."""
    record, shared, remote = context.record, context.shared, context.remote
    if context.inputs.on_job_rerun == START or shared.attempt in {None, 1}:
        return False
    until = min(remote.after(remote.limits.earlier_run), shared.deadline)
    found = await _find(record.spec, remote, shared.run_ids, until)
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


async def _find(spec: RunSpec, remote: Remote, taken: Collection[str], until: float) -> EarlierRun | NewRun:
    """The run of the newest earlier attempt, or why there is none. Raises no ApiError.

    `taken` has the IDs of runs that belong to other entries of this step.
    """
    listed = await _listed(spec.plan_id, remote, until)
    if not listed:
        return NewRun(StartsAnew.NOT_READ)
    attempt, ids = job_rerun.newest_attempt(listed, spec.plan_id, spec.build_number, taken)
    if not ids:
        return NewRun(StartsAnew.NOT_FOUND)
    if len(ids) > MAX_RUNS or "" in ids:
        return NewRun(StartsAnew.AMBIGUOUS)
    looks = [await look_once(RunKey(run_id, spec.plan_id), remote, until=until) for run_id in ids]
    runs = [run for run in looks if run]
    if len(runs) < len(ids):
        return NewRun(StartsAnew.NOT_READ, ids[0])
    first = job_rerun.first_run(runs, spec.plan_id, spec.build_number, attempt)
    if isinstance(first, NewRun):
        return first
    reruns = await _reruns(first, listed, remote, until)
    return NewRun(StartsAnew.NOT_READ, first.id) if reruns is None else job_rerun.continued(attempt, first, reruns)


async def _listed(plan_id: str, remote: Remote, until: float) -> tuple[FoundRun, ...] | None:
    """The newest runs of a plan; None if no list can be read completely."""
    lists = list(run_lists(plan_id, "", remote.client))
    while lists and remote.now() < until:
        for run_list in tuple(lists):
            listed = await look(run_list, remote, until)
            if isinstance(listed, ApiError):
                lists.remove(run_list)
            elif listed.complete:
                return listed.runs
        if lists:
            await asyncio.sleep(min(remote.limits.search_interval, max(0.0, until - remote.now())))
    return None


async def _reruns(first: Run, listed: tuple[FoundRun, ...], remote: Remote, until: float) -> tuple[Run, ...] | None:
    """The reruns of a run, the last one may not have completed; None if they cannot be read."""
    chain, runs = Chain.of(first), [first]
    while runs[-1].completed and len(runs) < MAX_RUNS:
        parent = _naming_listed(runs[-1], chain, listed)
        seen = await look_at_rerun(parent, chain, remote, until=until)
        if isinstance(seen, Run):
            runs.append(seen)
            chain = chain.extended(seen)
        elif chain.named_by(parent):
            return None
        else:
            break
    return tuple(runs[1:])


def _naming_listed(run: Run, chain: Chain, listed: tuple[FoundRun, ...]) -> Run:
    """The run, with a rerun that the list has where the run itself names none."""
    if chain.named_by(run):
        return run
    ids = [row.id for row in listed if row.id and chain.claim(row, run.plan_id, Began.UNKNOWN) is Claim.OURS]
    # The oldest one: of two numbers, the shorter one is smaller.
    return replace(run, rerun_id=min(ids, key=lambda one: (len(one), one))) if ids else run
