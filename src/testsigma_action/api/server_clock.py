"""The service's own clock, derived from the `Date` headers of its answers."""

import email.utils
from datetime import UTC, datetime


class ServerClock:
    """Translates instants of our monotonic clock into the service's time.

    Every answer was written before it arrived, so each `Date` header is a lower bound of the service's time at that
    moment. The highest bound is used, so a cached answer with an old date changes nothing.
    """

    def __init__(self) -> None:
        """Start without any answer."""
        self._offset: float | None = None

    def note(self, date: str, now: float) -> None:
        """Use the `Date` header of an answer that arrived at this instant; an invalid one is ignored."""
        try:
            offset = email.utils.parsedate_to_datetime(date[:64]).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return
        self._offset = offset if self._offset is None else max(self._offset, offset)

    def at(self, instant: float) -> datetime | None:
        """The service's time at an instant: this time or slightly later. None if no answer had a date."""
        if self._offset is None:
            return None
        try:
            return datetime.fromtimestamp(instant + self._offset, UTC)
        except (ValueError, OverflowError, OSError):
            return None
