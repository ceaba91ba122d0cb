"""Wording about reruns: why one that passed does not make up for the run, and why the step asked for none."""

from testsigma_action.domain.doubts import Doubt, NeverExecuted, NotProven, RunDoubt, RunUnreadable
from testsigma_action.domain.ending import NotRunAgain, WhyNotAgain
from testsigma_action.domain.words import counted
from testsigma_action.reporting.contradiction_wording import cases_and_hooks, contradiction

RerunFinding = RunDoubt | RunUnreadable | NotProven | NeverExecuted | NotRunAgain
DOUBTS = {
    Doubt.RERUN_UNKNOWN: "The failed cases ran again as run {run}, but the result of that run is not known.",
    Doubt.NO_FAILED_CASE: "None of its cases shows why run {run} did not pass.",
    Doubt.MORE_FAILURES_COUNTED: "The counters of run {run} show more failures than its list of cases.",
    Doubt.COUNTED_AS_RUNNING: "The counters of run {run} show cases that are still running.",
    Doubt.LIST_INCOMPLETE: "The list of cases of run {run} is incomplete.",
    Doubt.PART_NOT_RERUN: "A part of run {run} that did not pass did not run again.",
    Doubt.WHOLE_NOT_PASSED: "Testsigma does not report a pass for run {run} together with its reruns.",
}


def sentence(finding: RerunFinding) -> str:
    """One finding as one sentence."""
    match finding:
        case RunDoubt():
            return DOUBTS[finding.doubt].format(run=finding.run_id)
        case RunUnreadable():
            return f"In the answers about run {finding.run_id}, {contradiction(finding.fields)}."
        case NotProven():
            left = cases_and_hooks(finding.cases, finding.hooks)
            return f"The rerun (run {finding.run_id}) passed, but nothing shows that {left} did."
        case NeverExecuted():
            cases = counted(finding.cases, "case")
            return f"{cases} that run {finding.run_id} did not execute did not run again either."
        case NotRunAgain():
            return f"Nothing runs again (rerun-failed): {_why(finding)}."


def _why(finding: NotRunAgain) -> str:
    cases = f"{finding.cases:,} of {counted(finding.total, 'case')}"
    return {
        WhyNotAgain.TOO_MANY: f"{cases} would have to run again, and rerun-limit is {finding.limit}",
        WhyNotAgain.NOTHING_LISTED: "no case on its list failed",
        WhyNotAgain.UNEXPLAINED: "its list of cases does not show everything that did not pass",
        WhyNotAgain.NOT_IN_LAST_RUN: f"run {finding.run_id} does not have all of the cases that failed",
        WhyNotAgain.MOST_RERUNS: "Testsigma allows 10 reruns of a run",
        WhyNotAgain.NO_TIME: "there was no time left (timeout)",
        WhyNotAgain.PLAN_UNKNOWN: "Testsigma does not say to which plan the run belongs",
    }[finding.why]
