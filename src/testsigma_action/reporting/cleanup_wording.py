"""The sentences of the post stage: what happened to the runs that a step left when it was killed."""

from collections.abc import Iterable, Sequence

from testsigma_action.domain.ending import Ending
from testsigma_action.reporting.finding_wording import sentence
from testsigma_action.text import log_text

UNREADABLE_STATE = "The state of the step cannot be read. Check in Testsigma whether one of its runs is still running."
LEFT_RUNNING = "The step did not shut down cleanly. on-cancel is leave, so its runs were left running."


def stopped(ending: Ending) -> str:
    """The ending of a run that the cleanup stopped."""
    return f"The step ended before it stopped its run. This is the cleanup, not a test result. {sentence(ending)}"


def not_stopped(run_id: str, url: str, ending: Ending) -> str:
    """The stop of a run was not confirmed, or it may have a rerun that was not found."""
    run = f"A rerun of run {run_id}" if ending.may_run_again else f"Run {run_id}"
    return " ".join(filter(None, (f"{run} may still be running.", ending.trouble, url)))


def not_read(run_id: str, url: str) -> str:
    """A possible rerun could not be read, so it was not stopped."""
    return f"Run {run_id} may be a rerun that is still running, but it could not be read: {url}"


def not_found(plan_id: str, build_number: str, candidates: Sequence[str]) -> str:
    """The run of a start was not found, or cannot be identified."""
    known = f" Runs with that build number: {', '.join(map(log_text, candidates[:10]))}." if candidates else ""
    return (
        f"The step was killed while it started plan {log_text(plan_id)}. Its run (build number "
        f"{log_text(build_number)}) was not found.{known} Check in Testsigma whether one is still running."
    )


def left(runs: Iterable[tuple[str, str]]) -> str:
    """The cleanup ended before these runs were stopped: their IDs and plans. Empty if there are none."""
    named = ", ".join(f"run {run_id}" if run_id else f"a run of plan {plan_id}" for run_id, plan_id in runs)
    return f"These may still be running: {log_text(named)}." if named else ""
