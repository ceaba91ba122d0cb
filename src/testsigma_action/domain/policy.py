"""The policies of a step: which failures do not count, and what else a pass needs. Pure.

Each case is judged once, here. Its tolerance stands in the tree from then on, where verdict and reports read it.
"""

from collections.abc import Sequence
from dataclasses import replace

from testsigma_action.domain.quarantine import excuse, purely_failed
from testsigma_action.domain.results import CaseResult, Placed, ResultTree
from testsigma_action.domain.run import Result
from testsigma_action.domain.tolerance import Policy, Quarantined, QuarantineEntry, WithinLimit


def tolerating(tree: ResultTree, policy: Policy, whole: ResultTree | None = None) -> ResultTree:
    """The tree in which each case that may fail has its tolerance.

    `whole` is the merged tree, if the tree is that of a rerun: `max-failures` is about the cases of the whole run.
    """
    if not policy.tolerates:
        return tree
    within = _within(whole or tree, policy)

    def judged(placed: Placed) -> CaseResult:
        tolerance = excuse(policy.quarantine, placed) or (within if purely_failed(placed[2]) else None)
        return replace(placed[2], tolerance=tolerance) if tolerance else placed[2]

    return tree.with_rows(judged)


def _within(tree: ResultTree, policy: Policy) -> WithinLimit | None:
    """The limit, unless there is none, or more cases failed, apart from those in quarantine."""
    if not policy.max_failures.number:
        return None
    failed = [placed for placed in tree.placed_cases() if placed[2].result is Result.FAILED]
    counting = sum(not excuse(policy.quarantine, placed) for placed in failed)
    return WithinLimit(policy.max_failures) if counting <= policy.max_failures.of(executed(tree)) else None


def executed(tree: ResultTree) -> int:
    """How many different cases on the list were executed."""
    return tree.distinct_of(lambda case: case.result.executed)


def tolerated(tree: ResultTree) -> tuple[int, int]:
    """How many failures do not count because of the quarantine, and how many because of `max-failures`."""
    kinds = [isinstance(case.tolerance, Quarantined) for case in tree.cases() if case.tolerance]
    return kinds.count(True), kinds.count(False)


def counting_flaky(tree: ResultTree, entries: Sequence[QuarantineEntry]) -> int:
    """How many cases passed only in a rerun, apart from those whose failures are all excused by the quarantine."""
    return sum(
        case.acceptable and any(not (one.acceptable or excuse(entries, (machine, suite, one))) for one in case.earlier)
        for machine, suite, case in tree.placed_cases()
    )
