"""Types of evidence against a pass of a run that the service calls passed. `evidence` searches for it."""

from dataclasses import dataclass
from enum import Enum

from testsigma_action.domain.run import Counts


class CounterName(Enum):
    """Counters of a run that speak against a pass unless they are zero."""

    FAILED = "failed"
    ABORTED = "aborted"
    STOPPED = "stopped"
    NOT_EXECUTED = "not-executed"
    QUEUED = "queued"
    RUNNING = "running"

    def of(self, counts: Counts) -> int:
        """Its number; 0 if it is unknown."""
        number: int | None = getattr(counts, self.name.lower())
        return number or 0


@dataclass(frozen=True, slots=True)
class UnknownCaseResult:
    """A case, or one of its data sets, whose result is missing or unknown. `label` is the service's word."""

    name: str
    label: str = ""
    data_set: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenRows:
    """Cases and hooks on the list that did not pass; `unknown` is the first of them whose result is not known."""

    cases: int
    hooks: int
    unknown: UnknownCaseResult | None = None


@dataclass(frozen=True, slots=True)
class BadCounter:
    """A counter that is not zero."""

    counter: CounterName
    number: int


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """Cases that are neither on the list nor, by the counters, passed or not executed."""

    cases: int
    total: int


@dataclass(frozen=True, slots=True)
class UnreadableFields:
    """Fields of the answers that should say how the run went, and cannot be read."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeverRan:
    """Cases, or data sets of cases, that were not executed and are not disabled, in a run in which a case failed."""

    cases: int


class Oddity(Enum):
    """Contradictions that need no number."""

    EMPTY_LIST = "empty-list"
    """No case is listed, but the counters have cases that passed."""
    BROKEN_PART = "broken-part"
    """A machine, a suite, or the run by another answer did not pass."""
    INCOMPLETE_LIST = "incomplete-list"
    """The list has fewer cases than the counters, or nothing says how many there are."""


Contradiction = BrokenRows | BadCounter | Unaccounted | UnreadableFields | NeverRan | Oddity
