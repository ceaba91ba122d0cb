"""When to ask next: pure arithmetic on what is believed of the end of a run.

Every request is worth `WORTH` seconds of delay: we wait for as long as the end, if it comes meanwhile, is noticed that
much too late on the average. So polls are rare while the end is far, and frequent around it. See docs/decisions.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import erfc, exp, log, sqrt

from testsigma_action.domain.run import Counts, Run

# Seconds: limits of a delay, and the mean delay at the end of a run that is worth a request.
SHORTEST = 2.0
LONGEST = 60.0
WORTH = 0.2
JITTER = 0.1
# A run of which nothing but its age is known is asked about every 7 s at first, 8 s after ten minutes, 18 s after two
# hours: in the end that costs what every 10 s costs, and is as late.
GROWTH = 0.2
HEAD_START = 1200.0
# How likely it is, before it is contradicted, that what we believe is quite wrong.
DOUBT = 0.02
# By how much (as a logarithm) runs of one plan, and cases of one run, differ in length.
RUN_SPREAD = 0.25
CASE_SPREAD = 1.0
# So many cases back, what a case took counts for a third.
MEMORY = 50.0
# Counters that stand still for as long as so many cases took before are not believed any more.
STILL = 25.0
# Shorter times in the queue are no news: every run is there for a moment (seconds).
MOMENT = 10.0
# An estimate is told if it is not further off than this part of itself.
VAGUE = 0.8
LONGEST_RUN = timedelta(days=30).total_seconds()


def unknowing(age: float) -> float:
    """Seconds until the next poll of a run of this age (seconds) if nothing else is known of it."""
    return min(LONGEST, GROWTH * sqrt(max(0.0, age) + HEAD_START))


@dataclass(frozen=True, slots=True)
class Belief:
    """How long a run takes in all: a lognormal distribution, `spread` is that of its logarithm."""

    median: float
    spread: float

    def over(self, age: float) -> float:
        """How likely the run is over at this age."""
        return _normal(self._deviation(age))

    def lateness(self, age: float) -> float:
        """By how much the end of the run lies before this age, on the average over all that is possible (seconds)."""
        deviation, mean = self._deviation(age), self.median * exp(self.spread**2 / 2)
        return age * _normal(deviation) - mean * _normal(deviation - self.spread)

    def and_also(self, other: "Belief") -> "Belief":
        """What follows from two beliefs that do not depend on each other."""
        ours, theirs = self.spread**-2, other.spread**-2
        median = exp((log(self.median) * ours + log(other.median) * theirs) / (ours + theirs))
        return Belief(median, (ours + theirs) ** -0.5)

    def _deviation(self, age: float) -> float:
        return log(max(age, 1e-9) / self.median) / self.spread


def _normal(deviation: float) -> float:
    return erfc(-deviation / sqrt(2)) / 2


def delay_by(belief: Belief | None, age: float, doubt: float = DOUBT) -> float:
    """Seconds until the next poll of a run of this age, by what is believed of it, if it is believed."""
    alive = 1 - belief.over(age) if belief else 0.0
    if not belief or alive < 1e-9:
        return unknowing(age)
    # What has lasted longer than it could is more likely to be something else.
    doubt = doubt / (doubt + (1 - doubt) * alive)
    before = belief.lateness(age)

    def too_late(delay: float) -> bool:
        expected = (belief.lateness(age + delay) - before - delay * (1 - alive)) / alive
        return doubt * WORTH * (delay / unknowing(age)) ** 2 + (1 - doubt) * expected > WORTH

    return _last_that_is_not(too_late)


def _last_that_is_not(too_late: Callable[[float], bool]) -> float:
    """The longest delay that is not too late, to a few milliseconds, within the limits."""
    low, high = SHORTEST, LONGEST
    if not too_late(high):
        return high
    for _ in range(14):
        middle = (low + high) / 2
        low, high = (low, middle) if too_late(middle) else (middle, high)
    return low


class Counters:
    """How fast the cases of a run come to their end, by its counters. Any of them may be missing, wrong or old."""

    def __init__(self) -> None:
        """Nothing was counted yet."""
        self.total = self.done = 0
        self._seen = self._moved = 0.0
        # Time and cases since the first count; both fade, so that their ratio is that of late.
        self._time = self._cases = 0.0

    def saw(self, counts: Counts, age: float) -> None:
        """Take the counters of a run of this age (seconds)."""
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
        """When the rest is done, if it goes on as it did of late; None where counters say nothing or stand still."""
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
    """What is known about the end of one run. Instants are those of one monotonic clock.

    `before` is the plan's previous run, once it is known. `waiting` says whether the run was in the queue by the last
    answer. Estimates count from when it left the queue.
    """

    def __init__(self, began: float, interval: timedelta | None = None) -> None:
        """Begin to wait, with a fixed interval where one was asked for."""
        self.before: Run | None = None
        self.waiting = False
        self._interval = interval
        self._began = began
        self._was_queued = self._begun = self._over = False
        self._left_queue: float | None = None
        self._counters = Counters()

    def saw(self, run: Run, now: float) -> None:
        """Take an answer. A run that has worked does not return to the queue."""
        self._begun = self._begun or run.begun
        self.waiting = run.waiting and not self._begun
        if self.waiting:
            self._was_queued, self._left_queue, self._counters = True, None, Counters()
            return
        if self._left_queue is None:
            self._left_queue = now if self._was_queued else self._began
        self._over = run.completed
        self._counters.saw(run.counts, now - self._left_queue)

    @property
    def queued(self) -> timedelta | None:
        """How long the run was in the queue, if it was seen there for more than a moment and has left it."""
        if not self._was_queued or self._left_queue is None or self._left_queue - self._began < MOMENT:
            return None
        return timedelta(seconds=int(self._left_queue - self._began))

    def next_delay(self, now: float) -> float:
        """Seconds until the next poll. Jitter keeps many jobs from asking in step."""
        if self._interval is not None:
            return self._interval.total_seconds()
        age = self._age(now)
        delay = unknowing(now - self._began) if age is None else delay_by(self._belief(age), age)
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
        return min(LONGEST, max(SHORTEST, delay * spread))

    def left(self, now: float) -> timedelta | None:
        """How long the run goes on, where that is known well enough to be told."""
        age = None if self._over else self._age(now)
        belief = None if age is None else self._belief(age)
        if age is None or not belief or belief.median * belief.spread > (belief.median - age) * VAGUE:
            return None
        left = belief.median - age
        return timedelta(seconds=left) if left < LONGEST_RUN else None

    def _age(self, now: float) -> float | None:
        """Seconds since the run left the queue; None while it is there, and before the first answer."""
        return None if self._left_queue is None else max(0.0, now - self._left_queue)

    def _belief(self, age: float) -> Belief | None:
        usual, counted = self._usual(), self._counters.belief(age)
        return usual.and_also(counted) if usual and counted else usual or counted

    def _usual(self) -> Belief | None:
        """As long as the run before, but for the number of cases."""
        before = self.before
        seconds = before.timing.duration.total_seconds() if before and before.timing.duration else 0.0
        if before and before.counts.total and self._counters.total:
            seconds *= self._counters.total / before.counts.total
        return Belief(min(seconds, LONGEST_RUN), RUN_SPREAD) if seconds >= 1 else None
