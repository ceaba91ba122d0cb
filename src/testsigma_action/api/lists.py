"""Lists of the API: the shapes of their pages, and the rows of those that are no results of a run."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from testsigma_action.api import decode
from testsigma_action.api.fields import DecodeError, Fields
from testsigma_action.domain.run import Status

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list that comes in pages, and whether no page follows; that one does is no promise."""

    rows: tuple[object, ...]
    last: bool


ROW_KEYS = ("content", "data", "items", "results")


def page(body: object) -> Page:
    """One page in any of the service's shapes. Raises DecodeError where there are no rows, or none that is an object.

    `last: false` says nothing: documented answers have it on their only page.
    """
    rows = _rows(body)
    if rows and not any(isinstance(row, dict) for row in rows):
        raise DecodeError("with rows that are no objects")
    fields = Fields(body)
    number, pages, size = fields.count("number"), fields.count("totalPages"), fields.count("size", "pageSize")
    last = (
        not rows
        or isinstance(body, list)
        or fields.flag("isLast", "last")
        or (number is not None and pages is not None and number + 1 >= pages)
        or (size is not None and len(rows) < size)
    )
    return Page(tuple(rows), last)


def _rows(body: object) -> list[object]:
    if isinstance(body, list):
        return body
    if isinstance(body, dict):
        for key in ROW_KEYS:
            if isinstance(body.get(key), list):
                rows: list[object] = body[key]
                return rows
        if isinstance(body.get("data"), dict):
            return _rows(body["data"])
        lists = [value for value in body.values() if isinstance(value, list)]
        if len(lists) == 1:
            return lists[0]
    raise DecodeError("without rows")


@dataclass(frozen=True, slots=True)
class IndexPage(Generic[T]):
    """A page of an index of results, by their IDs; that another page follows is no promise."""

    rows: Mapping[str, T]
    last: bool


def index_page(body: object, decoder: Callable[[object], T]) -> IndexPage[T]:
    """A page of an index whose rows look like single results; those without an ID or any result are of no use.

    Nor are rows that share an ID: they may contradict each other. Raises DecodeError where there are no rows.
    """
    listed = page(body)
    rows = [(Fields(row).identity("id"), row) for row in listed.rows if Fields(row).has("result")]
    often = Counter(identity for identity, _ in rows)
    found = {identity: decoder(row) for identity, row in rows if identity and often[identity] == 1}
    return IndexPage(found, listed.last)


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run in a list: enough to recognise it. Lists need not have a status or the time of the start."""

    id: str
    plan_id: str
    build_number: str
    status: Status = Status.UNKNOWN
    started: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundRuns:
    """The rows of a list, and whether these are all that it has (or, of a sorted one, the newest)."""

    runs: tuple[FoundRun, ...]
    complete: bool


def found_runs(body: object) -> FoundRuns:
    """The rows of a list of runs, in the words of v1 or v2; a run may be listed twice, with the same ID.

    Raises DecodeError where there is no list.
    """
    listed = page(body)
    return FoundRuns(tuple(_found_run(Fields(row)) for row in listed.rows), complete=listed.last)


def _found_run(row: Fields) -> FoundRun:
    return FoundRun(
        id=row.identity("id"),
        plan_id=row.identity("executionId", "testPlanId"),
        build_number=row.text("buildNo"),
        status=decode.status(row.text("status")),
        started=row.instant("startTime"),
    )


def newest_runs(body: object) -> FoundRuns:
    """The runs of a list that is sorted, the newest first: it has what is looked for on its first page."""
    found = found_runs(body)
    ids = [int(run.id) for run in found.runs if run.id.isdecimal()]
    newest_first = len(ids) == len(found.runs) and ids == sorted(ids, reverse=True)
    return FoundRuns(found.runs, complete=found.complete or newest_first)


@dataclass(frozen=True, slots=True)
class SavedConfiguration:
    """A saved configuration for partial runs. Nothing says that names are unique."""

    id: str
    name: str


def saved_configurations(body: object) -> tuple[SavedConfiguration, ...]:
    """The saved configurations of the account. Raises DecodeError where there is no list."""
    rows = (Fields(row) for row in page(body).rows)
    return tuple(SavedConfiguration(row.identity("id"), row.text("name")) for row in rows)
