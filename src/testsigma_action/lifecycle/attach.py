"""Attaching to a run that exists already: nothing is started."""

from testsigma_action.api.remote import Remote
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import Run
from testsigma_action.errors import UNREACHABLE_HINT, ErrorCode, Refused, Unreachable
from testsigma_action.runtime.calls import Late

# A run that somebody started a moment ago may not be known to all copies of the service yet (seconds). Whoever attaches
# had to be told its ID first, so this is short: it is what a wrong ID costs.
TOLERANCE = 5.0
# How often a run that is not known is asked for (seconds).
INTERVAL = 1.0


def attach(key: RunKey, remote: Remote, *, until: float, tolerance: float | None = None) -> Run:
    """The run as it is now, asked for until an instant of the monotonic clock.

    Raises Refused (a run that is not there for longer than the tolerance: `not-found`), Unreachable, Cancelled.
    """
    tolerated = min(until, remote.after(TOLERANCE if tolerance is None else tolerance))
    while True:
        try:
            return remote.calls.run(lambda: remote.client.fetch_run(key, until=until), until=until)
        except Refused as refusal:
            if refusal.status != 404 or remote.after(INTERVAL) > tolerated:
                raise
        except Late:
            message = f"Could not read the status of run {key.id}: no answer in time."
            raise Unreachable(message, code=ErrorCode.API_UNREACHABLE, hint=UNREACHABLE_HINT) from None
        remote.calls.sleep(INTERVAL)
