"""Selects the API version for results below `test_runs`, since the documentation names different ones.

A version that has answered is remembered: from then on, a 404 means that the resource is missing, not the path.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from testsigma_action.api.error_response import OnRetry
from testsigma_action.api.http import Json, Request
from testsigma_action.api.retry import Transport
from testsigma_action.errors import Refused

T = TypeVar("T")

# Versions that single results were documented under, the current one first. The formats are the same.
VERSIONS = ("v2", "v3", "v1")
# Lists were documented under this version, while single results were under v3.
INDEX_VERSION = "v2"


class Versions:
    """GETs below `test_runs`, each from the first version that knows the path. Only a 404 leads to the next one."""

    def __init__(self, transport: Transport) -> None:
        """Wrap a transport; no version is known yet."""
        self._transport = transport
        self.answering = ""
        self._index = ""

    async def single(self, request: Request, decode: Callable[[Json], T], until: float, on_retry: OnRetry) -> T:
        """Fetch one result (or its steps) by a path below `test_runs`."""
        get = _getting(self._transport, request, decode, until, on_retry)
        value, self.answering = await _first_of(_only(self.answering) or VERSIONS, get)
        return value

    async def page(self, request: Request, decode: Callable[[Json], T], until: float, on_retry: OnRetry) -> T:
        """Fetch a page of a list of results by a path below `test_runs`."""
        versions = _only(self._index) or tuple(dict.fromkeys((INDEX_VERSION, self.answering or INDEX_VERSION)))
        get = _getting(self._transport, request, decode, until, on_retry)
        value, self._index = await _first_of(versions, get)
        return value


# Fetches from the path under one version.
Get = Callable[[str], Awaitable[T]]


def _getting(
    transport: Transport, request: Request, decode: Callable[[Json], T], until: float, on_retry: OnRetry
) -> Get[T]:
    def get(version: str) -> Awaitable[T]:
        return transport.get(_below(version, request), decode, until=until, on_retry=on_retry)

    return get


async def _first_of(versions: Sequence[str], get: Get[T]) -> tuple[T, str]:
    """The answer of the first version that knows the path, and that version."""
    *earlier, last = versions
    for version in earlier:
        try:
            return await get(version), version
        except Refused as refusal:
            if refusal.status != 404:
                raise
    return await get(last), last


def _only(version: str) -> tuple[str, ...]:
    return (version,) if version else ()


def _below(version: str, request: Request) -> Request:
    return replace(request, path=f"/api/{version}/test_runs{request.path}", optional=True)
