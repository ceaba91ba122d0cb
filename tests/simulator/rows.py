"""Rows of lists: selected by a query, and cut into pages."""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from tests.simulator.paging import Page, criteria, matches, spring_page
from tests.simulator.plan_body import Body
from tests.simulator.runs import Run
from tests.simulator.wire import Refusal, Request, as_id

Item = TypeVar("Item")
Listing = Callable[[tuple[Run, str]], Body]


def selected(run: Run, level: str, items: Sequence[Item], row: Callable[[Item], Body], query: str) -> Sequence[Item]:
    """The items whose rows meet a query; remembered for a complete run, so that its pages cost no more than rows."""
    conditions = criteria(query)
    if not conditions:
        return items
    key = f"{level}?{query}"
    if key in run.selections:
        return cast("Sequence[Item]", run.selections[key])
    found = [item for item in items if matches(row(item), conditions)]
    if run.over:
        run.selections[key] = cast("list[object]", found)
    return found


def cut(items: Sequence[Item], row: Callable[[Item], Body], number: int, size: int) -> Page:
    """A page of the items as rows; `number` counts from 0."""
    rows = [row(item) for item in items[number * size : (number + 1) * size]]
    return Page(rows, number, size, len(items))


def spring(items: Sequence[Item], row: Callable[[Item], Body], request: Request, size: int) -> Body:
    """A page of a v1 list, with the number and the size that the request asks for."""
    wanted = as_id(request.query.get("size", str(size)))
    return spring_page(cut(items, row, page_number(request), min(max(wanted, 1), 2000)))


def twice(items: Sequence[Run], row: Callable[[Run], Body], how: str) -> tuple[list[tuple[Run, str]], Listing]:
    """The items of a list of runs and their rows; with `how` each comes twice, the second time with zeros, perhaps."""
    prefixes = {"": ("",), "same": ("", ""), "padded": ("", "00")}[how]

    def listed(item: tuple[Run, str]) -> Body:
        run, zeros = item
        return row(run) | ({"id": f"{zeros}{run.id}"} if zeros else {})

    return [(run, zeros) for run in items for zeros in prefixes], listed


def page_number(request: Request, first: int = 0) -> int:
    """The page that a request asks for, counted from 0; `first` is the number of the first page."""
    number = as_id(request.query.get("page", str(first)))
    if number < 0:
        raise Refusal(400, "Failed to convert the value of page")
    return max(0, number - first)
