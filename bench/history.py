"""Cost of the history of a failed run: requests, and seconds if no list of cases is answered.

The whole step runs on a virtual clock, with and without a history; the difference counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure
from tests.simulation import Outcome, World
from tests.simulator import Fault, RunBefore, Scenario, scenario

RUNS = 10
FIRST = 900
# The requests of the previous run count too: the list of runs, and its status.
MAX_REQUESTS = 2 + RUNS
MAX_SECONDS = 10.0
# Seconds of a request that hangs.
HANGING = 300.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests for earlier runs, requests and seconds more than without a history."""

    requests: int
    more: int
    seconds: float


def figures() -> Iterator[Figure]:
    """Measure."""
    failed, passed = cost("failing"), cost("passing")
    hanging = cost("failing", Fault("cases", path=f"*/{FIRST // 10}?/*", delay=HANGING, count=None))
    note = f"of {RUNS} earlier runs; {passed.more} more requests than without it when all passed"
    yield Figure("history requests", failed.requests + passed.more, MAX_REQUESTS, note)
    yield Figure("history seconds", hanging.seconds, MAX_SECONDS, "if no list of cases is answered")


def cost(content: str, *faults: Fault) -> Cost:
    """The cost of the history in a step of this built-in scenario."""
    plan = scenario(content).plans[0]
    runs = tuple(RunBefore(FIRST + number, plan, seconds=60) for number in range(RUNS))
    service = replace(scenario(content), runs_before=runs, pace="time").with_faults(*faults)
    plain, found = _step(service, 0), _step(service, RUNS)
    return Cost(_about_earlier(found), len(found.calls) - len(plain.calls), found.duration - plain.duration)


def _about_earlier(outcome: Outcome) -> int:
    earlier = range(FIRST, FIRST + RUNS)
    paths = (seen.path.split("/") for seen in outcome.seen)
    about = sum(any(part.isdecimal() and int(part) in earlier for part in path) for path in paths)
    return about + outcome.calls.count("newest") + outcome.calls.count("index-runs")


def _step(service: Scenario, history: int) -> Outcome:
    environ = {"TESTSIGMA_HISTORY": str(history), "TESTSIGMA_COMPARE": "off"}
    with TemporaryDirectory() as folder:
        return World(service, Path(folder), environ).run()
