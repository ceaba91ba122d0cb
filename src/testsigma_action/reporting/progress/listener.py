"""Receives the events of all sessions, and prints the lines of `one_run` or `several_runs`."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from testsigma_action.domain.events import Event
from testsigma_action.domain.run import RunSpec
from testsigma_action.platforms.log import Log
from testsigma_action.reporting.progress.one_run import OneRun
from testsigma_action.reporting.progress.tracked import Moment

if TYPE_CHECKING:
    from testsigma_action.domain.upload_events import UploadEvent
    from testsigma_action.reporting.progress.several_runs import SeveralRuns

# Seconds between two heartbeats: in a log, and on a terminal, where the bar is drawn again each time.
BEAT = 5.0
BEAT_LIVE = 1.0


class Progress:
    """Prints the events of sessions. With `live` (on a terminal), a progress bar replaces heartbeat lines.

    `monotonic` returns seconds of a clock that never goes back. `interval` is the time between two calls of `beat`
    (seconds).
    """

    def __init__(self, log: Log, monotonic: Callable[[], float], specs: Sequence[RunSpec], *, live: bool) -> None:
        """Start measuring the time; nothing is printed yet."""
        self._log = log
        self._monotonic = monotonic
        self._live = live
        self._began = self._printed = monotonic()
        self._lines: OneRun | SeveralRuns = OneRun(specs[0])
        if len(specs) > 1:
            from testsigma_action.reporting.progress import several_runs

            self._lines = several_runs.SeveralRuns(specs, self._began)
        self.interval = BEAT_LIVE if live else BEAT

    def beat(self) -> None:
        """Print a heartbeat line if it is due, or redraw the progress bar."""
        self._log.flush()
        self._print(self._lines.beat(self._moment))

    def on_event(self, index: int, event: Event) -> None:
        """Handle an event of the session with this index in the list of specs."""
        self._print(self._lines.on_event(index, event, self._moment))

    def on_upload(self, event: "UploadEvent") -> None:
        """Handle an event of an upload, before any run is started."""
        from testsigma_action.reporting.progress import uploads

        self._print(uploads.about(event, self._moment.elapsed))

    @property
    def _moment(self) -> Moment:
        now = self._monotonic()
        return Moment(now, timedelta(seconds=now - self._began), silence=now - self._printed, live=self._live)

    def _print(self, lines: list[str]) -> None:
        if lines:
            self._printed = self._monotonic()
            self._log.say(lines)
        if self._live:
            self._log.draw(self._lines.bar(self._moment))
