"""The verdict of a results file, judged again by the results in it: pure.

Only a pass is judged again: what was red stays red. The rules and the policy are those of the step that wrote the file.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from testsigma_action.domain import judgement, rerun_judgement
from testsigma_action.domain.findings import Fact
from testsigma_action.domain.policy import Policy, tolerating
from testsigma_action.domain.report import Conclusion, Part, RunReport, Verdict
from testsigma_action.domain.results import ResultTree
from testsigma_action.errors import ErrorCode

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
        yield rerun_judgement.judge_merged(each, policy) if each.reruns else judgement.judge(each, policy)


def _about_one_run(run: RunReport, tree: ResultTree) -> bool:
    """Whether the results are those of the run, or of a rerun of it."""
    judged = run.run.id if run.run else ""
    return bool(judged) and tree.run.id in {judged, *(one.id for one in tree.reruns)}
