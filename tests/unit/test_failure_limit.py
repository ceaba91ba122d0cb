"""Counting failed cases up to `stop-after-failures`."""

from testsigma_action.domain.events import StoppedAfterFailures
from testsigma_action.lifecycle.group import FailureLimit


def test_failures_of_all_runs_count_together() -> None:
    """The limit is reached by the sum, and each run counts with its newest number."""
    limit = FailureLimit(4)
    assert [limit.reached(0, 1), limit.reached(1, 2), limit.reached(1, 2)] == [None, None, None]
    assert limit.reached(0, 2) == StoppedAfterFailures(4, 4)
    assert limit.reached(2, 3) == StoppedAfterFailures(7, 4)


def test_an_old_answer_takes_no_failure_back() -> None:
    """A stale answer may have fewer failures than the one before it."""
    limit = FailureLimit(3)
    assert [limit.reached(0, 2), limit.reached(0, 0)] == [None, None]
    assert limit.reached(1, 1) == StoppedAfterFailures(3, 3)


def test_without_a_limit() -> None:
    """0 is no limit."""
    assert FailureLimit(0).reached(0, 1_000_000) is None
