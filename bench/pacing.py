"""Cost of `poll-interval: auto` over many runs, in delay and requests, compared with an interval of ten seconds.

Nothing waits or sends requests: a run is a list of the instants at which its cases finish.
"""

import random
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import exp, floor, log
from statistics import mean

from bench.figures import Figure
from testsigma_action.domain.pacing import Pace
from testsigma_action.domain.run import Counts, Result, Run, Status, Timing

RUNS = 1000
SEED = 20
FIXED = 10.0
SHORTEST_RUN, LONGEST_RUN = 60.0, 7200.0
RUN_SPREAD, CASE_SPREAD = 0.2, 0.8

MAX_DELAY = 3.5
MAX_REQUESTS = 0.4
# Maximum loss against the fixed interval if nothing is known.
MAX_LOSS = 1.05
# Wrong counters may cost as much as polling every 30 seconds.
MAX_DELAY_OF_LIES = 15.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """A run: the duration of the previous one, and when each case of this one finishes (seconds from its start)."""

    usual: float
    ends: Sequence[float]

    @property
    def duration(self) -> float:
        """When the last case finishes."""
        return self.ends[-1]


Counters = Callable[[Simulated, float], Counts]


def honest(run: Simulated, age: float) -> Counts:
    """Every case is counted when it finishes."""
    return Counts(total=len(run.ends), passed=bisect(run.ends, age))


def stuck(run: Simulated, age: float) -> Counts:
    """The counters stop at half of the run."""
    return honest(run, min(age, run.duration / 2))


def premature(run: Simulated, _age: float) -> Counts:
    """All cases are counted as finished from the start."""
    return honest(run, run.duration)


def none(_run: Simulated, _age: float) -> Counts:
    """Nothing is counted."""
    return Counts()


def simulated(chance: random.Random) -> Simulated:
    """A run of 1 minute to 2 hours with 10 to 500 cases on 1 to 8 machines.

    Machines share one queue of cases, or each has its own cases: the service supports both.
    """
    usual = exp(chance.uniform(log(SHORTEST_RUN), log(LONGEST_RUN)))
    loads = [0.0] * chance.randint(1, 8)
    shared = chance.random() < 0.5
    ends = []
    for number in range(chance.randint(10, 500)):
        machine = loads.index(min(loads)) if shared else number % len(loads)
        loads[machine] += chance.lognormvariate(0, CASE_SPREAD)
        ends.append(loads[machine])
    scale = usual * chance.lognormvariate(0, RUN_SPREAD) / max(ends)
    return Simulated(usual, sorted(end * scale for end in ends))


@dataclass(frozen=True, slots=True)
class Cost:
    """Over all runs: seconds from the end of a run to its detection, mean and worst, and requests in all."""

    delay: float
    worst: float
    requests: int


def paced(runs: Sequence[Simulated], counters: Counters, *, history: bool = False) -> Cost:
    """The cost of `poll-interval: auto`."""
    return _cost([_paced(run, counters, history=history) for run in runs])


def fixed(runs: Sequence[Simulated]) -> Cost:
    """The cost of polling every ten seconds."""
    polls = [floor(run.duration / FIXED) + 1 for run in runs]
    return _cost([(count * FIXED - run.duration, 1 + count) for run, count in zip(runs, polls, strict=True)])


def _cost(found: Sequence[tuple[float, int]]) -> Cost:
    delays = [delay for delay, _ in found]
    return Cost(mean(delays), max(delays), sum(requests for _, requests in found))


def _paced(run: Simulated, counters: Counters, *, history: bool) -> tuple[float, int]:
    pace, age, requests = Pace(0.0), 0.0, 1
    if history:
        timing = Timing(duration=timedelta(seconds=run.usual))
        pace.before = Run("1", Status.COMPLETED, Result.PASSED, timing=timing)
    while age < run.duration:
        pace.update(Run("2", Status.IN_PROGRESS, Result.QUEUED, counts=counters(run, age)), age)
        age += pace.next_delay(age)
        requests += 1
    return age - run.duration, requests


def figures(count: int = RUNS) -> Iterator[Figure]:
    """Measure; tests pass a smaller number of runs."""
    chance = random.Random(SEED)  # noqa: S311 - the same runs every time
    random.seed(SEED)
    runs = [simulated(chance) for _ in range(count)]
    yard = fixed(runs)
    told = (MAX_DELAY, MAX_REQUESTS)
    nothing = (yard.delay * MAX_LOSS, MAX_LOSS)
    yield from _compared("pacing", paced(runs, honest), yard, told)
    yield from _compared("pacing with history", paced(runs, honest, history=True), yard, told)
    yield from _compared("pacing by history", paced(runs, none, history=True), yard, (2 * MAX_DELAY, MAX_REQUESTS))
    yield from _compared("pacing by nothing", paced(runs, none), yard, nothing)
    yield from _compared("pacing, stuck", paced(runs, stuck), yard, (MAX_DELAY_OF_LIES, MAX_LOSS))
    yield from _compared("pacing, premature", paced(runs, premature), yard, (MAX_DELAY_OF_LIES, MAX_LOSS))


def _compared(name: str, cost: Cost, yard: Cost, most: tuple[float, float]) -> Iterator[Figure]:
    late = f"s late on average, {cost.worst:.0f} s at worst; every {FIXED:g} s: {yard.delay:.2f} s"
    yield Figure(f"{name}: delay", cost.delay, most[0], late)
    asked = f"{cost.requests:,} requests, {yard.requests:,} every {FIXED:g} s"
    yield Figure(f"{name}: asked", cost.requests / yard.requests, most[1], asked)
