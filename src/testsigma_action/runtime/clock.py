"""Time and everything that waits for it: the wall clock for people, the monotonic clock for waiting, loop and threads.

All waiting goes through the clock's event loop, and threads are begun by the clock. So tests can replace time itself.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


class Clock(Protocol):
    """Two clocks. Waiting never trusts the wall clock, which may jump."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""

    def begin(self, work: Callable[[], None]) -> None:
        """Do some work on a daemon thread of its own. Raises RuntimeError where there can be no more threads."""

    def loop(self) -> "AbstractEventLoop":
        """A new event loop whose `time()` is `monotonic()`. Only the main thread may make one."""


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        return time.monotonic()

    def begin(self, work: Callable[[], None]) -> None:
        """Do some work on a daemon thread of its own. Raises RuntimeError where there can be no more threads."""
        threading.Thread(target=work, daemon=True).start()

    def loop(self) -> "AbstractEventLoop":
        """A new event loop that signals wake up at once."""
        # Handlers of signals need a clock, and are installed before asyncio is imported.
        from testsigma_action.runtime.loop import SignalledLoop  # noqa: PLC0415

        return SignalledLoop()
