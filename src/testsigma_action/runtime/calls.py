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
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, TypeVar

from testsigma_action.errors import ApiError, Cancelled, ErrorCode, NoThreads, Unreachable, exit_code_of
from testsigma_action.runtime.clock import Clock

# Answers of a server that stopped in the middle of the start call are waited for this long after a signal (seconds).
GRACE = 3.0

# The same signal again within this time (seconds) is one signal: runners, terminals and service managers send it twice.
REPEAT = 0.3

# One thread for a call that may hang, and one for what has to be done then: to stop the run.
FEWEST = 2

# What is said of optional things that were not read in time.
TOO_LATE = "The time for collecting results was over."

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

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


class _Worker:
    """A thread that makes one call after the other; it keeps its connections between calls."""

    def __init__(
        self, clock: Clock, post: Callable[[Callable[[], None]], None], free: "Callable[[_Worker], None]"
    ) -> None:
        self.jobs: SimpleQueue[_Job] = SimpleQueue()
        self._clock = clock
        self._post = post
        self._free = free

    def run(self) -> None:
        _current.clock = self._clock
        while True:
            job = _current.job = self._clock.take(self.jobs)
            try:
                job.value = job.call()
            except BaseException as error:  # noqa: BLE001 - it is raised again where the answer is awaited
                job.error = error
            self._post(lambda job=job: self._give_back(job))  # type: ignore[misc]

    def _give_back(self, job: _Job) -> None:
        job.done = True
        self._free(self)


class _Current(threading.local):
    """The job of the thread that asks, and the clock that it waits on; none off a worker thread."""

    job: _Job | None = None
    clock: Clock | None = None


_current = _Current()


def pause(seconds: float) -> None:
    """Wait on a worker thread, between two tries of a call.

    Raises Abandoned as soon as the main thread has left the call.
    """
    job, clock = _current.job, _current.clock
    if job and clock and clock.wait(job.abandoned, seconds):
        raise Abandoned


class Calls:
    """What the main thread waits on."""

    def __init__(self, clock: Clock, leave: Callable[[int], object] = os._exit) -> None:
        """Make the queue; no thread is started before the first call. `leave` ends the process with an exit code."""
        self._clock = clock
        self._leave = leave
        self._events: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._idle: list[_Worker] = []
        self._workers = 0
        self._queued: deque[_Job] = deque()
        self._signal: int | None = None
        self._signalled_at = 0.0
        self._raised = False
        self._notice: Callable[[], None] = _wake_up
        self._every = self._due = inf

    def install_handlers(self) -> None:
        """Take SIGINT, SIGTERM and SIGHUP. PID 1 would ignore SIGTERM without a handler.

        A SIGHUP that is ignored stays ignored: that is what `nohup` asks for.
        """
        for number in SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def ignore_signals(self) -> None:
        """Take no signal any more: what the step says stands, and its exit code is to be that of its reports."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.interrupt(number)

    def interrupt(self, number: int) -> None:
        """What a signal does, at any moment: the first ends the wait, a second of the same kind the process.

        The second is a request of its own only if it comes later than `REPEAT` seconds after the first.
        """
        if self._signal is None:
            self._signal = number
            self._signalled_at = self._clock.monotonic()
            self._events.put(_wake_up)
        elif self._asks_again(number):
            # Whoever asks twice wants out at once, whatever is left undone.
            self._leave(exit_code_of(number))

    def _asks_again(self, number: int) -> bool:
        same = self._signal is not None and exit_code_of(number) == exit_code_of(self._signal)
        return same and self._clock.monotonic() - self._signalled_at > REPEAT

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

    def remind(self, notice: Callable[[], None], every: float) -> None:
        """Have the main thread call this every so many seconds while it waits, whatever it waits for."""
        self._notice, self._every, self._due = notice, every, self._clock.monotonic() + every

    def sleep(self, seconds: float) -> None:
        """Wait; raises Cancelled on a signal."""
        until = self._clock.monotonic() + seconds
        try:
            while True:
                self.check()
                self._turn(until)
        except Late:
            return

    def reserve(self) -> None:
        """Begin the threads that no step can do without, before anything is started. Raises NoThreads."""
        while self._workers < FEWEST:
            before = self._workers
            self._begin_worker()
            if self._workers == before:
                raise NoThreads("Nothing was started.")

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
                while waiting and len(running) < width() and self._clock.monotonic() < until:
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
        late = Unreachable(TOO_LATE, code=ErrorCode.API_UNREACHABLE)
        return [results.get(index, late) for index in range(len(calls))]

    def _submit(self, call: Callable[[], Any]) -> _Job:
        """Have a worker make a call: the one that was idle last, a new one, or the first that is free."""
        if not self._idle:
            self._begin_worker()
        if not self._workers:
            raise NoThreads
        job = _Job(call)
        if self._idle:
            self._idle.pop().jobs.put(job)
        else:
            self._queued.append(job)
        return job

    def _begin_worker(self) -> None:
        """Begin another worker, if the system gives us a thread for it."""
        worker = _Worker(self._clock, self.post, self._free)
        # This is how Python reports that no thread can be had.
        with suppress(RuntimeError):
            self._clock.begin(worker.run)
            self._workers += 1
            self._idle.append(worker)

    def _free(self, worker: _Worker) -> None:
        """Give a worker the next call that somebody still waits for."""
        while self._queued:
            job = self._queued.popleft()
            if not job.abandoned.is_set():
                worker.jobs.put(job)
                return
        self._idle.append(worker)

    def _limit(self, until: float | None, *, shielded: bool) -> float | None:
        if shielded and self._signal is not None and not self._raised:
            grace = self._signalled_at + GRACE
            return grace if until is None else min(until, grace)
        return until

    def _turn(self, until: float | None) -> None:
        """Take one event from the queue, or see that time has passed; raises Late when it is over.

        What is in the queue by then is in time: an answer counts, however late somebody looks.
        """
        now = self._clock.monotonic()
        ends = min(self._due, inf if until is None else until)
        try:
            event = self._clock.take(self._events, None if ends == inf else max(0.0, ends - now))
        except Empty:
            if until is not None and until <= now:
                raise Late from None
            event = _wake_up
        event()
        if self._clock.monotonic() >= self._due:
            self._due = self._clock.monotonic() + self._every
            self._notice()


def _wake_up() -> None:
    """What a signal puts into the queue: nothing to do but to look again."""


def _answer(job: _Job) -> Any:  # noqa: ANN401 - whatever the call gives
    try:
        return job.outcome()
    except ApiError as error:
        return error
