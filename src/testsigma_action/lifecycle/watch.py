"""Watching a run until it is over, and stopping it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from testsigma_action.api.remote import REPLICATION, Remote
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.run import Run
from testsigma_action.domain.words import in_words, status_in_words
from testsigma_action.errors import ApiError, ErrorCode, Refused, TimedOut, Transient, Unreachable
from testsigma_action.runtime.calls import Late

# The last look at a run is this long before the deadline (seconds, at most a tenth of the whole wait).
LAST_LOOK = 2.0
# How often a stop is confirmed (seconds).
CONFIRM_INTERVAL = 0.3
STOP_TRIES = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Instants of the monotonic clock: when the wait began, when it ends, when the run must have left the queue."""

    began: float
    deadline: float
    queue_deadline: float | None = None
    interval: timedelta | None = None

    @property
    def last_look(self) -> float:
        """After this instant nothing is asked any more."""
        return self.deadline - min(LAST_LOOK, (self.deadline - self.began) / 10)

    def next_deadline(self, *, waiting: bool) -> float:
        """When a run, which may be in the queue, has to be looked at again at the latest."""
        if waiting and self.queue_deadline is not None:
            return min(self.last_look, self.queue_deadline)
        return self.last_look


def watch(key: RunKey, remote: Remote, limits: Limits, pace: Pace | None = None) -> Iterator[Run]:
    """Yield every answer about a run; the last one is that of the completed run. All of them agree with each other.

    The pace, which says when to ask, takes every answer too: what else it is told while we wait counts at once. An
    outage of the service is waited out up to the deadline. Raises TimedOut at the deadlines, Refused when the
    service will not tell, Cancelled on a signal.
    """
    if remote.clock.monotonic() >= limits.deadline:
        raise _timed_out(None, key.id, timedelta())
    pace = pace or Pace(limits.began, limits.interval)
    while True:
        run = _look(key, remote, limits)
        if run:
            key = key.joined(run)
            pace.saw(run, remote.clock.monotonic())
            yield run
            if run.completed:
                return
        waiting = run is not None and pace.waiting
        _check_deadlines(run, key.id, remote, limits, waiting=waiting)
        now = remote.clock.monotonic()
        remote.calls.sleep(min(pace.next_delay(now), max(0.0, limits.next_deadline(waiting=waiting) - now)))


def _look(key: RunKey, remote: Remote, limits: Limits) -> Run | None:
    """The run as it is now; None while the service does not know it yet."""
    try:
        return remote.calls.run(lambda: remote.client.fetch_run(key, until=limits.deadline), until=limits.deadline)
    except Refused as refusal:
        if refusal.status == 404 and remote.clock.monotonic() < limits.began + REPLICATION:
            return None
        raise
    except Unreachable as error:
        raise TimedOut(f"Gave up waiting. {error.message}", code=error.code, hint=OUTAGE_HINT) from None
    except Late:
        raise TimedOut(
            f"The wait is over, and the service did not answer any more about run {key.id}.",
            code=ErrorCode.API_UNREACHABLE,
            hint=OUTAGE_HINT,
        ) from None


def _check_deadlines(run: Run | None, run_id: str, remote: Remote, limits: Limits, *, waiting: bool) -> None:
    now = remote.clock.monotonic()
    if now >= limits.last_look:
        raise _timed_out(run, run_id, timedelta(seconds=round(limits.deadline - limits.began)))
    if waiting and limits.queue_deadline is not None and now >= limits.queue_deadline:
        waited = timedelta(seconds=round(now - limits.began))
        raise TimedOut(
            f"Run {run_id} was still in the queue after {in_words(waited)}.",
            code=ErrorCode.QUEUE_TIMED_OUT,
            hint=QUEUE_HINT,
        )


def _timed_out(run: Run | None, run_id: str, waited: timedelta) -> TimedOut:
    told = " ".join(filter(None, (in_words(waited), f"({status_in_words(run)})" if run else "")))
    return TimedOut(f"Run {run_id} was not over after {told}.", code=ErrorCode.TIMED_OUT, hint=TIMEOUT_HINT)


@dataclass(frozen=True, slots=True)
class Stop:
    """What came of a stop: whether the run is known to be over, its last known state, and the trouble if any."""

    confirmed: bool
    run: Run | None = None
    trouble: str = ""


def look_once(key: RunKey, remote: Remote, *, until: float) -> Run | None:
    """The run as it is now; None where that cannot be said. Raises no ApiError."""
    try:
        return remote.calls.run(lambda: remote.client.fetch_run(key, until=until), until=until)
    except (ApiError, Late):
        return None


def stop(key: RunKey, remote: Remote, *, until: float) -> Stop:
    """Stop a run and look until it is over, at most until an instant of the monotonic clock. Raises no ApiError."""
    trouble = _send_stop(key.id, remote, until)
    run: Run | None = None
    while remote.clock.monotonic() < until:
        try:
            run = remote.calls.run(lambda: remote.client.fetch_run(key, until=until), until=until)
        except ApiError as error:
            return Stop(confirmed=False, run=run, trouble=trouble or error.message)
        except Late:
            break
        if run.completed:
            return Stop(confirmed=True, run=run)
        if trouble:
            break
        remote.calls.sleep(min(CONFIRM_INTERVAL, max(0.0, until - remote.clock.monotonic())))
    return Stop(confirmed=False, run=run, trouble=trouble)


def _send_stop(run_id: str, remote: Remote, until: float) -> str:
    """Ask for the end of the run, twice at most; the trouble, or nothing."""
    trouble = ""
    for _ in range(STOP_TRIES):
        try:
            remote.calls.run(lambda: remote.client.stop_run(run_id), until=until)
        except ApiError as error:
            trouble = error.message
            if error.by_service and not isinstance(error, Transient):
                return trouble
        except Late:
            return trouble or f"Could not stop run {run_id}: no answer in time."
        else:
            return ""
    return trouble


TIMEOUT_HINT = "Raise timeout if the plan needs longer, or look at the run's page for what it waits for."
OUTAGE_HINT = "The service answered before: see whether it is down, or what has changed in between (proxy, firewall)."
QUEUE_HINT = "The plan waits for a free machine or agent: check them, your parallel runs, or raise queue-timeout."
