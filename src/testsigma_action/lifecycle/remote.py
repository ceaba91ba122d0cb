"""Access to the service for the stages of a run."""

import asyncio
from dataclasses import dataclass, field, replace

from testsigma_action.api.client import Client
from testsigma_action.api.error_response import OnRetry, ignore
from testsigma_action.lifecycle.time_limits import TimeLimits
from testsigma_action.runtime.clock import Clock

# Concurrent requests for details, of all runs of the step together; one of several runs uses at most half of them.
DETAIL_LANES = 8


@dataclass(frozen=True, slots=True)
class Remote:
    """Client, clock, time limits, and the lanes that the details of all runs share (`width`: of one run)."""

    client: Client
    clock: Clock
    limits: TimeLimits = TimeLimits()
    lanes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DETAIL_LANES))
    width: int = DETAIL_LANES

    def now(self) -> float:
        """The instant of the monotonic clock."""
        return self.clock.monotonic()

    def after(self, seconds: float) -> float:
        """The instant of the monotonic clock in this many seconds."""
        return self.clock.monotonic() + seconds

    def with_listener(self, on_retry: OnRetry) -> "Remote":
        """The same service with another listener: it is called with each error, and with None when a retry succeeds."""
        return replace(self, client=replace(self.client, on_retry=on_retry))

    def quiet(self) -> "Remote":
        """The same service without a listener: for optional data, whose errors are not reported."""
        return self.with_listener(ignore)

    def unreachable_until(self, deadline: float) -> float:
        """The deadline for a service that is unreachable from now on, before anything is started."""
        return min(self.after(self.limits.unreachable), deadline)

    def search_limits(self, deadline: float) -> tuple[float, float]:
        """From when on all that exists is listed, and when a search ends: at the deadline, but it has a few seconds."""
        now, limits = self.now(), self.limits
        settled = now + limits.replication
        return settled, max(min(settled + limits.search_slack, deadline), now + limits.shortest_search)

    async def sleep_until(self, instant: float) -> None:
        """Wait until an instant of the monotonic clock."""
        await asyncio.sleep(max(0.0, instant - self.now()))
