"""Cost of collecting the results of a large run: requests, and time relative to their latency alone.

On a slower machine this ratio is higher for the same code. So the time is also compared with that of the same requests
by `requests` alone, in the same run. The service is a separate process, so that it does not share the interpreter that
is measured.
"""

import asyncio
import math
import time
from collections.abc import Iterator, Sequence
from subprocess import Popen

from bench import plain_requests
from bench.children import child, first_line, last_words
from bench.figures import Figure
from bench.service import RUN_ID
from bench.trees import FAIL_EVERY, Size
from tests.simulator import TEST_KEY, Options
from testsigma_action.api.client import Client
from testsigma_action.api.http import Trace
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
    seconds, plain, sent = fastest(size, latency)
    allowed, floor = budget(size), sent * latency / DETAIL_LANES
    yield Figure("collect requests / budget", sent / allowed, MAX_REQUESTS, f"{sent} requests of {allowed}")
    note = f"{seconds:.2f} s, {floor:.2f} s by {latency * 1000:g} ms a request, {DETAIL_LANES} at a time"
    yield Figure("collect time / floor", seconds / floor, MAX_TIME, note, varies=True)
    note = f"{seconds:.2f} s, {plain:.2f} s for the same requests by `requests` alone"
    yield Figure("collect time / requests", seconds / plain, MAX_TIME, note, varies=True)


def fastest(size: Size, latency: float) -> tuple[float, float, int]:
    """The seconds of the fastest measurements of the step and of `requests` alone, and the number of requests."""
    best = plain = math.inf
    for _ in range(MAX_REPEATS):
        tree, seconds, sent = measured(size, latency)
        complain_about(tree, size)
        best, plain = min(best, seconds), min(plain, alone(sent, size, latency))
        if best <= MAX_TIME * len(sent) * latency / DETAIL_LANES:
            break
    return best, plain, len(sent)


def budget(size: Size) -> int:
    """The allowed number of requests: 6, and one for each machine, suite, page of cases and failed case."""
    suites = size.machines * size.suites
    failed = size.machines * size.suites * (size.cases // FAIL_EVERY)
    return 6 + size.machines + suites + math.ceil(size.total / Options().page_size) + failed


def measured(size: Size, latency: float) -> tuple[ResultTree, float, Sequence[Trace]]:
    """A tree, the seconds to collect it, and its requests."""
    sent: list[Trace] = []
    with child("bench.service", size.machines, size.suites, size.cases, latency) as service:
        url = first_line(service)
        begin = time.perf_counter()
        tree = collected(url, sent)
        seconds = time.perf_counter() - begin
        complain_about_number(service, sent)
    return tree, seconds, sent


def alone(sent: Sequence[Trace], size: Size, latency: float) -> float:
    """The seconds of the same requests by `requests` alone, as many at a time as lanes. Nothing is decoded."""
    with child("bench.service", size.machines, size.suites, size.cases, latency) as service:
        url = first_line(service)
        begin = time.perf_counter()
        plain_requests.send(url, TEST_KEY, sent, DETAIL_LANES)
        seconds = time.perf_counter() - begin
        complain_about_number(service, sent)
    return seconds


def collected(url: str, sent: list[Trace]) -> ResultTree:
    """The results of the run, collected as the step does after a run has completed. `sent` gets the requests."""
    clock = Clock()
    transport = Transport(Route(url), Secret(TEST_KEY), clock=clock, on_trace=sent.append)
    remote = Remote(Client(transport), clock)
    trees: list[ResultTree] = []

    async def read() -> None:
        run = await remote.client.fetch_run(RunKey(str(RUN_ID)), until=remote.after(DEADLINE))
        await collect(run, BatchFetcher(remote, remote.after(DEADLINE)), "failed", trees.append)

    with asyncio.Runner(loop_factory=clock.loop) as runner:
        runner.run(read())
    return trees[-1]


def complain_about_number(service: Popen[str], sent: Sequence[Trace]) -> None:
    """End the service. Raises RuntimeError if it got another number of requests: the measurement would be invalid."""
    if (seen := int(last_words(service))) != len(sent):
        raise RuntimeError(f"{seen} requests instead of {len(sent)}")


def complain_about(tree: ResultTree, size: Size) -> None:
    """Raise RuntimeError if the results are incomplete: the measurement would be invalid."""
    failed = [case for case in tree.cases() if not case.acceptable]
    found = (tree.counts.total, len(failed), sum(1 for case in failed if case.steps), tree.gaps)
    wanted = size.machines * size.suites * (size.cases // FAIL_EVERY)
    if found != (size.total, wanted, wanted, ()):
        raise RuntimeError(f"incomplete: {found}")
