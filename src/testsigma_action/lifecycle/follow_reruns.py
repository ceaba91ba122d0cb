"""Following reruns: those in which a plan runs its failed cases again by itself, and those that the step asked for.

The service first completes a run as failed, and creates the rerun afterwards: answers about the run name it some time
later. No answer proves that there will be no rerun, so the step waits a limited time. See docs/api.md, "Reruns".
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from testsigma_action.domain.events import EventListener, RerunAwaited, RerunIgnored, RerunStarted, ResultsLag
from testsigma_action.domain.evidence import without_result
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.reruns import MAX_RERUNS, Chain, as_rerun, awaited, may_run_again
from testsigma_action.domain.run import Result, Run, Status
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.settle import LagRetry, with_result
from testsigma_action.lifecycle.stop import look_once
from testsigma_action.lifecycle.watch import Deadlines, watch


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


def _announces_rerun(run: Run) -> bool:
    """Whether an answer about a completed run says that it goes on: the run itself, or together with its reruns."""
    return not run.completed or run.consolidated_status not in {None, Status.COMPLETED}


@dataclass(frozen=True, slots=True)
class Follower:
    """Follows the reruns of a run.

    `on_answer` is called with every answer about a further rerun, and about the last run while waiting for one;
    `emit` for each run that is named as a rerun but is none, and for each rerun whose result is missing at its end.
    """

    remote: Remote
    deadlines: Deadlines
    on_answer: Callable[[Run], object]
    emit: EventListener

    async def follow(self, known: Sequence[Run], *, tolerant: bool) -> None:
        """Follow all further reruns. `known` is the run and its reruns so far, all of which have completed.

        A rerun is reported once its own first answer confirms it; else it is reported as ignored, and the wait
        continues. The wait for a rerun to begin is short; the rerun itself may take until the deadline. An answer in
        which a completed run is not completed (from a stale replica, or because its rerun is running) is not reported,
        but the rerun that it names is followed. At the end the first run is read again, if it may pass together with
        its reruns; `tolerant` says whether it may although some cases failed again. Raises TimedOut and ApiError if a
        rerun cannot be followed to its end.
        """
        chain, since = Chain(tuple(known)), self.remote.now()
        while awaited(chain.runs[-1]) and len(chain.runs) <= MAX_RERUNS:
            parent = await self._until_named(chain.runs[-1], chain, since)
            if not chain.named_by(parent):
                break
            rerun = await self._until_completed(parent, chain)
            if isinstance(rerun, RerunIgnored):
                self.emit(rerun)
                chain = chain.ignoring(rerun.run)
                continue
            # Its result, which may come later, decides whether another one follows.
            chain, since = chain.extended(await self._with_result(rerun, parent)), self.remote.now()
        if len(chain.runs) > 1 and (agreed := _agreement(chain.runs, tolerant=tolerant)):
            until = self.remote.after(self.remote.limits.rerun)
            while seen := await self._look_later(chain.runs[0], until):
                if seen.completed and agreed(seen):
                    return

    async def _until_named(self, run: Run, chain: Chain, since: float) -> Run:
        """The run, polled until it names a new rerun, or until the time limit for one to begin."""
        limits = self.remote.limits
        while not chain.named_by(run):
            within = limits.next_rerun if run.parent_id else limits.rerun
            if _announces_rerun(run):
                within = limits.announced_rerun
            seen = await self._look_later(run, since + within)
            if not seen:
                break
            run = seen
        return run

    async def _look_later(self, run: Run, until: float) -> Run | None:
        """The run after a pause; None if that is too late, or the run cannot be read."""
        until, interval = min(until, self.deadlines.last_poll), self.remote.limits.rerun_interval
        if self.deadlines.interval:
            interval = min(interval, self.deadlines.interval.total_seconds())
        if self.remote.after(interval) >= until:
            return None
        await asyncio.sleep(interval)
        seen = await look_once(RunKey.of(run), self.remote, until=until)
        if seen and seen.completed:
            self.on_answer(seen)
        return seen

    async def _until_completed(self, parent: Run, chain: Chain) -> Run | RerunIgnored:
        """Watch the rerun that a run names until it has completed, or until its first answer shows that it is none."""
        rerun, deadlines = parent, replace(self.deadlines, began=self.remote.now())
        async for answer in watch(RunKey(parent.rerun_id), self.remote, deadlines):
            # Only the first answer decides: a later one may leave out what proves it.
            if rerun is parent and (why := chain.rejects(answer, parent)):
                return RerunIgnored(answer, parent, why)
            rerun = as_rerun(answer, parent)
            self.on_answer(rerun)
        return rerun

    async def _with_result(self, rerun: Run, parent: Run) -> Run:
        until = self.remote.after(self.remote.limits.lag)
        lag_retry = LagRetry(self.remote, until, self.on_answer, lambda run: self.emit(ResultsLag(run)))
        return as_rerun(await with_result(rerun, lag_retry), parent)


async def look_at_rerun(parent: Run, chain: Chain, remote: Remote, *, until: float) -> Run | RerunIgnored | None:
    """The current state of the rerun that an answer names; `RerunIgnored` if its own answer shows that it is none.

    None if the answer names none, or if the rerun cannot be read.
    """
    rerun_id = chain.named_by(parent)
    seen = await look_once(RunKey(rerun_id), remote, until=until) if rerun_id else None
    if not seen:
        return None
    why = chain.rejects(seen, parent)
    return RerunIgnored(seen, parent, why) if why else as_rerun(seen, parent)


@dataclass(frozen=True, slots=True)
class Newest:
    """The last confirmed run of a chain of reruns, with its last answer.

    `unread` is a run that it names as its rerun, and that could not be read. `in_doubt`: it may have a rerun that
    nothing names.
    """

    key: RunKey
    run: Run | None = None
    unread: str = ""
    in_doubt: bool = False


async def newest(key: RunKey, run: Run, remote: Remote, emit: EventListener) -> Newest:
    """Find the newest rerun of a run, or the run itself if it has none. Raises no ApiError.

    Waits for each rerun to begin and to be readable: in a long chain, one limit for all would leave the last one
    running. `emit` is called with what is waited for, with each rerun, and with each run that is none.
    """
    chain = Chain((run,))
    while may_run_again(run) and len(chain.runs) <= MAX_RERUNS:
        emit(RerunAwaited(run))
        rerun = await _next(key, chain, remote, emit)
        if isinstance(rerun, Newest):
            return rerun
        emit(RerunStarted(rerun))
        key, run, chain = RunKey.of(rerun), rerun, chain.extended(rerun)
    return Newest(key, run)


async def _next(key: RunKey, chain: Chain, remote: Remote, emit: EventListener) -> Run | Newest:
    """The next rerun in a chain, once its own answer confirms it; else what is known when there is none in time."""
    limits, since, run, answered = remote.limits, remote.now(), chain.runs[-1], True
    while may_run_again(run):
        within = max(limits.rerun, limits.announced_rerun if _announces_rerun(run) else 0.0)
        seen = await look_at_rerun(run, chain, remote, until=remote.after(limits.last_look))
        if isinstance(seen, Run):
            return seen
        if seen:
            emit(seen)
            chain = chain.ignoring(seen.run)
        elif remote.after(limits.rerun_interval) < since + within:
            await asyncio.sleep(limits.rerun_interval)
            answer = await look_once(key, remote, until=remote.after(limits.last_look))
            run, answered = _joined(run, answer), answer is not None
        else:
            announced = _announces_rerun(run) and run.consolidated_status is not Status.UNKNOWN
            in_doubt = not answered or announced or without_result(run)
            return Newest(key, run, chain.named_by(run), in_doubt)
    return Newest(key, run)


def _joined(run: Run, answer: Run | None) -> Run:
    """A completed run, after another answer about it: neither its end nor the rerun that it names is taken back."""
    if not answer:
        return run
    return replace(answer if answer.completed else run, rerun_id=answer.rerun_id or run.rerun_id)
