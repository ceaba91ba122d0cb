"""Tolerant access to the fields of JSON objects. Wire units (milliseconds, two date formats) are converted here.

Where a verdict depends on a field, a missing value is neutral, but an unreadable one excludes a pass: `unreadable` and
`mistyped` tell them apart.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard, TypeVar

from testsigma_action.domain.identity import canonical, same_id
from testsigma_action.domain.run import Timing
from testsigma_action.text import cut

T = TypeVar("T")
# Makes a value, a `T`, of the JSON of an answer. Raises DecodeError.
Decoder = Callable[[object], T]

# Maximum length of a name or message in the model (characters); reports shorten it further.
LONGEST_TEXT = 10_000
IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,100}")
LONGEST_DURATION = timedelta(days=365)
# Larger counts are treated as unreadable, and larger IDs too: Python refuses to format numbers of thousands of digits.
MAX_COUNTED, MAX_ID = 10**12, 10**100
# Floats above this are not exact, so they cannot be IDs.
LARGEST_EXACT = float(2**53)
# Times outside this range are ignored, so that later sums and differences cannot overflow.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class DecodeError(Exception):
    """An answer that cannot be decoded; the message completes "a body ..."."""


class Fields:
    """A JSON object. Fields that are missing or of the wrong type are read as empty."""

    def __init__(self, body: object) -> None:
        """Accept any JSON value; anything but an object has no fields."""
        self._body: Mapping[str, Any] = body if isinstance(body, dict) else {}

    def has(self, key: str) -> bool:
        """Whether the field is present and not null."""
        return self._body.get(key) is not None

    def read(self, key: str, reader: Callable[[object], T | None]) -> T | None:
        """The value as `reader` reads it, or None, which a reader returns for an unreadable one."""
        return reader(self._body[key]) if self.has(key) else None

    def unreadable(self, reader: Callable[[object], object], *keys: str) -> tuple[str, ...]:
        """Those of these fields that are present, but that this reader cannot read."""
        return tuple(key for key in keys if self.has(key) and self.read(key, reader) is None)

    def mistyped(self, key: str, expected: type) -> bool:
        """Whether the field is present, but of another type."""
        return self.has(key) and not isinstance(self._body[key], expected)

    def text(self, *keys: str) -> str:
        """The first of these fields with a text or number, as text; empty if there is none."""
        for key in keys:
            value = self._body.get(key)
            if isinstance(value, str) and value:
                return cut(value, LONGEST_TEXT)
            if _is_number(value):
                return str(value)
        return ""

    def identity(self, *keys: str) -> str:
        """The first of these fields with an ID: a number or a text, without leading zeros.

        Empty if it is not safe in a path: with the ID `.`, stopping one run would stop all.
        """
        for key in keys:
            if found := _identity(self._body.get(key)):
                return found
        return ""

    def count(self, *keys: str) -> int | None:
        """The first of these fields with a whole number, or None: for hints, not for evidence."""
        return next((found for key in keys if (found := whole_number(self._body.get(key))) is not None), None)

    def flag(self, *keys: str) -> bool:
        """Whether one of these fields is true."""
        return any(self._body.get(key) is True for key in keys)

    def inner(self, key: str) -> "Fields":
        """A nested object; empty if there is none."""
        return Fields(self._body.get(key))

    def texts(self, key: str, most: int) -> Mapping[str, str]:
        """The texts and numbers of a nested object, without web addresses: those may be credentials."""
        nested, inner = self._body.get(key), self.inner(key)
        names = list(nested)[:most] if isinstance(nested, dict) else []
        found = {name: inner.text(name) for name in names}
        return {cut(name, 100): text for name, text in found.items() if text and "://" not in text}

    def rows(self, key: str) -> list[object]:
        """A nested list; empty if there is none."""
        value = self._body.get(key)
        return value if isinstance(value, list) else []

    def instant(self, key: str) -> datetime | None:
        """A point in time: epoch milliseconds (v1) or ISO 8601 (v2, v3). None if it is invalid."""
        value, moment = self._body.get(key), None
        try:
            if isinstance(value, str):
                moment = datetime.fromisoformat(value[:40])
                moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            elif _is_number(value):
                moment = datetime.fromtimestamp(value / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return moment if moment and EARLIEST <= moment < LATEST else None

    def span(self, key: str) -> timedelta | None:
        """A duration, in milliseconds on the wire; None if it is invalid."""
        value = self._body.get(key)
        if not _is_number(value) or not 0 <= value < 1e15:
            return None
        return min(timedelta(milliseconds=value), LONGEST_DURATION)

    def timing(self) -> Timing:
        """Start, end and duration under their usual names."""
        return Timing(self.instant("startTime"), self.instant("endTime"), self.span("duration"))


def whole_number(value: object) -> int | None:
    """A whole number from 0 on, also as `1.0` or in quotes; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
        value = int(value)
    return value if type(value) is int and 0 <= value < MAX_COUNTED else None


def _is_number(value: object) -> TypeGuard[float]:
    return type(value) in {int, float}


def _identity(value: object) -> str:
    if isinstance(value, float):
        # A negative zero is not an ID either.
        exact = value.is_integer() and value < LARGEST_EXACT and not str(value).startswith("-")
        value = int(value) if exact else None
    if type(value) is int:
        return str(value) if 0 <= value < MAX_ID else ""
    text = value.strip() if isinstance(value, str) else ""
    return canonical(text) if IDENTITY.fullmatch(text) else ""


def about(identity: str, decoder: Decoder[T]) -> Decoder[T]:
    """A decoder that rejects answers with another ID than the requested one."""

    def decoded(body: object) -> T:
        if not same_id(Fields(body).identity("id"), identity):
            raise DecodeError("with another ID than the requested one")
        return decoder(body)

    return decoded


def part(identity: str) -> str:
    """An ID as one part of a path. Raises ValueError if it is no valid ID: a stop without an ID would stop all runs."""
    if not IDENTITY.fullmatch(identity):
        raise ValueError(f"{identity!r} is not a valid ID")
    return identity
