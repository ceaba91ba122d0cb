"""What became of a run that the step left before its end."""

from dataclasses import dataclass
from enum import Enum

from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ActionError


class Disposition(Enum):
    """What became of a run."""

    NOTHING_STARTED = "nothing-started"
    COMPLETED = "completed"
    STOP_CONFIRMED = "stop-confirmed"
    STOP_UNCONFIRMED = "stop-unconfirmed"
    LEFT_RUNNING = "left-running"
    UNKNOWN = "unknown"
    """A run may have been started, and nobody knows its ID."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of the run when the step left it.

    `run` is its last answer (None for NOTHING_STARTED and UNKNOWN), `trouble` the error that kept us from stopping it
    (untrusted text), `may_run_again` says that its plan may still run failed cases again, `by_timeout` that a stop was
    already asked for because the wait had ended. `plan_id` and `build_number` are what to look for where the ID of the
    run is UNKNOWN.
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


@dataclass(frozen=True, slots=True)
class RerunIncomplete:
    """What kept us from seeing the reruns of a plan to their end.

    Without an error and an ending, the plan was to run failed cases again by itself and no rerun has begun.
    """

    error: ActionError | None = None
    ending: Ending | None = None
