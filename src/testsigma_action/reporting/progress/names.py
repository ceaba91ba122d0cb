"""The unique names of runs in the log.

A name is chosen on first use and never changes: the name given by the user, else the plan's name if it is known by
then, else `plan 431`. Repeated names get ` (2)`.
"""

from collections import Counter
from collections.abc import Sequence

from testsigma_action.domain.run import RunSpec
from testsigma_action.text import ELLIPSIS, log_text

# Maximum length of a name, and of names that are aligned (characters).
LONGEST = 40
ALIGNED = 24


class RunNames:
    """The names of all runs of the step."""

    def __init__(self, specs: Sequence[RunSpec]) -> None:
        """Reserve the names given by the user: no plan's name may repeat one of them."""
        self._fallback = [f"plan {_short(spec.plan_id) or number}" for number, spec in enumerate(specs, 1)]
        self._number = _numbers(specs)
        self._chosen: dict[int, str] = {}
        self._without_plan_name: set[int] = set()
        for index, spec in enumerate(specs):
            if given := _short(spec.name):
                self._chosen[index] = self._unused(given)

    def of(self, index: int, plan_name: str = "") -> str:
        """The name of a run; it never changes."""
        if index not in self._chosen:
            name, number = _short(plan_name), self._number[index]
            if not name:
                self._without_plan_name.add(index)
                name = self._fallback[index]
            self._chosen[index] = self._unused(f"{name} ({number})" if number > 1 else name)
        return self._chosen[index]

    def lacks_plan_name(self, index: int) -> bool:
        """Whether the name was chosen without a name from the user or the service."""
        return index in self._without_plan_name

    def prefixed(self, name: str, lines: Sequence[str]) -> list[str]:
        """The lines of a run, each with its name as prefix."""
        known = [self._chosen.get(index, fallback) for index, fallback in enumerate(self._fallback)]
        width = min(ALIGNED, max(map(len, known)))
        return [f"{name:<{width}} | {line}" for line in lines]

    def _unused(self, name: str) -> str:
        taken, unused, number = set(self._chosen.values()), name, 1
        while unused in taken:
            number += 1
            unused = f"{name} ({number})"
        return unused


def _numbers(specs: Sequence[RunSpec]) -> list[int]:
    """For each run its number among the runs of the same plan that have no name of their own."""
    seen: Counter[str] = Counter()
    numbers = []
    for spec in specs:
        seen[spec.plan_id] += not spec.name
        numbers.append(seen[spec.plan_id])
    return numbers


def _short(name: str) -> str:
    """The name on one line; empty if not even its first word fits."""
    short = log_text(name, LONGEST)
    return "" if short == ELLIPSIS else short
