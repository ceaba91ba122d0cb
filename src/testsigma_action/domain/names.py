"""Unique names. Those of the runs of one step are the same in every build with the same list of plans. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from testsigma_action.text import ELLIPSIS, NAME, appearance, one_line

if TYPE_CHECKING:
    from testsigma_action.domain.report import RunReport

# Characters of a plan's name, so that a number fits behind it wherever it is shown.
LONGEST = NAME - 10


class UniqueNames:
    """Makes names unique with a counter. Two names are equal if their `shape` is."""

    def __init__(self, taken: Iterable[str] = (), shape: Callable[[str], str] = str) -> None:
        """Begin with the names that are taken."""
        self._shape = shape
        self._used = dict.fromkeys(map(shape, taken), 1)

    def unique(self, name: str) -> str:
        """Return the name, with ` (2)` or more behind it if it was used before."""
        candidate = name
        while self._shape(candidate) in self._used:
            self._used[self._shape(name)] += 1
            candidate = f"{name} ({self._used[self._shape(name)]})"
        self._used[self._shape(candidate)] = 1
        return candidate


@dataclass(frozen=True, slots=True)
class Named:
    """The possible names of a run: the name given by the user, the plan's name (untrusted), the plan's ID."""

    given: str = ""
    plan_name: str = ""
    plan_id: str = ""


def names(runs: Sequence[Named]) -> tuple[str, ...]:
    """Return a unique name for each run: the given one, else the plan's name, else `plan 431`.

    A name that is invisible is none, and one that repeats, as far as people can see, has ` (2)`, ` (3)` and so on
    behind it, in the order of the list. Given names stay as they are.
    A plan's name that one run knows counts for all runs of that plan: otherwise a run that could not be started would
    change the numbers behind the names of the others.
    """
    known = {run.plan_id: run.plan_name for run in reversed(runs) if run.plan_id and appearance(run.plan_name)}
    used = UniqueNames((run.given for run in runs if run.given), appearance)
    return tuple(run.given or used.unique(_plain(run, known.get(run.plan_id, ""))) for run in runs)


def named(runs: "Sequence[RunReport]") -> "tuple[RunReport, ...]":
    """Return the runs with their names where there are several; one run alone needs none."""
    if len(runs) < 2:
        return tuple(runs)
    found = names([Named(run.name, run.run.plan_name if run.run else "", run.plan_id) for run in runs])
    return renamed(runs, found)


def renamed(runs: "Iterable[RunReport]", given: Iterable[str]) -> "tuple[RunReport, ...]":
    """Return the runs with these names."""
    return tuple(replace(run, name=name) for run, name in zip(runs, given, strict=True))


def _plain(run: Named, plan_name: str) -> str:
    own = run.plan_name if appearance(run.plan_name) else plan_name
    shown = one_line(own, LONGEST)
    # Of a word that is too long, nothing is left but the ellipsis.
    return shown if shown.strip(ELLIPSIS) else f"plan {run.plan_id}".rstrip()
