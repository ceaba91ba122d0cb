"""Reads texts, numbers, times and durations from JSON. They are bounded, since reports calculate with them."""

from datetime import UTC, datetime, timedelta
from typing import Any

Json = Any

# The longest text that is written (characters), and the bounds of numbers and times that are read: reports calculate
# with them.
LONGEST_TEXT = 65_536
_BOUND = 2**63
_YEARS = range(1970, 2300)
_LONGEST_DURATION = timedelta(days=366 * 300)


def checked(kind: type, data: Json) -> Json:
    """A value of this type. Raises TypeError for any other."""
    if isinstance(data, kind):
        return data
    raise TypeError(f"{kind.__name__} expected")


def text(data: Json) -> str:
    """A text. Raises TypeError for one that is too long, and for anything else."""
    if not isinstance(data, str) or len(data) > LONGEST_TEXT:
        raise TypeError("a text that is not too long expected")
    return data


def number(data: Json) -> int:
    """A whole number. Raises TypeError for one that is too large, and for anything else."""
    if not isinstance(data, int) or isinstance(data, bool) or not -_BOUND < data < _BOUND:
        raise TypeError("a number that is not too large expected")
    return data


def moment(data: Json) -> datetime:
    """A time. Raises ValueError for one without a time zone, which cannot be compared, and for one of another age."""
    found = datetime.fromisoformat(data)
    if found.tzinfo is None or found.year not in _YEARS:
        raise ValueError("a time with its zone expected")
    return found.astimezone(UTC)


def duration(data: Json) -> timedelta:
    """A duration. Raises ValueError or OverflowError for one that is too long."""
    found = timedelta(seconds=data)
    if abs(found) > _LONGEST_DURATION:
        raise ValueError("a shorter duration expected")
    return found
