"""What a second attempt of a CI job does with the run of an earlier attempt, in words."""

from testsigma_action.domain.job_rerun import Continued, EarlierRun, NewRun, StartsAnew
from testsigma_action.text import log_text

_CONTINUED = {
    Continued.GOING: "has not completed. The step waits for it and starts nothing.",
    Continued.FAILED: "did not pass in Testsigma. Unless its failures are tolerated, its failed cases run once again.",
    Continued.PASSED: "passed in the end. It is judged again, and nothing is started.",
}
_ANEW = {
    StartsAnew.NOT_FOUND: "no run of an earlier attempt is among the newest runs of the plan",
    StartsAnew.AMBIGUOUS: "an earlier attempt has more than one run with the same inputs",
    StartsAnew.STOPPED: "{run} was stopped",
    StartsAnew.NO_RESULT: "{run} has no result",
    StartsAnew.NOT_READ: "{run} cannot be read",
}


def continuing(found: EarlierRun | NewRun) -> str:
    """What a second attempt of the job does with the run of an earlier attempt, and why."""
    if isinstance(found, EarlierRun):
        return f"Run {log_text(found.run.id)} of attempt {found.attempt} {_CONTINUED[found.how]}"
    run = f"run {log_text(found.run_id)} of an earlier attempt" if found.run_id else "the list of the plan's runs"
    return f"A new run is started: {_ANEW[found.why].format(run=run)}."
