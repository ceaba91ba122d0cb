"""The state of one run, as far as the progress output needs it."""

from dataclasses import dataclass, field
from datetime import timedelta

from testsigma_action.domain.events import (
    Activity,
    ActivityChanged,
    Answered,
    Attached,
    CasesFailed,
    Ended,
    Event,
    PlanBusy,
    RerunAwaited,
    RerunStarted,
    Started,
    Starting,
)
from testsigma_action.domain.report import Conclusion
from testsigma_action.domain.run import Counts, Result, Run, RunSpec
from testsigma_action.reporting.progress.lines import Times

# A line shows the age of the last answer if it is older than this (seconds).
OLD = 90.0
WATCHING = frozenset({Activity.WATCHING, Activity.WAITING_FOR_RERUN})
GOOD = frozenset({Conclusion.PASSED, Conclusion.STARTED})
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

    `failed_cases`: number of failed cases that were printed; `rerunning`: its failed cases run again, or will.
    """

    spec: RunSpec
    activity: Activity
    attached: bool = False
    run: Run | None = None
    plan_name: str = ""
    cases: Counts = field(default_factory=Counts)
    ended: Ended | None = None
    rerunning: bool = False
    failed_cases: int = 0
    _answered_at: float = 0.0
    _expected_end: float | None = None
    _busy_with: set[str] = field(default_factory=set)

    def take(self, event: Event, now: float) -> None:
        """Update the state from an event."""
        self._take_answer(event, now)
        match event:
            case ActivityChanged(activity):
                self.activity = activity
            case Starting(spec):
                self.spec = spec
            case CasesFailed(cases):
                self.failed_cases += len(cases)
            case RerunAwaited():
                self.rerunning, self.activity = True, Activity.WAITING_FOR_RERUN
            case Ended():
                self.ended, self.activity = event, Activity.ENDED

    def _take_answer(self, event: Event, now: float) -> None:
        match event:
            case Started(run=run) | Attached(run):
                self.activity = Activity.WATCHING
                self._update(run, now)
            case Answered(run=run, left=left):
                self._update(run, now)
                self._expected_end = None if left is None else now + left.total_seconds()
            case RerunStarted(run):
                self.rerunning, self._expected_end = True, None
                self._update(run, now)

    def is_news(self, event: Event) -> bool:
        """False if the event only repeats that the plan is busy with the same run."""
        if not isinstance(event, PlanBusy):
            return True
        new = event.run_id not in self._busy_with
        self._busy_with.add(event.run_id)
        return new

    @property
    def waits(self) -> bool:
        """Whether the watched run is in the queue."""
        return self.watched and self.run is not None and self.run.waiting

    @property
    def watched(self) -> bool:
        """Whether the session waits for answers about a run that has not completed."""
        return self.run is not None and not self.run.completed and self.activity in WATCHING

    @property
    def surely_not_started(self) -> bool:
        """Whether no run can exist yet."""
        return self.run is None and not self.attached and self.activity in _NOT_STARTED

    @property
    def failed(self) -> bool:
        """Whether the session ended without a known pass."""
        if self.ended is None:
            return False
        if self.ended.conclusion is not None:
            return self.ended.conclusion not in GOOD
        return not self.run or self.run.result is not Result.PASSED or bool(self.ended.error or self.ended.ending)

    def left(self, now: float) -> timedelta | None:
        """The expected time left; None if unknown."""
        if not self.watched or self._expected_end is None or self._expected_end <= now:
            return None
        return timedelta(seconds=self._expected_end - now)

    def times(self, moment: Moment, queued: timedelta | None = None) -> Times:
        """The times for a line. `queued` only if it is new."""
        age = moment.now - self._answered_at
        old = timedelta(seconds=age) if age > OLD else None
        return Times(moment.elapsed, self.left(moment.now), queued, old)

    def _update(self, run: Run, now: float) -> None:
        self.run, self._answered_at = run, now
        self.plan_name = self.plan_name or run.plan_name
        if not self.rerunning:
            self.cases = run.counts
