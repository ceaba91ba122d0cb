"""Which cases the entries of a quarantine name. Pure.

An entry excuses no more than its reader expects: names are compared as a whole and with their case, `*` and `?` are the
only wildcards (a `[` is a bracket), and an entry that names a suite, a machine or a data set excuses nothing where that
name is not known.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from testsigma_action.domain.identity import same_id
from testsigma_action.domain.results import CaseResult, MachineResult, Placed, ResultTree, placed_rows
from testsigma_action.domain.run import Result
from testsigma_action.domain.tolerance import Quarantined, QuarantineEntry


@dataclass(frozen=True, slots=True)
class Outdated:
    """Entries that somebody should remove or renew: `expired` ones, whose failures count again, and stale ones.

    Of the stale ones `unmatched` name no case of any run, and the cases of `passing` ones passed in all known runs.
    """

    expired: tuple[QuarantineEntry, ...] = ()
    unmatched: tuple[QuarantineEntry, ...] = ()
    passing: tuple[QuarantineEntry, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.expired or self.unmatched or self.passing)


UP_TO_DATE = Outdated()


def excuse(entries: Sequence[QuarantineEntry], placed: Placed) -> Quarantined | None:
    """The entries that excuse the failure of a case; None if it counts.

    Only a failure is excused: nothing else may be wrong with the case, and each failing data set needs an entry.
    """
    case = placed[2]
    if not purely_failed(case):
        return None
    naming = [entry for entry in entries if names(entry, placed)]
    broken = [iteration.name for iteration in case.iterations if not iteration.result.tolerable]
    found = [_first(naming, name) for name in broken or [""]]
    excusing = tuple(dict.fromkeys(entry for entry in found if entry))
    return Quarantined(excusing) if all(found) else None


def purely_failed(case: CaseResult) -> bool:
    """Whether a case failed, and nothing about it was aborted, stopped or is unknown. Hooks are no cases."""
    results = {iteration.result for iteration in case.iterations if not iteration.result.tolerable}
    return not case.hook and case.result is Result.FAILED and results <= {Result.FAILED}


def _first(entries: Iterable[QuarantineEntry], data_set: str) -> QuarantineEntry | None:
    """The first entry that holds for a failing data set; its name is empty if the case has none."""
    return next((entry for entry in entries if not entry.data_set or _fits(entry.data_set, data_set)), None)


def names(entry: QuarantineEntry, placed: Placed) -> bool:
    """Whether an entry names a case in its place, whatever its result and its data sets."""
    machine, suite, case = placed
    if case.hook or not _is_case(entry.case, case):
        return False
    on_machine = not entry.machine or _fits(entry.machine, machine.title) or _fits(entry.machine, machine.listed_as)
    return on_machine and (not entry.suite or _fits(entry.suite, suite.name))


def _is_case(wanted: str, case: CaseResult) -> bool:
    if wanted.isascii() and wanted.isdecimal():
        return bool(case.case_id) and same_id(wanted, case.case_id)
    return _fits(wanted, case.name)


def _fits(wildcard: str, name: str) -> bool:
    return bool(name) and _pattern(wildcard).fullmatch(_plain(name)) is not None


@lru_cache(maxsize=1024)
def _pattern(wildcard: str) -> re.Pattern[str]:
    return re.compile(translate(_plain(wildcard).replace("[", "[[]")))


def _plain(name: str) -> str:
    """The name without what nobody sees: blanks around it and double ones, and how its accents are encoded."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def unmatched(entries: Sequence[QuarantineEntry], trees: Sequence[ResultTree | None]) -> tuple[QuarantineEntry, ...]:
    """The entries that name no case of any run; none unless the lists of all runs are complete."""
    if not trees or not all(tree and tree.complete for tree in trees):
        return ()
    placed = [one for tree in trees if tree for one in tree.placed_cases()]
    return tuple(entry for entry in entries if not any(names(entry, one) for one in placed))


def named_cases(entries: Sequence[QuarantineEntry], machines: Iterable[MachineResult]) -> tuple[Placed, ...]:
    """The cases of a run that any of the entries names."""
    return tuple(placed for placed in placed_rows(machines) if any(names(entry, placed) for entry in entries))


def passing(entries: Sequence[QuarantineEntry], history: Sequence[Iterable[Placed]]) -> tuple[QuarantineEntry, ...]:
    """The entries whose cases passed whenever they were executed, in at least two runs, and always at first.

    `history` has the cases of each run, this one among them.
    """
    runs = [list(placed) for placed in history]
    return tuple(entry for entry in entries if _always_passed(entry, runs))


def _always_passed(entry: QuarantineEntry, runs: Sequence[Sequence[Placed]]) -> bool:
    executed = [[one[2] for one in run if one[2].result.executed and names(entry, one)] for run in runs]
    known = [cases for cases in executed if cases]
    return len(known) > 1 and all(case.acceptable and not case.flaky for cases in known for case in cases)
