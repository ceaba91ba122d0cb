"""Stopping a run, and reading its status once."""

from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError, DeadlineExceeded, Transient
from testsigma_action.lifecycle.remote import Remote

# Pauses before each try of a stop (seconds), within its time limit: a service that restarts may answer again soon.
PAUSES = (0.0, 0.3, 0.7, 1.5, *[3.0] * 10)
# Time limit of the look before another try (seconds), or the pause if that is longer: a stop may concern any run of the
# plan, so none is sent to a run that has completed.
LOOK = 1.5


async def look_once(key: RunKey, remote: Remote, *, until: float) -> Run | None:
    """Return the current state of the run; None if it cannot be read. Raises no ApiError."""
    try:
        return await remote.client.fetch_run(key, until=until)
    except ApiError:
        return None


async def stop(key: RunKey, remote: Remote, *, until: float) -> Ending:
    """Stop a run and wait until it has completed, up to an instant of the monotonic clock. Raises no ApiError.

    The ending has the last answer, None if there was none.
    """
    trouble, run = await _send_stop(key, remote, until)
    if run:
        return Ending(Disposition.STOP_CONFIRMED, run)
    while remote.now() < until:
        try:
            run = await remote.client.fetch_run(key, until=until)
        except DeadlineExceeded:
            break
        except ApiError as error:
            trouble = trouble or error.message
            break
        if run.completed:
            return Ending(Disposition.STOP_CONFIRMED, run)
        if trouble:
            break
        await remote.sleep_until(min(until, remote.after(remote.limits.stop_interval)))
    return Ending(Disposition.STOP_UNCONFIRMED, run, trouble)


async def _send_stop(key: RunKey, remote: Remote, until: float) -> tuple[str, Run | None]:
    """Send the stop until it is accepted.

    Returns the error message, empty if it was accepted; and the run, if a look showed that it has completed.
    """
    message = ""
    for each in PAUSES:
        pause = min(each, until - LOOK - remote.now())
        if message and pause <= 0:
            break
        await remote.sleep_until(remote.after(pause))
        look_until = min(until, remote.after(max(LOOK, pause)))
        seen = await look_once(key, remote, until=look_until) if message else None
        if seen and seen.completed:
            return "", seen
        try:
            await remote.client.stop_run(key.id, until=until)
        except ApiError as error:
            # The deadline explains less than an error before it.
            message = message if message and isinstance(error, DeadlineExceeded) else error.message
            if error.by_service and not isinstance(error, Transient):
                break
        else:
            return "", None
    return message, None
