"""The service, and what it takes to ask it while staying free to leave: what every stage is given."""

from collections.abc import Callable
from dataclasses import dataclass

from testsigma_action.api.client import Client
from testsigma_action.api.error_response import Trouble
from testsigma_action.runtime.calls import Calls
from testsigma_action.runtime.clock import Clock

# A run may be unknown to the service, and missing in its lists, for this long after its start: its copies need time
# (seconds).
REPLICATION = 60.0


@dataclass(frozen=True, slots=True)
class Remote:
    """`observe` is told of trouble (a try that failed and will be made again) and of its end."""

    client: Client
    calls: Calls
    clock: Clock
    observe: Callable[[Trouble], None]

    def after(self, seconds: float) -> float:
        """The instant of the monotonic clock that is this many seconds away."""
        return self.clock.monotonic() + seconds
