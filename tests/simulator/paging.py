"""Pages in the envelopes that the documents show, and the `query=` language of the lists."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from tests.simulator.scenario import Options

_CRITERION = re.compile(r"([A-Za-z_.]+)([:!><~@;$])(.*)", re.DOTALL)
_RESERVED = {
    "ts_colon": ":",
    "ts_comma": ",",
    "ts_like": "~",
    "ts_negation": "!",
    "ts_semicolon": ";",
    "ts_greater_than": ">",
    "ts_lesser_than": "<",
    "ts_at_sign": "@",
    "ts_dollar_sign": "$",
    "ts_single_quote": "'",
    "ts_asterisk": "*",
}
_SAME = {"PASSED": "SUCCESS", "FAILED": "FAILURE"}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of a query: a key (dots lead into nested objects), an operator and a value."""

    key: str
    operator: str
    value: str


def criteria(query: str) -> list[Criterion]:
    """The conditions of a query; what does not look like one is dropped silently, as the community server does."""
    found = (_CRITERION.fullmatch(part) for part in query.split(","))
    return [Criterion(match[1], match[2], _unescaped(match[3])) for match in found if match]


def value_of(query: str, key: str) -> str | None:
    """The value that a query demands for a key."""
    return next((each.value for each in criteria(query) if each.key == key and each.operator == ":"), None)


def matches(row: Mapping[str, object], conditions: Sequence[Criterion]) -> bool:
    """Whether a row meets all conditions; those on keys that it does not have are no conditions."""
    return all(_meets(row, condition) for condition in conditions)


def _unescaped(value: str) -> str:
    for name, character in _RESERVED.items():
        value = value.replace(name, character)
    return value


def _meets(row: Mapping[str, object], condition: Criterion) -> bool:
    value: object = row
    for part in condition.key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return True
        value = value[part]
    return _TESTS[condition.operator](_text(value), _SAME.get(condition.value, condition.value))


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return _SAME.get(str(value), str(value))


def _equal(value: str, wanted: str) -> bool:
    if wanted.startswith("*") and wanted.endswith("*") and len(wanted) > 1:
        return wanted[1:-1] in value
    if wanted.startswith("*"):
        return value.endswith(wanted[1:])
    return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _among(value: str, wanted: str) -> bool:
    return value in [_SAME.get(each, each) for each in wanted.split("#")]


_TESTS: dict[str, Callable[[str, str], bool]] = {
    ":": _equal,
    "!": lambda value, wanted: not _equal(value, wanted),
    ">": lambda value, wanted: _number(value) > _number(wanted),
    "<": lambda value, wanted: _number(value) < _number(wanted),
    "~": lambda value, wanted: wanted.lower() in value.lower(),
    "@": _among,
    ";": lambda value, wanted: not _among(value, wanted),
    "$": lambda value, wanted: wanted in value,
}


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where they stand among all of them; `number` counts from 0."""

    rows: list[dict[str, object]]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, ceil(self.total / self.size))


def paged(page: Page, options: Options) -> dict[str, object]:
    """The envelope that the INDEX documentation names; the key of the rows is anybody's guess."""
    return {
        options.row_key: page.rows,
        "page": page.number + options.first_page,
        "pageSize": page.size,
        "isLast": page.number + 1 >= page.pages,
        "totalElements": page.total,
    }


def step_page(page: Page, options: Options) -> dict[str, object]:
    """The envelope of the published step results: `last` is false even on the only page, totals are null."""
    return {
        "content": page.rows,
        "totalElements": None,
        "totalPages": page.pages if options.total_pages else None,
        "pageable": None,
        "last": False,
        "numberOfElements": len(page.rows),
        "first": page.number == 0,
        "sort": None,
        "number": page.number,
        "size": page.size,
        "empty": not page.rows,
    }


def spring_page(page: Page) -> dict[str, object]:
    """The full page of the v1 lists."""
    sort = {"sorted": True, "unsorted": False, "empty": False}
    where = {"pageNumber": page.number, "pageSize": page.size, "offset": page.number * page.size}
    return {
        "content": page.rows,
        "pageable": {"sort": sort, **where, "paged": True, "unpaged": False},
        "totalPages": page.pages,
        "totalElements": page.total,
        "last": page.number + 1 >= page.pages,
        "numberOfElements": len(page.rows),
        "first": page.number == 0,
        "sort": sort,
        "number": page.number,
        "size": page.size,
        "empty": not page.rows,
    }
