"""Merges two readings of the results of one run: pure.

What the newer reading lacks stays as it was read before, so that no evidence against a pass is lost because the service
refuses it the second time. In doubt, what speaks against a pass stays.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from testsigma_action.domain import attempts
from testsigma_action.domain.evidence import UNFINISHED
from testsigma_action.domain.gaps import Gap, Missing
from testsigma_action.domain.results import CaseResult, MachineResult, ResultTree, SuiteResult, identity_of, placed_rows
from testsigma_action.domain.run import Result, Timing

# Within one run, the IDs of the results tell the parts apart.
MACHINES: attempts.Keys[MachineResult] = (lambda machine: machine.id, *attempts.MACHINES)
SUITES: attempts.Keys[SuiteResult] = (lambda suite: suite.id, *attempts.SUITES)
CASES: attempts.Keys[CaseResult] = (lambda case: case.id, *attempts.CASES)
# Details that are read for each part on the list of cases.
PARTS = {Missing.MACHINE_DETAILS, Missing.SUITE_DETAILS, Missing.CASE_TIMES}
DETAILS = {Missing.RUN_DETAILS, *PARTS}


def updated(before: ResultTree, again: ResultTree) -> ResultTree:
    """What is known about a run after a further reading.

    A case that had failed stays failed. The newer reading stands alone if it has no gaps, and all parts.
    """
    whole = _parts(before) <= _parts(again)
    if whole and not again.gaps and _failed(before) <= _failed(again):
        return again
    listed, fields = before.listed or again.listed, again.unreadable_fields
    if not whole or any(lacks(again, missing) for missing in DETAILS - {Missing.CASE_TIMES}):
        fields = tuple(dict.fromkeys((*before.unreadable_fields, *fields)))
    return replace(
        _with_run_details(before, again),
        machines=attempts.joined(before.machines, again.machines, MACHINES, _machine),
        listed=listed,
        unreadable=not listed and (before.unreadable or again.unreadable),
        gaps=_gaps(before, again),
        unreadable_fields=fields,
    )


def lacks(tree: ResultTree, missing: Missing) -> bool:
    """Whether a part of the results is not available: by itself, with all other details, or for want of the list."""
    kinds = {gap.missing for gap in tree.gaps}
    with_others = Missing.ALL_DETAILS in kinds and missing in DETAILS
    return missing in kinds or with_others or (missing in PARTS and not tree.listed)


def _parts(tree: ResultTree) -> set[Hashable]:
    suites = {suite.id for machine in tree.machines for suite in machine.suites}
    return {machine.id for machine in tree.machines} | suites | set(map(identity_of, placed_rows(tree.machines)))


def _failed(tree: ResultTree) -> set[Hashable]:
    return {identity_of(placed) for placed in placed_rows(tree.machines) if _has_failed(placed[2])}


def _has_failed(case: CaseResult) -> bool:
    """Whether a result of the case, or of one of its data sets, is final and no pass."""
    results = {case.result, *(one.result for one in case.iterations)} - UNFINISHED
    return not all(result.tolerable for result in results)


def _with_run_details(before: ResultTree, again: ResultTree) -> ResultTree:
    """The new reading, with the earlier result and all earlier counters if it has no details of the run."""
    if lacks(before, Missing.RUN_DETAILS) or not lacks(again, Missing.RUN_DETAILS):
        return again
    run, known = again.run, before.run
    together = (*run.consolidated_counts, *known.consolidated_counts)
    run = replace(run, other_counts=(*run.other_counts, *known.all_counts), consolidated_counts=together)
    return replace(again, run=run, details_result=before.details_result)


def _gaps(before: ResultTree, again: ResultTree) -> tuple[Gap, ...]:
    """What neither reading has; of each kind the newer gap."""
    gaps = {gap.missing: gap for gap in (*before.gaps, *again.gaps)}
    lost = {missing for missing in gaps if lacks(before, missing) and lacks(again, missing)}
    if Missing.ALL_DETAILS in gaps and all(lacks(one, missing) for one in (before, again) for missing in DETAILS):
        lost = lost - DETAILS | {Missing.ALL_DETAILS}
    return tuple(gap for missing, gap in gaps.items() if missing in lost)


def _machine(before: MachineResult, again: MachineResult) -> MachineResult:
    newer = again if _was_read(again) else before
    return replace(newer, suites=attempts.joined(before.suites, again.suites, SUITES, _suite))


def _suite(before: SuiteResult, again: SuiteResult) -> SuiteResult:
    newer = again if _was_read(again) else before
    return replace(newer, cases=attempts.joined(_once(before.cases), _once(again.cases), CASES, _case))


def _once(cases: Sequence[CaseResult]) -> tuple[CaseResult, ...]:
    """Each case once, also if it is listed twice; of those with the same ID one that did not pass."""
    bad = {case.id: case for case in cases if case.id and not case.acceptable}
    return tuple({case.id or place: bad.get(case.id, case) for place, case in enumerate(cases)}.values())


def _was_read(part: MachineResult | SuiteResult) -> bool:
    """Whether the details of a part say anything."""
    return part.result is not Result.UNKNOWN or part.timing != Timing()


def _case(before: CaseResult, again: CaseResult) -> CaseResult:
    # The earlier result is final, or may come from the details, which are lacking now.
    counts = _has_failed(before) or (again.timing == Timing() and before.timing != Timing())
    if counts and again.acceptable and not before.acceptable:
        return before
    if again.timing != Timing():
        return again
    disabled, data_driven = before.disabled or again.disabled, before.data_driven or again.data_driven
    return replace(again, timing=before.timing, disabled=disabled, data_driven=data_driven)
