"""Access to the service for the stages of a run."""

import asyncio
from dataclasses import dataclass, field, replace

from testsigma_action.api.client import Client
from testsigma_action.api.error_response import Observe, ignore
from testsigma_action.lifecycle.time_limits import TimeLimits
from testsigma_action.runtime.clock import Clock

# Concurrent requests for details, of all runs of the step together; one of several runs uses at most half of them.
DETAIL_LANES = 8


@dataclass(frozen=True, slots=True)
class Remote:
    """Client, clock, time limits, and the lanes that the details of all runs share (`width`: of one run).

    `observe` is called for each retry, and when a retry succeeds.
    """

    client: Client
    clock: Clock
    observe: Observe = ignore
    limits: TimeLimits = TimeLimits()
    lanes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DETAIL_LANES))
    width: int = DETAIL_LANES

    def __post_init__(self) -> None:
        """Connect the client to the same listener."""
        object.__setattr__(self, "client", self.client.observed_by(self.observe))

    def now(self) -> float:
        """The instant of the monotonic clock."""
        return self.clock.monotonic()

    def after(self, seconds: float) -> float:
        """The instant of the monotonic clock in this many seconds."""
        return self.clock.monotonic() + seconds

    def observed_by(self, observe: Observe) -> "Remote":
        """The same service with another listener."""
        return replace(self, observe=observe)

    def quiet(self) -> "Remote":
        """The same service without a listener: for optional data, whose errors are not reported."""
        return self.observed_by(ignore)

    async def sleep_until(self, instant: float) -> None:
        """Wait until an instant of the monotonic clock."""
        await asyncio.sleep(max(0.0, instant - self.now()))
