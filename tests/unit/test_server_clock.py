"""The service's time at an instant, from the dates of its answers."""

from datetime import UTC, datetime, timedelta

import pytest

from testsigma_action.api.http import ServerClock

NOON = "Thu, 26 Nov 2026 12:00:00 GMT"
AT_NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_a_date_is_a_lower_bound() -> None:
    """Each answer was written before it arrived."""
    clock = ServerClock()
    clock.note(NOON, 100.0)
    assert clock.at(100.0) == AT_NOON
    assert clock.at(90.5) == AT_NOON - timedelta(seconds=9.5)


def test_the_highest_bound_counts() -> None:
    """An answer that comes late, or from a cache, tells less than one that comes at once."""
    clock = ServerClock()
    clock.note(NOON, 130.0)
    clock.note(NOON, 100.0)
    clock.note("Thu, 01 Jan 1970 00:00:00 GMT", 140.0)
    assert clock.at(100.0) == AT_NOON


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Thu, 99 Nov 2026 12:00:00 GMT", "Mon, 01 Jan 99999 00:00:00 GMT", "x" * 10_000],
)
def test_what_cannot_be_read_is_ignored(date: str) -> None:
    """Then nothing is known of the service's time."""
    clock = ServerClock()
    clock.note(date, 100.0)
    assert clock.at(100.0) is None


def test_a_time_that_no_calendar_has_is_unknown() -> None:
    """The year 9999 and a day."""
    clock = ServerClock()
    clock.note("Fri, 31 Dec 9999 23:59:59 GMT", 0.0)
    assert clock.at(86_400.0) is None
