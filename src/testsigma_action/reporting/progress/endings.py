"""Why runs end, and what became of them, in words."""

from datetime import timedelta

from testsigma_action.domain import events
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.report import Conclusion
from testsigma_action.domain.run import Result, Run
from testsigma_action.reporting.finding_wording import sentence
from testsigma_action.reporting.progress.lines import stamp
from testsigma_action.reporting.wording import CONCLUSIONS
from testsigma_action.text import log_text


def ended(event: events.Ended, run: Run, elapsed: timedelta) -> list[str]:
    """Why one of several runs ended; empty if its result shows it."""
    facts = [log_text(event.error.message)] if event.error else []
    facts += [_became(event.ending)] if event.ending else []
    as_the_run = Conclusion.PASSED if run.result is Result.PASSED else Conclusion.FAILED
    expected = event.conclusion in {None, Conclusion.STARTED} or (run.completed and event.conclusion is as_the_run)
    if expected and not facts:
        return []
    word = CONCLUSIONS[event.conclusion] if event.conclusion else "ended"
    text = " ".join(filter(None, facts))
    return [f"{stamp(elapsed)} {word}: {text}" if text else f"{stamp(elapsed)} {word}. The end of the log says why."]


def _became(ending: Ending) -> str:
    run = f"run {log_text(ending.run.id)}" if ending.run else "the run"
    completed_first = f"{run.capitalize()} completed before it could be stopped."
    return {
        Disposition.NOTHING_STARTED: "Nothing was started.",
        Disposition.COMPLETED: "",
        Disposition.STOP_CONFIRMED: completed_first if ending.completed_first else f"Stopped {run}.",
        Disposition.STOP_UNCONFIRMED: f"Stopping {run} was not confirmed: it may still be running.",
        Disposition.LEFT_RUNNING: f"Left {run} {'as it is' if ending.unread else 'running'}.",
        Disposition.UNKNOWN: "A run may have been started.",
    }[ending.disposition]


def stopping_early(reached: events.StoppedAfterFailures) -> str:
    """Enough cases have failed, over all runs."""
    return f"{sentence(reached)} Stopping all runs that are still running."
