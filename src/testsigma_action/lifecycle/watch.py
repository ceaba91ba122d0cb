"""Waiting for a run until it has completed."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta

from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.run import Run
from testsigma_action.domain.words import in_words, status_in_words
from testsigma_action.errors import ErrorCode, Outage, Refused, TimedOut
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.time_limits import MARGIN


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Instants of the monotonic clock: start of the wait, and its deadline; how long the run may be queued."""

    began: float
    deadline: float
    queue_timeout: timedelta | None = None
    interval: timedelta | None = None

    @property
    def last_poll(self) -> float:
        """No poll is sent after this instant: `MARGIN` before the deadline, at most a tenth of the whole wait."""
        return self.deadline - min(MARGIN, (self.deadline - self.began) / 10)


async def watch(
    key: RunKey, remote: Remote, deadlines: Deadlines, pace: Pace | None = None
) -> AsyncGenerator[Run, None]:
    """Poll a run until it has completed: every answer.

    `pace` decides when to poll, and gets every answer before. Outages are retried up to the deadline. Raises TimedOut
    at the deadlines, Refused if the service refuses the status.
    """
    if remote.now() >= deadlines.deadline:
        raise _timed_out(None, key.id, timedelta())
    pace = pace or Pace(deadlines.began, deadlines.interval)
    while True:
        run = await _poll(key, remote, deadlines)
        if run:
            key = key.joined(run)
            pace.update(run, remote.now())
            yield run
            if run.completed:
                return
        now, queued = remote.now(), run is not None and pace.waiting
        next_poll = _next_poll(run, key.id, now, deadlines, queued=queued)
        await asyncio.sleep(min(pace.next_delay(now), max(0.0, next_poll - now)))


async def _poll(key: RunKey, remote: Remote, deadlines: Deadlines) -> Run | None:
    """The current state of the run; None while the service does not know it yet."""
    try:
        return await remote.client.fetch_run(key, until=deadlines.deadline)
    except Refused as refusal:
        if refusal.status == 404 and remote.now() < deadlines.began + remote.limits.replication:
            return None
        raise
    except Outage as error:
        raise TimedOut(f"Stopped waiting. {error.message}", code=error.code, hint=OUTAGE_HINT) from None


def _next_poll(run: Run | None, run_id: str, now: float, deadlines: Deadlines, *, queued: bool) -> float:
    """The latest instant of the next poll. Raises TimedOut after a deadline."""
    if now >= deadlines.last_poll:
        raise _timed_out(run, run_id, timedelta(seconds=round(deadlines.deadline - deadlines.began)))
    if not queued or not deadlines.queue_timeout:
        return deadlines.last_poll
    queue_deadline = deadlines.began + deadlines.queue_timeout.total_seconds()
    if now >= queue_deadline:
        waited = in_words(timedelta(seconds=round(now - deadlines.began)))
        message = f"Run {run_id} was still in the queue after {waited}."
        raise TimedOut(message, code=ErrorCode.QUEUE_TIMED_OUT, hint=QUEUE_HINT)
    return min(deadlines.last_poll, queue_deadline)


def _timed_out(run: Run | None, run_id: str, waited: timedelta) -> TimedOut:
    after = " ".join(filter(None, (in_words(waited), f"({status_in_words(run)})" if run else "")))
    hint = f"{TIMEOUT_HINT} {UNIT_HINT}" if timedelta() < waited < SHORT else TIMEOUT_HINT
    return TimedOut(f"Run {run_id} had not finished after {after}.", code=ErrorCode.TIMED_OUT, hint=hint)


# Few plans complete within this time, so minutes may have been meant.
SHORT = timedelta(minutes=10)
UNIT_HINT = "A number without a unit is seconds: for 180 minutes, write timeout: 180m."
TIMEOUT_HINT = "Raise timeout if the plan needs longer, or check on the run's page what it is waiting for."
OUTAGE_HINT = (
    "The service answered before: check whether it is down, or whether the network has changed (proxy, firewall)."
)
QUEUE_HINT = "The plan waits for a free machine or agent: check these and your parallel runs, or raise queue-timeout."
