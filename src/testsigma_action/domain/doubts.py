"""Findings about reruns that passed and do not make up for a run: see `findings`, which has the others."""

from dataclasses import dataclass
from enum import Enum

from testsigma_action.domain.evidence import UnreadableFields


class Doubt(Enum):
    """Why a rerun that passed does not make up for a run, where no number is needed."""

    RERUN_UNKNOWN = "rerun-unknown"
    """The result of the rerun is not known."""
    NO_FAILED_CASE = "no-failed-case"
    """No case shows why the run did not pass."""
    MORE_FAILURES_COUNTED = "more-failures-counted"
    """The counters have more failures than the list of cases."""
    COUNTED_AS_RUNNING = "counted-as-running"
    LIST_INCOMPLETE = "list-incomplete"
    PART_NOT_RERUN = "part-not-rerun"
    """A machine or a suite that did not pass did not run again."""
    WHOLE_NOT_PASSED = "whole-not-passed"
    """The service does not call the run and its reruns together passed."""


@dataclass(frozen=True, slots=True)
class RunDoubt:
    """A doubt about one of the runs."""

    run_id: str
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class RunUnreadable:
    """Fields of one of the runs that cannot be read."""

    run_id: str
    fields: UnreadableFields


@dataclass(frozen=True, slots=True)
class NotProven:
    """The rerun passed, but nothing shows that these cases and hooks did."""

    run_id: str
    cases: int
    hooks: int


@dataclass(frozen=True, slots=True)
class NeverExecuted:
    """Cases that the run did not execute, and no rerun did."""

    run_id: str
    cases: int


RerunDoubt = RunDoubt | RunUnreadable | NotProven | NeverExecuted
