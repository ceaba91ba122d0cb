"""The verdict on one completed run: pure. A pass needs a run that passed, and evidence that cases were executed."""

import re
from dataclasses import replace

from testsigma_action.domain.evidence import contradictions, numbers
from testsigma_action.domain.findings import (
    CalledPassed,
    CutShort,
    Fact,
    Failures,
    Finding,
    NoKnownResult,
    NotExecutedYetRan,
    Passed,
    ServiceMessage,
)
from testsigma_action.domain.report import Conclusion, Verdict, balanced
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ErrorCode, ExitCode
from testsigma_action.text import one_line

# Characters of the service's own message that are quoted.
LONGEST_MESSAGE = 500
# Messages that say no more than the status does: "Test Plan execution is initiated and waiting to be queued", and the
# like (docs/api.md, "Status").
COMMONPLACE = re.compile(r"test ?plan execution (is .*|failed|completed)[.!]?", re.IGNORECASE)


def judge(tree: ResultTree) -> Verdict:
    """The verdict on a completed run. Details can only turn a pass into something else, never the other way round."""
    if not tree.run.completed:
        raise ValueError("only a completed run can be judged")
    verdict = not_passed(tree) or _contradicted(tree) or _without_evidence(tree)
    if verdict:
        return replace(verdict, findings=(*verdict.findings, *service_message(tree.run)))
    return Verdict(Conclusion.PASSED, ExitCode.PASSED, findings=(passed(tree),))


def passed(tree: ResultTree) -> Passed:
    """The numbers of a pass."""
    flaky = sum(case.flaky for case in tree.cases()) if tree.reruns else 0
    return Passed(tree.counts.passed or 0, tree.counts.total or 0, len(tree.reruns), flaky)


def failed(code: ErrorCode, *findings: Finding) -> Verdict:
    """The verdict on a run that did not pass."""
    return Verdict(Conclusion.FAILED, ExitCode.FAILED, code, findings)


def service_message(run: Run) -> tuple[Finding, ...]:
    """The service's own reason (no agent, parallel limit, ...) where it says more than the result does."""
    message = remarkable(run.message)
    return (ServiceMessage(message),) if message else ()


def remarkable(message: str) -> str:
    """The message of the service about a run, on one line; empty if it adds nothing."""
    said = one_line(" ".join(filter(None, map(str.strip, message.splitlines()))), LONGEST_MESSAGE)
    return "" if COMMONPLACE.fullmatch(" ".join(said.split())) else said


def not_passed(tree: ResultTree) -> Verdict | None:
    """The verdict on a run whose own result is not a pass; None if it is one."""
    run = tree.run
    if run.result is Result.PASSED:
        return None
    if run.result is Result.FAILED:
        return failed(ErrorCode.TESTS_FAILED, failures(tree))
    if run.result is Result.NOT_EXECUTED:
        return _not_executed(tree)
    if run.result in {Result.STOPPED, Result.ABORTED}:
        return failed(ErrorCode(f"run-{run.result.value}"), CutShort(run.result))
    unreadable = "result" in run.unreadable_fields
    return failed(ErrorCode.RESULT_UNKNOWN, NoKnownResult(run.result_label, unreadable))


def failures(tree: ResultTree) -> Failures:
    """How many cases failed, and how many hooks did not pass."""
    counts = balanced(tree.counts)
    _, hooks = numbers(row for row in tree.rows() if not row.acceptable)
    counted = counts.failed and counts.total
    return Failures(counts.failed or 0, counts.total or 0, hooks) if counted else Failures(hooks=hooks)


def _not_executed(tree: ResultTree) -> Verdict:
    """The verdict on a run that the service calls not executed, although some of its cases may have been."""
    counts = next((one for one in (tree.counts, *tree.run.all_counts) if one.executed), None)
    if not counts:
        return failed(ErrorCode.NO_TESTS, Fact.NO_CASE_EXECUTED)
    if counts.failed:
        return failed(ErrorCode.TESTS_FAILED, failures(tree), Fact.CALLED_NOT_EXECUTED)
    ran = NotExecutedYetRan(counts.passed or counts.executed, counts.total or 0, bool(counts.passed))
    return failed(ErrorCode.CONTRADICTION, ran)


def _contradicted(tree: ResultTree) -> Verdict | None:
    found = next(contradictions(tree), None)
    return failed(ErrorCode.CONTRADICTION, CalledPassed(found)) if found else None


def _without_evidence(tree: ResultTree) -> Verdict | None:
    """The verdict on a passed run without an executed case; None where there is evidence that tests ran."""
    listed = list(tree.cases())
    if any(case.result is Result.PASSED for case in listed):
        return None
    counters = tree.run.all_counts
    if not listed and any(counts.passed for counts in counters):
        return None
    if tree.listed or any(counts.known for counts in counters):
        return failed(ErrorCode.NO_TESTS, Fact.EMPTY_SUCCESS)
    verdict = failed(ErrorCode.NO_EVIDENCE, Fact.UNPROVEN_SUCCESS)
    if tree.unreadable:
        return replace(verdict, conclusion=Conclusion.ERROR, exit_code=ExitCode.SERVICE)
    return verdict
