"""Lists of the API: their page formats, and the rows of lists of runs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic

from testsigma_action.api import decode
from testsigma_action.api.fields import DecodeError, Decoder, Fields, T
from testsigma_action.domain.run import Run


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `last`: certainly no page follows; if it is false, there may be none either.

    `pages` is how many there are, if that is known.
    """

    rows: T
    last: bool
    pages: int | None = None


# A page of an index of results, by their IDs.
IndexPage = Page[Mapping[str, T]]
ROW_KEYS = ("content", "data", "items", "results")


def page(body: object) -> Page[tuple[object, ...]]:
    """One page in any format of the service. Raises DecodeError if it has no list of rows, or no row is an object.

    `last: false` in the answer proves nothing: documented answers have it on their only page.
    """
    rows = rows_of(body)
    if rows is None:
        raise DecodeError("without rows")
    if rows and not any(isinstance(row, dict) for row in rows):
        raise DecodeError("with rows that are not objects")
    fields = Fields(body)
    number, pages, size = fields.count("number"), fields.count("totalPages"), fields.count("size", "pageSize")
    last = (
        not rows
        or isinstance(body, list)
        or fields.flag("isLast", "last")
        or (number is not None and pages is not None and number + 1 >= pages)
        or (size is not None and len(rows) < size)
    )
    return Page(tuple(rows), last, pages)


def rows_of(body: object) -> list[object] | None:
    """The rows of a page in any format, which may be none; None if it has no list of rows."""
    if isinstance(body, list):
        return body
    if not isinstance(body, dict):
        return None
    lists: dict[str, list[object]] = {key: value for key, value in body.items() if isinstance(value, list)}
    if usual := [lists[key] for key in ROW_KEYS if key in lists]:
        return usual[0]
    if isinstance(body.get("data"), dict):
        return rows_of(body["data"])
    return next(iter(lists.values())) if len(lists) == 1 else None


def index_page(body: object, decoder: Decoder[T]) -> IndexPage[T]:
    """A page of an index whose rows look like single results. Raises DecodeError if it has no list of rows.

    Rows without an ID or a result are dropped, and so are rows that share an ID: they may contradict each other.
    """
    listed = page(body)
    rows = [(fields.identity("id"), row) for row in listed.rows if (fields := Fields(row)).has("result")]
    often = Counter(identity for identity, _ in rows)
    found = {identity: decoder(row) for identity, row in rows if identity and often[identity] == 1}
    return Page(found, listed.last)


@dataclass(frozen=True, slots=True)
class FoundRuns:
    """The rows of a list, any field of which may be missing: those of v2 have no status, and so no `status_label`.

    `complete`: these are all rows or, of a sorted list, the newest ones.
    """

    runs: tuple[Run, ...]
    complete: bool


def found_runs(body: object) -> FoundRuns:
    """The rows of a list of runs of v1 or v2; a run may be listed twice.

    Raises DecodeError if there is no list.
    """
    listed = page(body)
    return FoundRuns(tuple(map(_found_run, listed.rows)), complete=listed.last)


def _found_run(body: object) -> Run:
    """A row, of which only its own fields say to which plan it belongs."""
    row = Fields(body)
    return replace(decode.described_run(row), plan_id=row.identity("executionId", "testPlanId"))


def newest_runs(body: object) -> FoundRuns:
    """The rows of a list that should be sorted, newest first: then its first page is enough."""
    found = found_runs(body)
    ids = [int(run.id) for run in found.runs if run.id.isdecimal()]
    newest_first = len(ids) == len(found.runs) and ids == sorted(ids, reverse=True)
    return FoundRuns(found.runs, complete=found.complete or newest_first)


def is_new(row: object, seen: set[str]) -> bool:
    """Whether this row's ID was not seen yet: a repeated page means the end of the list."""
    identity = Fields(row).identity("id")
    if identity and identity in seen:
        return False
    seen.add(identity)
    return True
