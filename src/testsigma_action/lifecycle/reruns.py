"""Following reruns: those in which a plan runs its failed cases again by itself, and those that the step asked for.

The service first completes a run as failed, and creates the rerun afterwards: answers about the run name it some time
later. No answer proves that there will be no rerun, so the step waits a limited time. See docs/api.md, "Reruns".
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from testsigma_action.domain.events import RerunIgnored
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.reruns import MAX_RERUNS, Chain, as_rerun, awaited
from testsigma_action.domain.run import Result, Run, Status
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.stop import look_once
from testsigma_action.lifecycle.time_limits import TimeLimits
from testsigma_action.lifecycle.watch import Deadlines, watch


class _NotARerun(Exception):
    """Ends the wait for a run whose first answer shows that it is no rerun."""

    def __init__(self, ignored: RerunIgnored) -> None:
        super().__init__()
        self.ignored = ignored


async def follow(
    known: Sequence[Run],
    remote: Remote,
    deadlines: Deadlines,
    on_answer: Callable[[Run | RerunIgnored], object],
    *,
    tolerant: bool,
) -> None:
    """Call `on_answer` with every answer about further reruns of a run, and about the last run while waiting for them.

    `known` is the run and its reruns so far, all of which have completed.

    A rerun is reported once its own first answer confirms it; else it is reported as ignored, and the wait continues.
    The wait for a rerun to begin is short; the rerun itself may take until the deadline. An answer in which a completed
    run is not completed (from a stale replica, or because its rerun is running) is not reported, but the rerun that it
    names is followed. At the end the first run is read again, if it may pass together with its reruns; `tolerant` says
    whether it may although some cases failed again. Raises TimedOut and ApiError if a rerun cannot be followed to its
    end.
    """
    runs, seen, chain, foreign_ids = list(known), known[-1], Chain.of(*known), set[str]()
    since = remote.now()
    while awaited(seen) and chain.length <= MAX_RERUNS:
        named_by = partial(chain.named_by, apart_from=foreign_ids)
        parent = await _until_named(seen, named_by, since, remote, deadlines, on_answer)
        if not named_by(parent):
            break
        last = await _until_completed(parent, chain, remote, deadlines, on_answer)
        if isinstance(last, RerunIgnored):
            on_answer(last)
            foreign_ids.add(last.run.id)
            continue
        runs.append(last)
        seen, chain, since = last, chain.extended(last), remote.now()
    if len(runs) > 1 and (agreed := _agreement(runs, tolerant=tolerant)):
        await _until_agreed(RunKey.of(runs[0]), remote, deadlines, on_answer, agreed)


def _agreement(runs: Sequence[Run], *, tolerant: bool) -> Callable[[Run], bool] | None:
    """Whether an answer about the first run takes its reruns into account; None if that makes no difference."""
    first, *reruns = runs
    if reruns[-1].result is Result.PASSED:
        return lambda seen: seen.consolidated_passed()
    if not tolerant or reruns[-1].result is not Result.FAILED:
        return None
    at_first = max(counts.failed or 0 for counts in first.all_counts)
    passed = sum(run.counts.passed or 0 for run in reruns)
    left = max(at_first - passed, reruns[-1].counts.failed or 0)
    return None if first.consolidated_failed(left) else lambda seen: seen.consolidated_failed(left)


async def _until_named(
    run: Run,
    named_by: Callable[[Run], str],
    began: float,
    remote: Remote,
    deadlines: Deadlines,
    on_answer: Callable[[Run], object],
) -> Run:
    """The run, polled until it names a new rerun, or until the time limit."""
    while not named_by(run):
        until = min(began + _expected_within(run, remote.limits), deadlines.last_poll)
        seen = await _look_later(RunKey.of(run), remote, deadlines, until)
        if not seen:
            break
        run = seen
        if run.completed:
            on_answer(run)
    return run


def _expected_within(run: Run, limits: TimeLimits) -> float:
    """Time limit for a rerun to begin (seconds)."""
    if not run.completed or run.consolidated_status not in {None, Status.COMPLETED}:
        return limits.announced_rerun
    return limits.next_rerun if run.parent_id else limits.rerun


async def _until_agreed(
    key: RunKey,
    remote: Remote,
    deadlines: Deadlines,
    on_answer: Callable[[Run], object],
    agreed: Callable[[Run], bool],
) -> None:
    """Poll the first run until an answer agrees with its last rerun, or until the time limit."""
    until = min(remote.after(remote.limits.rerun), deadlines.last_poll)
    while True:
        seen = await _look_later(key, remote, deadlines, until)
        if seen and seen.completed:
            on_answer(seen)
        if not seen or (seen.completed and agreed(seen)):
            return


async def _look_later(key: RunKey, remote: Remote, deadlines: Deadlines, until: float) -> Run | None:
    """The run after a pause; None if that is too late, or the run cannot be read."""
    interval = remote.limits.rerun_interval
    if deadlines.interval:
        interval = min(interval, deadlines.interval.total_seconds())
    if remote.after(interval) >= until:
        return None
    await asyncio.sleep(interval)
    return await look_once(key, remote, until=until)


async def _until_completed(
    parent: Run, chain: Chain, remote: Remote, deadlines: Deadlines, on_answer: Callable[[Run], object]
) -> Run | RerunIgnored:
    """Watch a rerun until it has completed; `RerunIgnored` if its first answer shows that it is none."""
    now = remote.now()
    queue = None if deadlines.queue_deadline is None else now + deadlines.queue_deadline - deadlines.began
    confirmed = False

    def check(answer: Run) -> None:
        nonlocal confirmed
        why = None if confirmed else chain.rejects(answer, parent)
        if why:
            raise _NotARerun(RerunIgnored(answer, parent, why))
        confirmed = True
        on_answer(as_rerun(answer, parent))

    try:
        last = await watch(RunKey(parent.rerun_id), remote, replace(deadlines, began=now, queue_deadline=queue), check)
    except _NotARerun as end:
        return end.ignored
    return as_rerun(last, parent)


async def look_at_rerun(
    parent: Run, chain: Chain, remote: Remote, *, until: float, apart_from: Collection[str] = ()
) -> Run | RerunIgnored | None:
    """The current state of the rerun that an answer names; `RerunIgnored` if its own answer shows that it is none.

    None if the answer names none, or if the rerun cannot be read.
    """
    rerun_id = chain.named_by(parent, apart_from)
    seen = await look_once(RunKey(rerun_id), remote, until=until) if rerun_id else None
    if not seen:
        return None
    why = chain.rejects(seen, parent)
    return RerunIgnored(seen, parent, why) if why else as_rerun(seen, parent)


@dataclass(frozen=True, slots=True)
class Newest:
    """The last confirmed run of a chain of reruns, with its last answer.

    `unread` is a run that it names as its rerun, and that could not be read.
    """

    key: RunKey
    run: Run | None = None
    unread: str = ""


async def newest(key: RunKey, remote: Remote, on_ignored: Callable[[RerunIgnored], object]) -> Newest:
    """Find the run with this key, or the newest of its reruns. Raises no ApiError.

    Waits for a rerun to begin as long as `follow` does. `on_ignored` is called for each run that is named as a
    rerun but is none.
    """
    limits, foreign_ids = remote.limits, set[str]()
    until = remote.after(limits.rerun)
    run = await look_once(key, remote, until=remote.after(limits.last_look))
    chain = Chain.of(run) if run else None
    while run and chain and awaited(run) and chain.length <= MAX_RERUNS:
        seen = await look_at_rerun(run, chain, remote, until=remote.after(limits.last_look), apart_from=foreign_ids)
        if isinstance(seen, RerunIgnored):
            on_ignored(seen)
            foreign_ids.add(seen.run.id)
        elif seen:
            key, run, chain = RunKey.of(seen), seen, chain.extended(seen)
        elif remote.after(limits.rerun_interval) < until:
            await asyncio.sleep(limits.rerun_interval)
            run = await look_once(key, remote, until=remote.after(limits.last_look)) or run
        else:
            return Newest(key, run, chain.named_by(run, foreign_ids))
    return Newest(key, run)
