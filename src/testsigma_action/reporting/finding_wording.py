"""The sentences for findings, one for each type of `domain/findings.py`, and hints for users.

Quoted text in them (names, labels, messages) is untrusted.
"""

from functools import singledispatch

from testsigma_action.domain.doubts import NeverExecuted, NotProven, RunDoubt, RunUnreadable
from testsigma_action.domain.ending import Ending, NotRunAgain
from testsigma_action.domain.findings import (
    CalledPassed,
    CutShort,
    ErrorFinding,
    Fact,
    FailedAgain,
    Failures,
    Finding,
    InputProblem,
    MayStillRun,
    MorePlans,
    NoKnownResult,
    NotExecutedYetRan,
    OfPlans,
    Passed,
    RerunFindings,
    ServiceMessage,
    Started,
    StoppedAfterFailures,
    Tally,
)
from testsigma_action.domain.merge_findings import MoreFiles, PartsMissing, TooManyParts, Unusable
from testsigma_action.domain.policy_findings import FlakyCases, NotAccounted, OverLimit, PassedByPolicy, TooFewTests
from testsigma_action.domain.words import counted
from testsigma_action.reporting import merge_wording, policy_wording, rerun_wording
from testsigma_action.reporting.contradiction_wording import LONGEST_NAME, contradiction
from testsigma_action.reporting.ending_wording import what_happened, what_to_do, with_full_stop
from testsigma_action.reporting.rerun_wording import RerunFinding
from testsigma_action.text import NAME, one_line

# Maximum length of the sentence about one of several plans (characters).
LONGEST_OF_PLAN = 300

FACTS = {
    Fact.FAILED_AT_FIRST: "The run failed at first.",
    Fact.CALLED_NOT_EXECUTED: "The run's result is NOT_EXECUTED.",
    Fact.NO_CASE_EXECUTED: "No case was executed.",
    Fact.NO_CASE_NEEDED: "No case was executed, which min-tests: 0 allows.",
    Fact.EMPTY_SUCCESS: "Testsigma reports a pass, but no case was executed.",
    Fact.UNPROVEN_SUCCESS: "Testsigma reports a pass, but nothing shows that a case was executed.",
    Fact.INFRASTRUCTURE: "This is trouble of the infrastructure (agent, device, parallel runs), not of a test.",
    Fact.RERUN_NEVER_BEGAN: "The plan is set to run failed cases again, but no rerun has started.",
    Fact.JUDGED_AGAIN: "The results file calls the run passed, but its results do not show that.",
    Fact.NOT_FINISHED: "The step has not finished: it was killed, or it is still running.",
}
NO_TESTS_HINT = "Check that the plan has suites with cases, and that the environment and configuration select some."
FACT_HINTS = {
    Fact.NO_CASE_EXECUTED: NO_TESTS_HINT,
    Fact.EMPTY_SUCCESS: NO_TESTS_HINT,
    Fact.INFRASTRUCTURE: (
        "Check in Testsigma that the agent and the devices of the plan are online, and that a parallel run is free. "
        "Then run the step again. With rerun-failed, such cases run again by themselves."
    ),
    Fact.UNPROVEN_SUCCESS: "Open the run's page. If it passed there, run the step again: its results could not "
    "be read.",
}
STOPPED_HINT = "Fix the failures first. To finish all runs in spite of failures, set stop-after-failures to 0."


@singledispatch
def sentence(finding: Finding) -> str:
    """One finding as one sentence, or as a few short ones."""
    raise NotImplementedError(type(finding))


@sentence.register
def _(fact: Fact) -> str:
    return FACTS[fact]


@sentence.register
def _(passed: Passed) -> str:
    said = f"{_executed(passed)} passed"
    if passed.flaky:
        return f"{said}, {passed.flaky:,} of them only in a rerun."
    return f"{said}, after a rerun of hooks that had failed." if passed.reruns else f"{said}."


def _executed(passed: Passed) -> str:
    if passed.passed == passed.total or not passed.passed:
        return "All cases" if passed.total != 1 else "The only case"
    return f"{passed.passed:,} of {counted(passed.total, 'case')}, all that were executed,"


@sentence.register
def _(started: Started) -> str:
    return (
        f"Run {started.run_id} was started. This step does not wait for it; a later step can (run-id: "
        f"{started.run_id})."
    )


@sentence.register
def _(failures: Failures) -> str:
    failed = f"{failures.failed:,} of {counted(failures.total, 'case')} failed." if failures.failed else ""
    hooks = f"{counted(failures.hooks, 'hook')} did not pass." if failures.hooks else ""
    tolerated = policy_wording.of_failures(failures)
    return " ".join(filter(None, (failed, hooks, tolerated))) or "The run failed."


for _finding in (PassedByPolicy, OverLimit, NotAccounted, TooFewTests, FlakyCases):
    sentence.register(_finding, policy_wording.sentence)
for _merged in (Unusable, PartsMissing, TooManyParts, MoreFiles):
    sentence.register(_merged, merge_wording.sentence)


@sentence.register
def _(again: FailedAgain) -> str:
    return f"{sentence(again.failures).removesuffix('.')}, also in the rerun (run {again.run_id})."


@sentence.register
def _(cut: CutShort) -> str:
    return f"The run was {cut.result.value} before it was finished."


@sentence.register
def _(unknown: NoKnownResult) -> str:
    missing = "a result that cannot be read" if unknown.unreadable else "no result"
    result = f"the result '{unknown.label}'" if unknown.label else missing
    return f"The run completed with {result}, which is not a pass."


@sentence.register
def _(ran: NotExecutedYetRan) -> str:
    of = f"{ran.cases:,} of {counted(ran.total, 'case')}" if ran.total else counted(ran.cases, "case")
    return f"The run's result is NOT_EXECUTED although {of} {'passed' if ran.passed else 'ran'}."


@sentence.register
def _(message: ServiceMessage) -> str:
    return f"Testsigma says: {with_full_stop(message.text)}"


@sentence.register
def _(stopped: StoppedAfterFailures) -> str:
    return f"{counted(stopped.failures, 'case')} failed in all runs together; stop-after-failures is {stopped.limit:,}."


@sentence.register
def _(problem: InputProblem) -> str:
    return with_full_stop(problem.message)


@sentence.register
def _(error: ErrorFinding) -> str:
    return with_full_stop(error.message)


@sentence.register
def _(ending: Ending) -> str:
    return what_happened(ending)


@sentence.register
def _(called: CalledPassed) -> str:
    return f"Testsigma reports a pass, but {contradiction(called.contradiction)}."


@sentence.register(RunDoubt | RunUnreadable | NotProven | NeverExecuted | NotRunAgain)
def _(finding: RerunFinding) -> str:
    return rerun_wording.sentence(finding)


@sentence.register
def _(rerun: RerunFindings) -> str:
    return f"In the rerun (run {rerun.run_id}): {' '.join(map(sentence, rerun.findings))}"


@sentence.register
def _(tally: Tally) -> str:
    plans = counted(tally.plans, "plan")
    if tally.started == tally.plans:
        return f"All {plans} were started. This step does not wait for them."
    if tally.passed == tally.plans:
        tolerated = f"; {counted(tally.tolerated, 'failure')} tolerated" if tally.tolerated else ""
        cases = f" ({counted(tally.cases, 'case')}{tolerated})" if tally.cases or tolerated else ""
        return f"All {plans} passed{cases}."
    if tally.started:
        return f"{tally.started:,} of {plans} were started."
    left = tally.plans - tally.passed
    number = f"{left:,} of" if tally.passed else "All"
    return f"{number} {plans} {'failed' if tally.failed == left else 'did not pass'}."


@sentence.register
def _(of: OfPlans) -> str:
    # A long path has no blank at which it could be cut.
    longest = NAME if isinstance(of.finding, Unusable) else LONGEST_NAME
    names = ", ".join(one_line(name, longest) for name in of.names)
    more = f" and {of.more:,} more" if of.more else ""
    # Without this the counters would look like a sum.
    each = " (each)" if isinstance(of.finding, Failures) and len(of.names) + of.more > 1 else ""
    return f"{names}{more}{each}: {one_line(sentence(of.finding), LONGEST_OF_PLAN)}"


@sentence.register
def _(more: MorePlans) -> str:
    return f"And {counted(more.number, 'more plan')}."


@sentence.register
def _(left: MayStillRun) -> str:
    return f"{counted(left.runs, 'run')} may still be running."


def advice(finding: Finding) -> str:
    """What to do about a finding; may be empty."""
    match finding:
        case Fact():
            found = FACT_HINTS.get(finding, "")
        case ErrorFinding() | InputProblem():
            found = finding.hint
        case StoppedAfterFailures():
            found = STOPPED_HINT
        case TooFewTests() | FlakyCases():
            found = policy_wording.advice(finding)
        case Unusable() | PartsMissing() | TooManyParts():
            found = merge_wording.advice(finding)
        case Ending():
            found = what_to_do(finding)
        case _:
            found = ""
    return found
