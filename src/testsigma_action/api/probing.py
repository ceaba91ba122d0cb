"""The transport of a dry run: it sends GETs only, and keeps what was answered, without any value.

Answers are compared with the documentation, without telling any name that is not documented.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from testsigma_action.api import bodies, decode, documented, lists
from testsigma_action.api.error_response import PASSING_4XX, OnRetry, ignore
from testsigma_action.api.fields import Decoder, Fields, T
from testsigma_action.api.http import Request, Trace
from testsigma_action.api.retry import Transport
from testsigma_action.domain.checkup import Answer, Call, Difference, Kind, Level
from testsigma_action.errors import Outage

# The pause before a request that got no usable answer is tried for the second and last time (seconds).
PAUSE = 1.0
MISSING = object()
TYPES = {bool: Kind.FLAG, int: Kind.NUMBER, float: Kind.NUMBER, dict: Kind.OBJECT, list: Kind.LIST}
# What reads a text of this form; it returns None for any other text.
FORMS: Mapping[Kind, Callable[[str], object]] = {
    Kind.TIME: lambda text: Fields({"time": text}).instant("time"),
    Kind.RESULT: decode.result,
    Kind.STATUS: lambda text: decode.STATUSES.get(text.strip().upper()),
}


class ProbingTransport(Transport):
    """Sends one GET at a time, and keeps each in `calls`, as one of the `level` that is set before."""

    level = Level.CONFIGURATIONS
    calls: tuple[Call, ...] = ()
    _last_trace: Trace

    async def get(self, request: Request, decode: Decoder[T], *, until: float, on_retry: OnRetry = ignore) -> T:
        """Fetch and decode, in two tries at most. Raises like that of a step."""
        try:
            return await self._get_once(request, decode, until, on_retry)
        except Outage:
            if self._clock.monotonic() + PAUSE >= until:
                raise
        await asyncio.sleep(PAUSE)
        return await self._get_once(request, decode, until, on_retry)

    async def send(self, request: Request, decode: Decoder[T], *, until: float) -> T:
        """A dry run changes nothing, so this is a bug."""
        raise NotImplementedError

    async def _get_once(self, request: Request, decode: Decoder[T], until: float, on_retry: OnRetry) -> T:
        level, answered = self.level, False
        # A list of its own for each call: the thread of a call that was given up may still answer.
        found: list[frozenset[Difference] | None] = []
        request = replace(request, retried=False, on_body=lambda body: found.append(differences(level, body)))
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


def differences(level: Level, body: object) -> frozenset[Difference] | None:
    """How an answer differs from the documentation, without any of its values, and without names of its own.

    None for another service: if no field that is documented for this call, and not optional, has a value of its kind.
    """
    content = bodies.unwrapped(body)
    differing: set[Difference] = set()
    recognised = False
    for name, kind in documented.DOCUMENTED[level].items():
        found = Counter(_kind(value, kind) for value in _values(content, name))
        for other, number in found.items():
            if not other & kind:
                differing.add(Difference(name, kind, other, everywhere=number == found.total()))
            elif name and not kind & Kind.ABSENT:
                recognised = True
    if content is not body:
        differing.add(Difference("data", Kind.ABSENT, Kind.OBJECT))
    return frozenset(differing) if recognised else None


def _values(content: object, name: str) -> Iterator[object]:
    """The values of a field, one for each object that should have it: `MISSING` where one has not."""
    part, _, rest = name.partition(".")
    key = part.removesuffix("[]")
    values: list[object] = []
    if not key:
        values = (lists.rows_of(content) or []) if part else [content]
    elif isinstance(content, dict):
        values = [content.get(key, MISSING)] if part == key else Fields(content).rows(key)
    for value in values:
        if rest:
            yield from _values(value, rest)
        else:
            yield value


def _kind(value: object, documented: Kind) -> Kind:
    """What a value is. A text is of the documented form if it can be read so."""
    if value is None or value is MISSING:
        return Kind.NULL if value is None else Kind.ABSENT
    if isinstance(value, str):
        forms = (form for form, read in FORMS.items() if form & documented and read(value) is not None)
        return next(forms, Kind.TEXT)
    return TYPES[type(value)]
