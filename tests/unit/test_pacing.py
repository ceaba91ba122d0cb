"""When to ask next."""

from datetime import timedelta

import pytest

from testsigma_action.pacing import LONGEST, SHORTEST, next_delay


@pytest.mark.parametrize("elapsed", [0.0, 5.0, 100_000.0])
def test_a_fixed_interval_is_kept(elapsed: float) -> None:
    """Who asks for an interval gets it, at any age of the run."""
    assert next_delay(elapsed, timedelta(seconds=7.5)) == 7.5


def test_young_runs_are_asked_often_and_old_ones_seldom() -> None:
    """From about 2 s at the beginning to about a minute in the end."""
    assert all(1.5 <= next_delay(0.0, None) <= 2.5 for _ in range(100))
    assert all(9 <= next_delay(100.0, None) <= 11 for _ in range(100))
    assert all(50 <= next_delay(86_400.0, None) <= 70 for _ in range(100))


def test_jobs_do_not_ask_in_step() -> None:
    """Two jobs that began together drift apart."""
    assert len({next_delay(300.0, None) for _ in range(20)}) > 10


def test_the_limits_are_those_of_the_contract() -> None:
    """Within 2 s and about 60 s."""
    assert (SHORTEST, LONGEST) == (2.0, 60.0)
