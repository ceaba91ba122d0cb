"""Following the runs in which a plan runs its failed cases again by itself.

The service completes a run as failed first, and makes the run of its failed cases afterwards: the answer about the run
names it some time later. No answer proves that none will come, so it is waited for a little. See docs/api.md, "Reruns".
"""

from collections.abc import Generator, Iterator
from dataclasses import replace

from testsigma_action.api.remote import Remote
from testsigma_action.cancel import Late
from testsigma_action.errors import ApiError
from testsigma_action.model import Result, Run, Status
from testsigma_action.watch import Limits, watch

# How long a rerun is waited for once a run is over, and how long what is said of the whole may lag behind a rerun that
# passed; how long where the run was a rerun itself, after which another one is not to be expected; and how long where
# the service says that the whole goes on (seconds).
GRACE = 30.0
SHORT_GRACE = 10.0
LONG_GRACE = 120.0
INTERVAL = 2.0
# Documented as the most reruns that a run can have.
MOST = 10
# After these a plan runs cases again: not after a pass, and not when somebody stopped the run.
AWAITED = {Result.FAILED, Result.ABORTED, Result.NOT_EXECUTED}


def awaited(run: Run) -> bool:
    """Whether a run that is over is one whose plan runs cases again."""
    return run.completed and run.reruns_itself and run.result in AWAITED


def follow(first: Run, remote: Remote, limits: Limits) -> Iterator[Run]:
    """Yield every answer about the reruns of a run that is over, and about it while they are waited for.

    A rerun is yielded the moment its ID is known, before anybody was asked about it. The waits for a rerun to begin are
    short; each rerun has the time that is left. An answer that takes the end of a run back (from a copy of the service
    that is behind, or because its rerun goes on) is not yielded, but the rerun that it names is. Raises TimedOut and
    ApiError where a rerun cannot be seen to its end, Cancelled on a signal.
    """
    seen, followed = first, [first.id]
    while awaited(seen) and len(followed) <= MOST:
        seen = yield from _until_named(seen, remote, limits)
        if not seen.rerun_id or seen.rerun_id in followed:
            return
        followed.append(seen.rerun_id)
        seen = yield from _until_over(seen, remote, limits)
    if len(followed) > 1 and seen.result is Result.PASSED:
        yield from _until_agreed(first.id, remote, limits)


def _until_named(run: Run, remote: Remote, limits: Limits) -> Generator[Run, None, Run]:
    """The run, asked about until it names its rerun, or the grace is over."""
    began = remote.clock.monotonic()
    while not run.rerun_id:
        until = min(began + _grace(run), limits.last_look)
        seen = _look_later(run.id, remote, limits, until)
        if not seen:
            break
        run = seen
        if run.completed:
            yield run
    return run


def _grace(run: Run) -> float:
    if not run.completed or run.consolidated_status not in {None, Status.COMPLETED}:
        return LONG_GRACE
    return SHORT_GRACE if run.parent_id else GRACE


def _until_agreed(run_id: str, remote: Remote, limits: Limits) -> Iterator[Run]:
    """The first run, asked about until what is said of it and its reruns together is a pass, or the grace is over."""
    until = min(remote.after(GRACE), limits.last_look)
    while True:
        seen = _look_later(run_id, remote, limits, until)
        if seen and seen.completed:
            yield seen
        if not seen or (seen.completed and seen.redeemed):
            return


def _look_later(run_id: str, remote: Remote, limits: Limits, until: float) -> Run | None:
    """The run as it is after a while; None where that is too late or cannot be said."""
    interval = min(INTERVAL, limits.interval.total_seconds()) if limits.interval else INTERVAL
    if remote.after(interval) >= until:
        return None
    remote.calls.sleep(interval)
    try:
        return remote.calls.run(lambda: remote.client.fetch_run(run_id, until=until), until=until)
    except (ApiError, Late):
        return None


def _until_over(parent: Run, remote: Remote, limits: Limits) -> Generator[Run, None, Run]:
    """The rerun of a run, from the moment that it is known to its end."""
    rerun_id = parent.rerun_id
    seen = Run(
        rerun_id,
        Status.UNKNOWN,
        Result.UNKNOWN,
        plan_id=parent.plan_id,
        plan_name=parent.plan_name,
        url=remote.client.run_url(rerun_id),
        parent_id=parent.id,
    )
    yield seen
    now = remote.clock.monotonic()
    queue = None if limits.queue_deadline is None else now + limits.queue_deadline - limits.began
    for seen in watch(rerun_id, remote, replace(limits, began=now, queue_deadline=queue)):
        yield seen
    return seen
