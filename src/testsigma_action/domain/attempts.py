"""Merges the trees of a run and its reruns into one: pure. A newer result replaces an older one, which is kept.

Two results belong to the same object if the IDs of machine, suite and case agree, else if their names do. Data sets
have names only. If neither is certain, nothing is replaced, so a failure stays a failure.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, Placed, ResultTree, SuiteResult
from testsigma_action.domain.run import Result, Run, Timing

T = TypeVar("T")
Keys = Sequence[Callable[[T], str]]

MACHINES: Keys[MachineResult] = (lambda machine: machine.machine_id, lambda machine: machine.title)
SUITES: Keys[SuiteResult] = (lambda suite: suite.suite_id, lambda suite: suite.name)
CASES: Keys[CaseResult] = (lambda case: case.case_id, lambda case: case.name)
ITERATIONS: Keys[Iteration] = (lambda iteration: iteration.name,)


def merged(attempts: Sequence[ResultTree], reruns: Sequence[Run]) -> ResultTree:
    """The merged tree of a run and its reruns. `attempts` has the tree of each collected run, the first run's first.

    The run in it keeps its own result: the verdict decides whether the reruns make up for it.
    """
    first, *later = attempts
    machines, gaps = first.machines, first.gaps
    for tree in later:
        machines = joined(machines, tree.machines, MACHINES, _machine)
        gaps += tuple(replace(gap, run_id=tree.run.id) for gap in tree.gaps)
    return replace(first, machines=machines, gaps=gaps, reruns=tuple(reruns))


def as_passed(tree: ResultTree) -> ResultTree:
    """The merged tree of runs that passed together. Its run passed, and lasted from the first start to the last end.

    If failures are left that are tolerated, its result stays what it was.
    """
    timing = Timing(tree.run.timing.started, tree.reruns[-1].timing.ended)
    result = tree.run.result if any(case.tolerance for case in tree.cases()) else Result.PASSED
    return replace(tree, run=replace(tree.run, result=result, timing=timing))


def pairs(before: Sequence[T], again: Sequence[T], keys: Keys[T]) -> dict[int, int]:
    """Which part of `before` is which part of `again`, by position.

    Parts that share a key are matched in their order if both sides have the same number of them; else by the next key.
    """
    found: dict[int, int] = {}
    for key in keys:
        mine = _grouped(before, key, set(found))
        theirs = _grouped(again, key, set(found.values()))
        for name in mine.keys() & theirs.keys():
            if len(mine[name]) == len(theirs[name]):
                found |= zip(mine[name], theirs[name], strict=True)
    return found


def aligned(before: Sequence[T], again: Sequence[T], keys: Keys[T]) -> Iterator[tuple[T, T | None]]:
    """Each part of `before` with the same part of `again`; None if it is not there, or not certain."""
    found = pairs(before, again, keys)
    return ((part, again[found[place]] if place in found else None) for place, part in enumerate(before))


def counterparts(tree: ResultTree, again: ResultTree) -> Iterator[tuple[Placed, CaseResult | None]]:
    """Each case of a tree with the same case in another one; None if it is not there, or not certain."""
    for machine, machine_again in aligned(tree.machines, again.machines, MACHINES):
        for suite, suite_again in aligned(machine.suites, machine_again.suites if machine_again else (), SUITES):
            for case, case_again in aligned(suite.cases, suite_again.cases if suite_again else (), CASES):
                if not case.hook:
                    yield (machine, suite, case), case_again


def _grouped(parts: Sequence[T], key: Callable[[T], str], done: Container[int]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for position, part in enumerate(parts):
        name = key(part)
        if name and position not in done:
            groups.setdefault(name, []).append(position)
    return groups


def joined(before: tuple[T, ...], again: tuple[T, ...], keys: Keys[T], join: Callable[[T, T], T]) -> tuple[T, ...]:
    """The earlier parts, each merged with its newer version if it has one, then the parts that are new."""
    found = pairs(before, again, keys)
    known = set(found.values())
    kept = tuple(join(part, again[found[place]]) if place in found else part for place, part in enumerate(before))
    return kept + tuple(part for place, part in enumerate(again) if place not in known)


def _machine(before: MachineResult, again: MachineResult) -> MachineResult:
    suites = joined(before.suites, again.suites, SUITES, _suite)
    cases = [case for suite in suites for case in suite.cases]
    return replace(before, suites=suites, result=_place_result(before.result, again.result, cases))


def _suite(before: SuiteResult, again: SuiteResult) -> SuiteResult:
    cases = joined(before.cases, again.cases, CASES, _case)
    return replace(before, cases=cases, result=_place_result(before.result, again.result, cases))


def _place_result(before: Result, again: Result, cases: Sequence[CaseResult]) -> Result:
    """The result of the rerun, unless a part that did not run again caused the earlier result."""
    if again.contradicts_pass or all(case.acceptable for case in cases):
        return again
    return before


def _case(before: CaseResult, again: CaseResult) -> CaseResult:
    """The latest result of the case. A rerun that did not execute it says nothing about it."""
    if again.result is Result.NOT_EXECUTED and again.acceptable:
        return before
    iterations = joined(before.iterations, again.iterations, ITERATIONS, _iteration)
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
