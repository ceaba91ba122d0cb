"""Receives the events of all sessions, and prints the lines of `one_run` or `several_runs`."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol

from testsigma_action.domain.events import Event, EventListener
from testsigma_action.domain.run import RunSpec
from testsigma_action.platforms.log import Log
from testsigma_action.reporting.progress.one_run import OneRun
from testsigma_action.reporting.progress.several_runs import SeveralRuns
from testsigma_action.reporting.progress.tracked import Moment

# Seconds between two heartbeats: in a log, and on a terminal, where the bar is drawn again each time.
BEAT = 5.0
BEAT_LIVE = 1.0


class Stopwatch(Protocol):
    """The part of `Clock` that is needed here."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""


class LinePolicy(Protocol):
    """Decides which lines are printed, without access to clock and log."""

    def on_event(self, index: int, event: Event, moment: Moment) -> list[str]:
        """Handle an event of a session; returns the lines to print."""

    def beat(self, moment: Moment) -> list[str]:
        """Handle a heartbeat; returns the lines to print."""

    def bar(self, moment: Moment) -> str:
        """The progress bar."""


class Progress:
    """Prints the events of sessions. With `live` (on a terminal), a progress bar replaces heartbeat lines.

    `attached`: the run existed before this step, so a failed request never means that nothing was started.
    """

    def __init__(
        self, log: Log, clock: Stopwatch, specs: Sequence[RunSpec], *, attached: bool = False, live: bool
    ) -> None:
        """Start measuring the time; nothing is printed yet."""
        self._log = log
        self._clock = clock
        self._live = live
        self._began = self._printed = clock.monotonic()
        self._lines: LinePolicy = (
            SeveralRuns(specs, self._began)
            if len(specs) > 1
            # Without any spec the inputs are invalid.
            else OneRun(next(iter(specs), RunSpec()), attached=attached)
        )

    @property
    def interval(self) -> float:
        """Seconds between two calls of `beat`."""
        return BEAT_LIVE if self._live else BEAT

    def listener(self, index: int) -> EventListener:
        """The listener for the session with this index in the list of specs."""
        return partial(self._on_event, index)

    def beat(self) -> None:
        """Print a heartbeat line if it is due, or redraw the progress bar."""
        self._log.flush()
        self._print(self._lines.beat(self._moment))

    def _on_event(self, index: int, event: Event) -> None:
        self._print(self._lines.on_event(index, event, self._moment))

    @property
    def _moment(self) -> Moment:
        now = self._clock.monotonic()
        return Moment(now, timedelta(seconds=now - self._began), silence=now - self._printed, live=self._live)

    def _print(self, lines: list[str]) -> None:
        if lines:
            self._printed = self._clock.monotonic()
            self._log.say(lines)
        if self._live:
            self._log.draw(self._lines.bar(self._moment))
