"""The service as every stage gets it: the client, the clock, and who is told of trouble."""

from dataclasses import dataclass

from testsigma_action.api.client import Client
from testsigma_action.api.error_response import Observe, ignore
from testsigma_action.runtime.clock import Clock

# A run may be unknown to the service, and missing in its lists, for this long after its start: its copies need time
# (seconds).
REPLICATION = 60.0


@dataclass(frozen=True, slots=True)
class Remote:
    """`observe` is told of trouble (a try that failed and will be made again) and of its end, by the client, too."""

    client: Client
    clock: Clock
    observe: Observe = ignore

    def __post_init__(self) -> None:
        """Have the client tell the same listener."""
        object.__setattr__(self, "client", self.client.observed_by(self.observe))

    def observed_by(self, observe: Observe) -> "Remote":
        """The same service with another listener: one transport and one memory of versions for all of them."""
        return Remote(self.client, self.clock, observe)

    def after(self, seconds: float) -> float:
        """The instant of the monotonic clock that is this many seconds away."""
        return self.clock.monotonic() + seconds
