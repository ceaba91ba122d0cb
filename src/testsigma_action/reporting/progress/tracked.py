"""What the progress output remembers: the state of each run, what was printed of it, and the outage of the service."""

from dataclasses import dataclass, field
from datetime import timedelta
from math import inf

from testsigma_action.domain import events
from testsigma_action.domain.events import Activity
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status

# A line shows the age of the last answer if it is older than this (seconds).
OLD = 90.0
WATCHING = frozenset({Activity.WATCHING, Activity.WAITING_FOR_RERUN})
# Stands for a run of which nothing is known yet.
NO_RUN = Run("", Status.UNKNOWN, Result.UNKNOWN)
_NOT_STARTED = frozenset({Activity.WAITING_FOR_TURN, Activity.PREPARING, Activity.WAITING_FOR_PLAN})


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the monotonic clock, the elapsed time of the step, and the seconds since the last line.

    `live`: a progress bar is drawn on a terminal, so lines that only have counters are not needed.
    """

    now: float
    elapsed: timedelta
    silence: float
    live: bool = False


@dataclass(slots=True)
class TrackedRun:
    """One run. `run` is the newest answer about it or its latest rerun, `cases` are the counters without reruns.

    `rerunning`: its failed cases run again, or will. Printed so far: `failed_cases` (their number), `busy_with` (the
    runs that keep the plan busy), `counted` (the counters of a single run); of one of several runs its status (when),
    its first failure, and its results.
    """

    spec: RunSpec
    activity: Activity
    run: Run = NO_RUN
    plan_name: str = ""
    cases: Counts = field(default_factory=Counts)
    ended: events.Ended | None = None
    rerunning: bool = False
    failed_cases: int = 0
    busy_with: set[str] = field(default_factory=set)
    counted: Counts = field(default_factory=Counts)
    status_printed: float = -inf
    failure_printed: bool = False
    results_printed: set[tuple[str, Result]] = field(default_factory=set)
    _answered_at: float = 0.0
    _expected_end: float | None = None

    def take(self, event: events.Event, now: float) -> None:
        """Update the state from an event."""
        match event:
            case events.Started(run=run) | events.Attached(run):
                self.activity = Activity.WATCHING
                self._update(run, now)
            case events.Answered(run=run, left=left):
                self._update(run, now)
                self._expected_end = None if left is None else now + left.total_seconds()
            case events.RerunStarted(run):
                self.rerunning, self._expected_end = True, None
                self._update(run, now)
            case Activity():
                self.activity = event
            case events.Starting(spec):
                self.spec, self.activity = spec, Activity.STARTING
            case events.RerunAwaited():
                self.rerunning, self.activity = True, Activity.WAITING_FOR_RERUN
            case events.Ended():
                self.ended, self.activity = event, Activity.ENDED

    @property
    def watched(self) -> bool:
        """Whether the session waits for answers about a run that has not completed."""
        return self.run is not NO_RUN and not self.run.completed and self.activity in WATCHING

    @property
    def surely_not_started(self) -> bool:
        """Whether no run can exist yet."""
        return self.run is NO_RUN and self.activity in _NOT_STARTED

    @property
    def failed(self) -> bool:
        """Whether the session ended without a known pass."""
        from testsigma_action.domain.report import Conclusion

        return self.ended is not None and self.ended.conclusion not in {Conclusion.PASSED, Conclusion.STARTED}

    def left(self, now: float) -> timedelta | None:
        """The expected time left; None if unknown."""
        if not self.watched or self._expected_end is None or self._expected_end <= now:
            return None
        return timedelta(seconds=self._expected_end - now)

    def age(self, now: float) -> timedelta | None:
        """The age of the last answer, if it is old."""
        age = now - self._answered_at
        return timedelta(seconds=age) if age > OLD else None

    def _update(self, run: Run, now: float) -> None:
        self.run, self._answered_at = run, now
        self.plan_name = self.plan_name or run.plan_name
        if not self.rerunning:
            self.cases = run.counts


@dataclass(slots=True)
class Outage:
    """The latest outage of the service. It ends when no session is affected any more, but it is printed only once.

    An outage that is shorter than `grace` (seconds) is not printed. `seen` are all sessions that were affected.
    """

    grace: float
    affected: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    problem: str = ""
    _since: float = 0.0
    _printed: bool = False
    _answered: bool = False

    def take(self, index: int, event: events.Event, now: float) -> timedelta | None:
        """Update the state from an event of a session. Returns how long the outage lasted if its end must be printed.

        The end of a session does not prove that the service answers.
        """
        if isinstance(event, events.Retry) and event.message:
            if not self.affected:
                self.seen, self.problem, self._since = set(), event.message, now
                self._printed = self._answered = False
            self.affected.add(index)
            self.seen.add(index)
            return None
        answers = isinstance(event, events.Answered | events.Started | events.Attached | events.Retry)
        if index not in self.affected or not (answers or isinstance(event, events.Ended)):
            return None
        self.affected.remove(index)
        self._answered = self._answered or answers
        return self.lasts(now) if self._printed and self._answered and not self.affected else None

    def is_news(self, now: float) -> bool:
        """Whether the outage must be printed now. True once for each outage."""
        if self._printed or not self.affected or now - self._since < self.grace:
            return False
        self._printed = True
        return True

    def lasts(self, now: float) -> timedelta:
        """How long the outage lasts."""
        return timedelta(seconds=now - self._since)
