"""Fetching many optional details, with a deadline and limited concurrency.

If the first few requests of a kind all fail, the others are skipped: an endpoint that is missing or down costs only a
few requests, however large the run is.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from testsigma_action.api.lists import IndexPage
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.results import StepResult
from testsigma_action.errors import ApiError, Outage
from testsigma_action.lifecycle.remote import DETAIL_LANES, Remote

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MAX_PAGES = 10_000
# Limits for the steps of all cases together: number of steps, and characters of their texts.
MAX_STEPS, MAX_STEP_TEXT = 200_000, 20_000_000


class Fetch(Protocol[T_co]):
    """Fetches one item by its ID (or a page by its number), until an instant of the monotonic clock."""

    async def __call__(self, identity: str, /, *, until: float) -> T_co:
        """The item. Raises ApiError."""


class LimitReached(Outage):
    """A detail was not read because of a limit of this step."""

    def __init__(self, why: Why) -> None:
        """Keep which limit it is. It needs no message: gaps say it."""
        super().__init__("")
        self.why = why


def gap_of(error: ApiError, missing: Missing, number: int = 0, total: int = 0, run_id: str = "") -> Gap:
    """The gap for details that were not read because of an error."""
    why = error.why if isinstance(error, LimitReached) else Why.ERROR
    return Gap(missing, why, error.message, number, total, run_id)


@dataclass(frozen=True, slots=True)
class BatchFetcher:
    """Fetches details until an instant of the monotonic clock, each one with a timeout (shorter with `short_timeouts`).

    Raises no ApiError: errors are returned.
    """

    remote: Remote
    until: float
    short_timeouts: bool = False

    def within(self, share: float) -> "BatchFetcher":
        """The same fetcher with a share of the remaining time."""
        now = self.remote.now()
        return replace(self, until=now + share * (self.until - now))

    async def once(self, fetch: Callable[[float], Awaitable[T]]) -> T | ApiError:
        """One item, or the error."""
        if self.remote.now() >= self.until:
            return LimitReached(Why.TIME_LIMIT)
        limits = self.remote.limits
        limit = self.remote.after(limits.short_detail if self.short_timeouts else limits.detail)
        try:
            return await fetch(min(self.until, limit))
        except ApiError as error:
            return error

    async def each(self, identities: Sequence[str], fetch: Fetch[T]) -> tuple[dict[str, T], dict[str, ApiError]]:
        """The items that were fetched, and the errors of the others, both by ID."""
        answers = await _Batch(self, fetch, tuple(dict.fromkeys(identities))).run()
        lost = {identity: answer for identity, answer in answers.items() if isinstance(answer, ApiError)}
        return {identity: answer for identity, answer in answers.items() if not isinstance(answer, ApiError)}, lost

    async def first_page(self, page: Fetch[IndexPage[T]]) -> IndexPage[T] | None:
        """The first page of an index; None if there is no such index."""
        first = await replace(self, short_timeouts=True).once(lambda until: page("", until=until))
        return None if isinstance(first, ApiError) else first

    async def index(
        self, first: IndexPage[T] | None, page: Fetch[IndexPage[T]], ids: Sequence[str], more: int = 0
    ) -> dict[str, T]:
        """The items of an index, by ID. The number of pages follows from `ids` and `more`; totals are not trusted."""
        if not first:
            return {}
        found, wanted = dict(first.rows), frozenset(ids)
        pages = min(MAX_PAGES, math.ceil((len(ids) + more) / max(1, len(found))))
        # One extra page if items are still missing: pages may count from 1.
        for numbers in (range(1, pages), range(pages, pages + 1)):
            if first.last or not first.rows or wanted <= found.keys():
                break
            following, _ = await self.each([str(n) for n in numbers], page)
            for one in following.values():
                found.update(one.rows)
        return {identity: row for identity, row in found.items() if identity in wanted}


class _Batch(Generic[T]):
    """Fetches items with several workers.

    The first worker needs no lane, so that a run is not blocked by other runs that occupy all lanes.
    The first items are a trial: the others wait until one of them was fetched. If all of them fail, so do the others.
    """

    def __init__(self, fetcher: BatchFetcher, fetch: Fetch[T], identities: tuple[str, ...]) -> None:
        self.fetcher = fetcher
        self.fetch = fetch
        self.identities = identities
        self.waiting = deque(identities)
        self.answers: dict[str, T | ApiError] = {}
        # As long as the API version is unknown, one request finds it out.
        self.trial = DETAIL_LANES if fetcher.remote.client.version else 1
        self.tried = asyncio.Event()
        self.in_line: set[asyncio.Task[None] | None] = set()

    async def run(self) -> dict[str, T | ApiError]:
        """The answers or errors by ID, in the order of the IDs."""
        async with asyncio.TaskGroup() as group:
            for worker in range(1, min(self.fetcher.remote.width, len(self.identities))):
                group.create_task(self._work_in_lanes(worker))
            while await self._has_next():
                await self._fetch_next()
            for task in filter(None, self.in_line):
                task.cancel()
        return {identity: self.answers[identity] for identity in self.identities}

    async def _work_in_lanes(self, worker: int) -> None:
        """Fetch one item after the other, until there are too many workers: each status 429 halves their number."""
        task, remote = asyncio.current_task(), self.fetcher.remote
        while await self._has_next() and worker < remote.width >> remote.client.too_many:
            self.in_line.add(task)
            async with remote.lanes:
                self.in_line.discard(task)
                # Take an ID only once in a lane: until then the first worker may take it.
                if self.waiting:
                    await self._fetch_next()

    async def _has_next(self) -> bool:
        """Whether an item is left; once the trial has begun, it must have ended."""
        if len(self.identities) - len(self.waiting) >= self.trial:
            await self.tried.wait()
        return bool(self.waiting)

    async def _fetch_next(self) -> None:
        identity = self.waiting.popleft()
        answer = self.answers[identity] = await self.fetcher.once(lambda until: self.fetch(identity, until=until))
        if not isinstance(answer, ApiError):
            self.tried.set()
        elif len(self.answers) == self.trial and not self.tried.is_set():
            self.answers.update(dict.fromkeys(self.waiting, answer))
            self.waiting.clear()
            self.tried.set()


@dataclass(slots=True)
class Budgeted:
    """Fetches steps until their total reaches the limits of the reports."""

    fetch: Fetch[tuple[StepResult, ...]]
    steps: int = 0
    text: int = 0

    async def __call__(self, identity: str, /, *, until: float) -> tuple[StepResult, ...]:
        """The steps of one case. Raises LimitReached once the budget is used up."""
        if self.steps >= MAX_STEPS or self.text >= MAX_STEP_TEXT:
            raise LimitReached(Why.STEP_LIMIT)
        found = await self.fetch(identity, until=until)
        self.steps += len(found)
        self.text += sum(len(step.action) + len(step.message) for step in found)
        return found
