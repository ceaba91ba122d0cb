"""The progress of all runs together, as text."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from testsigma_action.domain.events import Activity
from testsigma_action.domain.report import balanced
from testsigma_action.reporting.progress.lines import clock, drawing, stamp, time_left
from testsigma_action.reporting.progress.tracked import Moment, TrackedRun
from testsigma_action.text import log_text

# Maximum number of runs that a line names; the others are counted.
MAX_NAMES = 4
_ACTIVITIES = {
    "starting": {Activity.PREPARING, Activity.STARTING, Activity.ATTACHING},
    "waiting for a busy plan": {Activity.WAITING_FOR_PLAN},
    "waiting for a rerun": {Activity.WAITING_FOR_RERUN},
    "collecting results": {Activity.COLLECTING},
    "stopping": {Activity.STOPPING},
    "not started yet": {Activity.WAITING_FOR_TURN},
}


def heartbeat(runs: Sequence[TrackedRun], names: Sequence[str], silent: Sequence[str], moment: Moment) -> str:
    """The heartbeat: counters of runs and cases, the runs that are waited for, and the expected time left.

    `names` has the names of watched runs (else empty), `silent` those of runs without an answer.
    """
    named = list(zip(names, runs, strict=True))
    left = time_left_of_all(runs, moment.now)
    facts = [
        _finished(runs),
        _cases(runs, " of ", "cases done"),
        _listed("waiting for ", [name for name, run in named if run.watched and not run.waits]),
        _listed("in the queue: ", [name for name, run in named if run.waits]),
        *(_counted(label, runs, activities) for label, activities in _ACTIVITIES.items()),
        _listed("no answer about ", silent),
        time_left(left) if left is not None else "",
    ]
    return f"{stamp(moment.elapsed)} {'; '.join(filter(None, facts))}"


def bar(runs: Sequence[TrackedRun], silent: int, moment: Moment) -> str:
    """The same as a progress bar."""
    finished = sum(run.ended is not None for run in runs)
    left = time_left_of_all(runs, moment.now)
    facts = [_cases(runs, "/", "cases"), time_left(left) if left is not None else ""]
    facts.append(f"no answer about {silent}" if silent else "")
    text = ", ".join(filter(None, facts))
    share = sum(map(_share, runs)) / len(runs)
    return f"{clock(moment.elapsed)}  {finished}/{len(runs)} done {drawing(share, width=10)}{text}".rstrip()


def outage_began(affected: int, runs: int, problem: str) -> str:
    """An outage of the service that affects several runs."""
    what = f"Testsigma does not answer ({affected} of {runs} runs affected); retrying. Runs that were started continue."
    return f"{what} {log_text(problem)}".rstrip()


def _listed(what: str, names: Sequence[str]) -> str:
    """Some names, and the number of others; empty without names."""
    more = len(names) - MAX_NAMES
    return f"{what}{', '.join(names[:MAX_NAMES])}{f' and {more} more' if more > 0 else ''}" if names else ""


def time_left_of_all(runs: Sequence[TrackedRun], now: float) -> timedelta | None:
    """The expected time until all runs end; None unless it is known for each run that has not ended."""
    going = [run.left(now) for run in runs if run.activity not in {Activity.COLLECTING, Activity.ENDED}]
    known = [left for left in going if left is not None]
    return max(known) if known and len(known) == len(going) else None


def _finished(runs: Sequence[TrackedRun]) -> str:
    finished, failed = sum(run.ended is not None for run in runs), sum(run.failed for run in runs)
    return f"{finished} of {len(runs)} runs finished" + (f", {failed} failed" if failed else "")


def _cases(runs: Iterable[TrackedRun], of: str, noun: str) -> str:
    counts = [balanced(run.cases) for run in runs if run.cases.known]
    if not counts:
        return ""
    done, total = sum(each.done for each in counts), sum(each.total or 0 for each in counts)
    failed = sum(each.failed or 0 for each in counts)
    return f"{done:,}{of}{max(done, total):,} {noun}" + (f", {failed:,} failed" if failed else "")


def _counted(label: str, runs: Iterable[TrackedRun], activities: set[Activity]) -> str:
    number = sum(run.activity in activities and not run.watched for run in runs)
    return f"{number} {label}" if number else ""


def _share(run: TrackedRun) -> float:
    counts = balanced(run.cases)
    if run.ended or (run.run and run.run.completed):
        return 1.0
    return counts.done / counts.total if counts.known and counts.total else 0.0
