"""One run, from its spec to its results."""

import asyncio
from collections.abc import Awaitable

from testsigma_action.domain import events
from testsigma_action.domain.run import RunSpec
from testsigma_action.errors import ActionError, Bug, ErrorCode, ExitCode
from testsigma_action.lifecycle.begin import begin
from testsigma_action.lifecycle.context import Context, Interruption, Shared
from testsigma_action.lifecycle.record import RunRecord

# After these exit codes, the cleanup stops the runs that the step could not stop: it has more time.
LEFT_FOR_CLEANUP = {ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.TERMINATED}


class Session:
    """Starts a run (or attaches to one), waits for it, and collects its results.

    `run` and `interrupted` raise nothing: an error, a bug or a cancellation becomes the verdict of this run, and of no
    other one. Others read the `record`, and nobody else writes to it.
    `may_be_stopped`: the run may still be running, or has not started yet.
    """

    def __init__(self, spec: RunSpec, shared: Shared, emit: events.EventListener) -> None:
        """Wire the parts together; nothing happens yet."""
        self.record = RunRecord(spec, shared.inputs.policy)
        self.may_be_stopped = True
        remote = shared.remote.with_listener(self.on_retry)
        self._context = Context(self.record, remote, shared.inputs, shared, emit)

    @property
    def may_rerun(self) -> bool:
        """Whether the step may ask for reruns of failed cases."""
        return self._context.inputs.rerun_failed > 0 or self.record.failed_earlier

    @property
    def left_for_cleanup(self) -> bool:
        """Whether the cleanup must stop a run that the step could not stop."""
        judged = self.record.report().verdict
        # Of several verdicts, a worse one counts.
        early = any(one.code is ErrorCode.STOPPED_AFTER_FAILURES for one in self.record.verdicts)
        stopping = early or judged.exit_code in LEFT_FOR_CLEANUP
        going = self.record.cut_short and any(not run.completed for run in self.record.known[-1:])
        unwatched = stopping or going or self.record.rerun.in_doubt
        return self._context.inputs.stops_own and unwatched and self.record.may_still_run

    def prepared(self, spec: RunSpec) -> None:
        """Set the spec after all look-ups, before `run`."""
        self.record.spec = spec

    def conclude(self, error: ActionError) -> None:
        """Record an error from outside the session."""
        self.record.conclude(error)

    async def run(self, gate: asyncio.Semaphore) -> None:
        """Run all stages, once the semaphore permits it."""
        await self._to_its_end(self._run(gate))

    async def interrupted(self) -> None:
        """End a session that was cancelled before it began."""
        await self._to_its_end(self._interrupted())

    async def _to_its_end(self, work: Awaitable[None]) -> None:
        try:
            await work
        except ActionError as error:
            self.record.conclude(error)
        except Exception as error:  # noqa: BLE001 - a bug must lead to reports and exit code 70
            self._crashed(error)
            self._emit_last(events.Crashed(error))
        finally:
            self.may_be_stopped = False
            conclusion = self.record.report().verdict.conclusion
            self._emit_last(events.Ended(self.record.error, self.record.ending, conclusion))

    def _emit_last(self, event: events.Event) -> None:
        """Send an event. A bug of a listener must not end the other sessions; it is part of the verdict."""
        try:
            self._context.emit(event)
        except Exception as error:  # noqa: BLE001 - as above
            self._crashed(error)

    def _crashed(self, error: Exception) -> None:
        """Record a bug."""
        from testsigma_action.lifecycle import shutdown

        self.record.conclude(Bug(error), shutdown.left(self.record) if self.record.may_still_run else None)

    async def _run(self, gate: asyncio.Semaphore) -> None:
        try:
            async with gate:
                await self._stages()
        except asyncio.CancelledError:
            _uncancel()
            await self._interrupted()

    async def _stages(self) -> None:
        await begin(self._context)
        from testsigma_action.lifecycle.wait import wait

        if not self._context.inputs.wait:
            from testsigma_action.domain import verdict

            self.record.decide(verdict.started(self.record.latest))
            return
        await wait(self._context)
        if self.may_rerun:
            from testsigma_action.lifecycle.request_rerun import rerun_failed

            await rerun_failed(self._context)
        await self._finish()

    async def _finish(self) -> None:
        from testsigma_action.lifecycle.finish import finish

        self.may_be_stopped = False
        await finish(self._context)

    async def _interrupted(self) -> None:
        """Leave or stop the run after a cancellation."""
        self._context.emit(events.Activity.STOPPING)
        try:
            await self._shut_down()
        except asyncio.CancelledError:
            # A signal during a stop after failures, or just before it. Each of them cancels this task once.
            _uncancel()
            await self._shut_down()

    async def _shut_down(self) -> None:
        why = self._context.shared.interruption
        if not why:
            raise AssertionError("a cancellation has a reason")
        if isinstance(why.cause, events.StoppedAfterFailures):
            await self._stop_early(why)
            return
        from testsigma_action.lifecycle import shutdown

        self.record.interrupted()
        until = why.at + self._context.remote.limits.shutdown
        ending = await shutdown.after_cancel(self._context, until, stopping=self._context.stops_on_cancel)
        self.record.decide(why.verdict(ending), ending)

    async def _stop_early(self, why: Interruption) -> None:
        """Stop the run because enough cases have failed, and collect its results."""
        from testsigma_action.domain.ending import Disposition
        from testsigma_action.lifecycle import shutdown

        ending = await shutdown.after_failures(self._context)
        if ending.disposition is not Disposition.COMPLETED:
            self.record.cut_short = True
        elif not self.record.cut_short:
            from testsigma_action.lifecycle.wait import await_result

            await await_result(self._context)
            ending = shutdown.left(self.record)
        # A run that was cut short before, at its timeout, is not judged, so it needs this verdict, too.
        if self.record.cut_short or ending.may_run_again:
            self.record.decide(why.verdict(ending), ending)
        await self._finish()

    def on_retry(self, message: str | None) -> None:
        """Emit a retry, or that one succeeded."""
        self._context.emit(events.Retry(message))


def _uncancel() -> None:
    """Clear the cancellation of this task, so that the shutdown can await answers."""
    if task := asyncio.current_task():
        task.uncancel()
