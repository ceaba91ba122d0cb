"""The state in which the step left a run that had not completed."""

from dataclasses import dataclass
from enum import Enum

from testsigma_action.domain.run import Result, Run, Status


class Disposition(Enum):
    """How the step left a run."""

    NOTHING_STARTED = "nothing-started"
    COMPLETED = "completed"
    STOP_CONFIRMED = "stop-confirmed"
    STOP_UNCONFIRMED = "stop-unconfirmed"
    LEFT_RUNNING = "left-running"
    UNKNOWN = "unknown"
    """A run may have been started; its ID is not known."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the step left a run.

    `run` is its last answer (None for NOTHING_STARTED and UNKNOWN), `trouble` the error of the stop (untrusted text).
    `may_run_again`: its plan may still run failed cases again. `by_timeout`: a stop was already sent because of the
    timeout. `plan_id` and `build_number` identify a run whose ID is UNKNOWN.
    """

    disposition: Disposition
    run: Run | None = None
    trouble: str = ""
    may_run_again: bool = False
    by_timeout: bool = False
    plan_id: str = ""
    build_number: str = ""

    @property
    def completed_first(self) -> bool:
        """Whether a run that was to be stopped had completed before."""
        stopped = self.disposition is Disposition.STOP_CONFIRMED
        return stopped and self.run is not None and self.run.completed and self.run.result is not Result.STOPPED

    @property
    def unread(self) -> bool:
        """Whether no answer said how far the run was."""
        return self.run is not None and self.run.status is Status.UNKNOWN

    @property
    def may_still_run(self) -> bool:
        """Whether something of the run may still be running."""
        left = {Disposition.STOP_UNCONFIRMED, Disposition.LEFT_RUNNING, Disposition.UNKNOWN}
        return self.disposition in left or self.may_run_again


class WhyNotAgain(Enum):
    """Why the step did not ask for a rerun."""

    TOO_MANY = "too-many"
    """More cases than `rerun-limit` would have to run again."""
    NOTHING_LISTED = "nothing-listed"
    """The list of cases has none that did not pass."""
    UNEXPLAINED = "unexplained"
    """The list of cases does not show everything that did not pass."""
    NOT_IN_LAST_RUN = "not-in-last-run"
    """The last run of the chain does not have the cases, so they cannot be picked."""
    MOST_RERUNS = "most-reruns"
    """The run has as many reruns as the service allows."""
    NO_TIME = "no-time"
    PLAN_UNKNOWN = "plan-unknown"


@dataclass(frozen=True, slots=True)
class NotRunAgain:
    """No case of a run was run again, although the step should do that.

    `cases` of `total` would have to run again; `limit` is the input `rerun-limit`.
    """

    run_id: str
    why: WhyNotAgain
    cases: int = 0
    total: int = 0
    limit: str = ""
