"""Merges two readings of the results of one run: pure.

What the newer reading lacks stays as it was read before, so that no evidence against a pass is lost because the service
refuses it the second time. In doubt, what speaks against a pass stays.
"""

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

    A new list of cases replaces the earlier one, but a case that had failed stays failed.
    """
    listed, fields = before.listed or again.listed, again.unreadable_fields
    if not _ids(before) <= _ids(again) or any(lacks(again, missing) for missing in DETAILS - {Missing.CASE_TIMES}):
        fields = tuple(dict.fromkeys((*before.unreadable_fields, *fields)))
    return replace(
        _with_run_details(before, again),
        machines=_machines(before, again) if again.listed else before.machines,
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


def _ids(tree: ResultTree) -> set[str]:
    """The parts whose details can be read."""
    return {part_id for machine in tree.machines for part_id in (machine.id, *(suite.id for suite in machine.suites))}


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


def _machines(before: ResultTree, again: ResultTree) -> tuple[MachineResult, ...]:
    """The new list with what only the earlier one has: details, failures, and doubts about cases without an ID now."""
    # Of rows with the same ID, one that failed counts.
    rows = sorted(placed_rows(before.machines), key=lambda placed: _has_failed(placed[2]))
    known = {identity_of(placed): placed[2] for placed in rows}
    listed = set(map(identity_of, placed_rows(again.machines)))
    tree = again.with_rows(lambda placed: _case(known.get(identity_of(placed), placed[2]), placed[2]))

    def others(machine: MachineResult, suite: SuiteResult) -> SuiteResult:
        placed = ((machine, suite, case) for case in suite.cases if not case.acceptable)
        return replace(suite, cases=tuple(one[2] for one in placed if identity_of(one) not in listed))

    def rest(machine: MachineResult) -> MachineResult:
        suites = (others(machine, suite) for suite in machine.suites)
        return replace(machine, suites=tuple(suite for suite in suites if suite.cases or _was_read(suite)))

    machines = (one for one in map(rest, before.machines) if one.suites or _was_read(one))
    return attempts.joined(tuple(machines), tree.machines, MACHINES, _machine)


def _machine(before: MachineResult, again: MachineResult) -> MachineResult:
    newer = before if _was_read(before) and not _was_read(again) else again
    suites = attempts.joined(before.suites, again.suites, SUITES, _suite)
    return replace(newer, id=again.id or before.id, suites=suites)


def _suite(before: SuiteResult, again: SuiteResult) -> SuiteResult:
    newer = before if _was_read(before) and not _was_read(again) else again
    found = attempts.pairs(before.cases, again.cases, CASES)
    rest = tuple(case for place, case in enumerate(before.cases) if place in found or _has_failed(case))
    return replace(newer, id=again.id or before.id, cases=attempts.joined(rest, again.cases, CASES, _case))


def _was_read(part: MachineResult | SuiteResult) -> bool:
    """Whether the details of a part say anything."""
    return part.result is not Result.UNKNOWN or part.timing != Timing()


def _case(before: CaseResult, again: CaseResult) -> CaseResult:
    if _has_failed(before) and not _has_failed(again):
        return before
    # A case has times once its details were read.
    if again.timing != Timing():
        return again
    if before.by_details and again.acceptable:
        return before
    disabled, data_driven = before.disabled or again.disabled, before.data_driven or again.data_driven
    return replace(again, timing=before.timing, disabled=disabled, data_driven=data_driven)


def _has_failed(case: CaseResult) -> bool:
    """Whether a result of the case, or of one of its data sets, is final and no pass."""
    return not all(result.tolerable or result in UNFINISHED for result in case.all_results)
