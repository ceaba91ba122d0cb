"""The sentences for results that are not available."""

from testsigma_action.domain.gaps import Gap, Missing, Why

WHAT = {
    Missing.CASE_LIST: "The list of cases",
    Missing.UNLISTED_CASES: "{0.number:,} of {0.total:,} cases",
    Missing.RUN_DETAILS: "The details of the run",
    Missing.ALL_DETAILS: "Times of machines, suites and cases, and all steps",
    Missing.MACHINE_DETAILS: "The details of {0.number:,} of {0.total:,} machines",
    Missing.SUITE_DETAILS: "The details of {0.number:,} of {0.total:,} suites",
    Missing.CASE_TIMES: "The times of {0.number:,} of {0.total:,} cases",
    Missing.STEPS: "The steps of {0.number:,} of {0.total:,} cases",
    Missing.COMPARISON: "Comparison with run {0.run_id}",
    Missing.EARLIER_RUNS: "The list of earlier runs",
    Missing.HISTORY: "The results of {0.number:,} of {0.total:,} earlier runs",
    Missing.UNREAD: "Steps, cases of reruns, and whatever else had not been read",
}
WHY = {
    Why.NOT_LISTED: "Testsigma's list of cases is incomplete.",
    Why.TIME_LIMIT: "The 5-minute limit for collecting results was reached.",
    Why.STEP_LIMIT: "The limit for the steps of all cases was reached.",
    Why.SINGLES_LIMIT: "There are too many cases to read all of them one by one.",
    Why.SAME_RUN: "Run {0.run_id} is this run itself.",
    Why.PLAN_UNKNOWN: "Run {0.run_id} does not say to which plan it belongs.",
    Why.ANOTHER_PLAN: "Run {0.run_id} belongs to another plan ({0.plan_id}).",
    Why.NOT_FINISHED: "Run {0.run_id} has not finished.",
    Why.HISTORY_LIMIT: "The 10-second limit for the history was reached.",
    Why.CANCELLED: "The step was cancelled.",
}


def gap(found: Gap) -> str:
    """What is not available, and why. The IDs and the message of an error in it are untrusted."""
    said = f"{WHAT[found.missing]}. {WHY.get(found.why, '{0.message}')}".format(found)
    of_rerun = found.run_id and found.missing is not Missing.COMPARISON
    return f"In run {found.run_id}: {said}" if of_rerun else said
