"""Progress of a single run, in detail."""

from testsigma_action.domain import events
from testsigma_action.domain.events import Activity
from testsigma_action.domain.run import RunSpec
from testsigma_action.reporting.progress import events as event_lines
from testsigma_action.reporting.progress import lines
from testsigma_action.reporting.progress.tracked import Moment, Outage, TrackedRun

# Maximum time without a line (seconds, plus one heartbeat): some platforms kill a silent step, and people assume after
# a minute that it hangs.
SILENCE = 50.0
# Minimum pause between lines that only have new counters (seconds; later a tenth of the elapsed time).
SHORTEST_PAUSE = 2.0
PAUSE = 0.1


class OneRun:
    """Prints each change of status, sometimes the counters, and heartbeats in between."""

    def __init__(self, spec: RunSpec) -> None:
        """Start without an answer about the run."""
        self._tracked = TrackedRun(spec, Activity.PREPARING)
        self._outage = Outage(grace=0)

    def on_event(self, index: int, event: events.Event, moment: Moment) -> list[str]:
        """Handle an event of the session; returns the lines to print."""
        self._tracked.take(event, moment.now)
        outage = lines.outage_ended(self._outage.take(index, event, moment.now))
        if self._outage.is_news(moment.now):
            outage.append(lines.outage_began(self._outage.problem, self._tracked))
        return outage + self._news(event, moment)

    def beat(self, moment: Moment) -> list[str]:
        """Print a heartbeat after a long silence."""
        if moment.live or moment.silence < SILENCE:
            return []
        return [lines.heartbeat(self._tracked, self._outage, moment)]

    def bar(self, moment: Moment) -> str:
        """The progress bar of the run."""
        return lines.bar(self._tracked, moment)

    def _news(self, event: events.Event, moment: Moment) -> list[str]:
        match event:
            case events.Answered():
                return self._answered(event, moment)
            case events.Starting(spec):
                return event_lines.starting(spec)
            case events.Started():
                return event_lines.started(event, self._tracked.spec, alone=True)
            case Activity.COLLECTING:
                return ["Collecting the results."]
        return event_lines.of_run(event, self._tracked)

    def _answered(self, event: events.Answered, moment: Moment) -> list[str]:
        before, run = event.before, event.run
        changed = (before.id, before.status_label, before.waiting) != (run.id, run.status_label, run.waiting)
        # The first failure is printed at once.
        first_failure = run.counts.failed and not before.counts.failed
        pause = max(SHORTEST_PAUSE, moment.elapsed.total_seconds() * PAUSE)
        new_counters = run.counts != self._tracked.counted and moment.silence >= pause
        due = first_failure or new_counters or moment.silence >= SILENCE
        if not changed and (moment.live or not due):
            return []
        self._tracked.counted = run.counts
        queued = event.queued if changed and (before.waiting or run.completed) else None
        return [lines.progress(self._tracked, moment, queued)]
