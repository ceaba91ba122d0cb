"""Progress of several runs: news of each run with its name, and the progress of all together."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from testsigma_action.domain import events
from testsigma_action.domain.events import Activity
from testsigma_action.domain.names import UniqueNames
from testsigma_action.domain.run import RunSpec, Status, balanced
from testsigma_action.reporting.progress import events as event_lines
from testsigma_action.reporting.progress import lines
from testsigma_action.reporting.progress.one_run import SILENCE
from testsigma_action.reporting.progress.tracked import Moment, Outage, TrackedRun
from testsigma_action.text import ELLIPSIS, log_text

# Maximum time between lines about all runs (seconds).
BOARD = 120.0
# Minimum pause between status lines of a run, whose status may change back and forth (seconds).
STATUS_PAUSE = 30.0
# Shorter outages are not printed (seconds). By then it is also known how many runs are affected.
GRACE = 10.0
# Maximum number of runs that a line names; the others are counted.
MAX_NAMES = 4
# Maximum length of a name, and of names that are aligned (characters).
LONGEST = 40
ALIGNED = 24


class SeveralRuns:
    """Prints the events of each run with its name as prefix; counters are those of all runs together."""

    def __init__(self, specs: Sequence[RunSpec], began: float) -> None:
        """Start without any event."""
        self._runs = [TrackedRun(spec, Activity.WAITING_FOR_TURN) for spec in specs]
        self._names = RunNames(specs)
        self._outage = Outage(GRACE)
        self._board_printed = began

    def on_event(self, index: int, event: events.Event, moment: Moment) -> list[str]:
        """Handle an event of a session; returns the lines to print."""
        tracked = self._runs[index]
        known_before = bool(tracked.plan_name)
        tracked.take(event, moment.now)
        news = self._news(tracked, event, moment)
        if tracked.plan_name and not known_before and index in self._names.without_plan_name:
            news.insert(0, f"The plan is called {log_text(tracked.plan_name)}.")
        outage = lines.outage_ended(self._outage.take(index, event, moment.now))
        if len(self._outage.seen) == 1:
            return self._prefixed(index, outage + news)
        return outage + self._prefixed(index, news)

    def beat(self, moment: Moment) -> list[str]:
        """Print an outage that lasts, and sometimes the progress of all runs."""
        if self._outage.is_news(moment.now):
            return self._outage_began()
        due = moment.silence >= SILENCE or moment.now - self._board_printed >= BOARD
        if moment.live or not due:
            return []
        self._board_printed = moment.now
        return [self._heartbeat(moment)]

    def bar(self, moment: Moment) -> str:
        """The progress bar of all runs."""
        silent, number = len(self._outage.affected), len(self._runs)
        finished = sum(run.ended is not None for run in self._runs)
        drawn = lines.drawing(sum(map(_share, self._runs)) / number, width=10)
        left = lines.time_left(self._left(moment.now))
        facts = filter(None, [self._cases("/", "cases"), left, f"no answer about {silent}" if silent else ""])
        return f"{lines.clock(moment.elapsed)}  {finished}/{number} done {drawn}{', '.join(facts)}".rstrip()

    def _news(self, tracked: TrackedRun, event: events.Event, moment: Moment) -> list[str]:
        match event:
            case events.Answered():
                return _answered(tracked, event, moment)
            case events.Started():
                return event_lines.started(event, tracked.spec, alone=False)
            case events.Ended():
                from testsigma_action.reporting.progress.endings import ended

                return [*_result(tracked, moment), *ended(event, tracked.run, moment.elapsed)]
        return event_lines.of_run(event, tracked)

    def _outage_began(self) -> list[str]:
        """The line for an outage; of a single run with its name."""
        affected, problem = self._outage.affected, self._outage.problem
        if len(affected) == 1:
            (index,) = affected
            return self._prefixed(index, [lines.outage_began(problem, self._runs[index])])
        what = f"Testsigma does not answer ({len(affected)} of {len(self._runs)} runs affected); retrying."
        return [f"{what} Runs that were started continue. {log_text(problem)}".rstrip()]

    def _heartbeat(self, moment: Moment) -> str:
        """The counters of runs and cases, the runs that are waited for, and the expected time left."""
        finished, failed = sum(run.ended is not None for run in self._runs), sum(run.failed for run in self._runs)
        silent = [self._name(index) for index in sorted(self._outage.affected)]
        watched = [(self._name(index), run.run.waiting) for index, run in enumerate(self._runs) if run.watched]
        activities = Counter(lines.ACTIVITIES[run.activity][1] for run in self._runs if not run.watched)
        labels = dict.fromkeys(label for _, label in lines.ACTIVITIES.values() if label)
        facts = [
            f"{finished} of {len(self._runs)} runs finished" + (f", {failed} failed" if failed else ""),
            self._cases(" of ", "cases done"),
            _listed("waiting for ", [name for name, waits in watched if not waits]),
            _listed("in the queue: ", [name for name, waits in watched if waits]),
            *(f"{activities[label]} {label}" for label in labels if activities[label]),
            _listed("no answer about ", silent),
            lines.time_left(self._left(moment.now)),
        ]
        return f"{lines.stamp(moment.elapsed)} {'; '.join(filter(None, facts))}"

    def _cases(self, of: str, noun: str) -> str:
        """The counters of the cases of all runs; empty if nothing was counted."""
        counts = [balanced(run.cases) for run in self._runs if run.cases.known]
        if not counts:
            return ""
        done, total = sum(each.done for each in counts), sum(each.total or 0 for each in counts)
        failed = sum(each.failed or 0 for each in counts)
        return f"{done:,}{of}{max(done, total):,} {noun}" + (f", {failed:,} failed" if failed else "")

    def _left(self, now: float) -> timedelta | None:
        """The expected time until all runs end; None unless it is known for each run that has not ended."""
        going = [run.left(now) for run in self._runs if run.activity not in {Activity.COLLECTING, Activity.ENDED}]
        known = [left for left in going if left is not None]
        return max(known) if known and len(known) == len(going) else None

    def _name(self, index: int) -> str:
        return self._names.of(index, self._runs[index].plan_name)

    def _prefixed(self, index: int, news: list[str]) -> list[str]:
        return self._names.prefixed(self._name(index), news) if news else []


def _answered(tracked: TrackedRun, event: events.Answered, moment: Moment) -> list[str]:
    before, run = event.before, event.run
    if run.completed:
        return _result(tracked, moment, event.queued)
    queued = event.queued if before.waiting and not run.waiting else None
    unknown = run.status is Status.UNKNOWN and before.status_label != run.status_label
    may_tell = moment.now - tracked.status_printed >= STATUS_PAUSE
    status_is_news = may_tell and (unknown or queued is not None)
    first_failure = bool(run.counts.failed) and not tracked.failure_printed
    if not status_is_news and not first_failure:
        return []
    tracked.status_printed = moment.now if status_is_news else tracked.status_printed
    tracked.failure_printed = tracked.failure_printed or first_failure
    return [lines.progress(tracked, moment, queued)]


def _result(tracked: TrackedRun, moment: Moment, queued: timedelta | None = None) -> list[str]:
    """The result of a run that completed, and again if a later answer has another one."""
    run = tracked.run
    if not run.completed or (run.id, run.result) in tracked.results_printed:
        return []
    tracked.results_printed.add((run.id, run.result))
    return [lines.result(tracked, moment, queued)]


def _listed(what: str, names: Sequence[str]) -> str:
    """Some names, and the number of others; empty without names."""
    more = len(names) - MAX_NAMES
    return f"{what}{', '.join(names[:MAX_NAMES])}{f' and {more} more' if more > 0 else ''}" if names else ""


def _share(run: TrackedRun) -> float:
    """How much of a run is done, from 0 to 1."""
    counts = balanced(run.cases)
    if run.ended or run.run.completed:
        return 1.0
    return counts.done / counts.total if counts.known and counts.total else 0.0


class RunNames:
    """The unique names of all runs of the step in the log.

    A name is chosen on first use and never changes: the name given by the user, else the plan's name if it is known by
    then, else `plan 431`. Repeated names get ` (2)`.
    `without_plan_name` are the runs whose name was chosen without a name from the user or the service.
    """

    def __init__(self, specs: Sequence[RunSpec]) -> None:
        """Reserve the names given by the user: no plan's name may repeat one of them."""
        self.without_plan_name: set[int] = set()
        self._fallback = [f"plan {_short(spec.plan_id) or number}" for number, spec in enumerate(specs, 1)]
        # The number of each run among the runs of the same plan that have no name of their own.
        self._number: list[int] = []
        self._chosen: dict[int, str] = {}
        self._names = UniqueNames()
        seen: Counter[str] = Counter()
        for index, spec in enumerate(specs):
            seen[spec.plan_id] += not spec.name
            self._number.append(seen[spec.plan_id])
            if given := _short(spec.name):
                self._chosen[index] = self._names.unique(given)

    def of(self, index: int, plan_name: str = "") -> str:
        """The name of a run; it never changes."""
        if index not in self._chosen:
            name, number = _short(plan_name), self._number[index]
            if not name:
                self.without_plan_name.add(index)
                name = self._fallback[index]
            self._chosen[index] = self._names.unique(f"{name} ({number})" if number > 1 else name)
        return self._chosen[index]

    def prefixed(self, name: str, lines: Sequence[str]) -> list[str]:
        """The lines of a run, each with its name as prefix."""
        known = [self._chosen.get(index, fallback) for index, fallback in enumerate(self._fallback)]
        width = min(ALIGNED, max(map(len, known)))
        return [f"{name:<{width}} | {line}" for line in lines]


def _short(name: str) -> str:
    """The name on one line; empty if not even its first word fits."""
    short = log_text(name, LONGEST)
    return "" if short == ELLIPSIS else short
