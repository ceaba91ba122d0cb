"""The second stage: waiting for the run and its reruns."""

import asyncio
from collections.abc import Hashable
from dataclasses import replace

from testsigma_action.domain import events, policy, verdict
from testsigma_action.domain.findings import Fact
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.reruns import awaited
from testsigma_action.domain.results import ResultTree, identity_of, placed_rows
from testsigma_action.domain.run import Result, Run
from testsigma_action.domain.tolerance import STRICT
from testsigma_action.errors import ActionError, ApiError, Refused, TimedOut
from testsigma_action.lifecycle import history, shutdown
from testsigma_action.lifecycle.background import Background
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.follow_reruns import Follower
from testsigma_action.lifecycle.settle import with_result
from testsigma_action.lifecycle.watch import watch


async def wait(context: Context) -> None:
    """Wait until the run and its reruns have completed. After a timeout, the record has the verdict."""
    if context.record.latest.completed:
        await _recall(context)
    else:
        await _watch(context)
    if not context.record.cut_short:
        await follow_reruns(context)


async def _watch(context: Context) -> None:
    record, deadlines = context.record, context.deadlines()
    run = record.latest
    pace = Pace(deadlines.began - _age(context, run), deadlines.interval)
    live = _LiveFailures(context)
    recall: asyncio.Task[None] | None = None

    with Background() as background:
        background.begin(live.follow())
        try:
            async for answer in watch(RunKey.of(run), context.remote, deadlines, pace):
                record.queued = pace.queued
                context.on_answer(answer, pace)
                live.on_answer(answer)
                recall = recall or background.begin(_recall(context, pace))
        except (TimedOut, ApiError) as error:
            if ending := await shutdown.after_timeout(context):
                record.conclude(error, ending)
        if recall:
            await recall


async def _recall(context: Context, pace: Pace | None = None) -> None:
    """Read the plan's earlier runs: the previous one for its duration and failures, the others for the history."""
    record, remote = context.record, context.remote.quiet()
    until = min(remote.after(remote.limits.previous_run), context.shared.deadline)
    # Another run of the same step says nothing about what was there before the step.
    ours = context.shared.run_ids
    run = record.latest
    if listed := await history.list_runs(run, remote, until=until):
        record.plan_runs = history.runs_on(listed, run, apart_from=ours)
        record.previous = await history.previous_run(run, listed, remote, until=until, apart_from=ours)
    if pace:
        pace.before = record.previous


async def watch_rerun(context: Context) -> None:
    """Wait until a rerun that the step asked for has completed."""
    context.emit(events.Activity.WAITING_FOR_RERUN)
    try:
        async for answer in watch(RunKey.of(context.record.latest), context.remote, context.deadlines()):
            context.on_answer(answer)
    except (TimedOut, ApiError) as error:
        await _give_up_rerun(context, error)


async def await_result(context: Context) -> None:
    """Read a completed run again while its result is missing."""
    await with_result(context.record.latest, context.lag_retry())


async def follow_reruns(context: Context) -> None:
    """Follow automatic reruns of failed cases."""
    record = context.record
    await await_result(context)
    if awaited(record.latest):
        context.emit(events.RerunAwaited(record.latest))
    elif not record.reruns:
        return
    follower = Follower(context.remote, context.deadlines(), context.on_answer, context.emit)
    try:
        await follower.follow(record.known, tolerant=record.policy.tolerates)
    except (TimedOut, ApiError) as error:
        await _give_up_rerun(context, error)
    if not record.reruns and not record.rerun_incomplete:
        record.rerun_incomplete = (Fact.RERUN_NEVER_BEGAN,)


async def _give_up_rerun(context: Context, error: ActionError) -> None:
    """Leave a rerun or stop it. The started run has completed, so this becomes a finding of its verdict."""
    record = context.record
    if record.latest.completed:
        # No rerun is confirmed yet, so nothing is stopped.
        record.rerun_incomplete = verdict.of_error(error).findings
    elif ending := await shutdown.after_timeout(context):
        record.rerun_incomplete = verdict.of_error(error, ending).findings


def _age(context: Context, run: Run) -> float:
    """How long ago a run began that existed before the step (seconds), by the clocks of both machines; else 0."""
    began = run.timing.started if context.inputs.run_id or context.record.earlier else None
    return max(0.0, (context.remote.clock.now() - began).total_seconds()) if began else 0.0


class _LiveFailures:
    """Emits each failed case once, soon after it failed: the list of cases is read whenever more cases have failed.

    The list is optional: errors are not reported, and after a refusal it is not read again. It is read at most every
    `limits.live_list` seconds.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._remote = context.remote.quiet()
        # How many failures `max-failures` tolerates is not known before the end.
        self._policy = replace(context.record.policy, max_failures=STRICT.max_failures)
        self._failed = 0
        self._grown = asyncio.Event()
        self._reported: set[Hashable] = set()

    def on_answer(self, run: Run) -> None:
        """Handle an answer about the run."""
        failed = run.counts.failed or 0
        if failed > self._failed and not run.completed:
            self._failed = failed
            self._grown.set()

    async def follow(self) -> None:
        """Read the list after each new failure. Ends when cancelled, or when the service refuses the list."""
        while True:
            await self._grown.wait()
            self._grown.clear()
            if not await self._read():
                return
            await asyncio.sleep(self._remote.limits.live_list)

    async def _read(self) -> bool:
        """Emit the new failures; False if the service refuses the list."""
        run, until = self._context.record.latest, self._remote.after(self._remote.limits.short_detail)
        try:
            machines = await self._remote.client.results.fetch_case_list(run.id, until=until)
        except ApiError as error:
            return not isinstance(error, Refused)
        tree = policy.tolerating(ResultTree(run, machines=machines), self._policy)
        failed = [placed for placed in placed_rows(tree.machines) if placed[2].result is Result.FAILED]
        new = [one for one in failed if identity_of(one) not in self._reported]
        self._reported.update(map(identity_of, new))
        if new:
            counting = sum(case.breaks and not case.hook for *_, case in failed)
            self._context.emit(events.CasesFailed(tuple(new), counting))
        return True
