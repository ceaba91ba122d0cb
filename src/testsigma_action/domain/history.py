"""What earlier runs of a plan say about the failing cases of a run: since when, how often, flaky, new or known. Pure.

Cases are matched as in `compare`. Runs that did not execute a case say nothing about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import pairwise, takewhile

from testsigma_action.domain.compare import Comparison, as_before, compared, matched
from testsigma_action.domain.results import CaseResult, MachineResult, Placed, placed_rows
from testsigma_action.domain.run import Result, Run

# A case is flaky if it changed so often between passed and failed, up to the run that is reported.
FLAKY_CHANGES = 3


class Mark(Enum):
    """What a case did in an earlier run.

    OTHER_SETS: it failed, but not all of the data sets that fail now failed then. ABSENT: the run's list of cases does
    not have it. UNREAD: the list of that run is not available.
    """

    PASSED = "passed"
    FAILED = "failed"
    OTHER_SETS = "other-sets"
    NOT_EXECUTED = "not-executed"
    ABSENT = "absent"
    UNREAD = "unread"

    # Members are singletons, and marks are looked up a lot: the method of the base class is slow, being Python.
    __hash__ = object.__hash__


# The case is known to have been executed.
EXECUTED = frozenset({Mark.PASSED, Mark.FAILED, Mark.OTHER_SETS})


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """A case that fails now, or passed only when it was run again; one mark for each earlier run, the oldest first."""

    placed: Placed
    marks: tuple[Mark, ...]

    @property
    def always(self) -> bool:
        """Whether it failed in all earlier runs that executed it, so that it may be failing for longer."""
        return all(mark is Mark.FAILED for mark in self._executed)

    @property
    def executed(self) -> int:
        """The number of earlier runs that executed it."""
        return len(self._executed)

    @property
    def failed(self) -> int:
        """The number of earlier runs in which it failed, with whatever data sets."""
        executed = self._executed
        return len(executed) - executed.count(Mark.PASSED)

    @property
    def flaky(self) -> bool:
        """Whether it passed only when it was run again, or changed at least three times between passed and failed."""
        if self.placed[2].flaky:
            return True
        passed = [*(mark is Mark.PASSED for mark in self._executed), False]
        return sum(one is not other for one, other in pairwise(passed)) >= FLAKY_CHANGES

    @property
    def known(self) -> bool:
        """Whether it failed in the same way when it was executed last."""
        return self._executed[-1:] == [Mark.FAILED]

    @property
    def _executed(self) -> list[Mark]:
        return [mark for mark in self.marks if mark in EXECUTED]


@dataclass(frozen=True, slots=True)
class History:
    """The earlier runs of the plan, the oldest first, and the cases of this run that have a history, in its order."""

    runs: tuple[Run, ...]
    cases: tuple[CaseHistory, ...]

    @classmethod
    def of(cls, runs: Sequence[Run], now: Iterable[MachineResult], marks: Mapping[str, Sequence[Mark]]) -> "History":
        """The history of a run; `marks` has those of each earlier run whose list of cases was read (by its ID)."""
        cases = [placed for placed in placed_rows(now) if has_history(placed[2])]
        unread = [Mark.UNREAD] * len(cases)
        columns = [marks.get(run.id, unread) for run in runs]
        strips = zip(*columns, strict=True) if columns else [()] * len(cases)
        return cls(tuple(runs), tuple(CaseHistory(*pair) for pair in zip(cases, strips, strict=True)))

    @property
    def shown(self) -> bool:
        """Whether it says more than the comparison with the previous run, so that people want to see it."""
        return len(self.runs) > 1

    @property
    def new(self) -> tuple[Placed, ...]:
        """The failures that are new."""
        return tuple(one.placed for one in self.cases if not one.placed[2].acceptable and not one.known)

    @property
    def known(self) -> tuple[Placed, ...]:
        """The failures that are known."""
        return tuple(one.placed for one in self.cases if not one.placed[2].acceptable and one.known)

    @property
    def passed(self) -> int:
        """How many of the earlier runs passed."""
        return sum(run.result is Result.PASSED for run in self.runs)

    @property
    def usual(self) -> timedelta | None:
        """How long a run of the plan usually takes: the median of the earlier ones; None if it is unknown."""
        durations = sorted(took for run in self.runs if (took := run.timing.took) is not None)
        return durations[len(durations) // 2] if durations else None

    def since(self, case: CaseHistory) -> Run | None:
        """The first of the earlier runs in which a case failed up to now; None if it fails since this run."""
        executed = [(mark, run) for mark, run in zip(case.marks, self.runs, strict=False) if mark in EXECUTED]
        failing = [run for _, run in takewhile(lambda one: one[0] is Mark.FAILED, reversed(executed))]
        return failing[-1] if failing else None


def has_history(case: CaseResult) -> bool:
    """Whether the earlier results of a case are of interest: it failed, or passed only when it was run again."""
    return not case.acceptable or case.flaky


def marks_of(
    before: Run, then: Iterable[MachineResult], now: Iterable[MachineResult]
) -> tuple[tuple[Mark, ...], Comparison]:
    """What the cases with a history did in an earlier run, in the order of this run, and the comparison with it."""
    earlier = list(placed_rows(then))
    matches = matched(earlier, now)
    marks = tuple(_mark(placed[2], old) for placed, old in matches if has_history(placed[2]))
    return marks, compared(before, earlier, matches)


def _mark(case: CaseResult, old: CaseResult | None) -> Mark:
    if old is None:
        return Mark.ABSENT
    if not old.acceptable:
        return Mark.FAILED if as_before(case, old) else Mark.OTHER_SETS
    return Mark.NOT_EXECUTED if old.result is Result.NOT_EXECUTED else Mark.PASSED
