"""Reading a completed run again while its results are not consistent yet.

The service may answer from stale replicas: a run has completed, but its result, counters or list of cases are not
available yet. See docs/api.md, "Lag". `evidence.lagging` decides whether reading again may help.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from testsigma_action.domain.evidence import UNFINISHED, without_result
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import Result, Run
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.stop import look_once
from testsigma_action.lifecycle.time_limits import MARGIN


@dataclass(slots=True)
class LagRetry:
    """Reads a run again, until an instant of the monotonic clock.

    `on_answer` is called with each new answer about the run, `on_reread` once for each run that is read again.
    """

    remote: Remote
    until: float
    on_answer: Callable[[Run], object]
    on_reread: Callable[[Run], object]
    _pause: float = 0.0
    _run_id: str = ""

    async def reread(self, run: Run) -> Run | None:
        """The next answer about the run, after a pause; None if the time is over. Stale replicas are not heard."""
        limits = self.remote.limits
        while (left := self.until - MARGIN - self.remote.now()) > 0:
            if run.id != self._run_id:
                self._run_id, self._pause = run.id, limits.first_lag_pause
                self.on_reread(run)
            await asyncio.sleep(min(self._pause, left))
            self._pause = min(limits.longest_lag_pause, 2 * self._pause)
            seen = await look_once(RunKey.of(run), self.remote, until=self.until)
            if seen and seen.completed:
                seen = later(run, seen)
                self.on_answer(seen)
                return seen
        return None


async def with_result(run: Run, lag_retry: LagRetry) -> Run:
    """The newest answer about a completed run, which is read again while its result is missing."""
    while without_result(run) and (newest := await lag_retry.reread(run)):
        run = newest
    return run


def later(before: Run, seen: Run) -> Run:
    """A new answer about a completed run; a missing plan name is kept from the previous one.

    A result that is not a pass is kept, too: reading again never turns it into a pass.
    """
    seen = replace(seen, plan_name=seen.plan_name or before.plan_name)
    if before.result in UNFINISHED or before.result is Result.PASSED:
        return seen
    return replace(seen, result=before.result, result_label=before.result_label)
