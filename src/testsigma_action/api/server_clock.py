"""The service's own clock, derived from the `Date` headers of its answers."""

import email.utils
from contextlib import suppress
from datetime import UTC, datetime
from math import inf


class ServerClock:
    """Translates instants of our monotonic clock into the service's time.

    Every answer was written before it arrived, so each `Date` header is a lower bound of the service's time at that
    moment. The highest bound is used, so a cached answer with an old date changes nothing.
    """

    def __init__(self) -> None:
        """Start without any answer."""
        self._offset = -inf

    def note(self, date: str, now: float) -> None:
        """Use the `Date` header of an answer that arrived at this instant; an invalid one is ignored."""
        with suppress(ValueError, TypeError, OverflowError):
            self._offset = max(self._offset, email.utils.parsedate_to_datetime(date[:64]).timestamp() - now)

    def at(self, instant: float) -> datetime | None:
        """The service's time at an instant: this time or slightly later. None if no answer had a date."""
        with suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(instant + self._offset, UTC)
        return None
