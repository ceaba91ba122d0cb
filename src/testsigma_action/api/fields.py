"""Reading JSON objects without surprises. The units of the wire (milliseconds, two date formats) end here."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from testsigma_action.model import Timing
from testsigma_action.text import cut

# Longest text that is kept of a name or a message (characters); what is shown is cut further.
LONGEST_TEXT = 10_000
IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,100}")
LONGEST_DURATION = timedelta(days=365)
# A number of things that has more than twelve digits is none.
MOST_COUNTED = 10**12


class DecodeError(Exception):
    """An answer that is not what it should be; the message completes "a body ..."."""


class Fields:
    """A JSON object, read without surprises: what is missing or of the wrong type is empty, unless it must be there."""

    def __init__(self, body: object) -> None:
        """Take anything; what is no object has no fields."""
        self._body: Mapping[str, Any] = body if isinstance(body, dict) else {}

    def has(self, key: str) -> bool:
        """Whether there is such a field that is not null."""
        return self._body.get(key) is not None

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
        """An ID: a number or a text, whichever the service sends today.

        Empty where it could not stand in a path: with `.` for an ID, the stop of one run would be the stop of all.
        """
        return next((text for key in keys if IDENTITY.fullmatch(text := self.text(key).strip())), "")

    def count(self, *keys: str) -> int | None:
        """A number of things, or None."""
        for key in keys:
            value = self._body.get(key)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_COUNTED:
                return value
            if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
                return int(value)
        return None

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
        """A point in time: epoch milliseconds (v1) or ISO 8601 (v2, v3)."""
        value = self._body.get(key)
        try:
            if isinstance(value, int | float) and not isinstance(value, bool):
                return datetime.fromtimestamp(value / 1000, UTC)
            if isinstance(value, str):
                moment = datetime.fromisoformat(value[:40])
                return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError, OSError):
            pass
        return None

    def span(self, key: str) -> timedelta | None:
        """A duration, in milliseconds on the wire; None where it makes no sense."""
        value = self._body.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e15:
            return None
        return min(timedelta(milliseconds=value), LONGEST_DURATION)

    def timing(self) -> Timing:
        """Start, end and duration under their usual names."""
        return Timing(self.instant("startTime"), self.instant("endTime"), self.span("duration"))
