"""The clock: wall time, monotonic time, the event loop and threads.

All blocking goes through the event loop and the threads of `Clock`, so that tests can use virtual time.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


class Clock:
    """The clocks of this machine. Waits use monotonic time only, since wall time may jump."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back; only differences are meaningful."""
        return time.monotonic()

    def begin(self, work: Callable[[], object]) -> None:
        """Start work on a new daemon thread. Raises RuntimeError if the system cannot start one."""
        threading.Thread(target=work, daemon=True).start()

    def loop(self) -> "AbstractEventLoop":
        """A new event loop, which signals wake up at once, and whose `time()` is `monotonic()`. Main thread only."""
        # Signal handlers need a clock, and are installed before asyncio is imported.
        from testsigma_action.runtime.loop import SignalledLoop  # noqa: PLC0415

        return SignalledLoop()
