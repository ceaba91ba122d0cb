"""Stopping a run, and reading its status once."""

from dataclasses import dataclass

from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError, DeadlineExceeded, Transient
from testsigma_action.lifecycle.remote import Remote

STOP_TRIES = 2


@dataclass(frozen=True, slots=True)
class Stop:
    """The result of a stop: whether the run has certainly completed, its last answer, and the error if any."""

    confirmed: bool
    run: Run | None = None
    error: str = ""


async def look_once(key: RunKey, remote: Remote, *, until: float) -> Run | None:
    """Return the current state of the run; None if it cannot be read. Raises no ApiError."""
    try:
        return await remote.client.fetch_run(key, until=until)
    except ApiError:
        return None


async def stop(key: RunKey, remote: Remote, *, until: float) -> Stop:
    """Stop a run and wait until it has completed, up to an instant of the monotonic clock. Raises no ApiError."""
    message = await _send_stop(key.id, remote, until)
    run: Run | None = None
    while remote.now() < until:
        try:
            run = await remote.client.fetch_run(key, until=until)
        except DeadlineExceeded:
            break
        except ApiError as error:
            return Stop(confirmed=False, run=run, error=message or error.message)
        if run.completed:
            return Stop(confirmed=True, run=run)
        if message:
            break
        await remote.sleep_until(min(until, remote.after(remote.limits.stop_interval)))
    return Stop(confirmed=False, run=run, error=message)


async def _send_stop(run_id: str, remote: Remote, until: float) -> str:
    """Send the stop, at most twice. Returns the error message, or an empty text."""
    message = ""
    for _ in range(STOP_TRIES):
        try:
            await remote.client.stop_run(run_id, until=until)
        except DeadlineExceeded as error:
            return message or error.message
        except ApiError as error:
            message = error.message
            if error.by_service and not isinstance(error, Transient):
                return message
        else:
            return ""
    return message
