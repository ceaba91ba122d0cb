"""A progress under test: events come when a test tells them, and time passes when it says so."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from testsigma_action.domain.events import Event
from testsigma_action.domain.run import RunSpec
from testsigma_action.platforms.log import Log
from testsigma_action.reporting.progress.listener import Progress


@dataclass(slots=True)
class Hand:
    """A clock that is set by hand."""

    at: float = 1000.0

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        return self.at


class Listening:
    """A progress with its clock and its log."""

    def __init__(self, specs: Sequence[RunSpec], *, live: bool = False) -> None:
        """Begin: no time has passed, nothing was told."""
        self.clock = Hand()
        self.stream = io.StringIO()
        self.progress = Progress(Log(self.stream), self.clock.monotonic, specs, live=live)

    def tell(self, index: int, event: Event) -> None:
        """A session tells an event."""
        self.progress.on_event(index, event)

    def wait(self, seconds: float) -> None:
        """Time passes, with a heartbeat after each interval."""
        beats, rest = divmod(seconds, self.progress.interval)
        for _ in range(int(beats)):
            self.clock.at += self.progress.interval
            self.progress.beat()
        self.clock.at += rest

    @property
    def lines(self) -> list[str]:
        """What was printed."""
        return self.stream.getvalue().splitlines()

    @property
    def printed(self) -> list[str]:
        """The same without what was drawn on a terminal. Only a line break of ours ends a line."""
        whole = self.stream.getvalue().split("\n")[:-1]
        return [line.rpartition("\r\x1b[K")[2] for line in whole]
