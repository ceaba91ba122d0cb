"""Asking the service for many optional things: how long, how many at a time, and when the rest is given up.

Where the first few of a kind all fail, the others are not asked for: a call that is missing or out of order costs a
few requests, however large the run is.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from testsigma_action.api.lists import IndexPage
from testsigma_action.api.remote import Remote
from testsigma_action.domain.results import StepResult
from testsigma_action.errors import ApiError, ErrorCode, Unreachable
from testsigma_action.runtime.calls import TOO_LATE, Late

T = TypeVar("T")
# Fetches one thing by its ID (or a page by its number), trying until an instant of the monotonic clock.
Fetch = Callable[[str, float], T]
Answers = tuple[dict[str, T], dict[str, ApiError]]

# Requests at a time, and how many of a kind are asked for before all of them are.
WIDTH = 8
# How long one optional thing is tried: no detail is worth the whole time for collecting (seconds).
PATIENCE = 60.0
# The same for a list that single calls can stand in for, and for everything once details are out of order (seconds).
HASTE = 10.0
MOST_PAGES = 10_000
# Of all steps together no more is kept: so many steps, and characters of what they say.
MOST_STEPS, MOST_STEP_TEXT = 200_000, 20_000_000


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks until an instant of the monotonic clock; for each thing no longer than `PATIENCE`, or `HASTE` if hurried.

    Raises Cancelled on a signal, and no ApiError: errors are returned.
    """

    remote: Remote
    until: float
    hasty: bool = False

    def within(self, share: float) -> "Asking":
        """The same with a part of the time that is left."""
        now = self.remote.after(0)
        return replace(self, until=now + share * (self.until - now))

    def hurried(self) -> "Asking":
        """The same with less patience."""
        return replace(self, hasty=True)

    def once(self, fetch: Callable[[float], T]) -> T | ApiError:
        """One thing, or what kept us from it."""
        limit = self._limit()
        try:
            return self.remote.calls.run(lambda: fetch(limit), until=self.until)
        except ApiError as error:
            return error
        except Late:
            return Unreachable(TOO_LATE, code=ErrorCode.API_UNREACHABLE)

    def each(self, identities: Sequence[str], fetch: Fetch[T]) -> Answers[T]:
        """What could be fetched, and the errors of the rest, both by ID."""
        unique = list(dict.fromkeys(identities))
        # As long as it is not known which version answers, one call looks for it.
        few = WIDTH if self.remote.client.version else 1
        answers = self._gather(unique[:few], fetch)
        errors = [answer for answer in answers if isinstance(answer, ApiError)]
        rest = unique[few:]
        answers += errors[:1] * len(rest) if len(errors) == len(answers) else self._gather(rest, fetch)
        pairs = list(zip(unique, answers, strict=True))
        lost = {identity: answer for identity, answer in pairs if isinstance(answer, ApiError)}
        return {identity: answer for identity, answer in pairs if not isinstance(answer, ApiError)}, lost

    def index(self, page: Fetch[IndexPage[T]], ids: Sequence[str], more: int = 0) -> dict[str, T]:
        """What an index has, by ID: as many pages as so many IDs (and `more`) ask for, since no total is trusted."""
        first = self.hurried().once(partial(page, "")) if ids else None
        if first is None or isinstance(first, ApiError):
            return {}
        wanted = frozenset(ids)
        found = _only(first, wanted)
        if first.last or not first.rows:
            return found
        pages = min(MOST_PAGES, math.ceil((len(ids) + more) / len(first.rows)))
        # One page more than it takes, where some are still missing: pages may be counted from 1.
        for numbers in (range(1, pages), range(pages, pages + 1)):
            if all(one in found for one in ids):
                break
            # What nobody asked for is dropped page by page, however much an index has.
            following, _ = self.each([str(n) for n in numbers], lambda n, until: _only(page(n, until), wanted))
            for rows in following.values():
                found.update(rows)
        return found

    def _gather(self, identities: Sequence[str], fetch: Fetch[T]) -> list[T | ApiError]:
        calls = [partial(self._patiently, fetch, identity) for identity in identities]
        return self.remote.calls.gather(calls, width=self._width, until=self.until)

    def _patiently(self, fetch: Fetch[T], identity: str) -> T:
        return fetch(identity, self._limit())

    def _limit(self) -> float:
        return min(self.until, self.remote.after(HASTE if self.hasty else PATIENCE))

    def _width(self) -> int:
        """Half as many at a time for every time that the service found it too many."""
        return max(1, WIDTH >> min(self.remote.client.too_many, WIDTH))


@dataclass(slots=True)
class Budgeted:
    """Fetches steps until so many are kept that no more fit into the reports.

    Called on several threads without a lock: a count that is lost makes the limit a little larger, no more.
    """

    fetch: Callable[[str, float], tuple[StepResult, ...]]
    steps: int = 0
    text: int = 0

    def __call__(self, identity: str, until: float) -> tuple[StepResult, ...]:
        """The steps of one case. Raises ApiError once the budget is used up."""
        if self.steps >= MOST_STEPS or self.text >= MOST_STEP_TEXT:
            raise ApiError(f"No more than {MOST_STEPS:,} steps are kept in all.", code=ErrorCode.API_REFUSED)
        found = self.fetch(identity, until)
        self.steps += len(found)
        self.text += sum(len(step.action) + len(step.message) for step in found)
        return found


def _only(page: IndexPage[T], wanted: Collection[str]) -> dict[str, T]:
    return {identity: row for identity, row in page.rows.items() if identity in wanted}
