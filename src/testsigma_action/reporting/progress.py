"""What is printed while the step waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from testsigma_action.api.error_response import Trouble
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.run import Counts, Run
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console
from testsigma_action.reporting import progress_lines as course
from testsigma_action.reporting.progress_lines import Course
from testsigma_action.runtime.clock import Clock

# A line is printed at least this often (seconds), and a beat later at most: some platforms end a step that is silent
# for longer, and people take a minute without a line for a hang.
SILENCE = 50.0
BEAT = 5.0
BEAT_LIVE = 1.0
# Lines that only count on come this often at most (seconds): often at first, then after a tenth of the time elapsed.
SHORTEST_PAUSE = 2.0
PAUSE = 0.1
# Without an answer for longer than this, a line says so (seconds).
UNHEARD = 90.0


class Progress:
    """A line on every change of status, now and then on progress, and a sign of life in between.

    With `live`, on a terminal, progress is a line that is drawn anew instead.
    """

    def __init__(self, log: Log, clock: Clock, *, live: bool = False) -> None:
        """Nothing was printed yet, and nothing but the preparations has begun."""
        self._log = log
        self._clock = clock
        self._live = live
        self._began = self._said = self._heard = clock.monotonic()
        self._outage: float | None = None
        self._aside = False
        self._doing = "preparing"
        self._watching = False
        self._run: Run | None = None
        self._told = Counts()
        self._pace: Pace | None = None

    @property
    def interval(self) -> float:
        """Seconds between two beats."""
        return BEAT_LIVE if self._live else BEAT

    def does(self, what: str, *, watching: bool = False) -> None:
        """Take what the step does now, in words: for signs of life. While it is watching, they tell of the run."""
        self._doing, self._watching = what, watching

    def started(self, run: Run) -> None:
        """Tell where the run is to be seen. From now on it is watched."""
        self._run = run
        self.does("waiting for the result", watching=True)
        self._outage = None
        self._say(console.link(run))

    def paced(self, pace: Pace) -> None:
        """Take who knows how long the run goes on."""
        self._pace = pace

    def of(self, before: Run, run: Run) -> None:
        """Take an answer, and tell of it if it brings news or after a long silence."""
        self._run, self._heard = run, self._clock.monotonic()
        self._end_outage()
        changed = (before.id, before.status_label, before.waiting) != (run.id, run.status_label, run.waiting)
        if changed or (not self._live and self._counts_on(before, run)):
            self._told = run.counts
            self._say(course.progress(run, self._course(queue=changed and (before.waiting or run.completed))))
        self._draw()

    def _counts_on(self, before: Run, run: Run) -> bool:
        """Whether it is time to tell how far the run is. The first failure is news at once."""
        if run.counts.failed and not before.counts.failed:
            return True
        pause = max(SHORTEST_PAUSE, self._since(self._began) * PAUSE)
        return self._silent() or (run.counts != self._told and self._since(self._said) >= pause)

    def beat(self) -> None:
        """Give a sign of life if there was none for long. To be called again and again, whatever is waited for."""
        self._log.flush()
        if self._live:
            self._draw()
        elif self._silent():
            self._say(self._sign_of_life())

    def _sign_of_life(self) -> str:
        elapsed, run = timedelta(seconds=self._since(self._began)), self._run
        if not run or run.completed or not self._watching:
            return course.goes_on(self._doing, elapsed)
        if self._outage is not None:
            return course.outage_goes_on(timedelta(seconds=self._since(self._outage)), elapsed)
        return course.progress(run, self._course())

    def trouble(self, trouble: Trouble) -> None:
        """Tell when trouble begins and ends, and now and then while it lasts."""
        if not trouble.message:
            self._end_outage()
        elif not self._aside and (self._outage is None or self._silent()):
            self._outage = self._clock.monotonic() if self._outage is None else self._outage
            self._say(course.outage_begins(trouble.message, running=self._run is not None))

    def _end_outage(self) -> None:
        if self._outage is not None:
            self._say(course.outage_ends(timedelta(seconds=self._since(self._outage))))
        self._outage = None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Do without trouble meanwhile: what is asked for is not needed."""
        self._aside = True
        try:
            yield
        finally:
            self._aside = False

    def _course(self, *, queue: bool = False) -> Course:
        now, unheard = self._clock.monotonic(), self._since(self._heard)
        queued = self._pace.queued if self._pace and queue else None
        return Course(
            elapsed=timedelta(seconds=now - self._began),
            left=self._pace.left(now) if self._pace else None,
            queued=queued,
            unheard=timedelta(seconds=unheard) if unheard > UNHEARD else None,
        )

    def _draw(self) -> None:
        if self._live:
            run = self._run if self._watching else None
            self._log.draw(course.bar(run, self._doing, self._course()))

    def _since(self, instant: float) -> float:
        return self._clock.monotonic() - instant

    def _silent(self) -> bool:
        return self._since(self._said) >= SILENCE

    def _say(self, line: str) -> None:
        self._said = self._clock.monotonic()
        self._log.say([line])
