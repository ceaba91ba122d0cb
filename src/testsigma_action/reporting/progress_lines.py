"""How far a run is, in words: the lines of the log while the step waits. Every line is as `console` says."""

from dataclasses import dataclass
from datetime import timedelta

from testsigma_action.domain.report import balanced
from testsigma_action.domain.run import Counts, Result, Run, Status
from testsigma_action.domain.words import in_words, status_in_words
from testsigma_action.text import log_text

# How a run ended that did not get through; other runs are just completed.
CUT_SHORT = {Result.STOPPED: "stopped", Result.ABORTED: "aborted"}


@dataclass(frozen=True, slots=True)
class Course:
    """Times that are told of a run: how long the step takes by now, how long the run goes on, how long it was queued.

    What nobody knows, or has to know now, is None. `unheard` is how long the service has not answered.
    """

    elapsed: timedelta
    left: timedelta | None = None
    queued: timedelta | None = None
    unheard: timedelta | None = None


def progress(run: Run, course: Course) -> str:
    """One line about a run: how long we have been waiting, its status, how far it is."""
    told = [status(run), *_counted(balanced(run.counts))]
    if course.queued:
        queued = _roughly(course.queued)
        told.append(f"{queued} of it in the queue" if run.completed else f"left the queue after {queued}")
    if not run.completed and course.left is not None:
        told.append(time_left(course.left))
    if course.unheard:
        told.append(f"by the last answer, {_roughly(course.unheard)} ago")
    return f"[{clock(course.elapsed)}] {', '.join(told)}"


def status(run: Run) -> str:
    """Where a run is in its life, in words of ours."""
    if run.completed and run.result in CUT_SHORT:
        return CUT_SHORT[run.result]
    words = log_text(status_in_words(run))
    return f"{words}, still watching" if run.status is Status.UNKNOWN else words


def _counted(counts: Counts) -> list[str]:
    of = f" of {counts.total:,}" if counts.total else ""
    told = [f"{counts.done:,}{of} cases done"] if counts.known else []
    numbers = {
        "failed": counts.failed,
        "aborted": counts.aborted,
        "stopped": counts.stopped,
        "not executed": counts.not_executed,
    }
    return told + [f"{number:,} {name}" for name, number in numbers.items() if number]


def time_left(duration: timedelta) -> str:
    """How long it is expected to go on: rounded, since it is an estimate."""
    minutes = round(duration.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute left"
    minutes = minutes if minutes < 10 else 5 * round(minutes / 5)
    hours, rest = divmod(minutes, 60)
    return f"about {f'{hours} h {rest:02} min' if hours else f'{minutes} min'} left"


def goes_on(what: str, elapsed: timedelta) -> str:
    """A sign of life, while there is nothing new to tell."""
    return f"[{clock(elapsed)}] still {what}"


def outage_goes_on(lasted: timedelta, elapsed: timedelta) -> str:
    """A sign of life, while the service cannot be used."""
    return f"[{clock(elapsed)}] no answer from the service for {_roughly(lasted)}, still trying"


def bar(run: Run | None, what: str, course: Course) -> str:
    """The same on one short line that is drawn anew again and again."""
    if not run or run.completed:
        return f"{clock(course.elapsed)}  {what} ..."
    counts = balanced(run.counts)
    told = [*_counted(counts)] or [status(run)]
    told += [time_left(course.left)] if course.left is not None else []
    told += [f"no answer for {_roughly(course.unheard)}"] if course.unheard else []
    drawn = _drawn(counts.done, counts.total) if counts.known and counts.total else ""
    return f"{clock(course.elapsed)}  {drawn}{', '.join(told)}"


def _drawn(done: int, total: int, width: int = 20) -> str:
    filled = width * done // total
    return f"[{'=' * filled}{'.' * (width - filled)}] "


def _roughly(duration: timedelta) -> str:
    return in_words(timedelta(seconds=round(duration.total_seconds())))


def outage_begins(problem: str, *, running: bool) -> str:
    """The service cannot be used for now; a run that was started goes on."""
    what = "The service does not answer, trying again; the run goes on without us."
    return f"{what if running else 'Nothing was started yet, trying again.'} {log_text(problem)}".rstrip()


def outage_ends(lasted: timedelta) -> str:
    """The service is back."""
    return f"The service answers again after {in_words(lasted)}."


def clock(elapsed: timedelta) -> str:
    """How long the step takes by now: `1:02:05`."""
    minutes, seconds = divmod(int(max(elapsed.total_seconds(), 0)), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
