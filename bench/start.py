"""How long a step takes from the start of its process to its start request, against the import of `requests` alone.

Both run with the same interpreter, turn by turn, and with bytecode of their own: what the first of each compiles is
not measured, as little as in the image, which has it all.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

from bench.children import ROOT
from bench.figures import Figure
from tests.simulator import Server, Simulator, scenario

REPEATS = 9
# So many times as often while it takes too long: a busy machine is no slow program.
MAX_TIMES = 3
# The goal is 1.6. Most of the rest is the time that Python 3.11 takes to make 134 data classes.
MAX_START = 2.2
# Seconds until a child that sends nothing is given up.
PATIENCE = 60.0


def figures(repeats: int = REPEATS) -> Iterator[Figure]:
    """Measure; the number of repeats is for tests, which have no time for all of them."""
    start, floor = medians(repeats)
    note = f"{start:.2f} s to the start request, {floor:.2f} s for `import requests`"
    yield Figure("start", start / floor, MAX_START, note)


def medians(repeats: int) -> tuple[float, float]:
    """The median seconds of a step and of its floor."""
    steps: list[float] = []
    floors: list[float] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        importing(folder)
        until_start(folder)
        while len(steps) < repeats or (over(steps, floors) and len(steps) < MAX_TIMES * repeats):
            floors.append(importing(folder))
            steps.append(until_start(folder))
    return median(steps), median(floors)


def over(steps: list[float], floors: list[float]) -> bool:
    """Whether that is more than the limit."""
    return median(steps) > MAX_START * median(floors)


def until_start(folder: Path) -> float:
    """Seconds from the start of a step's process until its start request has arrived."""
    with Server(Simulator(scenario("passing"))) as server:
        environ = {
            "TESTSIGMA_BASE_URL": server.url,
            "TESTSIGMA_API_KEY": server.key,
            "TESTSIGMA_PLAN_ID": str(server.simulator.scenario.plans[0].id),
        }
        return seconds(folder, [str(ROOT / "entrypoint.py")], environ, lambda _: server.wait_for("start", 1, PATIENCE))


def importing(folder: Path) -> float:
    """Seconds that a process takes which only imports `requests`."""
    return seconds(folder, ["-c", "import requests"], {}, lambda process: process.wait(PATIENCE))


def seconds(
    folder: Path, arguments: list[str], environ: dict[str, str], until: Callable[[Popen[bytes]], object]
) -> float:
    """Seconds until something has happened, from just before the process starts."""
    line = [sys.executable, "-I", "-u", "-X", f"pycache_prefix={folder / 'bytecode'}", *arguments]
    begin = time.perf_counter()
    with Popen(line, cwd=folder, env=environ, stdout=DEVNULL, stderr=DEVNULL) as process:  # noqa: S603 - ourselves
        try:
            until(process)
            return time.perf_counter() - begin
        finally:
            process.kill()
