"""How far all runs are together, in words."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from testsigma_action.domain.events import Activity
from testsigma_action.domain.report import balanced
from testsigma_action.reporting.progress.lines import clock, drawing, stamp, time_left
from testsigma_action.reporting.progress.tracked import Moment, TrackedRun
from testsigma_action.text import log_text

# Runs that are named in one line; the rest is counted.
MOST_NAMES = 4
_GROUPS: dict[str, Callable[[TrackedRun], bool]] = {
    "in the queue": lambda run: run.watched and run.run is not None and run.run.waiting,
    "starting": lambda run: run.activity in {Activity.PREPARING, Activity.STARTING, Activity.ATTACHING},
    "waiting for a busy plan": lambda run: run.activity is Activity.WAITING_FOR_PLAN,
    "collecting results": lambda run: run.activity is Activity.COLLECTING,
    "stopping": lambda run: run.activity is Activity.STOPPING,
    "not started yet": lambda run: run.activity is Activity.WAITING_FOR_TURN,
}


def sign_of_life(runs: Sequence[TrackedRun], names: Sequence[str], silent: Sequence[str], moment: Moment) -> str:
    """Counters of runs and cases, which runs are waited for, and how long that is expected to take.

    `names` are those of the runs (empty where a run has none yet), `silent` of those that got no answer.
    """
    working = [name for name, run in zip(names, runs, strict=True) if run.watched and not _waits(run)]
    facts = [_finished(runs), _cases(runs, "cases done")]
    facts.append(f"waiting for {listed(working)}" if working else "")
    facts += [_counted(label, filter(belongs, runs)) for label, belongs in _GROUPS.items()]
    facts.append(f"no answer about {listed(silent)}" if silent else "")
    left = time_left_of_all(runs, moment.now)
    facts.append(time_left(left) if left is not None else "")
    return f"{stamp(moment.elapsed)} {'; '.join(filter(None, facts))}"


def bar(runs: Sequence[TrackedRun], silent: int, moment: Moment) -> str:
    """The same on one short line that is drawn again and again."""
    finished = sum(run.ended is not None for run in runs)
    left = time_left_of_all(runs, moment.now)
    facts = [_cases(runs, "cases"), f"{silent} without an answer" if silent else ""]
    facts.append(time_left(left) if left is not None else "")
    told = ", ".join(filter(None, facts))
    share = sum(map(_share, runs)) / len(runs)
    return f"{clock(moment.elapsed)}  {finished} of {len(runs)} done  {drawing(share)}{told}".rstrip()


def outage_began(affected: int, runs: int, problem: str) -> str:
    """The service cannot be used for now, for several runs."""
    what = f"Testsigma does not answer ({affected} of {runs} runs affected); retrying. Runs that were started continue."
    return f"{what} {log_text(problem)}".rstrip()


def listed(names: Sequence[str]) -> str:
    """Some names, and how many more there are."""
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def time_left_of_all(runs: Sequence[TrackedRun], now: float) -> timedelta | None:
    """How long until the last run is expected to end; None unless that is known of each run that goes on."""
    going = [run.left(now) for run in runs if not run.ended and not (run.run and run.run.completed)]
    known = [left for left in going if left is not None]
    return max(known) if known and len(known) == len(going) else None


def _finished(runs: Sequence[TrackedRun]) -> str:
    finished, failed = sum(run.ended is not None for run in runs), sum(run.failed for run in runs)
    return f"{finished} of {len(runs)} runs finished" + (f", {failed} failed" if failed else "")


def _cases(runs: Iterable[TrackedRun], noun: str) -> str:
    counts = [balanced(run.cases) for run in runs if run.cases.known]
    if not counts:
        return ""
    done, total = sum(each.done for each in counts), sum(each.total or 0 for each in counts)
    failed = sum(each.failed or 0 for each in counts)
    return f"{done:,} of {max(done, total):,} {noun}" + (f", {failed:,} failed" if failed else "")


def _counted(label: str, runs: Iterable[TrackedRun]) -> str:
    number = sum(1 for _ in runs)
    return f"{number} {label}" if number else ""


def _waits(run: TrackedRun) -> bool:
    return run.run is not None and run.run.waiting


def _share(run: TrackedRun) -> float:
    counts = balanced(run.cases)
    if run.ended or (run.run and run.run.completed):
        return 1.0
    return counts.done / counts.total if counts.known and counts.total else 0.0
