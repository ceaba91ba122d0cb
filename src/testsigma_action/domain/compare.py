"""Compares the failures of a run with those of the run before it: new, known and fixed ones. Pure.

The result of a case has another ID in every run. So a case is matched by its own ID (by its name if it has none) on the
machine with the same title: in the suite of the same name, else in any suite. If several fit, because machines or
suites share a name, they are matched in the order of the runs. The time is linear in the number of cases.
"""

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from testsigma_action.domain import results
from testsigma_action.domain.results import CaseResult, MachineResult, placed_rows
from testsigma_action.domain.run import Result, Run

Placed = results.Placed


@dataclass(frozen=True, slots=True)
class Comparison:
    """The cases of a run, in its order, against those of the run `before` it.

    A failure is `known` if the case failed before with the same data sets, else `new`: each is in one of the two.
    A case is `fixed` if it passes now and failed before. `not_run` counts the failures of the earlier run whose case is
    missing in this one or was not executed.
    """

    before: Run
    new: tuple[Placed, ...] = ()
    known: tuple[Placed, ...] = ()
    fixed: tuple[Placed, ...] = ()
    not_run: int = 0


Matches = list[tuple[Placed, CaseResult | None]]
"""Each case of a run with its result in an earlier run (None if it has none there)."""


def compare(before: Run, then: Iterable[MachineResult], now: Iterable[MachineResult]) -> Comparison:
    """Compare the cases of a run with those of the run before it."""
    earlier = list(placed_rows(then))
    return compared(before, earlier, matched(earlier, now))


def matched(earlier: Sequence[Placed], now: Iterable[MachineResult]) -> Matches:
    """Find the cases of a run in an earlier one."""
    cases = list(placed_rows(now))
    return list(zip(cases, _found_again(cases, earlier), strict=True))


def compared(before: Run, earlier: Sequence[Placed], matches: Matches) -> Comparison:
    """The comparison of the matched cases."""
    new, known, fixed = list[Placed](), list[Placed](), list[Placed]()
    not_run = sum(_counts(case) for *_, case in earlier)
    for placed, old in matches:
        case, failed_before = placed[2], old if old and not old.acceptable else None
        not_run -= old is not None and _counts(old)
        if not case.acceptable and failed_before and as_before(case, failed_before):
            known.append(placed)
        elif not case.acceptable:
            new.append(placed)
        elif failed_before and not case.hook:
            if case.result is Result.NOT_EXECUTED or _skipped_sets(case) & _broken_sets(failed_before):
                not_run += 1
            elif not case.flaky:
                fixed.append(placed)
    return Comparison(before, tuple(new), tuple(known), tuple(fixed), not_run)


def _counts(case: CaseResult) -> bool:
    """Whether the failure counts as `not_run` if it is missing. Hooks do not: their names may change."""
    return not case.acceptable and not case.hook


def as_before(case: CaseResult, old: CaseResult) -> bool:
    """Whether all data sets that failed had failed before. True if one of the two runs does not name them."""
    now, then = _broken_sets(case), _broken_sets(old)
    return not now or not then or now <= then


def _broken_sets(case: CaseResult) -> Counter[str]:
    return Counter(one.name for one in case.iterations if not one.result.tolerable)


def _skipped_sets(case: CaseResult) -> Counter[str]:
    return Counter(one.name for one in case.iterations if one.result is Result.NOT_EXECUTED)


def _found_again(cases: Sequence[Placed], earlier: Sequence[Placed]) -> Iterator[CaseResult | None]:
    """Each case's result in the earlier run: in its suite, else anywhere on its machine; None if there is none."""
    exact, left = _matched(cases, earlier, _in_suite)
    lost = [placed for placed, old in zip(cases, exact, strict=True) if old is None]
    moved = iter(_matched(lost, left, _on_machine)[0])
    return (old or next(moved) for old in exact)


def _matched(
    cases: Sequence[Placed], earlier: Sequence[Placed], key: Callable[[Placed], Hashable]
) -> tuple[list[CaseResult | None], list[Placed]]:
    """The earlier result of each case, matched by key and order, and the earlier results that were not matched."""
    shelves: dict[Hashable, deque[int]] = {}
    for position, placed in enumerate(earlier):
        shelves.setdefault(key(placed), deque()).append(position)
    taken = [shelf.popleft() if (shelf := shelves.get(key(placed))) else None for placed in cases]
    gone = set(taken)
    left = [placed for position, placed in enumerate(earlier) if position not in gone]
    return [None if position is None else earlier[position][2] for position in taken], left


def _in_suite(placed: Placed) -> Hashable:
    return _on_machine(placed), placed[1].name


def _on_machine(placed: Placed) -> Hashable:
    machine, _, case = placed
    return machine.listed_as or machine.title, bool(case.case_id), case.case_id or case.name
