"""Attaching to an existing run: nothing is started."""

import asyncio

from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import Run
from testsigma_action.errors import Refused
from testsigma_action.lifecycle.remote import Remote


async def attach(key: RunKey, remote: Remote, *, until: float, tolerance: float | None = None) -> Run:
    """Return the current state of the run; retry until an instant of the monotonic clock.

    A 404 is retried for `tolerance` seconds: a replica of the service may not know the run yet. Raises Refused (after
    that time: `not-found`) and Unreachable.
    """
    limits = remote.limits
    tolerated = min(until, remote.after(limits.attach_tolerance if tolerance is None else tolerance))
    while True:
        try:
            return await remote.client.fetch_run(key, until=until)
        except Refused as refusal:
            if refusal.status != 404 or remote.after(limits.attach_interval) > tolerated:
                raise
        await asyncio.sleep(limits.attach_interval)
