"""The clock: wall time, monotonic time, the event loop and threads.

All blocking goes through the event loop and the threads of `Clock`, so that tests can use virtual time.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


class Clock(Protocol):
    """Wall time and monotonic time. Waits use monotonic time only, since wall time may jump."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back; only differences are meaningful."""

    def begin(self, work: Callable[[], None]) -> None:
        """Start work on a new daemon thread. Raises RuntimeError if the system cannot start one."""

    def loop(self) -> "AbstractEventLoop":
        """A new event loop whose `time()` is `monotonic()`. Only on the main thread."""


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back; only differences are meaningful."""
        return time.monotonic()

    def begin(self, work: Callable[[], None]) -> None:
        """Start work on a new daemon thread. Raises RuntimeError if the system cannot start one."""
        threading.Thread(target=work, daemon=True).start()

    def loop(self) -> "AbstractEventLoop":
        """A new event loop that signals wake up at once."""
        # Signal handlers need a clock, and are installed before asyncio is imported.
        from testsigma_action.runtime.loop import SignalledLoop  # noqa: PLC0415

        return SignalledLoop()
