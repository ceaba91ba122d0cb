"""Decides when to poll next, from an estimate of the end of the run: pure arithmetic.

A request is worth `WORTH` seconds of delay: the next poll comes when the end of the run would be noticed that much too
late on average. So polls are rare while the end is far away, and frequent around it. See docs/decisions.
"""

import random
from dataclasses import dataclass
from datetime import timedelta
from math import erfc, exp, log, sqrt

from testsigma_action.domain.run import Counts, Run

# Seconds: the limits of a delay, and the mean delay at the end of a run that is worth a request.
SHORTEST = 2.0
LONGEST = 60.0
WORTH = 0.2
JITTER = 0.1
# If only the age of a run is known, it is polled every 7 s at first, every 8 s after ten minutes and every 18 s after
# two hours. Altogether that costs as many requests as polling every 10 s, with the same delay.
GROWTH = 0.2
HEAD_START = 1200.0
# The prior probability that the estimate is wrong.
DOUBT = 0.02
# The spread (standard deviation of the logarithm) of the durations of runs of one plan, and of cases of one run.
RUN_SPREAD = 0.25
CASE_SPREAD = 1.0
# The weight of a case's duration falls to a third after so many cases.
MEMORY = 50.0
# Counters that do not change for the time of so many cases are ignored.
STILL = 25.0
# Shorter times in the queue are not reported: every run is queued for a moment (seconds).
MOMENT = 10.0
# An estimate is reported if its standard deviation is below this part of it.
VAGUE = 0.8
LONGEST_RUN = timedelta(days=30).total_seconds()


def delay_by_age(age: float) -> float:
    """Seconds until the next poll of a run if only its age (seconds) is known."""
    return min(LONGEST, GROWTH * sqrt(max(0.0, age) + HEAD_START))


@dataclass(frozen=True, slots=True)
class Belief:
    """An estimate of the duration of a run: a lognormal distribution. `spread` is the deviation of its logarithm."""

    median: float
    spread: float

    def over(self, age: float) -> float:
        """The probability that the run has completed at this age."""
        return _normal(self._deviation(age))

    def lateness(self, age: float) -> float:
        """The expected time between the end of the run and this age, 0 if it ends later (seconds)."""
        deviation, mean = self._deviation(age), self.median * exp(self.spread**2 / 2)
        return age * _normal(deviation) - mean * _normal(deviation - self.spread)

    def and_also(self, other: "Belief") -> "Belief":
        """The combination of two independent estimates."""
        ours, theirs = self.spread**-2, other.spread**-2
        median = exp((log(self.median) * ours + log(other.median) * theirs) / (ours + theirs))
        return Belief(median, (ours + theirs) ** -0.5)

    def _deviation(self, age: float) -> float:
        return log(max(age, 1e-9) / self.median) / self.spread


def _normal(deviation: float) -> float:
    return erfc(-deviation / sqrt(2)) / 2


def delay_by(belief: Belief | None, age: float, doubt: float = DOUBT) -> float:
    """Seconds until the next poll of a run of this age, by an estimate that may be wrong."""
    alive = 1 - belief.over(age) if belief else 0.0
    if not belief or alive < 1e-9:
        return delay_by_age(age)
    # The longer the run lasts beyond the estimate, the more likely the estimate is wrong.
    doubt = doubt / (doubt + (1 - doubt) * alive)
    before = belief.lateness(age)

    def too_late(delay: float) -> bool:
        expected = (belief.lateness(age + delay) - before - delay * (1 - alive)) / alive
        return doubt * WORTH * (delay / delay_by_age(age)) ** 2 + (1 - doubt) * expected > WORTH

    if not too_late(LONGEST):
        return LONGEST
    low, high = SHORTEST, LONGEST
    # The longest delay that is not too late, to a few milliseconds.
    for _ in range(14):
        middle = (low + high) / 2
        low, high = (low, middle) if too_late(middle) else (middle, high)
    return low


class Counters:
    """The speed at which cases complete, by the counters of a run. Any counter may be missing, wrong or old."""

    def __init__(self) -> None:
        """Begin without counters."""
        self.total = self.done = 0
        self._seen = self._moved = 0.0
        # Time and cases since the first count. Both decay, so that their ratio is the recent speed.
        self._time = self._cases = 0.0

    def update(self, counts: Counts, age: float) -> None:
        """Add the counters of a run of this age (seconds)."""
        total, done = max(0, counts.total or 0), max(0, counts.done)
        if not counts.known or not total:
            return
        if self.total:
            fresh = max(0, done - self.done)
            fade = exp(-fresh / MEMORY)
            self._time = self._time * fade + max(0.0, age - self._seen)
            self._cases = self._cases * fade + fresh
        if done != self.done:
            self._moved = age
        self.total, self.done, self._seen = total, done, age

    def belief(self, age: float) -> Belief | None:
        """The estimate at the recent speed; None if the counters are missing or do not change."""
        if not self._cases or not self._time:
            return None
        moving = self._time - (self._seen - self._moved)
        if age - self._moved > STILL * moving / self._cases:
            return None
        each, left = self._time / self._cases, max(0, self.total - self.done)
        median = age + each * (left + 0.5)
        unsure = each * CASE_SPREAD * sqrt(left + left**2 / min(max(self.done, 1), MEMORY) + 1)
        return Belief(median, max(unsure / median, 1e-3))


class Pace:
    """Estimates the end of one run. All instants are of one monotonic clock.

    `before` is the plan's previous run, once it is known. `waiting` says whether the run was queued by the last answer.
    Estimates count from the moment when it left the queue.
    """

    def __init__(self, began: float, interval: timedelta | None = None) -> None:
        """Begin to wait; a given interval replaces the estimates."""
        self.before: Run | None = None
        self.waiting = False
        self._interval = interval
        self._began = began
        self._was_queued = self._begun = self._over = False
        self._left_queue: float | None = None
        self._counters = Counters()

    def update(self, run: Run, now: float) -> None:
        """Add an answer. A run that has begun does not return to the queue."""
        self._begun = self._begun or run.begun
        self.waiting = run.waiting and not self._begun
        if self.waiting:
            self._was_queued, self._left_queue, self._counters = True, None, Counters()
            return
        if self._left_queue is None:
            self._left_queue = now if self._was_queued else self._began
        self._over = run.completed
        self._counters.update(run.counts, now - self._left_queue)

    @property
    def queued(self) -> timedelta | None:
        """How long the run was queued, if it has left the queue and did not only pass it."""
        if not self._was_queued or self._left_queue is None or self._left_queue - self._began < MOMENT:
            return None
        return timedelta(seconds=int(self._left_queue - self._began))

    def next_delay(self, now: float) -> float:
        """Seconds until the next poll. Jitter keeps many jobs from polling at the same time."""
        if self._interval is not None:
            return self._interval.total_seconds()
        age = self._age(now)
        delay = delay_by_age(now - self._began) if age is None else delay_by(self._belief(age), age)
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
        return min(LONGEST, max(SHORTEST, delay * spread))

    def left(self, now: float) -> timedelta | None:
        """The time that is left, if the estimate is good enough to be reported."""
        age = None if self._over else self._age(now)
        belief = None if age is None else self._belief(age)
        if age is None or not belief or belief.median * belief.spread > (belief.median - age) * VAGUE:
            return None
        left = belief.median - age
        return timedelta(seconds=left) if left < LONGEST_RUN else None

    def _age(self, now: float) -> float | None:
        """Seconds since the run left the queue; None while it is queued and before the first answer."""
        return None if self._left_queue is None else max(0.0, now - self._left_queue)

    def _belief(self, age: float) -> Belief | None:
        usual, counted = self._usual(), self._counters.belief(age)
        return usual.and_also(counted) if usual and counted else usual or counted

    def _usual(self) -> Belief | None:
        """The duration of the previous run, scaled by the number of cases."""
        before = self.before
        seconds = before.timing.duration.total_seconds() if before and before.timing.duration else 0.0
        if before and before.counts.total and self._counters.total:
            seconds *= self._counters.total / before.counts.total
        return Belief(min(seconds, LONGEST_RUN), RUN_SPREAD) if seconds >= 1 else None
