"""Compares the failures of a run with those of the run before it: new, known and fixed ones. Pure.

The result of a case has another ID in every run. So a case is matched by its own ID (by its name if it has none) on the
machine with the same title: in the suite of the same name, else in any suite. If several fit, because machines or
suites share a name, they are matched in the order of the runs. The time is linear in the number of cases.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from testsigma_action.domain.results import CaseResult, MachineResult, Placed, placed_rows
from testsigma_action.domain.run import Result, Run


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
    """Find the cases of a run in an earlier one: each in its suite, else anywhere on its machine."""
    cases, found = list(placed_rows(now)), dict[int, int]()
    for key in (_in_suite, _on_machine):
        left, taken = defaultdict[Hashable, deque[int]](deque), set(found.values())
        for position, placed in enumerate(earlier):
            if position not in taken:
                left[key(placed)].append(position)
        for place, placed in enumerate(cases):
            if place not in found and (same := left[key(placed)]):
                found[place] = same.popleft()
    return [(placed, earlier[found[place]][2] if place in found else None) for place, placed in enumerate(cases)]


def compared(before: Run, earlier: Sequence[Placed], matches: Matches) -> Comparison:
    """The comparison of the matched cases."""
    new, known, fixed = list[Placed](), list[Placed](), list[Placed]()
    not_run = sum(_counts(case) for *_, case in earlier)
    for placed, old in matches:
        case, failed_before = placed[2], old if old and not old.acceptable else None
        not_run -= old is not None and _counts(old)
        if not case.acceptable:
            kind = known if failed_before and as_before(case, failed_before) else new
            kind.append(placed)
        elif failed_before and not case.hook:
            skipped = Counter(one.name for one in case.iterations if one.result is Result.NOT_EXECUTED)
            if case.result is Result.NOT_EXECUTED or skipped & _broken_sets(failed_before):
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


def _in_suite(placed: Placed) -> Hashable:
    return _on_machine(placed), placed[1].name


def _on_machine(placed: Placed) -> Hashable:
    machine, _, case = placed
    return machine.listed_as or machine.title, bool(case.case_id), case.case_id or case.name
