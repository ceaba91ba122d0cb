"""What is known of one run while the step waits, as far as people are told of it."""

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

# A line that tells an answer says how old it is if that is more than this (seconds).
OLD = 90.0
WATCHING = frozenset({Activity.WATCHING, Activity.WAITING_FOR_RERUN})
GOOD = frozenset({Conclusion.PASSED, Conclusion.STARTED, Conclusion.CHECKED})
_NOT_STARTED = frozenset({Activity.WAITING_FOR_TURN, Activity.PREPARING, Activity.WAITING_FOR_PLAN})


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the monotonic clock, how long the step takes by then, and seconds since the last line.

    `live`: a bar is drawn on a terminal, so that lines which only count are not needed.
    """

    now: float
    elapsed: timedelta
    silence: float
    live: bool = False


@dataclass(slots=True)
class TrackedRun:
    """One run. `run` is the newest answer about it or its latest rerun, `cases` are the counters without reruns.

    `failed_cases` is how many were told one by one; `rerunning`: its failed cases run again, or will.
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
    _heard: float = 0.0
    _expected_end: float | None = None
    _busy_with: set[str] = field(default_factory=set)

    def take(self, event: Event, now: float) -> None:
        """Keep what an event says of the run."""
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
                self._saw(run, now)
            case Answered(run=run, left=left):
                self._saw(run, now)
                self._expected_end = None if left is None else now + left.total_seconds()
            case RerunStarted(run):
                self.rerunning, self._expected_end = True, None
                self._saw(run, now)

    def is_news(self, event: Event) -> bool:
        """False where the plan is still busy with a run that was told already."""
        if not isinstance(event, PlanBusy):
            return True
        new = event.run_id not in self._busy_with
        self._busy_with.add(event.run_id)
        return new

    @property
    def waits(self) -> bool:
        """Whether the run that is watched is in the queue."""
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
        """Whether the session is over, and without a pass as far as is known."""
        if self.ended is None:
            return False
        if self.ended.conclusion is not None:
            return self.ended.conclusion not in GOOD
        return not self.run or self.run.result is not Result.PASSED or bool(self.ended.error or self.ended.ending)

    def left(self, now: float) -> timedelta | None:
        """How long the run is expected to go on; None where nobody knows."""
        if not self.watched or self._expected_end is None or self._expected_end <= now:
            return None
        return timedelta(seconds=self._expected_end - now)

    def times(self, moment: Moment, queued: timedelta | None = None) -> Times:
        """The times that a line may tell. `queued` only where it is news."""
        age = moment.now - self._heard
        old = timedelta(seconds=age) if age > OLD else None
        return Times(moment.elapsed, self.left(moment.now), queued, old)

    def _saw(self, run: Run, now: float) -> None:
        self.run, self._heard = run, now
        self.plan_name = self.plan_name or run.plan_name
        if not self.rerunning:
            self.cases = run.counts
