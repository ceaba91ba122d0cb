"""What is printed while the step waits."""

from datetime import datetime, timedelta

from testsigma_action.api.trouble import Trouble
from testsigma_action.ci.log import Log
from testsigma_action.clock import Clock
from testsigma_action.model import Run
from testsigma_action.reporters import console

# A line is printed at least this often (seconds): some platforms end a step that is silent.
SILENCE = 50.0


class Progress:
    """A line on every change, and a sign of life in between."""

    def __init__(self, log: Log, clock: Clock) -> None:
        """Nothing was printed yet."""
        self._log = log
        self._clock = clock
        self._last = clock.monotonic()
        self._outage: datetime | None = None
        self._running = False

    def started(self, run: Run) -> None:
        """Tell where the run is to be seen."""
        self._running = True
        self._outage = None
        self._say(console.link(run))

    def of(self, before: Run, run: Run, elapsed: timedelta) -> None:
        """Tell of an answer that brings news, or of any after a long silence."""
        news = (before.status_label, before.counts) != (run.status_label, run.counts)
        if news or self._silent():
            self._say(console.progress(run, elapsed))

    def trouble(self, trouble: Trouble) -> None:
        """Tell when trouble begins and ends, and now and then while it lasts."""
        if not trouble.message:
            if self._outage:
                self._say(console.outage_ends(self._clock.now() - self._outage))
            self._outage = None
        elif not self._outage or self._silent():
            self._outage = self._outage or self._clock.now()
            self._say(console.outage_begins(trouble.message, running=self._running))

    def _silent(self) -> bool:
        return self._clock.monotonic() - self._last >= SILENCE

    def _say(self, line: str) -> None:
        self._last = self._clock.monotonic()
        self._log.say([line])
