"""The first stage: starting the run, or attaching to it."""

from datetime import timedelta

from testsigma_action.domain import events
from testsigma_action.domain.events import Activity
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.uploads import pinned
from testsigma_action.errors import ApiError, ErrorCode, TimedOut
from testsigma_action.inputs.run_specs import spec_of
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.job_rerun import continue_earlier
from testsigma_action.lifecycle.outcome import Outcome, StartDeadlines
from testsigma_action.lifecycle.send_once import send_once
from testsigma_action.lifecycle.start import StartCall


async def begin(context: Context) -> None:
    """Start the run, or attach to one that exists. Raises StartError, ApiError or TimedOut."""
    if context.inputs.run_id:
        await _attach(context)
    elif not await continue_earlier(context):
        await _start(context)


async def _attach(context: Context) -> None:
    context.activity(Activity.ATTACHING)
    record = context.record
    record.run = run = lookup.unread(context.inputs.run_id, record.spec, context.remote)
    try:
        run = await lookup.attach(RunKey(run.id), context.remote, until=_unreachable_until(context))
    except ApiError:
        record.run = None
        raise
    record.spec = spec_of(run)
    context.emit(events.Attached(run))
    context.on_answer(run)


async def _start(context: Context) -> None:
    record, shared = context.record, context.shared
    if context.remote.now() >= shared.last_start:
        message = f"Plan {record.spec.plan_id} was not started: the timeout was reached before its turn."
        raise TimedOut(message, code=ErrorCode.TIMED_OUT, hint="Raise timeout or max-parallel.")
    # Not before: a run that exists already tests other versions.
    record.spec = pinned(record.spec, shared.uploaded)
    context.activity(Activity.STARTING)
    context.emit(events.Starting(record.spec))

    def on_outcome(outcome: Outcome) -> None:
        record.started(outcome)
        if outcome.lost:
            context.emit(events.AnswerLost(outcome.lost, record.spec.build_number))
        emit_busy(context, record.spec.plan_id, outcome)

    await send_once(StartCall(record.spec, context.remote, shared.run_ids), start_deadlines(context), on_outcome)
    run, adopted = record.latest, record.start.adopted
    shared.run_ids.add(run.id)
    other_build = not adopted and run.build_number != record.spec.build_number
    context.emit(events.Started(run, adopted=adopted, other_build=other_build))


def start_deadlines(context: Context) -> StartDeadlines:
    """The deadlines of a start, or of a rerun, that is asked for now."""
    deadline, inputs = context.shared.deadline, context.inputs
    busy_until = deadline if inputs.on_busy == "wait" else None
    return StartDeadlines(_unreachable_until(context), deadline, busy_until, inputs.poll_interval)


def emit_busy(context: Context, plan_id: str, outcome: Outcome) -> None:
    """Tell that the step waits for a busy plan, if it does."""
    if outcome.busy_with is not None:
        left = timedelta(seconds=max(0.0, context.shared.deadline - context.remote.now()))
        context.activity(Activity.WAITING_FOR_PLAN)
        context.emit(events.PlanBusy(plan_id, outcome.busy_with, left))


def _unreachable_until(context: Context) -> float:
    """The deadline for an unreachable service before anything is started."""
    return min(context.remote.after(context.remote.limits.unreachable), context.shared.deadline)
