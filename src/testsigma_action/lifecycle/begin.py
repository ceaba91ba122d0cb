"""The first stage: starting the run, attaching to it, or continuing with that of an earlier attempt of the CI job."""

from datetime import timedelta

from testsigma_action.domain import events
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import RunSpec
from testsigma_action.errors import ErrorCode, TimedOut
from testsigma_action.inputs import options
from testsigma_action.lifecycle import lookup
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.record import Outcome
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
    """Continue with the run of an earlier attempt of this job, if the input says so. False if a run must be started."""
    if context.inputs.on_job_rerun == options.START or context.shared.attempt in {None, 1}:
        return False
    from testsigma_action.lifecycle.earlier_run import continue_with

    return await continue_with(context)


async def _start(context: Context) -> None:
    record, shared = context.record, context.shared
    if context.remote.now() >= shared.last_start:
        message = f"Plan {record.spec.plan_id} was not started: the timeout was reached before its turn."
        raise TimedOut(message, code=ErrorCode.TIMED_OUT, hint="Raise timeout or max-parallel.")
    if shared.uploaded:
        from testsigma_action.domain import uploads

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
