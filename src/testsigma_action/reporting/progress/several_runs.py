"""What is worth a line where the step waits for several runs: news of each run, and how far all of them are."""

from collections.abc import Sequence
from datetime import timedelta

from testsigma_action.domain.events import Activity, Answered, Ended, Event, OutageBegan, OutageEnded, Started
from testsigma_action.domain.run import Run, RunSpec, Status
from testsigma_action.reporting.progress import board, events, lines
from testsigma_action.reporting.progress.names import RunNames
from testsigma_action.reporting.progress.one_run import SILENCE
from testsigma_action.reporting.progress.outage import SharedOutage
from testsigma_action.reporting.progress.tracked import Moment, TrackedRun

# How far all runs are is told this often even where runs have other news (seconds).
BOARD = 120.0
# A run whose status goes back and forth has a line this often at most (seconds).
STATUS_PAUSE = 30.0


class SeveralRuns:
    """A line for what happens to each run, behind its name; counters are told of all runs together."""

    def __init__(self, specs: Sequence[RunSpec], began: float) -> None:
        """No run has its turn yet."""
        self._runs = [TrackedRun(spec, Activity.WAITING_FOR_TURN) for spec in specs]
        self._names = RunNames(specs)
        self._outage = SharedOutage()
        self._board_told = began
        self._status_told: dict[int, float] = {}
        self._failure_told: set[int] = set()

    def hear(self, index: int, event: Event, moment: Moment) -> list[str]:
        """Take an event of a session; the lines to print."""
        tracked = self._runs[index]
        tracked.take(event, moment.now)
        recovered = self._hear_of_outage(index, event, moment)
        news = self._news(index, event, moment)
        return [*recovered, *(self._prefixed(index, news) if news else [])]

    def beat(self, moment: Moment) -> list[str]:
        """Take that time has passed: an outage that lasts, and now and then how far all runs are."""
        if self._outage.is_news(moment.now):
            return self._outage_began()
        due = moment.silence >= SILENCE or moment.now - self._board_told >= BOARD
        if moment.live or not due:
            return []
        self._board_told = moment.now
        silent = [self._name(index) for index in sorted(self._outage.affected)]
        return [board.sign_of_life(self._runs, self._all_names(), silent, moment)]

    def bar(self, moment: Moment) -> str:
        """How far all runs are, on one short line."""
        return board.bar(self._runs, len(self._outage.affected), moment)

    def _news(self, index: int, event: Event, moment: Moment) -> list[str]:
        tracked = self._runs[index]
        match event:
            case Answered():
                return self._answered(index, event, moment)
            case Started():
                return events.started_of_several(event, tracked.spec)
            case Ended():
                return events.ended(event, tracked.run, moment.elapsed)
        return events.about(event) if tracked.is_news(event) else []

    def _answered(self, index: int, event: Answered, moment: Moment) -> list[str]:
        before, run = event.before, event.run
        times = self._runs[index].times(moment, event.queued if before.waiting or run.completed else None)
        if run.completed:
            return [] if before.completed else [lines.result(run, times)]
        if not self._status_is_news(index, before, run, moment.now) and not self._first_failure(index, run):
            return []
        return [lines.progress(run, times)]

    def _status_is_news(self, index: int, before: Run, run: Run, now: float) -> bool:
        """Whether the run has begun to work, or has a status without a name."""
        changed = before.status_label != run.status_label
        news = (before.waiting and not run.waiting) or (changed and run.status is Status.UNKNOWN)
        if not news or now - self._status_told.get(index, now - STATUS_PAUSE) < STATUS_PAUSE:
            return False
        self._status_told[index] = now
        return True

    def _first_failure(self, index: int, run: Run) -> bool:
        """Whether this is the first failed case of the run; the next ones are told by name or counted."""
        if not run.counts.failed or index in self._failure_told:
            return False
        self._failure_told.add(index)
        return True

    def _hear_of_outage(self, index: int, event: Event, moment: Moment) -> list[str]:
        match event:
            case OutageBegan(problem):
                self._outage.began(index, problem, moment.now)
            case OutageEnded() | Answered() | Started():
                self._outage.ended(index)
            case Ended():
                self._outage.left(index)
        over = self._outage.over(moment.now)
        if not over:
            return []
        line = lines.outage_ended(timedelta(seconds=over.seconds))
        return self._prefixed(over.only, [line]) if over.only is not None else [line]

    def _outage_began(self) -> list[str]:
        affected = self._outage.affected
        if len(affected) > 1:
            return [board.outage_began(len(affected), len(self._runs), self._outage.problem)]
        (index,) = affected
        tracked = self._runs[index]
        started = not tracked.surely_not_started
        line = lines.outage_began(self._outage.problem, running=tracked.watched, started=started)
        return self._prefixed(index, [line])

    def _all_names(self) -> list[str]:
        """Names for the board. One that was not printed yet is not chosen for good by that."""
        return [self._name(index) if run.run or run.ended else "" for index, run in enumerate(self._runs)]

    def _name(self, index: int) -> str:
        return self._names.of(index, self._runs[index].plan_name)

    def _prefixed(self, index: int, news: list[str]) -> list[str]:
        return self._names.prefixed(self._name(index), news)
