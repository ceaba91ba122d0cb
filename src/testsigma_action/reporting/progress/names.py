"""The names that tell several runs apart in the log.

A name is chosen when it is needed first and never changes: the name that the user gave, else the plan's name if it is
known by then, else `plan 431`. ` (2)` follows where it repeats.
"""

from collections import Counter
from collections.abc import Sequence

from testsigma_action.domain.run import RunSpec
from testsigma_action.text import ELLIPSIS, log_text

# Characters of a name; and the width up to which names are aligned.
LONGEST = 40
ALIGNED = 24


class RunNames:
    """The names of all runs of the step."""

    def __init__(self, specs: Sequence[RunSpec]) -> None:
        """Take the names that the user gave: no plan's name may take one of them."""
        self._fallback = [f"plan {_short(spec.plan_id) or number}" for number, spec in enumerate(specs, 1)]
        self._number = _numbers(specs)
        self._chosen: dict[int, str] = {}
        self._without_plan_name: set[int] = set()
        for index, spec in enumerate(specs):
            if given := _short(spec.name):
                self._chosen[index] = self._unused(given)

    def of(self, index: int, plan_name: str = "") -> str:
        """The name of a run: always the same, whatever becomes known later."""
        if index not in self._chosen:
            name, number = _short(plan_name), self._number[index]
            if not name:
                self._without_plan_name.add(index)
                name = self._fallback[index]
            self._chosen[index] = self._unused(f"{name} ({number})" if number > 1 else name)
        return self._chosen[index]

    def lacks_plan_name(self, index: int) -> bool:
        """Whether the name was chosen when neither the user nor the service had given one."""
        return index in self._without_plan_name

    def prefixed(self, name: str, lines: Sequence[str]) -> list[str]:
        """The lines of a run, each behind its name."""
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
    """For each run the how-manieth of its plan it is in the list, among those without a name of their own."""
    seen: Counter[str] = Counter()
    numbers = []
    for spec in specs:
        seen[spec.plan_id] += not spec.name
        numbers.append(seen[spec.plan_id])
    return numbers


def _short(name: str) -> str:
    """The name on one line; nothing if not even its first word fits."""
    short = log_text(name, LONGEST)
    return "" if short == ELLIPSIS else short
