"""The progress of a run, as text. All text of the service is sanitised here."""

from datetime import timedelta

from testsigma_action.domain.events import Activity
from testsigma_action.domain.run import Counts, Result, Run, Status, balanced
from testsigma_action.domain.words import RESULTS, in_words, numbers_in_words, other_numbers, status_in_words
from testsigma_action.reporting.progress.tracked import Moment, Outage, TrackedRun
from testsigma_action.text import log_text

# The activity of a single run, and what is counted of several runs.
ACTIVITIES = {
    Activity.PREPARING: ("preparing", "starting"),
    Activity.ATTACHING: ("reading the run", "starting"),
    Activity.STARTING: ("starting the run", "starting"),
    Activity.WAITING_FOR_PLAN: ("waiting until the plan is free", "waiting for a busy plan"),
    Activity.WATCHING: ("waiting for the result", ""),
    Activity.WAITING_FOR_RERUN: ("waiting for the rerun", "waiting for a rerun"),
    Activity.COLLECTING: ("collecting the results", "collecting results"),
    Activity.STOPPING: ("stopping the run", "stopping"),
    Activity.WAITING_FOR_TURN: ("waiting for its turn", "not started yet"),
    Activity.ENDED: ("writing the reports", ""),
}


def progress(tracked: TrackedRun, moment: Moment, queued: timedelta | None = None) -> str:
    """Status and counters of a run: `[0:04:12] in progress, 12 of 40 cases done, 1 failed, about 6 min left`.

    `queued`: how long it waited for a machine, if that is known and new.
    """
    run, age = tracked.run, tracked.age(moment.now)
    old = f"last answer {roughly(age)} ago" if age else ""
    facts = [status(run), counted(balanced(run.counts)), queue(run, queued), time_left(tracked.left(moment.now)), old]
    return f"{stamp(moment.elapsed)} {', '.join(filter(None, facts))}"


def result(tracked: TrackedRun, moment: Moment, queued: timedelta | None = None) -> str:
    """Result and counters of a completed run: `[0:04:12] failed: 40 of 40 cases done, 1 failed`."""
    run = tracked.run
    facts = ", ".join(filter(None, (counted(balanced(run.counts)), queue(run, queued))))
    said = f"{'rerun: ' if tracked.rerunning else ''}{RESULTS[run.result]}"
    return f"{stamp(moment.elapsed)} {said}{f': {facts}' if facts else ''}"


def status(run: Run) -> str:
    """The status of a run, or how it was cut short."""
    if run.completed and run.result in {Result.STOPPED, Result.ABORTED}:
        return RESULTS[run.result]
    words = log_text(status_in_words(run))
    return f"{words}, still waiting" if run.status is Status.UNKNOWN else words


def counted(counts: Counts) -> str:
    """The number of finished cases, and the numbers of those that did not pass."""
    of = f" of {counts.total:,}" if counts.total else ""
    done = f"{counts.done:,}{of} cases done" if counts.known else ""
    return ", ".join(filter(None, (done, numbers_in_words({"failed": counts.failed} | other_numbers(counts)))))


def queue(run: Run, queued: timedelta | None) -> str:
    """How long the run waited for a machine."""
    if not queued:
        return ""
    return f"{roughly(queued)} of it in the queue" if run.completed else f"left the queue after {roughly(queued)}"


def time_left(duration: timedelta | None) -> str:
    """The expected time left, rounded; empty if it is unknown."""
    if duration is None:
        return ""
    minutes = round(duration.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute left"
    minutes = minutes if minutes < 10 else 5 * round(minutes / 5)
    hours, rest = divmod(minutes, 60)
    return f"about {f'{hours} h {rest:02} min' if hours else f'{minutes} min'} left"


def heartbeat(tracked: TrackedRun, outage: Outage, moment: Moment) -> str:
    """The outage of the service that lasts, else the progress of the run, else the activity."""
    if outage.affected:
        lasted = roughly(outage.lasts(moment.now))
        return f"{stamp(moment.elapsed)} no answer from Testsigma for {lasted}, still retrying"
    if tracked.watched:
        return progress(tracked, moment)
    return f"{stamp(moment.elapsed)} still {ACTIVITIES[tracked.activity][0]}"


def outage_began(problem: str, tracked: TrackedRun) -> str:
    """An outage of the service that affects one run, and what it means for the run, as far as that is certain."""
    not_started = "Nothing was started yet. " if tracked.surely_not_started else ""
    consequence = "The run continues. " if tracked.watched else not_started
    return f"Testsigma does not answer; retrying. {consequence}{log_text(problem)}".rstrip()


def outage_ended(lasted: timedelta | None) -> list[str]:
    """The service answers again; empty without a duration."""
    return [] if lasted is None else [f"Testsigma answers again after {in_words(lasted)}."]


def bar(tracked: TrackedRun, moment: Moment) -> str:
    """The progress bar: the progress of a run, or the activity if no run is watched."""
    if not tracked.watched:
        return f"{clock(moment.elapsed)}  {ACTIVITIES[tracked.activity][0]} ..."
    counts, age = balanced(tracked.run.counts), tracked.age(moment.now)
    old = f"no answer for {roughly(age)}" if age else ""
    facts = (counted(counts) or status(tracked.run), time_left(tracked.left(moment.now)), old)
    drawn = drawing(counts.done / counts.total) if counts.known and counts.total else ""
    return f"{clock(moment.elapsed)}  {drawn}{', '.join(filter(None, facts))}"


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
