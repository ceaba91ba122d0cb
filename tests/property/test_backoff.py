"""Whatever the service asks for, the pause before the next try is neither nothing nor without end."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from testsigma_action.api.bodies import read_error_body
from testsigma_action.api.error_response import (
    MAX_RETRY_AFTER,
    backoff,
    by_service,
    error_of,
    retry_after,
)

NOW = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)
DATES = st.datetimes().map(lambda date: date.strftime("%a, %d %b %Y %H:%M:%S GMT"))
HEADERS = st.one_of(st.text(), st.integers().map(str), st.floats().map(str), DATES)


@given(HEADERS, st.integers(1, 10_000))
def test_the_pause_is_bounded(header: str, attempt: int) -> None:
    """Numbers, dates of any year, nonsense: at least a tenth of a second, at most five minutes."""
    assert 0.1 <= backoff(attempt, retry_after(header, NOW)) <= MAX_RETRY_AFTER


@given(st.integers(100, 999), st.binary())
def test_who_answers_is_always_known(status: int, body: bytes) -> None:
    """No body is an exception, and no redirect and no proxy's demand is the service's."""
    assert by_service(status, read_error_body(body)) in {True, False}
    assert not by_service(407, read_error_body(body))
    assert not error_of("Could not read", "app.example.com", 302, read_error_body(body)).by_service
