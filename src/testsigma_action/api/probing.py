"""The transport of a dry run: it sends GETs only, and keeps what was answered, without any value."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from testsigma_action.api.differences import differences
from testsigma_action.api.error_response import PASSING_4XX, OnRetry, ignore
from testsigma_action.api.http import Json, Request
from testsigma_action.api.retry import Transport
from testsigma_action.api.trace import Trace
from testsigma_action.domain.checkup import Answer, Call, Difference, Level
from testsigma_action.errors import Unreachable

T = TypeVar("T")

# The pause before a request that got no usable answer is tried for the second and last time (seconds).
PAUSE = 1.0


class ProbingTransport(Transport):
    """Sends one GET at a time, and keeps each in `calls`, as one of the `level` that is set before."""

    level = Level.CONFIGURATIONS
    calls: tuple[Call, ...] = ()
    _last_trace: Trace

    async def get(
        self, request: Request, decode: Callable[[Json], T], *, until: float, on_retry: OnRetry = ignore
    ) -> T:
        """Fetch and decode, in two tries at most. Raises like that of a step."""
        try:
            return await self._get_once(request, decode, until, on_retry)
        except Unreachable:
            if self._clock.monotonic() + PAUSE >= until:
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
        level, answered = self.level, False
        # A list of its own for each call: the thread of a call that was given up may still answer.
        found: list[frozenset[Difference] | None] = []
        request = replace(
            request, retried=False, last_try=False, on_body=lambda body: found.append(differences(level, body))
        )
        try:
            value = await super().get(request, decode, until=until, on_retry=on_retry)
            answered = True
            return value
        finally:
            trace, known = self._last_trace, next(iter(found), None)
            answer = Answer.ANSWERED if answered else _answer(trace.status)
            call = Call(level, trace.path.split("/")[2], answer, trace.status, trace.seconds)
            self.calls += (replace(call, differences=known or frozenset(), recognised=known is not None),)

    def _trace(self, trace: Trace) -> None:
        self._last_trace = trace
        super()._trace(trace)


def _answer(status: int) -> Answer:
    """What became of a call that gave no value."""
    if status == 404:
        return Answer.MISSING
    if status >= 500 or status in PASSING_4XX:
        return Answer.FAILED
    if status >= 300:
        return Answer.REFUSED if status >= 400 else Answer.REDIRECTED
    return Answer.UNREADABLE if status else Answer.NO_ANSWER
