"""Leaving or stopping the run of a session after a timeout or a cancellation. Raises no ApiError."""

from dataclasses import replace

from testsigma_action.domain import events
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.identity import Began, Claim, RunKey, claim
from testsigma_action.domain.reruns import MAX_RERUNS, Chain, as_rerun, awaited, may_run_again
from testsigma_action.domain.run import Run, RunSpec, Status
from testsigma_action.lifecycle import follow_reruns, lookup
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.record import Outcome, RunRecord
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.stop import look_once, stop


async def after_timeout(context: Context) -> Ending | None:
    """Leave the run or stop it. None if it has completed in the meantime: then its results count."""
    context.emit(events.Activity.STOPPING)
    remote, run = context.remote, context.record.latest
    if context.inputs.on_timeout == "leave":
        return Ending(Disposition.LEFT_RUNNING, run)
    seen = await look_once(RunKey.of(run), remote, until=remote.after(remote.limits.last_look))
    if seen and seen.completed:
        context.on_answer(seen)
        return None
    context.record.cut_short = True
    return await _stop(context, run, remote.after(remote.limits.stop))


async def after_cancel(context: Context, until: float, *, stopping: bool) -> Ending:
    """Leave or stop the run, up to an instant of the monotonic clock."""
    record, find_until = context.record, until - context.remote.limits.shutdown_reserve
    if record.start.in_doubt:
        await _find_again(context, find_until)
    if record.rerun.in_doubt:
        await _find_rerun(context, find_until)
    if context.inputs.run_id and not record.run:
        # No answer about the run came before the cancellation.
        record.run = lookup.unread(context.inputs.run_id, record.spec, context.remote)
    if not record.run:
        return left(record)
    if record.latest.completed:
        return await _leave_completed(context, until, stopping=stopping)
    return await _leave(context, record.latest, until, stopping=stopping)


async def after_failures(context: Context) -> Ending:
    """Stop the run, unless a last look finds it completed: then its results count."""
    record, remote = context.record, context.remote
    if record.run and not record.latest.completed:
        until = remote.after(remote.limits.last_look)
        if seen := await look_once(RunKey.of(record.latest), remote, until=until):
            context.on_answer(seen)
    return await after_cancel(context, remote.after(remote.limits.stop), stopping=True)


def left(record: RunRecord) -> Ending:
    """The ending of a run that is left as it is. An unknown rerun may be going on after the most recent run."""
    if record.run:
        run = record.latest
        disposition = Disposition.COMPLETED if run.completed else Disposition.LEFT_RUNNING
        return Ending(disposition, run, may_run_again=record.rerun.in_doubt or may_run_again(run))
    if not record.start.in_doubt:
        return Ending(Disposition.NOTHING_STARTED)
    return Ending(Disposition.UNKNOWN, plan_id=record.spec.plan_id, build_number=record.spec.build_number)


async def _leave(context: Context, run: Run, until: float, *, stopping: bool) -> Ending:
    record, cut_short = context.record, context.record.cut_short
    if not stopping or cut_short or (run.status is Status.UNKNOWN and not record.owns_latest):
        # It may have completed: since the last answer, after the stop that we sent, or long before we attached.
        seen = await look_once(RunKey.of(run), context.remote, until=_look_until(context.remote, until))
        if seen:
            context.on_answer(seen)
        if seen and seen.completed:
            if (stopping or cut_short) and not may_run_again(record.latest):
                return Ending(Disposition.STOP_CONFIRMED, seen)
            return await _leave_completed(context, until, stopping=stopping)
    if stopping:
        return await _stop(context, run, until)
    disposition = Disposition.STOP_UNCONFIRMED if cut_short else Disposition.LEFT_RUNNING
    return Ending(disposition, record.latest, by_timeout=cut_short)


async def _leave_completed(context: Context, until: float, *, stopping: bool) -> Ending:
    """Leave or stop the newest rerun that answers name, if its own answer confirms it: no other run."""
    record, remote = context.record, context.remote
    while may_run_again(record.latest) and len(record.reruns) < MAX_RERUNS:
        look_until = _look_until(remote, until - remote.limits.shutdown_reserve)
        seen = await follow_reruns.look_at_rerun(record.latest, Chain(record.known), remote, until=look_until)
        if not isinstance(seen, Run):
            break
        context.on_answer(seen)
        if stopping and not seen.completed:
            return await _stop(context, record.latest, until)
    return left(record)


async def _stop(context: Context, run: Run, until: float) -> Ending:
    ending = await stop(RunKey.of(run), context.remote, until=until)
    if ending.run:
        context.on_answer(ending.run)
    if awaited(context.record.latest):
        # It had failed before it could be stopped, and its failed cases may run again by now.
        return await _leave_completed(context, until, stopping=True)
    return replace(ending, run=ending.run or run)


async def _find_again(context: Context, until: float) -> None:
    """Find a run whose start was not answered before the cancellation, if it can be identified."""
    record, remote, spec = context.record, context.remote, context.record.spec
    if claimed := record.start.claimed:
        seen = await look_once(RunKey(claimed.id), remote, until=_look_until(remote, until))
        if seen and claim(seen.plan_id, seen.build_number, spec, Began.UNKNOWN) is Claim.OURS and spec.unique:
            record.started(Outcome(seen))
            return
    if not spec.unique:
        return
    found = (await lookup.find(lookup.Search(spec, until), remote)).run_ids
    if len(found) == 1:
        record.started(Outcome(lookup.unread(found[0], spec, remote), adopted=True))


async def _find_rerun(context: Context, until: float) -> None:
    """Find a rerun that the step asked for, and whose answer was not there before the cancellation."""
    record, remote = context.record, context.remote
    parent, chain = record.latest, Chain(record.known)
    if claimed := record.rerun.claimed:
        seen = await look_once(RunKey(claimed.id), remote, until=_look_until(remote, until))
        found = [claimed.id] if seen and not chain.rejects(seen, parent) else []
    else:
        found = list((await lookup.find(lookup.rerun_search(parent, chain, until), remote)).run_ids)
    if len(found) == 1:
        run = as_rerun(lookup.unread(found[0], RunSpec(), remote), parent)
        record.rerun_asked(Outcome(run, adopted=True))
        context.on_answer(run)


def _look_until(remote: Remote, until: float) -> float:
    return min(until, remote.after(remote.limits.shutdown_look))
