"""Findings: the reasons for a verdict, as types with numbers, IDs and enums.

No sentences here: `reporting/finding_wording.py` and `reporting/templates.py` have one for each finding. Findings are
compared as values, so that the same fact is shown once. Texts in them are quotations of the service, of an input or of
an error, and untrusted.
"""

from dataclasses import dataclass
from enum import Enum

from testsigma_action.domain.ending import Ending, NotRunAgain
from testsigma_action.domain.events import StoppedAfterFailures
from testsigma_action.domain.evidence import Contradiction, UnreadableFields
from testsigma_action.domain.merge_findings import MergeFinding
from testsigma_action.domain.policy_findings import PolicyFinding
from testsigma_action.domain.run import Result


class Fact(Enum):
    """Findings that need no number."""

    FAILED_AT_FIRST = "failed-at-first"
    """The run had failed, and is called passed now that its reruns have completed."""
    CALLED_NOT_EXECUTED = "called-not-executed"
    NO_CASE_EXECUTED = "no-case-executed"
    NO_CASE_NEEDED = "no-case-needed"
    """No case was executed, which `min-tests: 0` allows."""
    EMPTY_SUCCESS = "empty-success"
    """The service calls the run passed, and no case was executed."""
    UNPROVEN_SUCCESS = "unproven-success"
    """The service calls the run passed, and nothing shows whether a case was executed."""
    INFRASTRUCTURE = "infrastructure"
    """The message of the service is about its infrastructure, not about a test."""
    RERUN_NEVER_BEGAN = "rerun-never-began"
    NOT_FINISHED = "not-finished"
    JUDGED_AGAIN = "judged-again"
    """A results file calls the run passed, and its results do not show it."""


@dataclass(frozen=True, slots=True)
class Passed:
    """All executed cases passed. `flaky` of them passed only in one of the `reruns`."""

    passed: int
    total: int
    reruns: int = 0
    flaky: int = 0


@dataclass(frozen=True, slots=True)
class Started:
    """The run exists, and the step does not wait for it."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Failures:
    """The run failed; `tolerated` of the failures do not count. All numbers are 0 if nothing was counted."""

    failed: int = 0
    total: int = 0
    hooks: int = 0
    tolerated: int = 0


@dataclass(frozen=True, slots=True)
class FailedAgain:
    """The same number of cases failed in the last rerun."""

    failures: Failures
    run_id: str


@dataclass(frozen=True, slots=True)
class CutShort:
    """The run was stopped or aborted before its end."""

    result: Result


@dataclass(frozen=True, slots=True)
class NoKnownResult:
    """The run completed without a result that we know. `label` is the service's word."""

    label: str = ""
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class NotExecutedYetRan:
    """The run's result is NOT_EXECUTED, but `cases` of it were executed. `total` is 0 if unknown."""

    cases: int
    total: int
    passed: bool


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """The message of the service about the run."""

    text: str


@dataclass(frozen=True, slots=True)
class ErrorFinding:
    """An error, with the message and the hint that were written where it was raised."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class InputProblem(ErrorFinding):
    """One input that is wrong, as the error says it."""


@dataclass(frozen=True, slots=True)
class CalledPassed:
    """The service calls the run passed, and something speaks against it."""

    contradiction: Contradiction


@dataclass(frozen=True, slots=True)
class RerunFindings:
    """The findings about a rerun alone."""

    run_id: str
    findings: tuple["Finding", ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of several plans passed, were only started or failed, and how many cases passed in those that passed.

    `tolerated` failures in those that passed do not count.
    A plan that has no result, or was stopped because others failed, did not fail.
    """

    plans: int
    passed: int
    started: int = 0
    cases: int = 0
    failed: int = 0
    tolerated: int = 0


@dataclass(frozen=True, slots=True)
class OfPlans:
    """The first finding of one or more plans. `names` are the first of them, `more` is how many others share it."""

    names: tuple[str, ...]
    finding: "Finding"
    more: int = 0


@dataclass(frozen=True, slots=True)
class MayStillRun:
    """How many runs of the step may still be running."""

    runs: int


@dataclass(frozen=True, slots=True)
class MorePlans:
    """How many plans that did not pass are not named."""

    number: int


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


ResultFinding = Fact | Passed | Failures | FailedAgain | CutShort | NoKnownResult | NotExecutedYetRan | CalledPassed
RerunDoubt = RunDoubt | RunUnreadable | NotProven | NeverExecuted
RunFinding = Started | Ending | ServiceMessage | ErrorFinding | InputProblem | RerunFindings | RerunDoubt | NotRunAgain
StepFinding = StoppedAfterFailures | Tally | OfPlans | MorePlans | MayStillRun
Finding = ResultFinding | RunFinding | StepFinding | PolicyFinding | MergeFinding
