"""The second stage: waiting for the run and its reruns."""

import asyncio

from testsigma_action.domain import events
from testsigma_action.domain.ending import RerunIncomplete
from testsigma_action.domain.events import Activity, RerunIgnored
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.reruns import awaited
from testsigma_action.domain.run import Run
from testsigma_action.errors import ActionError, ApiError, TimedOut
from testsigma_action.lifecycle.background import Background
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.earlier_runs import runs_on
from testsigma_action.lifecycle.history import list_runs, previous_run
from testsigma_action.lifecycle.live_failures import LiveFailures
from testsigma_action.lifecycle.reruns import follow
from testsigma_action.lifecycle.settle import await_result
from testsigma_action.lifecycle.shutdown import Shutdown
from testsigma_action.lifecycle.watch import watch


async def wait(context: Context, shutdown: Shutdown) -> None:
    """Wait until the run and its reruns have completed. After a timeout, the record has the verdict."""
    context.activity(Activity.WATCHING)
    if context.record.latest.completed:
        await _recall(context)
    else:
        await _watch(context, shutdown)
    if not context.record.cut_short:
        await follow_reruns(context, shutdown)


async def _watch(context: Context, shutdown: Shutdown) -> None:
    record, deadlines = context.record, context.deadlines()
    run = record.latest
    pace = Pace(deadlines.began - _age(context, run), deadlines.interval)
    live = LiveFailures(run, context.remote, context.emit, record.policy)
    recall: asyncio.Task[None] | None = None

    with Background() as background:
        background.begin(live.follow())

        def on_answer(answer: Run) -> None:
            nonlocal recall
            record.queued = pace.queued
            context.on_answer(answer, pace)
            live.on_answer(answer)
            recall = recall or background.begin(_recall(context, pace))

        try:
            await watch(RunKey.of(run), context.remote, deadlines, on_answer, pace)
        except (TimedOut, ApiError) as error:
            await _give_up(context, shutdown, error)
        if recall:
            await recall


async def _recall(context: Context, pace: Pace | None = None) -> None:
    """Read the plan's earlier runs: the previous one for its duration and failures, the others for the history."""
    record, remote = context.record, context.remote.quiet()
    until = min(remote.after(remote.limits.previous_run), context.shared.deadline)
    # Another run of the same step says nothing about what was there before the step.
    ours = context.shared.run_ids
    run = record.latest
    if listed := await list_runs(run, remote, until=until):
        record.plan_runs = runs_on(listed, run, apart_from=ours)
        record.previous = await previous_run(run, listed, remote, until=until, apart_from=ours)
    if pace:
        pace.before = record.previous


async def _give_up(context: Context, shutdown: Shutdown, error: ActionError) -> None:
    """Leave the run or stop it. If it has completed in the meantime, its results count."""
    context.activity(Activity.STOPPING)
    if ending := await shutdown.after_timeout(stopping=context.inputs.on_timeout == "stop"):
        context.record.conclude(error, ending)


async def watch_rerun(context: Context, shutdown: Shutdown) -> None:
    """Wait until a rerun that the step asked for has completed."""
    context.activity(Activity.WAITING_FOR_RERUN)
    try:
        await watch(RunKey.of(context.record.latest), context.remote, context.deadlines(), context.on_answer)
    except (TimedOut, ApiError) as error:
        await _give_up_rerun(context, shutdown, error)


async def follow_reruns(context: Context, shutdown: Shutdown) -> None:
    """Follow automatic reruns of failed cases."""
    record = context.record
    await await_result(record.latest, context.lag_retry())
    if awaited(record.latest):
        context.activity(Activity.WAITING_FOR_RERUN)
        context.emit(events.RerunAwaited(record.latest))
    elif not record.reruns:
        return

    def on_answer(seen: Run | RerunIgnored) -> None:
        if isinstance(seen, RerunIgnored):
            context.emit(seen)
        else:
            context.on_answer(seen)

    try:
        tolerant = record.policy.tolerates
        await follow(record.known, context.remote, context.deadlines(), on_answer, tolerant=tolerant)
    except (TimedOut, ApiError) as error:
        await _give_up_rerun(context, shutdown, error)
    if not record.reruns and not record.rerun_incomplete:
        record.rerun_incomplete = RerunIncomplete(announced=True)


async def _give_up_rerun(context: Context, shutdown: Shutdown, error: ActionError) -> None:
    """Leave a rerun or stop it. The started run has completed, so this becomes a finding of its verdict."""
    record = context.record
    if record.latest.completed:
        # No rerun is confirmed yet, so nothing is stopped.
        record.rerun_incomplete = RerunIncomplete(error)
        return
    context.activity(Activity.STOPPING)
    if ending := await shutdown.after_timeout(stopping=context.inputs.on_timeout == "stop"):
        record.rerun_incomplete = RerunIncomplete(error, ending)


def _age(context: Context, run: Run) -> float:
    """How long ago a run began that existed before the step (seconds), by the clocks of both machines; else 0."""
    existed = context.inputs.run_id or context.record.earlier
    began = run.timing.started if existed else None
    return max(0.0, (context.remote.clock.now() - began).total_seconds()) if began else 0.0
