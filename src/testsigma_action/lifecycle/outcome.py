"""The deadlines of a start, and its outcome."""

from dataclasses import dataclass, replace
from datetime import timedelta

from testsigma_action.domain.run import Run


@dataclass(frozen=True, slots=True)
class StartDeadlines:
    """The deadlines of a start (instants of the monotonic clock).

    `unreachable_until`: for an unreachable service. `deadline`: of the step. `busy_until`: for a busy plan, which is
    tried again every `interval`; None: it is not tried again.
    """

    unreachable_until: float
    deadline: float
    busy_until: float | None = None
    interval: timedelta | None = None

    def after_busy(self, now: float, unreachable: float) -> "StartDeadlines":
        """The same after an answer of the service: `unreachable_until` is set again."""
        anew = min(now + unreachable, self.busy_until or now)
        return replace(self, unreachable_until=max(self.unreachable_until, anew))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The current outcome of a start: its run, or whether there may be one (`in_doubt`).

    `adopted`: the run was found by its build number. `claimed`: a run that an answer named, not confirmed to be ours.
    `lost`: why the run is being searched for. `busy_with`: the other run of a busy plan; empty if it is not known, None
    if the step does not wait for the plan.
    """

    run: Run | None = None
    in_doubt: bool = False
    adopted: bool = False
    claimed: Run | None = None
    lost: str = ""
    busy_with: str | None = None
