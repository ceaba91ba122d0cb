"""The verdict on a run whose plan ran its failed cases again: pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from testsigma_action.domain.ending import RerunIncomplete
from testsigma_action.domain.evidence import all_executed, numbers, places, unaccounted, unreadable_fields
from testsigma_action.domain.findings import (
    Doubt,
    ErrorFinding,
    Fact,
    FailedAgain,
    Finding,
    NeverExecuted,
    NotProven,
    RerunFindings,
    RunDoubt,
    RunUnreadable,
)
from testsigma_action.domain.judgement import failed, failures, judge, not_passed, passed, service_message
from testsigma_action.domain.report import Conclusion, Verdict
from testsigma_action.domain.results import CaseResult, ResultTree
from testsigma_action.domain.run import Result
from testsigma_action.errors import ErrorCode, ExitCode


def judge_reruns(
    attempts: Sequence[ResultTree], merged: ResultTree, incomplete: RerunIncomplete | None = None
) -> Verdict:
    """The verdict on a run that did not pass when it completed, and whose plan runs its failed cases again.

    `attempts` has the tree of each run, the first run's first; `merged` is their merged tree. It is a pass only if the
    last rerun passes by itself and every case of the first run is shown to have passed in the end. That the service
    calls the first run passed by now is not enough. `incomplete`: why the reruns were not followed to their end; it
    is added to a verdict that is not a pass.
    """
    verdict = _judged(attempts, merged) if merged.reruns else judge(merged)
    if incomplete and verdict.exit_code:
        return replace(verdict, findings=(*verdict.findings, *_of_incomplete(incomplete)))
    return verdict


def _of_incomplete(incomplete: RerunIncomplete) -> Iterator[Finding]:
    if incomplete.error:
        yield ErrorFinding(incomplete.error.message, incomplete.error.hint)
    if incomplete.ending:
        yield incomplete.ending
    if not incomplete.error and not incomplete.ending:
        yield Fact.RERUN_NEVER_BEGAN


def _judged(attempts: Sequence[ResultTree], merged: ResultTree) -> Verdict:
    first = not_passed(merged) or failed(ErrorCode.TESTS_FAILED, Fact.FAILED_AT_FIRST)
    if _failed_again(first, attempts, merged):
        return replace(first, findings=(FailedAgain(failures(merged), merged.reruns[-1].id),))
    doubt = next(_doubts(attempts, merged), None)
    if doubt:
        return replace(first, findings=(*first.findings, doubt, *service_message(merged.run)))
    return Verdict(Conclusion.PASSED, ExitCode.PASSED, findings=(passed(merged),))


def _failed_again(first: Verdict, attempts: Sequence[ResultTree], merged: ResultTree) -> bool:
    """Whether the failures of the last rerun fully explain the result."""
    last = attempts[-1]
    completed = last.run.completed and last.run.id == merged.reruns[-1].id
    plain = ErrorCode.TESTS_FAILED
    return (
        completed
        and first.code == plain
        and bool(merged.counts.failed)
        and judge(last).code == plain
        and last.counts.failed == merged.counts.failed
        and not (service_message(merged.run) or service_message(last.run))
    )


def _doubts(attempts: Sequence[ResultTree], merged: ResultTree) -> Iterator[Finding]:
    """Why the reruns do not make up for the first run, the most important reason first."""
    first, last = merged.run, merged.reruns[-1]
    if not last.completed or attempts[-1].run.id != last.id:
        yield RunDoubt(last.id, Doubt.RERUN_UNKNOWN)
        return
    by_itself = judge(attempts[-1])
    if by_itself.exit_code:
        yield RerunFindings(last.id, by_itself.findings)
    bad = [row for row in merged.rows() if not row.acceptable]
    if bad:
        yield NotProven(last.id, *numbers(bad))
    skipped = sum(_skipped(case) for case in merged.cases())
    if skipped:
        yield NeverExecuted(first.id, skipped)
    for attempt in attempts[:-1]:
        yield from _unexplained(attempt)
    if any(result.contradicts_pass for result in places(merged)):
        yield RunDoubt(first.id, Doubt.PART_NOT_RERUN)
    if not first.consolidated_passed:
        yield RunDoubt(first.id, Doubt.WHOLE_NOT_PASSED)


def _skipped(case: CaseResult) -> bool:
    """Whether a case, or one of its data sets, was not executed. In a failed run, the failure may be the reason."""
    results = [case.result, *(iteration.result for iteration in case.iterations)]
    return not case.disabled and Result.NOT_EXECUTED in results


def _unexplained(tree: ResultTree) -> Iterator[Finding]:
    """Possible causes of a failure that are not in the list of cases, so that their rerun cannot be checked."""
    run = tree.run
    if run.completed and not judge(tree).exit_code:
        return
    bad = sum(not case.acceptable for case in tree.cases())
    if all(row.acceptable for row in tree.rows()):
        yield RunDoubt(run.id, Doubt.NO_FAILED_CASE)
    if any(counts.bad > bad for counts in run.all_counts):
        yield RunDoubt(run.id, Doubt.MORE_FAILURES_COUNTED)
    if any(counts.running for counts in run.all_counts) and not all_executed(tree):
        yield RunDoubt(run.id, Doubt.COUNTED_AS_RUNNING)
    if unreadable := unreadable_fields(tree):
        yield RunUnreadable(run.id, unreadable)
    if any(unaccounted(tree)):
        yield RunDoubt(run.id, Doubt.LIST_INCOMPLETE)
