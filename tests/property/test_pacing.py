"""The delay between two polls, whatever the age of the run."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action.pacing import LONGEST, SHORTEST, next_delay

SECONDS = st.floats(min_value=0, max_value=1e9, allow_nan=False)


@settings(database=None, deadline=None)
@given(elapsed=SECONDS)
def test_delays_stay_within_their_limits(elapsed: float) -> None:
    """Never more often than about every 2 s, never less often than about every minute."""
    assert SHORTEST * 0.89 <= next_delay(elapsed, None) <= LONGEST * 1.11


@settings(database=None, deadline=None)
@given(elapsed=SECONDS)
def test_no_end_is_noticed_much_too_late(elapsed: float) -> None:
    """A delay is at most a tenth of the age of the run, give or take the jitter, or the shortest one."""
    assert next_delay(elapsed, None) <= max(SHORTEST, elapsed * 0.1) * 1.11


@settings(database=None, deadline=None)
@given(elapsed=SECONDS, interval=st.timedeltas(min_value=timedelta(seconds=0.1), max_value=timedelta(days=30)))
def test_a_fixed_interval_has_no_jitter(elapsed: float, interval: timedelta) -> None:
    """What was asked for is what is done."""
    assert next_delay(elapsed, interval) == interval.total_seconds()
