"""Reading JSON objects: what is missing or of the wrong type is empty, and no ID can change a path."""

from datetime import UTC, datetime, timedelta

import pytest

from testsigma_action.api.fields import LONGEST_DURATION, LONGEST_TEXT, Fields, whole_number

HOSTILE: list[object] = [
    ".",
    "..",
    "a/b",
    "/",
    "",
    " ",
    "1/../..",
    "%2e",
    "a?b",
    "a#b",
    "1\n2",
    "x" * 101,
    None,
    True,
    [],
    {},
    1.5,
    -5,
    -0.0,
    -274.0,
    1e300,
    2.0**53,
    float("nan"),
    float("inf"),
    10**100,
    "274.0",
]
NO_COUNTS: list[object] = [" 1", -1, 1.5, True, "many", {}, [], "", 10**13]


@pytest.mark.parametrize("body", [None, [], "text", 7, True, [{"id": 1}]])
def test_what_is_no_object_has_no_fields(body: object) -> None:
    """Any JSON value can be read; only an object has fields."""
    fields = Fields(body)
    assert not fields.has("id")
    assert (fields.text("id"), fields.identity("id"), fields.count("id")) == ("", "", None)
    assert (fields.flag("id"), fields.rows("id"), fields.instant("id"), fields.span("id")) == (False, [], None, None)
    assert fields.inner("id").text("id") == ""


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), (7, "7"), (1.5, "1.5"), (0, "0"), ("", ""), (True, ""), (None, "")]
)
def test_texts(value: object, text: str) -> None:
    """A text, or a number as one; a truth is none."""
    assert Fields({"a": value}).text("a") == text


def test_the_first_text_counts() -> None:
    """Of several names the first that holds something is taken."""
    fields = Fields({"a": None, "b": "", "c": [1], "d": "found", "e": "late"})
    assert fields.text("a", "b", "c", "d", "e") == "found"


def test_long_texts_are_cut() -> None:
    """A message of megabytes is not kept."""
    assert LONGEST_TEXT - 2 <= len(Fields({"a": "x " * 1_000_000}).text("a")) <= LONGEST_TEXT


@pytest.mark.parametrize(
    ("value", "identity"),
    [(7, "7"), ("7", "7"), (" 7 ", "7"), (274.0, "274"), ("a-B_9", "a-B_9"), (10**30, "1" + "0" * 30)],
)
def test_identities(value: object, identity: str) -> None:
    """A number or a text, whichever the service sends today."""
    assert Fields({"id": value}).identity("id") == identity


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_identities_that_could_change_a_path_are_empty(value: object) -> None:
    """With `.` for an ID, the stop of one run would be the stop of all."""
    assert Fields({"id": value}).identity("id") == ""
    assert Fields({"id": value, "other": 7}).identity("id", "other") == "7"


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0),
        (7, 7),
        ("7", 7),
        ("007", 7),
        (1.0, 1),
        (1.5, None),
        (" 1", None),
        (1e300, None),
        (-1, None),
        ("-1", None),
        (None, None),
        ("", None),
        ("x", None),
        (True, None),
        ([], None),
        ("9" * 13, None),
        (10**12, None),
        ("٣", None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_counts(value: object, count: int | None) -> None:
    """A number of things, also in quotes; less than none is nonsense."""
    assert Fields({"a": value}).count("a") == count


def test_the_first_count_counts() -> None:
    """Zero is a number; null is none."""
    assert Fields({"a": None, "b": 0, "c": 7}).count("a", "b", "c") == 0


def test_flags() -> None:
    """Only true is true."""
    assert Fields({"a": True}).flag("a")
    assert Fields({"a": False, "b": True}).flag("a", "b")
    assert not any(Fields({"a": value}).flag("a") for value in ("true", 1, [1], None, False))


@pytest.mark.parametrize(
    "value", [1_714_000_000_000, 1_714_000_000_000.0, "2024-04-24T23:06:40Z", "2024-04-24T23:06:40"]
)
def test_instants(value: object) -> None:
    """Epoch milliseconds (v1) and ISO 8601 (v2, v3) are the same moment in UTC; no zone means UTC."""
    assert Fields({"a": value}).instant("a") == datetime(2024, 4, 24, 23, 6, 40, tzinfo=UTC)


def test_an_offset_is_heeded() -> None:
    """A time with an offset is turned into UTC."""
    found = Fields({"a": "2024-04-25T01:06:40.000+02:00"}).instant("a")
    assert found == datetime(2024, 4, 24, 23, 6, 40, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "soon",
        True,
        [],
        {},
        float("nan"),
        float("inf"),
        -float("inf"),
        1e300,
        10**400,
        -(10**30),
        "2024-13-45",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "2024-04-24T25:00:00Z",
        "1714000000000",
        0,
        -1e18,
        "1999-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        253_402_300_799_000,
        "�",
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_time_is_none(value: object) -> None:
    """A time that makes no sense is unknown, not an error."""
    assert Fields({"a": value}).instant("a") is None


@pytest.mark.parametrize(
    ("value", "span"),
    [
        (0, timedelta(0)),
        (1500, timedelta(seconds=1.5)),
        (0.5, timedelta(microseconds=500)),
        (100000000000000.0, LONGEST_DURATION),
        (-1, None),
        (None, None),
        ("1500", None),
        (True, None),
        (1000000000000000.0, None),
        (float("nan"), None),
        (10**400, None),
        (float("inf"), None),
        ([], None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_durations(value: object, span: timedelta | None) -> None:
    """Milliseconds; below nothing or beyond reason is unknown, long is a year at most."""
    assert Fields({"a": value}).span("a") == span


def test_timing() -> None:
    """Start, end and duration under their usual names."""
    timing = Fields({"startTime": 946684800000, "endTime": "2000-01-01T00:00:05Z", "duration": 5000}).timing()
    assert timing.started == datetime(2000, 1, 1, tzinfo=UTC)
    assert timing.ended == datetime(2000, 1, 1, 0, 0, 5, tzinfo=UTC)
    assert timing.duration == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("body", "value", "unreadable"),
    [
        ({}, None, ()),
        ({"a": None}, None, ()),
        ({"a": 0}, 0, ()),
        ({"a": "7"}, 7, ()),
        *(({"a": value}, None, ("a",)) for value in NO_COUNTS),
    ],
)
def test_evidence(body: dict[str, object], value: int | None, unreadable: tuple[str, ...]) -> None:
    """Nothing, a value, or the name of a field that cannot be read: three different things."""
    fields = Fields(body)
    assert (fields.read("a", whole_number), fields.unreadable(whole_number, "a", "b")) == (value, unreadable)


@pytest.mark.parametrize(("value", "mistyped"), [(None, False), ([], False), ({}, True), (0, True), ("", True)])
def test_a_value_of_another_type(value: object, mistyped: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Null is no value, so it has no wrong type."""
    assert Fields({"a": value}).mistyped("a", list) is mistyped
