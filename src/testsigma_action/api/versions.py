"""Selects the API version for results below `test_runs`, since the documentation names different ones.

A version that has answered is remembered: from then on, a 404 means that the resource is missing, not the path.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from testsigma_action.api.fields import T
from testsigma_action.api.http import Request
from testsigma_action.errors import Refused

Get = Callable[[Request], Awaitable[T]]

# Versions that single results were documented under, the current one first. The formats are the same.
VERSIONS = ("v2", "v3", "v1")
# Lists were documented under this version, while single results were under v3.
INDEX_VERSION = "v2"


@dataclass(slots=True)
class Versions:
    """The versions that have answered with single results, and with lists of them; empty before."""

    answering: str = ""
    index: str = ""

    async def single(self, request: Request, get: Get[T]) -> T:
        """Fetch one result (or its steps) by a path below `test_runs`."""
        value, self.answering = await _first(request, get, (self.answering,) if self.answering else VERSIONS)
        return value

    async def page(self, request: Request, get: Get[T]) -> T:
        """Fetch a page of a list of results by a path below `test_runs`."""
        candidates = (self.index,) if self.index else (INDEX_VERSION, self.answering or INDEX_VERSION)
        value, self.index = await _first(request, get, tuple(dict.fromkeys(candidates)))
        return value


async def _first(request: Request, get: Get[T], versions: tuple[str, ...]) -> tuple[T, str]:
    """The answer of the first version that knows the path, and that version. Only a 404 leads to the next one."""
    *earlier, last = versions
    for version in earlier:
        try:
            return await get(_below(version, request)), version
        except Refused as refusal:
            if refusal.status != 404:
                raise
    return await get(_below(last, request)), last


def _below(version: str, request: Request) -> Request:
    return replace(request, path=f"/api/{version}/test_runs{request.path}", optional=True)
