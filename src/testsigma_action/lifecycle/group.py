"""The sessions of a step: they run side by side, and stop together."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from testsigma_action.domain import events
from testsigma_action.domain.run import RunSpec
from testsigma_action.lifecycle.context import Interruption, Shared
from testsigma_action.lifecycle.session import Session
from testsigma_action.lifecycle.state import StateWriter

if TYPE_CHECKING:
    from testsigma_action.domain.upload_events import UploadListener


Listener = Callable[[int, events.Event | events.StoppedAfterFailures], None]


class FailureLimit:
    """Counts the failed cases of all runs together, up to a limit; 0: there is none."""

    def __init__(self, limit: int) -> None:
        """Start without failures."""
        self._limit = limit
        self._failed: dict[int, int] = {}

    def reached(self, index: int, failed: int) -> events.StoppedAfterFailures | None:
        """Record how many cases of a run have failed; a lower number is old. Returns the finding at the limit."""
        self._failed[index] = max(failed, self._failed.get(index, 0))
        total = sum(self._failed.values())
        return events.StoppedAfterFailures(total, self._limit) if 0 < self._limit <= total else None


class SessionGroup:
    """All sessions of a step.

    `listener` gets their events, each with the index of its session, and why all of them are stopped early.
    """

    def __init__(self, specs: Sequence[RunSpec], shared: Shared, state: StateWriter, listener: Listener) -> None:
        """Create a session for each spec; nothing happens yet."""
        self._inputs = shared.inputs
        self._shared = shared
        self._state = state
        self._listener = listener
        self._limit = FailureLimit(shared.inputs.stop_after_failures)
        self._tasks: list[asyncio.Task[None]] = []
        self.sessions = [Session(spec, shared, partial(self._on_event, index)) for index, spec in enumerate(specs)]

    async def prepare(self, on_upload: "UploadListener") -> None:
        """Look up what has to be known before the starts, and upload files. The runs have their time after that.

        `on_upload` gets the events of the uploads. Raises InputError and ApiError.
        """
        remote = self._shared.remote.with_listener(self.sessions[0].on_retry)
        until = remote.unreachable_until(self._shared.deadline)
        specs = tuple(session.record.spec for session in self.sessions)
        if any(spec.has_unknown_ids for spec in specs):
            from testsigma_action.lifecycle import prepare

            specs = await prepare.resolve(specs, remote, until=until)
        if self._inputs.uploads:
            from testsigma_action.lifecycle.uploads import upload_all

            began = remote.now()
            async for uploaded in upload_all(self._inputs.uploads, remote, self._inputs.upload_timeout, on_upload):
                self._shared.uploaded = (*self._shared.uploaded, uploaded)
            self._shared.put_off(remote.now() - began)
        for session, spec in zip(self.sessions, specs, strict=True):
            session.prepared(spec)

    async def run(self) -> None:
        """Run all sessions. Each ends by itself, so this raises nothing."""
        gate = asyncio.Semaphore(self._inputs.max_parallel if self._inputs.wait else len(self.sessions))
        async with asyncio.TaskGroup() as group:
            self._tasks = [group.create_task(self._drive(index, gate)) for index in range(len(self.sessions))]
            self._shared.signals.cancels(self._tasks)

    async def end(self) -> None:
        """End the sessions that were cancelled before they began."""
        for session in self.sessions:
            if not session.record.verdicts and self._shared.interruption:
                await session.interrupted()

    def settle(self) -> None:
        """Save that the cleanup has nothing to do, unless it must stop a run."""
        if not any(session.left_for_cleanup for session in self.sessions):
            self._state.settled()

    async def _drive(self, index: int, gate: asyncio.Semaphore) -> None:
        session = self.sessions[index]
        await session.run(gate)
        if not session.left_for_cleanup:
            self._state.over(index)

    def _on_event(self, index: int, event: events.Event) -> None:
        if self._inputs.wait:
            # Else there is nothing to clean up.
            self._state.take(index, event)
        self._listener(index, event)
        if (failures := self._failures(index, event)) is not None:
            self._count(index, failures)

    def _failures(self, index: int, event: events.Event) -> int | None:
        """How many cases of the run have failed, apart from those in quarantine; None if the event does not say it.

        Counters do not say which cases failed, so with a quarantine the lists of cases decide.
        """
        session = self.sessions[index]
        run = session.record.run
        if isinstance(event, events.Ended):
            return session.record.failures
        if not run or run.reruns_itself or session.may_rerun:
            # If failed cases run again, they count after their last attempt.
            return None
        if self._inputs.quarantine:
            return event.counting if isinstance(event, events.CasesFailed) else None
        return event.run.counts.failed if isinstance(event, events.Answered) else None

    def _count(self, index: int, failures: int) -> None:
        """Stop all runs, and start no more, once enough cases have failed."""
        reached = self._limit.reached(index, failures)
        if not reached or self._shared.interruption:
            return
        self._shared.stopped_early = Interruption(self._shared.remote.now(), reached)
        pairs = zip(self.sessions, self._tasks, strict=True)
        if going := [task for session, task in pairs if session.may_be_stopped]:
            self._listener(index, reached)
        for task in going:
            task.cancel()
