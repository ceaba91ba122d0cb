"""Progress of several runs: news of each run, and the progress of all together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from testsigma_action.domain.events import Activity, Answered, Ended, Event, OutageBegan, OutageEnded, Started
from testsigma_action.domain.run import Result, RunSpec, Status
from testsigma_action.reporting.progress import board, events, lines
from testsigma_action.reporting.progress.names import RunNames
from testsigma_action.reporting.progress.one_run import SILENCE, about
from testsigma_action.reporting.progress.outage import SharedOutage
from testsigma_action.reporting.progress.tracked import Moment, TrackedRun

# Maximum time between lines about all runs (seconds).
BOARD = 120.0
# Minimum pause between status lines of a run, whose status may change back and forth (seconds).
STATUS_PAUSE = 30.0


@dataclass(slots=True)
class _Printed:
    """What was printed about a run: when its status, whether its first failure, and which results."""

    status: float | None = None
    failure: bool = False
    results: set[tuple[str, Result]] = field(default_factory=set)


class SeveralRuns:
    """Prints the events of each run with its name as prefix; counters are those of all runs together."""

    def __init__(self, specs: Sequence[RunSpec], began: float) -> None:
        """Start without any event."""
        self._runs = [TrackedRun(spec, Activity.WAITING_FOR_TURN) for spec in specs]
        self._names = RunNames(specs)
        self._outage = SharedOutage()
        self._board_printed = began
        self._printed = [_Printed() for _ in specs]

    def on_event(self, index: int, event: Event, moment: Moment) -> list[str]:
        """Handle an event of a session; returns the lines to print."""
        tracked = self._runs[index]
        known_before = bool(tracked.plan_name)
        tracked.take(event, moment.now)
        news = self._news(index, event, moment)
        if tracked.plan_name and not known_before and self._names.lacks_plan_name(index):
            news.insert(0, events.plan_named(tracked.plan_name))
        return [*self._outage_news(index, event, moment), *(self._prefixed(index, news) if news else [])]

    def beat(self, moment: Moment) -> list[str]:
        """Print an outage that lasts, and sometimes the progress of all runs."""
        if self._outage.is_news(moment.now):
            return self._outage_began()
        due = moment.silence >= SILENCE or moment.now - self._board_printed >= BOARD
        if moment.live or not due:
            return []
        self._board_printed = moment.now
        silent = [self._name(index) for index in sorted(self._outage.affected)]
        names = [self._name(index) if run.watched else "" for index, run in enumerate(self._runs)]
        return [board.heartbeat(self._runs, names, silent, moment)]

    def bar(self, moment: Moment) -> str:
        """The progress bar of all runs."""
        return board.bar(self._runs, len(self._outage.affected), moment)

    def _news(self, index: int, event: Event, moment: Moment) -> list[str]:
        tracked = self._runs[index]
        match event:
            case Answered():
                return self._answered(index, event, moment)
            case Started():
                return events.started_of_several(event, tracked.spec)
            case Ended():
                return [*self._result(index, moment), *events.ended(event, tracked.run, moment.elapsed)]
        return about(event, tracked)

    def _answered(self, index: int, event: Answered, moment: Moment) -> list[str]:
        before, run, printed = event.before, event.run, self._printed[index]
        if run.completed:
            return self._result(index, moment, event.queued)
        queued = event.queued if before.waiting and not run.waiting else None
        unknown = run.status is Status.UNKNOWN and before.status_label != run.status_label
        may_tell = printed.status is None or moment.now - printed.status >= STATUS_PAUSE
        status_is_news = may_tell and (unknown or queued is not None)
        first_failure = bool(run.counts.failed) and not printed.failure
        if not status_is_news and not first_failure:
            return []
        printed.status = moment.now if status_is_news else printed.status
        printed.failure = printed.failure or first_failure
        return [lines.progress(run, self._runs[index].times(moment, queued))]

    def _result(self, index: int, moment: Moment, queued: timedelta | None = None) -> list[str]:
        """The result of a run that completed, and again if a later answer has another one."""
        tracked, printed = self._runs[index], self._printed[index]
        run = tracked.run
        if not run or not run.completed or (run.id, run.result) in printed.results:
            return []
        printed.results.add((run.id, run.result))
        return [lines.result(run, tracked.times(moment, queued), rerun=tracked.rerunning)]

    def _outage_news(self, index: int, event: Event, moment: Moment) -> list[str]:
        match event:
            case OutageBegan(problem):
                self._outage.began(index, problem, moment.now)
            case OutageEnded() | Answered() | Started():
                self._outage.ended(index)
            case Ended():
                self._outage.left(index)
        end = self._outage.take_end(moment.now)
        if not end:
            return []
        line = lines.outage_ended(timedelta(seconds=end.seconds))
        return self._prefixed(end.only, [line]) if end.only is not None else [line]

    def _outage_began(self) -> list[str]:
        affected = self._outage.affected
        if len(affected) > 1:
            return [board.outage_began(len(affected), len(self._runs), self._outage.problem)]
        (index,) = affected
        tracked = self._runs[index]
        started = not tracked.surely_not_started
        line = lines.outage_began(self._outage.problem, running=tracked.watched, started=started)
        return self._prefixed(index, [line])

    def _name(self, index: int) -> str:
        return self._names.of(index, self._runs[index].plan_name)

    def _prefixed(self, index: int, news: list[str]) -> list[str]:
        return self._names.prefixed(self._name(index), news)
