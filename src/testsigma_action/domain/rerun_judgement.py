"""The verdict on a run whose failed cases ran again, and the verdict of a results file, judged again: pure.

Of a results file only a pass is judged again: what was red stays red. The rules and the policy are those of the step
that wrote the file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from testsigma_action.domain import evidence, findings, infrastructure, judgement
from testsigma_action.domain.ending import NotRunAgain
from testsigma_action.domain.findings import Doubt, Fact, Finding, RunDoubt
from testsigma_action.domain.policy import tolerating
from testsigma_action.domain.policy_findings import OverLimit
from testsigma_action.domain.report import Conclusion, Part, RunReport, Verdict
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Result
from testsigma_action.domain.tolerance import STRICT, Policy
from testsigma_action.errors import ErrorCode


def judge_reruns(
    attempts: Sequence[ResultTree], merged: ResultTree, incomplete: Sequence[Finding] = (), policy: Policy = STRICT
) -> Verdict:
    """The verdict on a run that did not pass when it completed, and whose failed cases ran again.

    It is the same rule for reruns of the plan itself and for those that the step asked for.

    `attempts` has the tree of each run, the first run's first; `merged` is their merged tree, which says what is
    tolerated. It is a pass only if the last rerun passes, by itself or by policy, and every case of the first run is
    shown to have passed in the end, or is tolerated. That the service calls the first run passed by now is not enough.
    `incomplete`: why the reruns were not followed to their end, or have not begun; then nothing makes up for the
    failures. Or why the step asked for none; then the results are what they are.
    """
    open_end = not all(isinstance(why, NotRunAgain) for why in incomplete)
    if open_end:
        policy = replace(policy, min_tests=max(policy.min_tests, 1))
    if merged.reruns:
        verdict = infrastructure.named(_judged(attempts, merged, policy), attempts)
    else:
        verdict = judgement.judge(merged, policy)
    if open_end and not verdict.exit_code and any(case.tolerance for case in merged.cases()):
        verdict = judgement.failed(ErrorCode.TESTS_FAILED, judgement.failures(merged))
    return replace(verdict, findings=(*verdict.findings, *incomplete)) if verdict.exit_code else verdict


def _judged(attempts: Sequence[ResultTree], merged: ResultTree, policy: Policy) -> Verdict:
    first = _as_it_was(merged, policy)
    last = tolerating(attempts[-1], policy, merged)
    if _failed_again(first, last, merged):
        again = findings.FailedAgain(judgement.failures(merged), merged.reruns[-1].id)
        return replace(first, findings=(again, *(one for one in first.findings if isinstance(one, OverLimit))))
    if doubt := next(_doubts([*attempts[:-1], last], merged), None):
        return replace(first, findings=(*first.findings, doubt, *judgement.service_message(merged.run)))
    return judgement.held_to(policy, merged, judgement.passed(merged))


def judge_merged(merged: ResultTree, policy: Policy) -> Verdict:
    """The verdict by the merged tree of a run that passed together with its reruns, without the tree of each.

    It finds fewer doubts than `judge_reruns`, and none that is new.
    """
    last = merged.reruns[-1]
    found = chain(_doubts_about_cases(merged), _doubts_about_the_whole(merged))
    doubt = next(found, None) if last.completed else RunDoubt(last.id, Doubt.RERUN_UNKNOWN)
    if doubt:
        return judgement.failed(ErrorCode.TESTS_FAILED, doubt)
    return judgement.held_to(policy, merged, judgement.passed(merged))


def _as_it_was(merged: ResultTree, policy: Policy) -> Verdict:
    """The verdict if the reruns make up for nothing."""
    if merged.run.result is Result.FAILED:
        return judgement.counting_failures(merged, policy)
    return judgement.not_passed(merged) or judgement.failed(ErrorCode.TESTS_FAILED, Fact.FAILED_AT_FIRST)


def _failed_again(first: Verdict, last: ResultTree, merged: ResultTree) -> bool:
    """Whether the failures of the last rerun fully explain the result."""
    completed = last.run.completed and last.run.id == merged.reruns[-1].id
    plain = ErrorCode.TESTS_FAILED
    return (
        completed
        and first.code == plain
        and bool(merged.counts.failed)
        and judgement.judge_results(last).code == plain
        and last.counts.failed == merged.counts.failed
        and not (judgement.service_message(merged.run) or judgement.service_message(last.run))
    )


def _doubts(attempts: Sequence[ResultTree], merged: ResultTree) -> Iterator[Finding]:
    """Why the reruns do not make up for the first run, the most important reason first."""
    first, last = merged.run, merged.reruns[-1]
    if not last.completed or attempts[-1].run.id != last.id:
        yield RunDoubt(last.id, Doubt.RERUN_UNKNOWN)
        return
    by_itself = judgement.judge_results(attempts[-1])
    if by_itself.exit_code:
        yield findings.RerunFindings(last.id, by_itself.findings)
    yield from _doubts_about_cases(merged)
    for attempt in attempts[:-1]:
        yield from unexplained(attempt)
    if any(case.tolerance for case in merged.cases()) and not attempts[0].complete:
        yield RunDoubt(first.id, Doubt.LIST_INCOMPLETE)
    yield from _doubts_about_the_whole(merged)


def _doubts_about_cases(merged: ResultTree) -> Iterator[Finding]:
    """Cases and hooks that are not shown to have passed in the end."""
    if bad := [row for row in merged.rows() if row.breaks]:
        yield findings.NotProven(merged.reruns[-1].id, *evidence.numbers(bad))
    if left_out := sum(case.left_out for case in merged.cases()):
        yield findings.NeverExecuted(merged.run.id, left_out)


def _doubts_about_the_whole(merged: ResultTree) -> Iterator[Finding]:
    """What speaks against a pass of the run together with its reruns, apart from failures that are tolerated."""
    tolerated = merged.distinct_of(lambda case: case.tolerance is not None)
    if evidence.broken_part(merged):
        yield RunDoubt(merged.run.id, Doubt.PART_NOT_RERUN)
    if not merged.run.consolidated_passed(tolerated):
        yield RunDoubt(merged.run.id, Doubt.WHOLE_NOT_PASSED)


def unexplained(tree: ResultTree) -> Iterator[Finding]:
    """Possible causes of a failure that are not in the list of cases, so that their rerun cannot be checked."""
    run = tree.run
    if run.completed and not judgement.judge_results(tree).exit_code:
        return
    bad = sum(not case.acceptable for case in tree.cases())
    if all(row.acceptable and not row.left_out for row in tree.rows()):
        yield RunDoubt(run.id, Doubt.NO_FAILED_CASE)
    if any(counts.bad > bad for counts in run.all_counts):
        yield RunDoubt(run.id, Doubt.MORE_FAILURES_COUNTED)
    if any(counts.running for counts in run.all_counts) and not evidence.all_executed(tree):
        yield RunDoubt(run.id, Doubt.COUNTED_AS_RUNNING)
    if unreadable := evidence.unreadable_fields(tree):
        yield findings.RunUnreadable(run.id, unreadable)
    if any(evidence.unaccounted(tree)):
        yield RunDoubt(run.id, Doubt.LIST_INCOMPLETE)


# A step reads its inputs a moment before the time at which it began, maybe on the day before.
_READING = timedelta(minutes=1)


def judged_again(run: RunReport, part: Part) -> RunReport:
    """The run, with another verdict if its own is a pass that its results do not show."""
    if run.verdict.exit_code:
        return run
    # Entries of the quarantine that had expired when the step of the part began excuse nothing.
    today = (part.started - _READING).date()
    kept = tuple(entry for entry in part.policy.quarantine if entry.expires >= today)
    again = _again(run, replace(part.policy, quarantine=kept))
    bad = next((verdict for verdict in again if verdict.exit_code), None)
    return replace(run, verdict=replace(bad, findings=(Fact.JUDGED_AGAIN, *bad.findings))) if bad else run


def _again(run: RunReport, policy: Policy) -> Iterator[Verdict]:
    """The verdicts by what the policy tolerates, and by what the file calls tolerated."""
    tree = run.tree
    passed = tree and tree.run.completed and run.verdict.conclusion is Conclusion.PASSED
    if not tree or not passed or not _about_one_run(run, tree):
        yield judgement.failed(ErrorCode.NO_EVIDENCE, Fact.UNPROVEN_SUCCESS)
        return
    trees = [tree]
    if policy.tolerates or any(case.tolerance for case in tree.rows()):
        trees.append(tolerating(tree.with_rows(lambda placed: replace(placed[2], tolerance=None)), policy))
    for each in trees:
        yield judge_merged(each, policy) if each.reruns else judgement.judge(each, policy)


def _about_one_run(run: RunReport, tree: ResultTree) -> bool:
    """Whether the results are those of the run, or of a rerun of it."""
    judged = run.run.id if run.run else ""
    return bool(judged) and tree.run.id in {judged, *(one.id for one in tree.reruns)}
