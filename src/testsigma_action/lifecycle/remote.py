"""The service as the stages of a run see it."""

import asyncio
from dataclasses import dataclass, field, replace

from testsigma_action.api.client import Client
from testsigma_action.api.error_response import Observe, ignore
from testsigma_action.lifecycle.time_limits import TimeLimits
from testsigma_action.runtime.clock import Clock

# Requests for details at a time, over all runs of the step; one of several runs takes half of them at most.
DETAIL_LANES = 8


@dataclass(frozen=True, slots=True)
class Remote:
    """The client, the clock, the time limits, and the lanes that the details of all runs share (`width`: of one run).

    `observe` is told of requests that failed and are sent again, and of the end of that.
    """

    client: Client
    clock: Clock
    observe: Observe = ignore
    limits: TimeLimits = TimeLimits()
    lanes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DETAIL_LANES))
    width: int = DETAIL_LANES

    def __post_init__(self) -> None:
        """Have the client tell the same listener."""
        object.__setattr__(self, "client", self.client.observed_by(self.observe))

    def now(self) -> float:
        """The instant of the monotonic clock."""
        return self.clock.monotonic()

    def after(self, seconds: float) -> float:
        """The instant of the monotonic clock that is this many seconds away."""
        return self.clock.monotonic() + seconds

    def observed_by(self, observe: Observe) -> "Remote":
        """The same service with another listener."""
        return replace(self, observe=observe)

    def quiet(self) -> "Remote":
        """The same service for what is optional: nobody is told of trouble."""
        return self.observed_by(ignore)

    async def sleep_until(self, instant: float) -> None:
        """Wait until an instant of the monotonic clock."""
        await asyncio.sleep(max(0.0, instant - self.now()))
