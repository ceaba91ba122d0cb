"""Objects that an input may give by name: saved configurations and environments."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from testsigma_action.api.fields import DecodeError, Fields
from testsigma_action.api.http import Request
from testsigma_action.api.lists import Page, page
from testsigma_action.errors import ErrorCode, Refused

# Maximum number of pages that are read; each has 20 rows, most likely.
MAX_PAGES = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A saved configuration for partial runs, or an environment. Names may not be unique."""

    id: str
    name: str


NamedPage = Page[tuple[Named, ...]]


def saved_configurations(body: object) -> tuple[Named, ...]:
    """The saved configurations of the account. Raises DecodeError if there is no list."""
    return tuple(map(_named, page(body).rows))


def environments(body: object) -> NamedPage:
    """A page of environments, without their variables, whose values may be secrets.

    Raises DecodeError if it has no list, or if a row has no ID: it may have the name that is looked for.
    """
    listed = page(body)
    rows = tuple(map(_named, listed.rows))
    if not all(row.id for row in rows):
        raise DecodeError("with an environment without an ID")
    return Page(rows, listed.last, listed.pages)


def _named(body: object) -> Named:
    row = Fields(body)
    return Named(row.identity("id"), row.text("name"))


async def all_pages(request: Request, fetch: Callable[[Request], Awaitable[NamedPage]]) -> tuple[Named, ...]:
    """The rows of all pages, each once. Pages count from 0. Raises Refused if they cannot all be read."""
    found: dict[str, Named] = {}
    for number in range(MAX_PAGES):
        listed = await fetch(replace(request, query={"page": str(number)}))
        fresh = {row.id: row for row in listed.rows if row.id not in found}
        found |= fresh
        if not fresh and 0 < number < (listed.pages or 0):
            # A name that was found may be one of two: the other one on a page that is never answered.
            raise _unread(request, f"page {number + 1} of {listed.pages} has nothing new")
        if listed.last or not fresh:
            return tuple(found.values())
    raise _unread(request, f"there are more than {MAX_PAGES} pages")


def _unread(request: Request, why: str) -> Refused:
    message = f"Could not {request.purpose}: {why}."
    return Refused(message, code=ErrorCode.API_REFUSED, hint="Give the ID instead of the name.")
