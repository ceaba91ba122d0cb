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
    """The names of all runs of the step.

    `without_plan_name` are the runs whose name was chosen without a name from the user or the service.
    """

    def __init__(self, specs: Sequence[RunSpec]) -> None:
        """Reserve the names given by the user: no plan's name may repeat one of them."""
        self.without_plan_name: set[int] = set()
        self._fallback = [f"plan {_short(spec.plan_id) or number}" for number, spec in enumerate(specs, 1)]
        # The number of each run among the runs of the same plan that have no name of their own.
        self._number: list[int] = []
        self._chosen: dict[int, str] = {}
        seen: Counter[str] = Counter()
        for index, spec in enumerate(specs):
            seen[spec.plan_id] += not spec.name
            self._number.append(seen[spec.plan_id])
            if given := _short(spec.name):
                self._chosen[index] = self._unused(given)

    def of(self, index: int, plan_name: str = "") -> str:
        """The name of a run; it never changes."""
        if index not in self._chosen:
            name, number = _short(plan_name), self._number[index]
            if not name:
                self.without_plan_name.add(index)
                name = self._fallback[index]
            self._chosen[index] = self._unused(f"{name} ({number})" if number > 1 else name)
        return self._chosen[index]

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


def _short(name: str) -> str:
    """The name on one line; empty if not even its first word fits."""
    short = log_text(name, LONGEST)
    return "" if short == ELLIPSIS else short
