"""Calls that a signal can cut short.

The main thread never blocks in a call: requests run on daemon threads, and the main thread waits on one queue that
answers, notices and signals are put into. So it is always free to leave a blocked read, no exception is thrown into
the middle of anything, and nothing falls between an answer and its use.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, TypeVar

from testsigma_action.clock import Clock
from testsigma_action.errors import ApiError, Cancelled, Unreachable

# Answers of a server that stopped in the middle of the start call are waited for this long after a signal (seconds).
GRACE = 3.0

# The main thread looks up this often (seconds): a signal that comes in the instant before it blocks does not wake it.
TICK = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM)

T = TypeVar("T")


class Abandoned(BaseException):
    """Ends a call on a worker thread that nobody waits for any more. No `except Exception` may stop it."""


class Late(Exception):
    """The time that a wait was given is over."""


@dataclass(eq=False, slots=True)
class _Job:
    """A call on its way to a worker and back."""

    call: Callable[[], Any]
    abandoned: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    value: Any = None
    error: BaseException | None = None

    def outcome(self) -> Any:  # noqa: ANN401 - whatever the call gives
        if self.error:
            raise self.error
        return self.value


class _Worker(threading.Thread):
    """A daemon thread that makes one call after the other; it keeps its connections between calls."""

    def __init__(self, events: "SimpleQueue[Callable[[], None]]", idle: "deque[_Worker]") -> None:
        super().__init__(daemon=True, name="call")
        self.jobs: SimpleQueue[_Job] = SimpleQueue()
        self._events = events
        self._idle = idle

    def run(self) -> None:
        while True:
            job = self.jobs.get()
            _current.job = job
            try:
                job.value = job.call()
            except BaseException as error:  # noqa: BLE001 - it is raised again where the answer is awaited
                job.error = error
            self._events.put(lambda job=job: self._give_back(job))  # type: ignore[misc]

    def _give_back(self, job: _Job) -> None:
        job.done = True
        self._idle.append(self)


class _Current(threading.local):
    """The job of the thread that asks."""

    job: _Job | None = None


_current = _Current()


def pause(seconds: float) -> None:
    """Wait on a worker thread, between two tries of a call.

    Raises Abandoned as soon as the main thread has left the call.
    """
    job = _current.job
    if job and job.abandoned.wait(max(0.0, seconds)):
        raise Abandoned


class Calls:
    """What the main thread waits on."""

    def __init__(self, clock: Clock) -> None:
        """Make the queue; no thread is started before the first call."""
        self._clock = clock
        self._events: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._idle: deque[_Worker] = deque()
        self._signal: int | None = None
        self._signalled_at = 0.0
        self._raised = False

    def install_handlers(self) -> None:
        """Take SIGINT and SIGTERM. PID 1 would ignore SIGTERM without a handler."""
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._signal is None:
            self._signal = number
            self._signalled_at = self._clock.monotonic()
            self._events.put(_wake_up)
        elif number == self._signal:
            # Whoever asks twice wants out at once, whatever is left undone.
            os._exit(128 + self._signal)

    @property
    def signalled_at(self) -> float | None:
        """When the first signal came, as an instant of the monotonic clock."""
        return None if self._signal is None else self._signalled_at

    def check(self) -> None:
        """Raise Cancelled if a signal has come that was not raised yet. It is raised once: cleaning up is not cut."""
        if self._signal is not None and not self._raised:
            self._raised = True
            raise Cancelled(self._signal)

    def post(self, notice: Callable[[], None]) -> None:
        """Have the main thread call this while it waits; for worker threads that have something to tell."""
        self._events.put(notice)

    def sleep(self, seconds: float) -> None:
        """Wait; raises Cancelled on a signal."""
        until = self._clock.monotonic() + seconds
        try:
            while True:
                self.check()
                self._turn(until)
        except Late:
            return

    def run(self, call: Callable[[], T], *, until: float | None = None, shielded: bool = False) -> T:
        """Make a call and wait for its answer, at most until this instant of the monotonic clock.

        Raises what the call raises, Late when the time is over, Cancelled on a signal. A shielded call is given
        `GRACE` seconds more to answer after a signal; the signal is then raised by the next wait.
        """
        self.check()
        job = self._submit(call)
        try:
            while not job.done:
                if not shielded:
                    self.check()
                self._turn(self._limit(until, shielded=shielded))
        except Late:
            if shielded:
                self.check()
            raise
        finally:
            job.abandoned.set()
        result: T = job.outcome()
        return result

    def gather(self, calls: Sequence[Callable[[], T]], *, width: Callable[[], int], until: float) -> list[T | ApiError]:
        """Make many calls, `width()` at a time; answers or errors come in the order of the calls.

        Calls that were not over by `until` come back as Unreachable. Raises Cancelled on a signal, and what is no
        ApiError.
        """
        waiting = deque(enumerate(calls))
        running: dict[int, _Job] = {}
        results: dict[int, T | ApiError] = {}
        try:
            while waiting or running:
                while waiting and len(running) < width():
                    index, call = waiting.popleft()
                    running[index] = self._submit(call)
                self.check()
                self._turn(until)
                for index in [index for index, job in running.items() if job.done]:
                    results[index] = _answer(running.pop(index))
        except Late:
            pass
        finally:
            for job in running.values():
                job.abandoned.set()
        late = Unreachable("The time for collecting results was over.", code="api-unreachable")
        return [results.get(index, late) for index in range(len(calls))]

    def _submit(self, call: Callable[[], Any]) -> _Job:
        if self._idle:
            worker = self._idle.popleft()
        else:
            worker = _Worker(self._events, self._idle)
            worker.start()
        job = _Job(call)
        worker.jobs.put(job)
        return job

    def _limit(self, until: float | None, *, shielded: bool) -> float | None:
        if shielded and self._signal is not None and not self._raised:
            grace = self._signalled_at + GRACE
            return grace if until is None else min(until, grace)
        return until

    def _turn(self, until: float | None) -> None:
        """Take one event from the queue, or none at a tick; raises Late when the time is over."""
        left = TICK if until is None else until - self._clock.monotonic()
        if left <= 0:
            raise Late
        try:
            event = self._events.get(timeout=min(left, TICK))
        except Empty:
            return
        event()


def _wake_up() -> None:
    """What a signal puts into the queue: nothing to do but to look again."""


def _answer(job: _Job) -> Any:  # noqa: ANN401 - whatever the call gives
    try:
        return job.outcome()
    except ApiError as error:
        return error
