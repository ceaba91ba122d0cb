"""What becomes of a case in the verdict, and why a failure does not count. `policy` decides it, once for each case.

Every text of an entry came from the workspace, which a pull request may change: it is untrusted, see `text`.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum


@dataclass(frozen=True, slots=True)
class Share:
    """At most `number` cases; with `percent`, at most `number` per cent of the cases."""

    number: int
    percent: bool = False

    def of(self, cases: int) -> int:
        """The largest number of cases, of so many, that is within the limit: a fraction of a case is none."""
        return cases * self.number // 100 if self.percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


NO_CASE, EVERY_CASE = Share(0), Share(100, percent=True)


class Treatment(Enum):
    """What becomes of a case in the verdict.

    COUNTS: it speaks for or against a pass. TOLERATED: it failed, and the failure does not count. NOT_COUNTED: it was
    not executed, or is a hook that passed, and speaks for nothing.
    """

    COUNTS = "counts"
    TOLERATED = "tolerated"
    NOT_COUNTED = "not-counted"


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """An entry of the input `quarantine`: the cases that it names may fail until the end of the day `expires` in UTC.

    `case` is an ID if it has digits only, else a name. Names may have the wildcards `*` and `?`; an empty one is not
    given.
    """

    case: str
    reason: str
    expires: date
    suite: str = ""
    machine: str = ""
    data_set: str = ""
    owner: str = ""
    issue: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The policies as the inputs say them. `quarantine` has the entries that have not expired."""

    max_failures: Share = NO_CASE
    quarantine: tuple[QuarantineEntry, ...] = ()
    min_tests: int = 1
    fail_on_flaky: bool = False

    @property
    def tolerates(self) -> bool:
        """Whether it may tolerate a failure."""
        return bool(self.quarantine or self.max_failures.number)


# Without any policy every failure counts, and a case must have been executed.
STRICT = Policy()


@dataclass(frozen=True, slots=True)
class Quarantined:
    """The case, or each of its data sets that failed, is named by one of these entries."""

    entries: tuple[QuarantineEntry, ...]


@dataclass(frozen=True, slots=True)
class WithinLimit:
    """No more cases failed, apart from those in quarantine, than the input `max-failures` (`limit`) allows."""

    limit: Share


Tolerance = Quarantined | WithinLimit
