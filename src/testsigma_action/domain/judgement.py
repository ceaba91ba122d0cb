"""The verdict on one completed run: pure. A pass needs a run that passed, and evidence that cases were executed.

A run that failed is a pass by policy if all its failures are tolerated, and nothing shows that more is wrong.
"""

import re
from dataclasses import replace

from testsigma_action.domain import evidence, findings, infrastructure
from testsigma_action.domain.policy import counting_flaky, executed, tolerated
from testsigma_action.domain.policy_findings import FlakyCases, NotAccounted, OverLimit, PassedByPolicy, TooFewTests
from testsigma_action.domain.report import Conclusion, Verdict
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Result, Run, balanced
from testsigma_action.domain.tolerance import STRICT, Policy
from testsigma_action.errors import ErrorCode, ExitCode
from testsigma_action.text import one_line

# Characters of the service's own message that are quoted.
LONGEST_MESSAGE = 500
# Messages that say no more than the status does: "Test Plan execution is initiated and waiting to be queued", and the
# like (docs/api.md, "Status").
COMMONPLACE = re.compile(r"test ?plan execution (is .*|failed|completed)[.!]?", re.IGNORECASE)


def judge(tree: ResultTree, policy: Policy = STRICT) -> Verdict:
    """The verdict on a completed run, whose tree says what is tolerated (see `policy.tolerating`).

    Details can only turn a pass into something else, never the other way round.
    """
    return held_to(policy, tree, judge_results(tree, policy))


def judge_results(tree: ResultTree, policy: Policy = STRICT) -> Verdict:
    """The same without what the policy requires beside results."""
    if not tree.run.completed:
        raise ValueError("only a completed run can be judged")
    if verdict := not_passed(tree, policy) or _contradicted(tree) or _without_evidence(tree, policy):
        verdict = replace(verdict, findings=(*verdict.findings, *service_message(tree.run)))
        return infrastructure.named(verdict, [tree])
    return passed(tree)


def held_to(policy: Policy, tree: ResultTree, verdict: Verdict) -> Verdict:
    """The verdict on a run whose results are a pass, if cases were executed as they must be, and none is too flaky.

    Where a failure is tolerated, each case that is not disabled must be seen: the failure may be why it did not run.
    """
    if verdict.exit_code:
        return verdict
    skipped = sum(case.left_out for case in tree.cases())
    if skipped and any(tolerated(tree)):
        return failed(ErrorCode.TESTS_FAILED, failures(tree), NotAccounted(evidence.NeverRan(skipped)))
    number = _executed(tree)
    if number < policy.min_tests:
        return failed(ErrorCode.TOO_FEW_TESTS, TooFewTests(number, policy.min_tests))
    flaky = counting_flaky(tree, policy.quarantine) if policy.fail_on_flaky else 0
    return failed(ErrorCode.FLAKY, FlakyCases(flaky)) if flaky else verdict


def _executed(tree: ResultTree) -> int:
    """How many cases were executed: by the list, or by the counters if the list does not have all cases."""
    listed = executed(tree)
    return listed if tree.complete else max(listed, *(counts.executed for counts in tree.run.all_counts))


def passed(tree: ResultTree) -> Verdict:
    """The verdict on a run that passed, with the numbers of it."""
    counts, reruns = tree.counts, len(tree.reruns)
    flaky = sum(case.flaky for case in tree.cases()) if reruns else 0
    quarantined, within_limit = tolerated(tree)
    finding: findings.Finding = findings.Passed(counts.passed or 0, counts.total or 0, reruns, flaky)
    if quarantined or within_limit:
        finding = PassedByPolicy(counts.passed or 0, counts.total or 0, quarantined, within_limit, reruns, flaky)
    elif not _executed(tree):
        finding = findings.Fact.NO_CASE_NEEDED
    return Verdict(Conclusion.PASSED, ExitCode.PASSED, findings=(finding,))


def failed(code: ErrorCode, *why: findings.Finding) -> Verdict:
    """The verdict on a run that did not pass."""
    return Verdict(Conclusion.FAILED, ExitCode.FAILED, code, why)


def service_message(run: Run) -> tuple[findings.Finding, ...]:
    """The service's own reason (no agent, parallel limit, ...) where it says more than the result does."""
    message = remarkable(run.message)
    return (findings.ServiceMessage(message),) if message else ()


def remarkable(message: str) -> str:
    """The message of the service about a run, on one line; empty if it adds nothing."""
    said = one_line(" ".join(filter(None, map(str.strip, message.splitlines()))), LONGEST_MESSAGE)
    return "" if COMMONPLACE.fullmatch(" ".join(said.split())) else said


def not_passed(tree: ResultTree, policy: Policy = STRICT) -> Verdict | None:
    """The verdict on a run whose own result is not a pass; None if it is one, or a pass by policy."""
    run = tree.run
    if run.result is Result.PASSED:
        return None
    if run.result is Result.FAILED:
        return _failed(tree, policy)
    if run.result is Result.NOT_EXECUTED:
        return _not_executed(tree, policy)
    if run.result in {Result.STOPPED, Result.ABORTED}:
        return failed(ErrorCode(f"run-{run.result.value}"), findings.CutShort(run.result))
    unreadable = "result" in run.unreadable_fields
    return failed(ErrorCode.RESULT_UNKNOWN, findings.NoKnownResult(run.result_label, unreadable))


def _failed(tree: ResultTree, policy: Policy) -> Verdict | None:
    """The verdict on a run that failed; None if each failure is tolerated, and nothing shows that more is wrong."""
    if any(tolerated(tree)) and not any(row.breaks for row in tree.rows()):
        doubt = next(evidence.unaccounted_failures(tree), None)
        return failed(ErrorCode.TESTS_FAILED, failures(tree), NotAccounted(doubt)) if doubt else None
    return counting_failures(tree, policy)


def counting_failures(tree: ResultTree, policy: Policy) -> Verdict:
    """The verdict on a run in which cases failed, not all of which are tolerated."""
    counting = tree.distinct_of(lambda case: case.breaks)
    allowed = policy.max_failures.of(executed(tree))
    over = [OverLimit(counting, allowed)] if policy.max_failures.number and counting > allowed else []
    return failed(ErrorCode.TESTS_FAILED, failures(tree), *over)


def failures(tree: ResultTree) -> findings.Failures:
    """How many cases failed, and how many hooks did not pass."""
    counts = balanced(tree.counts)
    _, hooks = evidence.numbers(row for row in tree.rows() if not row.acceptable)
    if not counts.failed or not counts.total:
        return findings.Failures(hooks=hooks)
    return findings.Failures(counts.failed, counts.total, hooks, sum(tolerated(tree)))


def _not_executed(tree: ResultTree, policy: Policy) -> Verdict | None:
    """The verdict on a run that the service calls not executed, although some of its cases may have been."""
    counts = next((one for one in (tree.counts, *tree.run.all_counts) if one.executed), None)
    if not counts:
        return None if _may_be_empty(tree, policy) else failed(ErrorCode.NO_TESTS, findings.Fact.NO_CASE_EXECUTED)
    if counts.failed:
        return failed(ErrorCode.TESTS_FAILED, failures(tree), findings.Fact.CALLED_NOT_EXECUTED)
    ran = findings.NotExecutedYetRan(counts.passed or counts.executed, counts.total or 0, bool(counts.passed))
    return failed(ErrorCode.CONTRADICTION, ran)


def _may_be_empty(tree: ResultTree, policy: Policy) -> bool:
    """Whether a run may pass without an executed case: the policy allows it, and we know that there was none.

    Trouble of the infrastructure is another reason than the plan, and not what the policy allows.
    """
    known = tree.listed or any(counts.known for counts in tree.run.all_counts)
    allowed = policy.min_tests == 0 and not infrastructure.is_trouble(tree.run.message)
    return allowed and known and not any(evidence.against_pass(tree))


def _contradicted(tree: ResultTree) -> Verdict | None:
    """The verdict on a run that has evidence against a pass; None if it has none."""
    search = evidence.unaccounted_failures if any(tolerated(tree)) else evidence.against_pass
    found = next(search(tree), None)
    return failed(ErrorCode.CONTRADICTION, findings.CalledPassed(found)) if found else None


def _without_evidence(tree: ResultTree, policy: Policy) -> Verdict | None:
    """The verdict on a passed run without an executed case; None where there is evidence that tests ran."""
    listed = list(tree.cases())
    counters = tree.run.all_counts
    proven = any(case.result is Result.PASSED or case.tolerance for case in listed)
    counted = not listed and any(counts.passed for counts in counters)
    if proven or counted or _may_be_empty(tree, policy):
        return None
    if tree.listed or any(counts.known for counts in counters):
        return failed(ErrorCode.NO_TESTS, findings.Fact.EMPTY_SUCCESS)
    verdict = failed(ErrorCode.NO_EVIDENCE, findings.Fact.UNPROVEN_SUCCESS)
    if tree.unreadable:
        return replace(verdict, conclusion=Conclusion.ERROR, exit_code=ExitCode.SERVICE)
    return verdict
