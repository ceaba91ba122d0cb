"""The delay between two polls, whatever is said of the run."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action.domain.pacing import LONGEST, SHORTEST, Belief, Pace, delay_by, delay_by_age
from testsigma_action.domain.run import Counts, Result, Run, Status, Timing

SECONDS = st.floats(min_value=0, max_value=1e9, allow_nan=False)
NUMBERS = st.none() | st.integers(-10, 10) | st.integers(-(10**12), 10**12)
COUNTS = st.builds(Counts, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
RUNS = st.builds(
    Run,
    st.just("1"),
    st.sampled_from(Status),
    st.sampled_from(Result),
    counts=COUNTS,
    timing=st.builds(Timing, duration=st.none() | st.timedeltas()),
)
BELIEFS = st.builds(
    Belief,
    st.floats(min_value=1, max_value=1e7),
    st.floats(min_value=1e-3, max_value=3),
)


@settings(database=None, deadline=None)
@given(seen=st.lists(st.tuples(SECONDS, RUNS), max_size=8), usual=st.none() | RUNS, now=SECONDS)
def test_delays_stay_within_their_limits(seen: list[tuple[float, Run]], usual: Run | None, now: float) -> None:
    """Whatever was counted, in any order of time: never more often than every 2 s, never less often than every minute.

    What is estimated of the rest is never negative.
    """
    pace = Pace(0.0)
    pace.before = usual
    for instant, run in seen:
        pace.update(run, instant)
        assert SHORTEST <= pace.next_delay(instant) <= LONGEST
    assert SHORTEST <= pace.next_delay(now) <= LONGEST
    left = pace.left(now)
    assert left is None or left >= timedelta()


@settings(database=None, deadline=None)
@given(age=SECONDS, older=SECONDS)
def test_the_older_an_unknown_run_the_rarer_the_polls(age: float, older: float) -> None:
    """Within the limits, growing, and the same for all who know nothing."""
    young, old = sorted((age, older))
    assert SHORTEST <= delay_by_age(young) <= delay_by_age(old) <= LONGEST
    assert delay_by(None, young) == delay_by_age(young)


@settings(database=None, deadline=None)
@given(belief=BELIEFS, age=SECONDS, factor=st.floats(min_value=1, max_value=100))
def test_the_further_the_end_the_rarer_the_polls(belief: Belief, age: float, factor: float) -> None:
    """A run that is believed to take longer is not asked sooner, unless it is so late that the belief is doubted."""
    longer = Belief(belief.median * factor, belief.spread)
    if belief.over(age) < 0.95:
        assert delay_by(longer, age) >= delay_by(belief, age) - 0.1


@settings(database=None, deadline=None)
@given(belief=BELIEFS, age=SECONDS)
def test_delays_by_any_belief_stay_within_their_limits(belief: Belief, age: float) -> None:
    """Sure or unsure, long past or far away; and nobody is so sure as to ask much less than who knows nothing."""
    delay = delay_by(belief, age)
    assert SHORTEST <= delay <= min(LONGEST, 7.1 * delay_by_age(age))


@settings(database=None, deadline=None)
@given(
    instant=SECONDS,
    interval=st.timedeltas(min_value=timedelta(seconds=0.1), max_value=timedelta(days=30)),
    run=RUNS,
)
def test_a_fixed_interval_has_no_jitter(instant: float, interval: timedelta, run: Run) -> None:
    """What was asked for is what is done, whatever is known."""
    pace = Pace(0.0, interval)
    pace.before = run
    pace.update(run, instant)
    assert pace.next_delay(instant) == interval.total_seconds()
