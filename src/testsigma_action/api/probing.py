"""The transport of a dry run: it sends GETs only, and keeps what was answered, without any value."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from testsigma_action.api.differences import differences, recognised
from testsigma_action.api.error_response import PASSING_4XX, OnRetry, ignore
from testsigma_action.api.http import NETWORK, Json, Request
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import Route
from testsigma_action.api.sessions import Adapter
from testsigma_action.api.trace import OnTrace, Trace, untraced
from testsigma_action.domain.checkup import Answer, Call, Difference, Level
from testsigma_action.errors import Unreachable
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret

T = TypeVar("T")

# Tries of a request that gets no usable answer, and the pause between them (seconds).
TRIES, PAUSE = 2, 1.0


class ProbingTransport(Transport):
    """Sends one GET at a time, and keeps each in `calls`, as one of the `level` that is set before."""

    def __init__(
        self, route: Route, key: Secret, *, clock: Clock, adapter: Adapter = NETWORK, on_trace: OnTrace = untraced
    ) -> None:
        """Prepare for a service; nothing is sent yet."""
        super().__init__(route, key, clock=clock, adapter=adapter, on_trace=self._traced)
        self.calls: list[Call] = []
        self.level = Level.CONFIGURATIONS
        self.route = route
        self._pass_on = on_trace
        self._seen = _Seen(self.level)
        self._monotonic = clock.monotonic

    async def get(
        self, request: Request, decode: Callable[[Json], T], *, until: float, on_retry: OnRetry = ignore
    ) -> T:
        """Fetch and decode, in a few tries at most. Raises like that of a step."""
        for _ in range(TRIES - 1):
            try:
                return await self._get_once(request, decode, until, on_retry)
            except Unreachable:
                if self._monotonic() + PAUSE >= until:
                    raise
            await asyncio.sleep(PAUSE)
        return await self._get_once(request, decode, until, on_retry)

    async def send(self, request: Request, decode: Callable[[Json], T], *, until: float) -> T:
        """A dry run changes nothing, so this is a bug."""
        raise NotImplementedError

    async def send_only(self, request: Request, *, until: float) -> None:
        """A dry run changes nothing, so this is a bug."""
        raise NotImplementedError

    async def _get_once(self, request: Request, decode: Callable[[Json], T], until: float, on_retry: OnRetry) -> T:
        self._seen = seen = _Seen(self.level)
        answered = False
        watched = replace(request, retried=False, last_try=False, on_body=seen.look)
        try:
            value = await super().get(watched, decode, until=until, on_retry=on_retry)
            answered = True
            return value
        finally:
            if seen.trace:
                self.calls.append(seen.call(seen.trace, answered=answered))

    def _traced(self, trace: Trace) -> None:
        self._seen.trace = trace
        self._pass_on(trace)


@dataclass(slots=True)
class _Seen:
    """What is kept of one answer. A late one, of a call that was given up, changes nothing else."""

    level: Level
    trace: Trace | None = None
    recognised: bool = False
    differences: frozenset[Difference] = frozenset()

    def look(self, body: Json) -> None:
        """Compare an answer with the documentation. Of one that is nothing like it, the differences say nothing."""
        self.recognised = recognised(self.level, body)
        if self.recognised:
            self.differences = differences(self.level, body)

    def call(self, trace: Trace, *, answered: bool) -> Call:
        """The call, once it has ended."""
        return Call(
            self.level,
            trace.path.split("/")[2],
            Answer.ANSWERED if answered else _answer(trace.status),
            trace.status,
            trace.seconds,
            self.differences,
            self.recognised,
        )


def _answer(status: int) -> Answer:
    """What became of a call that gave no value."""
    if status == 404:
        return Answer.MISSING
    if status >= 500 or status in PASSING_4XX:
        return Answer.FAILED
    if status >= 300:
        return Answer.REFUSED if status >= 400 else Answer.REDIRECTED
    return Answer.UNREADABLE if status else Answer.NO_ANSWER
