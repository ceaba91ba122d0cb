"""Reading JSON objects without surprises. The units of the wire (milliseconds, two date formats) end here.

Fields on which a verdict rests are read as `Evidence`, which keeps "nothing was said" apart from "what was said cannot
be read": the first is neutral, the second speaks against a pass.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from testsigma_action.domain.identity import canonical
from testsigma_action.domain.run import Timing
from testsigma_action.text import cut

T = TypeVar("T")

# Longest text that is kept of a name or a message (characters); what is shown is cut further.
LONGEST_TEXT = 10_000
IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,100}")
LONGEST_DURATION = timedelta(days=365)
# A number of things that has more than twelve digits is none.
MOST_COUNTED = 10**12
# Floats above this are not exact, so they name nothing.
LARGEST_EXACT = float(2**53)
# Times outside of this window are nonsense; keeping them out keeps every later sum and difference in range.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class DecodeError(Exception):
    """An answer that is not what it should be; the message completes "a body ..."."""


@dataclass(frozen=True, slots=True)
class Evidence(Generic[T]):
    """What a field says: a value, nothing (it is missing or null), or something that cannot be read.

    `unreadable` is the name of the field in the last case, else empty.
    """

    value: T | None = None
    unreadable: str = ""


class Fields:
    """A JSON object, read without surprises: what is missing or of the wrong type is empty, unless it must be there."""

    def __init__(self, body: object) -> None:
        """Take anything; what is no object has no fields."""
        self._body: Mapping[str, Any] = body if isinstance(body, dict) else {}

    def has(self, key: str) -> bool:
        """Whether there is such a field that is not null."""
        return self._body.get(key) is not None

    def evidence(self, key: str, read: Callable[[object], T | None]) -> Evidence[T]:
        """The field as evidence; `read` returns None for what it cannot understand, and is not asked about null."""
        raw = self._body.get(key)
        if raw is None:
            return Evidence()
        value = read(raw)
        return Evidence(unreadable=key) if value is None else Evidence(value)

    def text(self, *keys: str) -> str:
        """The first of these that holds a text or a number; empty if none does."""
        for key in keys:
            value = self._body.get(key)
            if isinstance(value, str) and value:
                return cut(value, LONGEST_TEXT)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return str(value)
        return ""

    def identity(self, *keys: str) -> str:
        """An ID: a number or a text, whichever the service sends today, without leading zeros.

        Empty where it could not stand in a path: with `.` for an ID, the stop of one run would be the stop of all.
        """
        return next((found for key in keys if (found := _identity(self._body.get(key)))), "")

    def count(self, *keys: str) -> int | None:
        """The first of these that is a number of things, or None: for hints, not for evidence."""
        return next((found for key in keys if (found := whole_number(self._body.get(key))) is not None), None)

    def flag(self, *keys: str) -> bool:
        """Whether one of these is true."""
        return any(self._body.get(key) is True for key in keys)

    def inner(self, key: str) -> "Fields":
        """A nested object; without fields where there is none."""
        return Fields(self._body.get(key))

    def rows(self, key: str) -> list[object]:
        """A nested list; empty where there is none."""
        value = self._body.get(key)
        return value if isinstance(value, list) else []

    def instant(self, key: str) -> datetime | None:
        """A point in time: epoch milliseconds (v1) or ISO 8601 (v2, v3). None where it makes no sense."""
        value = self._body.get(key)
        try:
            moment = _moment(value)
        except (ValueError, OverflowError, OSError):
            return None
        return moment if moment and EARLIEST <= moment < LATEST else None

    def span(self, key: str) -> timedelta | None:
        """A duration, in milliseconds on the wire; None where it makes no sense."""
        value = self._body.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e15:
            return None
        return min(timedelta(milliseconds=value), LONGEST_DURATION)

    def timing(self) -> Timing:
        """Start, end and duration under their usual names."""
        return Timing(self.instant("startTime"), self.instant("endTime"), self.span("duration"))


def whole_number(value: object) -> int | None:
    """A number of things: a whole number from 0 on, also as `1.0` or in quotes; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
        value = int(value)
    return value if isinstance(value, int) and 0 <= value < MOST_COUNTED else None


def _identity(value: object) -> str:
    if isinstance(value, float):
        # Not the negative zero either: its sign shows that it was never an ID.
        exact = value.is_integer() and value < LARGEST_EXACT and not str(value).startswith("-")
        value = int(value) if exact else None
    if isinstance(value, int) and not isinstance(value, bool):
        # A number of thousands of digits cannot even be written.
        value = str(value) if 0 <= value < 10**100 else None
    text = value.strip() if isinstance(value, str) else ""
    return canonical(text) if IDENTITY.fullmatch(text) else ""


def _moment(value: object) -> datetime | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, UTC)
    if not isinstance(value, str):
        return None
    moment = datetime.fromisoformat(value[:40])
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
