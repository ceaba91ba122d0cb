"""The progress of a run, as text. All text of the service is sanitised here."""

from dataclasses import dataclass
from datetime import timedelta

from testsigma_action.domain.events import Activity
from testsigma_action.domain.report import balanced
from testsigma_action.domain.run import Counts, Result, Run, Status
from testsigma_action.domain.words import in_words, status_in_words
from testsigma_action.reporting.wording import RESULTS
from testsigma_action.text import log_text

ACTIVITIES = {
    Activity.WAITING_FOR_TURN: "waiting for its turn",
    Activity.PREPARING: "preparing",
    Activity.ATTACHING: "reading the run",
    Activity.STARTING: "starting the run",
    Activity.WAITING_FOR_PLAN: "waiting until the plan is free",
    Activity.WATCHING: "waiting for the result",
    Activity.WAITING_FOR_RERUN: "waiting for the rerun",
    Activity.COLLECTING: "collecting the results",
    Activity.STOPPING: "stopping the run",
    Activity.ENDED: "writing the reports",
}
# Shown instead of "completed" for a run that was cut short.
CUT_SHORT = {Result.STOPPED: "stopped", Result.ABORTED: "aborted"}


@dataclass(frozen=True, slots=True)
class Times:
    """Times for a line; None is left out.

    `elapsed`: since the step began. `left`: until the expected end of the run. `queued`: how long it waited for a
    machine. `age`: since the last answer.
    """

    elapsed: timedelta
    left: timedelta | None = None
    queued: timedelta | None = None
    age: timedelta | None = None


def progress(run: Run, times: Times) -> str:
    """Status and counters of a run: `[0:04:12] in progress, 12 of 40 cases done, 1 failed, about 6 min left`."""
    facts = [status(run), *counted(balanced(run.counts)), *queue(run, times)]
    if not run.completed and times.left is not None:
        facts.append(time_left(times.left))
    if times.age:
        facts.append(f"last answer {roughly(times.age)} ago")
    return f"{stamp(times.elapsed)} {', '.join(facts)}"


def result(run: Run, times: Times, *, rerun: bool) -> str:
    """Result and counters of a completed run: `[0:04:12] failed: 40 of 40 cases done, 1 failed`."""
    facts = [*counted(balanced(run.counts)), *queue(run, times)]
    said = f"{'rerun: ' if rerun else ''}{RESULTS[run.result]}"
    return f"{stamp(times.elapsed)} {said}{': ' if facts else ''}{', '.join(facts)}"


def status(run: Run) -> str:
    """The status of a run."""
    if run.completed and run.result in CUT_SHORT:
        return CUT_SHORT[run.result]
    words = log_text(status_in_words(run))
    return f"{words}, still waiting" if run.status is Status.UNKNOWN else words


def counted(counts: Counts) -> list[str]:
    """The number of finished cases, and the numbers of those that did not pass."""
    of = f" of {counts.total:,}" if counts.total else ""
    done = [f"{counts.done:,}{of} cases done"] if counts.known else []
    numbers = {
        "failed": counts.failed,
        "aborted": counts.aborted,
        "stopped": counts.stopped,
        "not executed": counts.not_executed,
    }
    return done + [f"{number:,} {name}" for name, number in numbers.items() if number]


def queue(run: Run, times: Times) -> list[str]:
    """How long the run waited for a machine; empty if that is not known or not new."""
    if not times.queued:
        return []
    queued = roughly(times.queued)
    return [f"{queued} of it in the queue" if run.completed else f"left the queue after {queued}"]


def time_left(duration: timedelta) -> str:
    """The expected time left, rounded."""
    minutes = round(duration.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute left"
    minutes = minutes if minutes < 10 else 5 * round(minutes / 5)
    hours, rest = divmod(minutes, 60)
    return f"about {f'{hours} h {rest:02} min' if hours else f'{minutes} min'} left"


def still(activity: Activity, elapsed: timedelta) -> str:
    """A heartbeat without news."""
    return f"{stamp(elapsed)} still {ACTIVITIES[activity]}"


def outage_lasts(lasted: timedelta, elapsed: timedelta) -> str:
    """A heartbeat during an outage of the service."""
    return f"{stamp(elapsed)} no answer from Testsigma for {roughly(lasted)}, still retrying"


def outage_began(problem: str, *, running: bool, started: bool) -> str:
    """An outage of the service. `running`: the run exists; `started`: a run may exist."""
    consequence = "The run continues. " if running else "" if started else "Nothing was started yet. "
    return f"Testsigma does not answer; retrying. {consequence}{log_text(problem)}".rstrip()


def outage_ended(lasted: timedelta) -> str:
    """The service answers again."""
    return f"Testsigma answers again after {in_words(lasted)}."


def bar(run: Run | None, activity: Activity, times: Times) -> str:
    """The progress bar: the progress of a run, or the activity if no run is watched."""
    if not run or run.completed:
        return f"{clock(times.elapsed)}  {ACTIVITIES[activity]} ..."
    counts = balanced(run.counts)
    facts = counted(counts) or [status(run)]
    facts += [time_left(times.left)] if times.left is not None else []
    facts += [f"no answer for {roughly(times.age)}"] if times.age else []
    drawn = drawing(counts.done / counts.total) if counts.known and counts.total else ""
    return f"{clock(times.elapsed)}  {drawn}{', '.join(facts)}"


def drawing(share: float, width: int = 20) -> str:
    """The bar itself, filled to a share between 0 and 1."""
    filled = int(width * min(max(share, 0.0), 1.0))
    return f"[{'=' * filled}{'.' * (width - filled)}] "


def stamp(elapsed: timedelta) -> str:
    """The elapsed time of the step, as the prefix of a line."""
    return f"[{clock(elapsed)}]"


def clock(elapsed: timedelta) -> str:
    """The elapsed time of the step: `1:02:05`."""
    minutes, seconds = divmod(int(max(elapsed.total_seconds(), 0)), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def roughly(duration: timedelta) -> str:
    """A duration in whole seconds."""
    return in_words(timedelta(seconds=round(duration.total_seconds())))
