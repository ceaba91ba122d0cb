"""The sentences for the ending of a run, and what to do then."""

from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.errors import may_run_hint


def with_full_stop(text: str) -> str:
    """The text with a full stop, unless it already ends like a sentence."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def what_happened(ending: Ending) -> str:
    """What happened to a run, with its ID."""
    run = f"Run {ending.run.id}" if ending.run else "The run"
    match ending.disposition:
        case Disposition.NOTHING_STARTED:
            return "Nothing was started."
        case Disposition.UNKNOWN:
            return "A run may have been started."
        case Disposition.COMPLETED:
            again = " Its plan may still run failed cases again." if ending.may_run_again else ""
            return f"{run} had completed by then.{again}"
        case Disposition.STOP_CONFIRMED:
            return _stopped(ending, run)
        case Disposition.STOP_UNCONFIRMED:
            asked = f"{run} was to be stopped at the timeout" if ending.by_timeout else f"{run} was to be stopped"
            trouble = f" {with_full_stop(ending.trouble)}" if ending.trouble else ""
            return f"{asked}, but that is not confirmed: it may still be running.{trouble}"
        case Disposition.LEFT_RUNNING:
            return f"{run} was left running."


def _stopped(ending: Ending, run: str) -> str:
    if ending.run and ending.completed_first:
        return f"{run} completed before it could be stopped, with the result {ending.run.result.value}."
    return f"{run} was stopped."


def what_to_do(ending: Ending) -> str:
    """What to do about a run that may still be running; empty if there is none."""
    if ending.disposition in {Disposition.LEFT_RUNNING, Disposition.STOP_UNCONFIRMED} and ending.run:
        return (
            f"To wait for it again, attach to it (run-id: {ending.run.id}). If it is not needed, stop it on its page."
        )
    if ending.disposition is Disposition.UNKNOWN:
        return may_run_hint(ending.plan_id, ending.build_number)
    return ""
