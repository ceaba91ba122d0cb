"""A run and its reruns -> one tree: pure. What ran again takes the place of what it was before, which is kept.

Whether two results are of the same thing is said by the IDs of machine, suite and case, else by their names; data sets
have names only. Where neither says so without doubt, nothing is replaced: then what failed stays failed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import TypeVar

from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, ResultTree, SuiteResult
from testsigma_action.domain.run import Result, Run, Timing

T = TypeVar("T")
Keys = Sequence[Callable[[T], str]]

MACHINES: Keys[MachineResult] = (lambda machine: machine.machine_id, lambda machine: machine.title)
SUITES: Keys[SuiteResult] = (lambda suite: suite.suite_id, lambda suite: suite.name)
CASES: Keys[CaseResult] = (lambda case: case.case_id, lambda case: case.name)
ITERATIONS: Keys[Iteration] = (lambda iteration: iteration.name,)


def whole(attempts: Sequence[ResultTree], reruns: Sequence[Run]) -> ResultTree:
    """One tree of a run and its reruns. `attempts` has the tree of each that was collected, the started run's first.

    The run in it keeps its own result: whether the reruns made good for it is a matter of the verdict.
    """
    first, *later = attempts
    if not reruns:
        return first
    return replace(
        first,
        machines=reduce(_machines, (tree.machines for tree in later), first.machines),
        gaps=first.gaps + tuple(f"In run {tree.run.id}: {gap}" for tree in later for gap in tree.gaps),
        reruns=tuple(reruns),
    )


def redeemed(tree: ResultTree) -> ResultTree:
    """The tree of a whole that passed: so did its run, which began with the first attempt and ended with the last."""
    timing = Timing(tree.run.timing.started, tree.reruns[-1].timing.ended)
    return replace(tree, run=replace(tree.run, result=Result.PASSED, timing=timing))


def pairs(before: Sequence[T], again: Sequence[T], keys: Keys[T]) -> dict[int, int]:
    """Which of `before` is which of `again`, by position.

    Those that share a key are the same in their order, if there are as many in both; else the next key may tell.
    """
    found: dict[int, int] = {}
    for key in keys:
        mine = _grouped(before, key, found.keys())
        theirs = _grouped(again, key, found.values())
        for name in mine.keys() & theirs.keys():
            if len(mine[name]) == len(theirs[name]):
                found |= zip(mine[name], theirs[name], strict=True)
    return found


def _grouped(parts: Sequence[T], key: Callable[[T], str], taken: object) -> dict[str, list[int]]:
    done = set(taken)  # type: ignore[call-overload]
    groups: dict[str, list[int]] = {}
    for position, part in enumerate(parts):
        name = key(part)
        if name and position not in done:
            groups.setdefault(name, []).append(position)
    return groups


def _joined(before: tuple[T, ...], again: tuple[T, ...], keys: Keys[T], join: Callable[[T, T], T]) -> tuple[T, ...]:
    """What was there before, what ran again joined with it, then what is new."""
    found = pairs(before, again, keys)
    known = set(found.values())
    kept = tuple(join(part, again[found[place]]) if place in found else part for place, part in enumerate(before))
    return kept + tuple(part for place, part in enumerate(again) if place not in known)


def _machines(before: tuple[MachineResult, ...], again: tuple[MachineResult, ...]) -> tuple[MachineResult, ...]:
    return _joined(before, again, MACHINES, _machine)


def _machine(before: MachineResult, again: MachineResult) -> MachineResult:
    suites = _joined(before.suites, again.suites, SUITES, _suite)
    cases = [case for suite in suites for case in suite.cases]
    return replace(before, suites=suites, result=_place_result(before.result, again.result, cases))


def _suite(before: SuiteResult, again: SuiteResult) -> SuiteResult:
    cases = _joined(before.cases, again.cases, CASES, _case)
    return replace(before, cases=cases, result=_place_result(before.result, again.result, cases))


def _place_result(before: Result, again: Result, cases: Sequence[CaseResult]) -> Result:
    """That of the rerun, unless what did not run again is what made it what it was before."""
    if again.contradicts_pass or all(case.acceptable for case in cases):
        return again
    return before


def _case(before: CaseResult, again: CaseResult) -> CaseResult:
    """The case as it ran last. A rerun that did not execute it says nothing about it."""
    if again.result is Result.NOT_EXECUTED and again.acceptable:
        return before
    iterations = _joined(before.iterations, again.iterations, ITERATIONS, _iteration)
    broken = any(not iteration.result.tolerable for iteration in iterations)
    return replace(
        again,
        # Data sets that did not pass and did not run again are still the case's own.
        result=before.result if broken and again.acceptable else again.result,
        iterations=iterations,
        earlier=(*before.earlier, replace(before, earlier=())),
    )


def _iteration(before: Iteration, again: Iteration) -> Iteration:
    return before if again.result is Result.NOT_EXECUTED else again
