"""Following the runs in which a plan runs its failed cases again by itself.

The service completes a run as failed first, and makes the run of its failed cases afterwards: the answer about the run
names it some time later. No answer proves that none will come, so it is waited for a little. See docs/api.md, "Reruns".
"""

import itertools
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial

from testsigma_action.api.remote import Remote
from testsigma_action.domain.identity import Foreign, RunKey, foreign, same_id
from testsigma_action.domain.run import Result, Run, Status
from testsigma_action.lifecycle.watch import Limits, look_once, watch

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


@dataclass(frozen=True, slots=True)
class Ignored:
    """A run that `childResult` names and that is no rerun of the parent: it is neither followed nor stopped."""

    run: Run
    parent: Run
    why: Foreign


def follow(first: Run, remote: Remote, limits: Limits) -> Iterator[Run | Ignored]:
    """Yield every answer about the reruns of a run that is over, and about it while they are waited for.

    A run that an answer names is yielded once its own first answer shows that it is a rerun; else it is yielded as
    ignored, and the wait goes on. The waits for a rerun to begin are short; each rerun has the time that is left. An
    answer that takes the end of a run back (from a copy of the service that is behind, or because its rerun goes on) is
    not yielded, but the rerun that it names is. Raises TimedOut and ApiError where a rerun cannot be seen to its end,
    Cancelled on a signal.
    """
    seen, chain, strangers = first, Chain.of(first), set[str]()
    since = remote.clock.monotonic()
    while awaited(seen) and chain.length <= MOST:
        parent = yield from _until_named(seen, partial(chain.named_by, apart_from=strangers), since, remote, limits)
        if not chain.named_by(parent, strangers):
            return
        last = yield from _until_over(parent, chain, remote, limits)
        if isinstance(last, Ignored):
            strangers.add(last.run.id)
            continue
        seen, chain, since = last, chain.extended(last), remote.clock.monotonic()
    if chain.length > 1 and seen.result is Result.PASSED:
        yield from _until_agreed(RunKey.of(first), remote, limits)


@dataclass(frozen=True, slots=True)
class Chain:
    """The IDs of a run and of its reruns so far; a first run that is a rerun itself has a parent, too."""

    ids: tuple[str, ...]
    parents: tuple[str, ...]

    @classmethod
    def of(cls, first: Run, *reruns: Run) -> "Chain":
        """The chain of the runs that are known."""
        ids = tuple(run.id for run in (first, *reruns))
        return cls(ids, (first.parent_id, *ids) if first.parent_id else ids)

    @property
    def length(self) -> int:
        """How many runs are followed."""
        return len(self.ids)

    def extended(self, rerun: Run) -> "Chain":
        """The chain with one more rerun."""
        return Chain((*self.ids, rerun.id), (*self.parents, rerun.id))

    def named_by(self, run: Run, apart_from: Collection[str] = ()) -> str:
        """The ID of the rerun that an answer about a run names; empty if it is in the chain, or passed over."""
        known = any(same_id(run.rerun_id, one) for one in (*self.ids, *apart_from))
        return "" if known else run.rerun_id

    def rejects(self, rerun: Run, parent: Run) -> Foreign | None:
        """Why a run that an answer about `parent` names is no rerun in this chain, if so."""
        return foreign(rerun, parent, self.parents)


def _until_named(
    run: Run, named_by: Callable[[Run], str], began: float, remote: Remote, limits: Limits
) -> Generator[Run, None, Run]:
    """The run, asked about until it names a rerun that is new, or the grace is over."""
    while not named_by(run):
        until = min(began + _grace(run), limits.last_look)
        seen = _look_later(RunKey.of(run), remote, limits, until)
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


def _until_agreed(key: RunKey, remote: Remote, limits: Limits) -> Iterator[Run]:
    """The first run, asked about until what is said of it and its reruns together is a pass, or the grace is over."""
    until = min(remote.after(GRACE), limits.last_look)
    while True:
        seen = _look_later(key, remote, limits, until)
        if seen and seen.completed:
            yield seen
        if not seen or (seen.completed and seen.redeemed):
            return


def _look_later(key: RunKey, remote: Remote, limits: Limits, until: float) -> Run | None:
    """The run as it is after a while; None where that is too late or cannot be said."""
    interval = min(INTERVAL, limits.interval.total_seconds()) if limits.interval else INTERVAL
    if remote.after(interval) >= until:
        return None
    remote.calls.sleep(interval)
    return look_once(key, remote, until=until)


def _until_over(
    parent: Run, chain: Chain, remote: Remote, limits: Limits
) -> Generator[Run | Ignored, None, Run | Ignored]:
    """The rerun of a run from its first answer to its end; ignored where that answer shows that it is none."""
    now = remote.clock.monotonic()
    queue = None if limits.queue_deadline is None else now + limits.queue_deadline - limits.began
    answers = watch(RunKey(parent.rerun_id), remote, replace(limits, began=now, queue_deadline=queue))
    seen = next(answers)
    if why := chain.rejects(seen, parent):
        ignored = Ignored(seen, parent, why)
        yield ignored
        return ignored
    for answer in itertools.chain((seen,), answers):
        seen = as_rerun(answer, parent)
        yield seen
    return seen


def as_rerun(run: Run, parent: Run) -> Run:
    """What its answer leaves out is known from its parent."""
    return replace(
        run,
        plan_id=run.plan_id or parent.plan_id,
        plan_name=run.plan_name or parent.plan_name,
        parent_id=run.parent_id or parent.id,
    )
