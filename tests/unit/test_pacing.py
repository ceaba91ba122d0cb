"""When to ask next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from testsigma_action.domain.pacing import (
    DOUBT,
    JITTER,
    LONGEST,
    SHORTEST,
    Belief,
    Counters,
    Pace,
    delay_by,
    delay_by_age,
)
from testsigma_action.domain.run import Counts, Result, Run, Status, Timing

MINUTE = 60.0


def answer(done: int = 0, total: int | None = 100, status: Status = Status.IN_PROGRESS) -> Run:
    """A run that has come so far."""
    return Run("2", status, Result.QUEUED, counts=Counts(total=total, passed=done))


def before(minutes: float, total: int | None = None) -> Run:
    """A run before it, which took so long."""
    timing = Timing(duration=timedelta(minutes=minutes))
    return Run("1", Status.COMPLETED, Result.PASSED, timing=timing, counts=Counts(total=total))


def after(*seen: tuple[float, Run], usual: Run | None = None) -> Pace:
    """A wait that began at 0 and got these answers."""
    pace = Pace(0.0)
    pace.before = usual
    for instant, run in seen:
        pace.update(run, instant)
    return pace


def steady(until: float, each: float = 6.0, total: int = 100) -> Sequence[tuple[float, Run]]:
    """Answers every half a minute about a run that finishes a case every so many seconds."""
    return [(float(now), answer(int(now / each), total)) for now in range(0, int(until) + 1, 30)]


def delay(pace: Pace, now: float) -> float:
    """The mean delay until the next poll."""
    return sum(pace.next_delay(now) for _ in range(100)) / 100


@pytest.mark.parametrize("instant", [0.0, 5.0, 100_000.0])
def test_a_fixed_interval_is_kept(instant: float) -> None:
    """Who asks for an interval gets it, at any age of the run."""
    assert Pace(0.0, timedelta(seconds=7.5)).next_delay(instant) == 7.5
    assert Pace(0.0, timedelta(seconds=0.1)).next_delay(instant) == 0.1


def test_of_an_unknown_run_only_the_age_counts() -> None:
    """From 7 s at the beginning to a minute after a day."""
    assert [round(delay_by_age(age)) for age in (0, 600, 7200, 6 * 3600, 86_400, 1e9)] == [7, 8, 18, 30, 59, 60]
    pace = after((0.0, answer(total=None)))
    assert delay(pace, 600.0) == pytest.approx(delay_by_age(600.0), rel=0.05)


def test_jobs_do_not_ask_in_step() -> None:
    """Two jobs that began together drift apart, but not far."""
    delays = [after((0.0, answer())).next_delay(300.0) for _ in range(50)]
    assert len(set(delays)) > 40
    assert max(delays) / min(delays) <= (1 + JITTER) / (1 - JITTER) + 1e-9


def test_the_limits_are_those_of_the_contract() -> None:
    """Within 2 s and a minute."""
    assert (SHORTEST, LONGEST) == (2.0, 60.0)


def test_counters_tell_how_long_it_takes() -> None:
    """100 cases of 6 s each: after five minutes the other five are far enough, at the end we are there."""
    assert delay(after(*steady(300)), 300.0) > 40
    assert delay(after(*steady(570)), 570.0) < 15
    assert delay(after(*steady(600)), 600.0) < 4
    assert after(*steady(300)).left(300.0) == pytest.approx(timedelta(minutes=5), abs=timedelta(seconds=20))


def test_history_tells_how_long_it_takes() -> None:
    """A run that usually takes an hour is not asked every few seconds at first, and is around its end."""
    pace = after((0.0, answer(total=None)), usual=before(60))
    assert delay(pace, 60.0) > 45
    assert delay(pace, 3600.0) < delay(pace, 3000.0) < delay(pace, 1000.0)
    assert pace.left(60.0) == timedelta(minutes=59)


def test_both_are_better_than_one() -> None:
    """What the counters say early is worth little, and much later; history holds against a slow beginning."""
    early = [(0.0, answer(0)), (60.0, answer(2))]
    alone, both = after(*early).left(60.0), after(*early, usual=before(20)).left(60.0)
    assert alone is None or alone > timedelta(minutes=40)
    assert both is not None
    assert both < timedelta(minutes=25)
    late = after(*steady(570), usual=before(60)).left(570.0)
    assert late is not None
    assert late < timedelta(minutes=1)


def test_a_partial_run_takes_a_part_of_the_time() -> None:
    """The run before had ten times the cases."""
    pace = after((0.0, answer(total=10)), usual=before(60, total=100))
    assert pace.left(10.0) == pytest.approx(timedelta(minutes=6), abs=timedelta(seconds=15))


def test_what_is_overdue_is_doubted() -> None:
    """Long after its usual end a run is asked as one of which nothing is known, not every two seconds."""
    pace = after((0.0, answer(total=None)), usual=before(10))
    assert delay(pace, 1300.0) == pytest.approx(delay_by_age(1300.0), rel=0.1)
    assert delay(pace, 6 * 600.0) == pytest.approx(delay_by_age(6 * 600.0), rel=0.1)


def test_counters_that_stand_still_are_doubted() -> None:
    """Half of the run is done, and for a quarter of an hour nothing more: nobody knows."""
    stuck = [(float(now), answer(50)) for now in range(330, 1500, 30)]
    assert delay(after(*steady(300), *stuck), 1500.0) == pytest.approx(delay_by_age(1500.0), rel=0.05)


def test_counters_that_are_done_too_early_do_no_harm() -> None:
    """All cases are over and the run is not: often at first, then as if nothing was known."""
    done = [(float(now), answer(100)) for now in range(30, 2000, 30)]
    assert delay(after((0.0, answer(0)), *done), 1990.0) == pytest.approx(delay_by_age(1990.0), rel=0.05)


def test_the_queue_is_no_part_of_the_run() -> None:
    """A run that waited for an hour and began a minute ago is a minute old."""
    waiting = [(float(now), answer(status=Status.QUEUED)) for now in (0, 1800, 3540)]
    pace = after(*waiting, (3600.0, answer(0)), usual=before(30))
    assert pace.queued == timedelta(hours=1)
    assert pace.left(3660.0) == pytest.approx(timedelta(minutes=29), abs=timedelta(seconds=1))
    assert after(*waiting).queued is None
    assert after(*waiting, usual=before(30)).left(3540.0) is None
    assert delay(after(*waiting, usual=before(30)), 3540.0) == pytest.approx(delay_by_age(3540.0), rel=0.05)


def test_nothing_running_is_a_place_in_the_queue() -> None:
    """A run that is in progress by its status, and of which nothing runs yet, waits like a queued one."""
    idle = replace(answer(), counts=Counts(total=100, queued=100, running=0))
    pace = after((0.0, idle), (3540.0, idle))
    assert pace.waiting
    pace.update(answer(1), 3600.0)
    assert (pace.waiting, pace.queued) == (False, timedelta(hours=1))


def test_a_run_that_has_worked_waits_no_more() -> None:
    """Counters that are zero for a moment do not bring it back into the queue."""
    idle = replace(answer(), counts=Counts(total=100, queued=100, running=0))
    running = replace(answer(), counts=Counts(total=100, queued=99, running=1))
    pace = after((0.0, idle), (60.0, running), (120.0, idle))
    assert not pace.waiting
    assert pace.queued == timedelta(minutes=1)


def test_a_moment_in_the_queue_is_no_news() -> None:
    """Every run is there for a moment."""
    waiting = (0.0, answer(status=Status.QUEUED))
    assert after(waiting, (9.0, answer(0))).queued is None
    assert after(waiting, (10.4, answer(0))).queued == timedelta(seconds=10)


def test_a_run_that_was_never_seen_in_the_queue_has_no_time_there() -> None:
    """It counts from when the wait began."""
    pace = after((5.0, answer(0)), usual=before(30))
    assert pace.queued is None
    assert pace.left(60.0) == timedelta(minutes=29)


def test_a_run_that_is_over_goes_on_no_longer() -> None:
    """There is nothing to estimate."""
    assert after(*steady(300), (310.0, answer(100, status=Status.COMPLETED))).left(310.0) is None


def test_a_vague_estimate_is_not_told() -> None:
    """One case of a hundred says nothing."""
    assert after((0.0, answer(0)), (30.0, answer(1))).left(30.0) is None
    assert (
        after(
            (0.0, answer(0)),
        ).left(30.0)
        is None
    )


def test_cases_that_were_done_before_we_looked_do_not_count() -> None:
    """Who joins late does not take fifty cases for the work of a second."""
    pace = after((1.0, answer(50)), (61.0, answer(60)), (121.0, answer(70)))
    assert pace.left(121.0) == pytest.approx(timedelta(minutes=3), abs=timedelta(seconds=5))


@pytest.mark.parametrize(
    "counts",
    [
        Counts(),
        Counts(total=0, passed=0),
        Counts(total=None, passed=7),
        Counts(total=5, passed=7),
        Counts(total=-5, passed=-7),
        Counts(total=10**12, passed=1),
    ],
)
def test_odd_counters(counts: Counts) -> None:
    """None of them is a reason to give up."""
    counters = Counters()
    for age in (0.0, 10.0, 20.0, 20.0):
        counters.update(counts, age)
        belief = counters.belief(age)
        assert SHORTEST <= delay_by(belief, age) <= LONGEST


def test_two_beliefs_make_a_better_one() -> None:
    """The surer one counts for more, and both together are surer than each."""
    sure, vague = Belief(100.0, 0.1), Belief(200.0, 0.4)
    both = sure.and_also(vague)
    assert 100.0 < both.median < 110.0
    assert both.spread < sure.spread
    assert both.and_also(both).median == pytest.approx(both.median)


def test_lateness_is_the_mean_of_all_that_is_possible() -> None:
    """Long after the end it is the time since the mean; before the beginning there is none."""
    belief = Belief(100.0, 0.01)
    assert belief.lateness(1000.0) == pytest.approx(900.0, rel=1e-3)
    assert belief.lateness(1.0) == pytest.approx(0.0, abs=1e-9)
    assert belief.over(100.0) == pytest.approx(0.5)


def test_without_doubt_there_is_less_to_ask() -> None:
    """What is believed may be wrong: that alone makes us ask now and then."""
    belief = Belief(7200.0, 0.2)
    assert delay_by(belief, 60.0, doubt=1.0) == pytest.approx(delay_by_age(60.0), rel=0.01)
    assert delay_by(belief, 60.0, doubt=DOUBT) > delay_by(belief, 60.0, doubt=0.5) > delay_by_age(60.0)
