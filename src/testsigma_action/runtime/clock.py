"""What time it is, and waiting: the wall clock for people, the monotonic clock for waiting.

Whoever waits, waits on the clock, and threads are begun by it. So time itself can be replaced: a clock that knows who
waits for what, and that nobody is at work, may jump to the next thing that happens.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

T = TypeVar("T")

# Who waits for a queue looks up this often (seconds): a signal that comes in the instant before the main thread blocks
# does not wake it.
TICK = 0.2


class Clock(Protocol):
    """Two clocks. Waiting never trusts the wall clock, which may jump."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""

    def take(self, queue: SimpleQueue[T], seconds: float | None = None) -> T:
        """Take the next thing from a queue, as soon as there is one. Raises Empty after so many seconds."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event, at most so many seconds; whether it has come."""

    def begin(self, work: Callable[[], None]) -> None:
        """Do some work on a daemon thread of its own."""


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        return time.monotonic()

    def take(self, queue: SimpleQueue[T], seconds: float | None = None) -> T:
        """Take the next thing from a queue, as soon as there is one. Raises Empty after so many seconds."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            left = TICK if until is None else min(TICK, max(0.0, until - time.monotonic()))
            try:
                return queue.get(timeout=left)
            except Empty:
                if until is not None and time.monotonic() >= until:
                    raise

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event, at most so many seconds; whether it has come."""
        return event.wait(max(0.0, seconds))

    def begin(self, work: Callable[[], None]) -> None:
        """Do some work on a daemon thread of its own."""
        threading.Thread(target=work, daemon=True).start()
