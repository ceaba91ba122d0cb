"""Dataclasses as JSON: every type that a field may have, and a refusal of every other."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, IntEnum
from typing import Union, get_args, get_type_hints

import pytest

from tests import samples
from testsigma_action.domain.report import Report
from testsigma_action.domain.results import Placed
from testsigma_action.domain.run import Counts, Timing
from testsigma_action.reporting import results_json
from testsigma_action.reporting.codec import codec_of, decode, encode
from testsigma_action.reporting.results_reader import UnreadableResults, parse


class Colour(Enum):
    """An enum of words."""

    RED = "red"


class Number(IntEnum):
    """An enum of numbers."""

    ONE = 1


@dataclass(frozen=True)
class Lost:
    """No field at all."""


@dataclass(frozen=True)
class CasesFailed:
    """One field."""

    cases: int


@dataclass(frozen=True)
class Others:
    """Holds others of its own kind."""

    others: tuple["Finding", ...]
    first: Union["Finding", None] = None


Finding = CasesFailed | Others | Lost | Colour


@dataclass(frozen=True)
class Everything:
    """A field of each type."""

    long_name: str
    number: Number
    colour: Colour | None
    when: datetime
    timing: Timing
    took: timedelta | None
    given: Mapping[str, Colour]
    finding: Finding
    more: tuple[Finding, ...] = ()
    flag: bool = False


BEGIN = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
VALUE = Everything(
    "a",
    Number.ONE,
    Colour.RED,
    BEGIN,
    Timing(BEGIN, None, timedelta(seconds=1.5)),
    None,
    {"x": Colour.RED},
    CasesFailed(3),
    (Others((CasesFailed(1), Colour.RED), Lost()), Lost()),
)


def test_every_type() -> None:
    """Keys are camelCase, the fields of a timing stand among the others, and members of a union say what they are."""
    assert encode(VALUE) == {
        "longName": "a",
        "number": 1,
        "colour": "red",
        "when": "2026-03-04T10:00:00.000Z",
        "took": None,
        "given": {"x": "red"},
        "finding": {"kind": "cases-failed", "cases": 3},
        "more": [
            {
                "kind": "others",
                "others": [{"kind": "cases-failed", "cases": 1}, {"kind": "colour", "value": "red"}],
                "first": {"kind": "lost"},
            },
            {"kind": "lost"},
        ],
        "flag": False,
        "started": "2026-03-04T10:00:00.000Z",
        "ended": None,
        "duration": 1.5,
    }
    assert decode(Everything, encode(VALUE)) == VALUE


def test_fields_that_are_left_out() -> None:
    """Some fields are written elsewhere."""
    assert encode(VALUE.more[0], "others") == {"first": {"kind": "lost"}}


def test_times_are_in_utc() -> None:
    """Whatever zone they were told in."""
    there = BEGIN.astimezone(timezone(timedelta(hours=-3)))
    assert encode(Timing(there))["started"] == "2026-03-04T10:00:00.000Z"


@pytest.mark.parametrize(
    "kind", [object, list[int], tuple[int, str], str | int, CasesFailed | str, Mapping[int, str], float]
)
def test_other_types_are_refused(kind: object) -> None:
    """Nobody finds out only when a report is written."""
    with pytest.raises(TypeError):
        codec_of(kind)


def test_all_that_is_reported_has_a_form() -> None:
    """A field of a new type needs a form before it can be part of a report. Placed cases are written by position."""
    seen: set[object] = {Placed}
    waiting: list[object] = [Report]
    while waiting:
        kind = waiting.pop()
        if kind not in seen:
            seen.add(kind)
            codec_of(kind)
            waiting += parts_of(kind)
    assert len(seen) > 40


def parts_of(kind: object) -> list[object]:
    """The types of its fields, or of its members."""
    return [
        *(get_type_hints(kind).values() if is_dataclass(kind) else ()),
        *(part for part in get_args(kind) if part not in {type(None), Ellipsis}),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("started", "2026-03-04T10:00:00"),
        ("started", "0001-01-01T00:00:00+23:00"),
        ("started", 5),
        ("started", "9999-12-31T23:59:59Z"),
        ("title", "x" * 65_537),
        ("title", None),
    ],
)
def test_values_that_no_report_has(name: str, value: object) -> None:
    """A time without a zone cannot be compared, and a text that is too long was not written by us."""
    data = json.loads("".join(results_json.render(samples.failing())))
    field = {"title": "summaryTitle"}.get(name, name)
    with pytest.raises(UnreadableResults):
        parse(json.dumps(data | {field: value}))


@pytest.mark.parametrize("number", [2**63, -(2**63), 10**400, True, 1.5, "1"])
def test_numbers_are_whole_and_bounded(number: object) -> None:
    """A larger one could not be written again."""
    with pytest.raises(TypeError):
        decode(int, number)


def test_counters_are_not_negative() -> None:
    """One below zero would make up for a failure."""
    counters = encode(Counts())
    assert decode(Counts, counters | {"failed": 0}) == Counts(failed=0)
    with pytest.raises(ValueError, match="counters"):
        decode(Counts, counters | {"failed": -1})


@pytest.mark.parametrize("seconds", [1e12, -1e12, float("inf"), float("nan"), "1", None])
def test_durations_are_bounded(seconds: object) -> None:
    """Reports add them to times."""
    with pytest.raises((ValueError, TypeError, OverflowError)):
        decode(timedelta, seconds)
