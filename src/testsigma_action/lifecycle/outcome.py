"""How long a start is tried, and what is known of it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from testsigma_action.domain.run import Run


@dataclass(frozen=True, slots=True)
class StartDeadlines:
    """How long a start is tried, as instants of the monotonic clock.

    At a service that cannot be reached; for everything, the step's deadline; and while the plan is busy: once, or every
    `interval` up to `busy_until`.
    """

    unreachable_until: float
    deadline: float
    busy_until: float | None = None
    interval: timedelta | None = None

    def after_busy(self, now: float, unreachable: float) -> "StartDeadlines":
        """The same after an answer: it ends a time in which the service could not be reached."""
        anew = min(now + unreachable, self.busy_until or now)
        return replace(self, unreachable_until=max(self.unreachable_until, anew))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a start: its run, or whether there may be one.

    `adopted` means that the run was found, not told. `claimed` is a run that an answer named and that is not confirmed
    to be ours. `lost` says why the run is being looked for. `busy_with` is the other run of a plan that is waited for:
    empty if it is not known, None if the plan is not waited for.
    """

    run: Run | None = None
    in_doubt: bool = False
    adopted: bool = False
    claimed: Run | None = None
    lost: str = ""
    busy_with: str | None = None
