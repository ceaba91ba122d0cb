"""Merges two readings of the results of one run: pure.

The newer reading replaces of the older one only what it could read itself. What it lacks stays as it was read before,
so that evidence against a pass is not lost because the service refuses it the second time.
"""

from dataclasses import replace

from testsigma_action.domain import attempts
from testsigma_action.domain.evidence import UNFINISHED
from testsigma_action.domain.gaps import Gap, Missing
from testsigma_action.domain.results import CaseResult, MachineResult, ResultTree, SuiteResult
from testsigma_action.domain.run import Result, Run, Timing

# Within one run, the IDs of the results tell the parts apart.
MACHINES: attempts.Keys[MachineResult] = (lambda machine: machine.id, *attempts.MACHINES)
SUITES: attempts.Keys[SuiteResult] = (lambda suite: suite.id, *attempts.SUITES)
CASES: attempts.Keys[CaseResult] = (lambda case: case.id, *attempts.CASES)
# What is missing in the list of cases, and not in the details.
LISTS = {Missing.CASE_LIST, Missing.UNLISTED_CASES}


def newest(before: ResultTree, again: ResultTree) -> ResultTree:
    """What is known about a run after a further reading.

    A case that had failed stays failed. The newer reading stands alone if it has no gaps, and all cases.
    """
    if not again.gaps and again.distinct >= before.distinct and _failed(before) <= _failed(again):
        return again
    listed = before.listed or again.listed
    tree = replace(
        again,
        run=_run(before, again),
        machines=attempts.joined(before.machines, again.machines, MACHINES, _machine),
        listed=listed,
        unreadable=not listed and (before.unreadable or again.unreadable),
        gaps=_gaps(before, again),
        unreadable_fields=tuple(dict.fromkeys((*before.unreadable_fields, *again.unreadable_fields))),
    )
    return replace(tree, details_result=before.details_result) if _lacks(again, Missing.RUN_DETAILS) else tree


def _failed(tree: ResultTree) -> set[str]:
    """The finished cases that did not pass."""
    return {row.id or row.name for row in tree.rows() if _has_failed(row)}


def _has_failed(row: CaseResult) -> bool:
    return not row.acceptable and row.result not in UNFINISHED


def _lacks(tree: ResultTree, missing: Missing) -> bool:
    """Whether a part of the results is not available, by itself or with all other details."""
    kinds = {gap.missing for gap in tree.gaps}
    return missing in kinds or (Missing.ALL_DETAILS in kinds and missing not in LISTS)


def _run(before: ResultTree, again: ResultTree) -> Run:
    """The new answer about the run, with the counters of the earlier details if there are no new ones."""
    run, known = again.run, before.run
    if _lacks(before, Missing.RUN_DETAILS) or not _lacks(again, Missing.RUN_DETAILS):
        return run
    together = (*run.consolidated_counts, *known.consolidated_counts)
    return replace(run, other_counts=(*run.other_counts, *known.all_counts), consolidated_counts=together)


def _gaps(before: ResultTree, again: ResultTree) -> tuple[Gap, ...]:
    """What neither reading has; of each kind the newer gap."""
    gaps = {gap.missing: gap for gap in (*before.gaps, *again.gaps)}
    return tuple(gap for gap in gaps.values() if _lacks(before, gap.missing) and _lacks(again, gap.missing))


def _machine(before: MachineResult, again: MachineResult) -> MachineResult:
    newer = again if _was_read(again) else before
    return replace(newer, suites=attempts.joined(before.suites, again.suites, SUITES, _suite))


def _suite(before: SuiteResult, again: SuiteResult) -> SuiteResult:
    newer = again if _was_read(again) else before
    return replace(newer, cases=attempts.joined(before.cases, again.cases, CASES, _case))


def _was_read(part: MachineResult | SuiteResult) -> bool:
    """Whether the details of a part say anything."""
    return part.result is not Result.UNKNOWN or part.timing != Timing()


def _case(before: CaseResult, again: CaseResult) -> CaseResult:
    if _has_failed(before) and again.acceptable:
        return before
    if again.timing != Timing():
        return again
    data_driven = before.data_driven or again.data_driven
    return replace(again, timing=before.timing, disabled=before.disabled, data_driven=data_driven)
