"""Cost of collecting the results of a large run: requests, and time relative to the latency alone.

The service is a separate process, so that it does not share the interpreter that is measured.
"""

import asyncio
import math
import time
from collections.abc import Iterator

from bench.children import child, first_line, last_words
from bench.figures import Figure
from bench.service import RUN_ID
from bench.trees import FAIL_EVERY, Size
from tests.simulator import TEST_KEY, Options
from testsigma_action.api.client import Client
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import Route
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.results import ResultTree
from testsigma_action.lifecycle.batch import BatchFetcher
from testsigma_action.lifecycle.collect import collect
from testsigma_action.lifecycle.remote import DETAIL_LANES, Remote
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret

SIZE = Size(machines=10, suites=5, cases=100)
LATENCY = 0.05
DEADLINE = 60.0

MAX_REQUESTS = 1.0
MAX_TIME = 1.3
# Maximum number of measurements while the result is too slow: the machine may be busy.
MAX_REPEATS = 5


def figures(size: Size = SIZE, latency: float = LATENCY) -> Iterator[Figure]:
    """Measure; tests pass a smaller size."""
    seconds, requests = fastest(size, latency)
    allowed, floor = budget(size), requests * latency / DETAIL_LANES
    yield Figure("collect requests / budget", requests / allowed, MAX_REQUESTS, f"{requests} requests of {allowed}")
    note = f"{seconds:.2f} s, {floor:.2f} s by {latency * 1000:g} ms a request, {DETAIL_LANES} at a time"
    yield Figure("collect time / floor", seconds / floor, MAX_TIME, note, varies=True)


def fastest(size: Size, latency: float) -> tuple[float, int]:
    """The seconds of the fastest measurement, and the number of requests of each."""
    best = math.inf
    for _ in range(MAX_REPEATS):
        tree, seconds, requests = measured(size, latency)
        complain_about(tree, size)
        best = min(best, seconds)
        if best <= MAX_TIME * requests * latency / DETAIL_LANES:
            break
    return best, requests


def budget(size: Size) -> int:
    """The allowed number of requests: 6, and one for each machine, suite, page of cases and failed case."""
    suites = size.machines * size.suites
    failed = size.machines * size.suites * (size.cases // FAIL_EVERY)
    return 6 + size.machines + suites + math.ceil(size.total / Options().page_size) + failed


def measured(size: Size, latency: float) -> tuple[ResultTree, float, int]:
    """A tree, the seconds to collect it, and the number of requests."""
    with child("bench.service", size.machines, size.suites, size.cases, latency) as service:
        url = first_line(service)
        begin = time.perf_counter()
        tree = collected(url)
        seconds = time.perf_counter() - begin
        return tree, seconds, int(last_words(service))


def collected(url: str) -> ResultTree:
    """The results of the run, collected as the step does after a run has completed."""
    clock = Clock()
    remote = Remote(Client(Transport(Route(url), Secret(TEST_KEY), clock=clock)), clock)
    trees: list[ResultTree] = []

    async def read() -> None:
        run = await remote.client.fetch_run(RunKey(str(RUN_ID)), until=remote.after(DEADLINE))
        await collect(run, BatchFetcher(remote, remote.after(DEADLINE)), "failed", trees.append)

    with asyncio.Runner(loop_factory=clock.loop) as runner:
        runner.run(read())
    return trees[-1]


def complain_about(tree: ResultTree, size: Size) -> None:
    """Raise RuntimeError if the results are incomplete: the measurement would be invalid."""
    failed = [case for case in tree.cases() if not case.acceptable]
    found = (tree.counts.total, len(failed), sum(1 for case in failed if case.steps), tree.gaps)
    wanted = size.machines * size.suites * (size.cases // FAIL_EVERY)
    if found != (size.total, wanted, wanted, ()):
        raise RuntimeError(f"incomplete: {found}")
