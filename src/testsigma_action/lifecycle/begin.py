"""The first stage: starting the run, attaching to it, or continuing with that of an earlier attempt of the CI job."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from testsigma_action.domain import events, job_rerun, uploads
from testsigma_action.domain.identity import Began, Claim, RunKey
from testsigma_action.domain.job_rerun import MAX_RUNS, EarlierRun, NewRun, StartsAnew
from testsigma_action.domain.reruns import Chain
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, ErrorCode, TimedOut
from testsigma_action.inputs import options
from testsigma_action.lifecycle import follow_reruns, lookup, stop
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.lookup import run_lists
from testsigma_action.lifecycle.record import Outcome
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.send_once import Sender
from testsigma_action.lifecycle.start import StartCall


async def begin(context: Context) -> None:
    """Start the run, or attach to one that exists. Raises StartError, ApiError or TimedOut."""
    if context.inputs.run_id:
        await _attach(context)
    elif not await _continue_earlier(context):
        await _start(context)


async def _attach(context: Context) -> None:
    context.emit(events.Activity.ATTACHING)
    record, remote = context.record, context.remote
    until = remote.unreachable_until(context.shared.deadline)
    run = await lookup.attach(RunKey(context.inputs.run_id), remote, until=until)
    # As far as the service reports it.
    record.spec = RunSpec(plan_id=run.plan_id, environment_id=run.environment_id, build_number=run.build_number)
    record.run = lookup.unread(context.inputs.run_id, record.spec, remote)
    context.emit(events.Attached(run))
    context.on_answer(run)


async def _continue_earlier(context: Context) -> bool:
    """Continue with the run of an earlier attempt of this job. False if a run must be started; the log says why."""
    record, shared = context.record, context.shared
    if context.inputs.on_job_rerun == options.START or shared.attempt in {None, 1}:
        return False
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
    lists = list(run_lists(plan_id, "", remote.client))
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


async def _start(context: Context) -> None:
    record, shared = context.record, context.shared
    if context.remote.now() >= shared.last_start:
        message = f"Plan {record.spec.plan_id} was not started: the timeout was reached before its turn."
        raise TimedOut(message, code=ErrorCode.TIMED_OUT, hint="Raise timeout or max-parallel.")
    # Not before: a run that exists already tests other versions.
    record.spec = uploads.pinned(record.spec, shared.uploaded)
    context.emit(events.Starting(record.spec))

    def on_outcome(outcome: Outcome) -> None:
        record.started(outcome)
        if outcome.lost:
            context.emit(events.AnswerLost(outcome.lost, record.spec.build_number))
        emit_busy(context, record.spec.plan_id, outcome)

    call = StartCall(record.spec, context.remote, shared.run_ids)
    await Sender(call, context.inputs, shared.deadline, on_outcome).run()
    shared.run_ids.add(record.latest.id)
    context.emit(events.Started(record.latest, adopted=record.start.adopted))


def emit_busy(context: Context, plan_id: str, outcome: Outcome) -> None:
    """Tell that the step waits for a busy plan, if it does."""
    if outcome.busy_with is not None:
        left = timedelta(seconds=max(0.0, context.shared.deadline - context.remote.now()))
        context.emit(events.Activity.WAITING_FOR_PLAN)
        context.emit(events.PlanBusy(plan_id, outcome.busy_with, left))
