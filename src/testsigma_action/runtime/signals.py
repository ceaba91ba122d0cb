"""SIGINT, SIGTERM and SIGHUP: the first cancels the tasks of the step, a second of its kind exits the process.

This module does not import asyncio, so that the handlers are installed before slow imports.
"""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from testsigma_action.errors import exit_code_of
from testsigma_action.runtime.clock import Clock

if TYPE_CHECKING:
    from asyncio import Task

# A repeated signal within this time is ignored (seconds): runners, terminals and service managers send it twice.
REPEAT = 0.3

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signal(NamedTuple):
    """A signal, and the instant of the monotonic clock at which it arrived."""

    number: int
    at: float


class Signals:
    """Handles signals. `first` is the first one."""

    def __init__(self, clock: Clock, leave: Callable[[int], object] = os._exit) -> None:
        """Create without installing handlers. `leave` exits the process immediately, with an exit code."""
        self.first: Signal | None = None
        self._clock = clock
        self._leave = leave
        self._tasks: Sequence[Task[Any]] = ()

    def install(self) -> None:
        """Install the handlers; without one, PID 1 would ignore SIGTERM. Signals that were held back arrive now.

        A SIGHUP that is ignored stays ignored, as with `nohup`.
        """
        for number in SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self.interrupt)
        release()

    def ignore(self) -> None:
        """Ignore all signals from now on, so that the exit code agrees with the reports that were written."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def cancels(self, tasks: "Sequence[Task[Any]]") -> None:
        """Make the first signal cancel these tasks, once each and in this order; at once if it has already arrived."""
        self._tasks = tasks
        if self.first:
            self._cancel()

    def interrupt(self, number: int, _frame: FrameType | None = None) -> None:
        """Handle a signal, at any time and on any thread.

        The first one cancels the tasks. A later one of the same kind exits the process, unless it is a repetition.
        """
        now = self._clock.monotonic()
        if not self.first:
            self.first = Signal(number, now)
            self._cancel_soon()
        elif exit_code_of(number) == exit_code_of(self.first.number) and now - self.first.at > REPEAT:
            self._leave(exit_code_of(number))

    def _cancel_soon(self) -> None:
        """Cancel from within the loop: a signal handler may interrupt any code, including the loop."""
        for task in self._tasks[:1]:
            # A closed loop has no tasks left.
            with suppress(RuntimeError):
                task.get_loop().call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        tasks, self._tasks = self._tasks, ()
        for task in tasks:
            task.cancel()


def release() -> None:
    """Let the signals arrive that the entry point holds back."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
