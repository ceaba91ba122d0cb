"""Progress of a single run, in detail."""

from datetime import timedelta

from testsigma_action.domain.events import (
    Activity,
    ActivityChanged,
    Answered,
    Attached,
    CasesFailed,
    Event,
    OutageBegan,
    OutageEnded,
    Started,
    Starting,
)
from testsigma_action.domain.run import Counts, Run, RunSpec
from testsigma_action.reporting.progress import events, lines
from testsigma_action.reporting.progress.tracked import Moment, TrackedRun

# Maximum time without a line (seconds, plus one heartbeat): some platforms kill a silent step, and people assume after
# a minute that it hangs.
SILENCE = 50.0
# Minimum pause between lines that only have new counters (seconds; later a tenth of the elapsed time).
SHORTEST_PAUSE = 2.0
PAUSE = 0.1


class OneRun:
    """Prints each change of status, sometimes the counters, and heartbeats in between."""

    def __init__(self, spec: RunSpec, *, attached: bool = False) -> None:
        """Start without an answer about the run."""
        self._tracked = TrackedRun(spec, Activity.PREPARING, attached)
        self._counted = Counts()
        self._outage: float | None = None

    def on_event(self, index: int, event: Event, moment: Moment) -> list[str]:  # noqa: ARG002 - there is one session
        """Handle an event of the session; returns the lines to print."""
        self._tracked.take(event, moment.now)
        answers = isinstance(event, Answered | Started | Attached | OutageEnded)
        return [*(self._recovered(moment) if answers else []), *self._news(event, moment)]

    def beat(self, moment: Moment) -> list[str]:
        """Print a heartbeat after a long silence."""
        if moment.live or moment.silence < SILENCE:
            return []
        return [self._heartbeat(moment)]

    def bar(self, moment: Moment) -> str:
        """The progress bar of the run."""
        tracked = self._tracked
        run = tracked.run if tracked.watched else None
        return lines.bar(run, tracked.activity, tracked.times(moment))

    def _news(self, event: Event, moment: Moment) -> list[str]:
        match event:
            case Answered():
                return self._answered(event, moment)
            case OutageBegan(problem):
                return self._outage_began(problem, moment)
            case Starting():
                return events.starting(event)
            case Started():
                return events.started(event, self._tracked.spec.build_number)
            case ActivityChanged(Activity.COLLECTING):
                return ["Collecting the results."]
        return about(event, self._tracked)

    def _answered(self, event: Answered, moment: Moment) -> list[str]:
        before, run = event.before, event.run
        changed = (before.id, before.status_label, before.waiting) != (run.id, run.status_label, run.waiting)
        if not changed and (moment.live or not self._due(before, run, moment)):
            return []
        self._counted = run.counts
        queued = event.queued if changed and (before.waiting or run.completed) else None
        return [lines.progress(run, self._tracked.times(moment, queued))]

    def _due(self, before: Run, run: Run, moment: Moment) -> bool:
        """Whether a progress line is due. The first failure is printed at once."""
        if run.counts.failed and not before.counts.failed:
            return True
        pause = max(SHORTEST_PAUSE, moment.elapsed.total_seconds() * PAUSE)
        return moment.silence >= SILENCE or (run.counts != self._counted and moment.silence >= pause)

    def _heartbeat(self, moment: Moment) -> str:
        tracked = self._tracked
        if self._outage is not None:
            return lines.outage_lasts(timedelta(seconds=moment.now - self._outage), moment.elapsed)
        if tracked.run and tracked.watched:
            return lines.progress(tracked.run, tracked.times(moment))
        return lines.still(tracked.activity, moment.elapsed)

    def _outage_began(self, problem: str, moment: Moment) -> list[str]:
        if self._outage is not None:
            return []
        self._outage = moment.now
        tracked = self._tracked
        return [lines.outage_began(problem, running=tracked.watched, started=not tracked.surely_not_started)]

    def _recovered(self, moment: Moment) -> list[str]:
        if self._outage is None:
            return []
        lasted = timedelta(seconds=moment.now - self._outage)
        self._outage = None
        return [lines.outage_ended(lasted)]


def about(event: Event, tracked: TrackedRun) -> list[str]:
    """The lines for an event that are the same for one run and for several."""
    if isinstance(event, CasesFailed):
        return events.cases_failed(event, tracked.failed_cases - len(event.cases))
    return events.about(event) if tracked.is_news(event) else []
