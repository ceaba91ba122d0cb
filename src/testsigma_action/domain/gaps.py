"""Gaps: results that are not available, and why. `reporting/gap_wording.py` has the sentences."""

from dataclasses import dataclass
from enum import Enum


class Missing(Enum):
    """What is not available."""

    CASE_LIST = "case-list"
    UNLISTED_CASES = "unlisted-cases"
    """Cases of the counters that the list of cases does not have."""
    RUN_DETAILS = "run-details"
    ALL_DETAILS = "all-details"
    """The times of machines, suites and cases, and all steps: no detail endpoint can be used."""
    MACHINE_DETAILS = "machine-details"
    SUITE_DETAILS = "suite-details"
    CASE_TIMES = "case-times"
    STEPS = "steps"
    COMPARISON = "comparison"
    EARLIER_RUNS = "earlier-runs"
    """The list of earlier runs, so that there is no history at all."""
    HISTORY = "history"
    """The lists of cases of earlier runs."""
    UNREAD = "unread"
    """What had not been read when the step was cancelled: steps, and the cases of reruns."""


class Why(Enum):
    """Why it is not available."""

    ERROR = "error"
    NOT_LISTED = "not-listed"
    TIME_LIMIT = "time-limit"
    STEP_LIMIT = "step-limit"
    SINGLES_LIMIT = "singles-limit"
    """More cases than are read one by one."""
    SAME_RUN = "same-run"
    PLAN_UNKNOWN = "plan-unknown"
    ANOTHER_PLAN = "another-plan"
    NOT_FINISHED = "not-finished"
    HISTORY_LIMIT = "history-limit"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Gap:
    """Results that are not available: `number` of `total` parts, both 0 if they are not counted.

    `message` is that of an ERROR (untrusted). `run_id` is the rerun whose results are missing, empty for the started
    run; for a COMPARISON it is the run to compare with, and `plan_id` the plan of that run.
    """

    missing: Missing
    why: Why = Why.ERROR
    message: str = ""
    number: int = 0
    total: int = 0
    run_id: str = ""
    plan_id: str = ""
