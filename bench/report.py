"""What the reports of a large run cost: CPU time against `xml.etree` alone, growth with the cases, peak memory."""

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import floor
from bench.children import child, last_words
from bench.figures import Figure
from bench.publishing import publish
from bench.trees import Size
from bench.trees import report as report_of
from testsigma_action.ci.files import Workspace
from testsigma_action.report import Report
from testsigma_action.reporters import junit

SMALL = Size(machines=10, suites=5, cases=200)
LARGE = Size(machines=10, suites=20, cases=500)
REPEATS = 5

MOST_JUNIT = 3.0
MOST_ALL = 8.0
# MB.
MOST_MEMORY = 400.0
# Ten times the cases may cost 13 times the time.
MOST_GROWTH = 1.3


@dataclass(slots=True)
class Costs:
    """CPU seconds: the best of all tries, since nothing makes a program faster than it is."""

    junit: float = float("inf")
    everything: float = float("inf")
    floor: float = float("inf")


def figures(large: Size = LARGE, small: Size = SMALL, repeats: int = REPEATS) -> Iterator[Figure]:
    """Measure; the sizes are for tests, which have no time for the real ones."""
    costs, fewer = costs_of(large, repeats), costs_of(small, repeats)
    floored = f"{costs.floor:.2f} s for {large.total:,} cases by xml.etree alone"
    yield Figure("report junit / floor", costs.junit / costs.floor, MOST_JUNIT, f"CPU {costs.junit:.2f} s, {floored}")
    yield Figure("report all / floor", costs.everything / costs.floor, MOST_ALL, f"CPU {costs.everything:.2f} s")
    most = MOST_GROWTH * large.total / small.total
    grown = f"CPU with {large.total:,} cases / with {small.total:,}"
    yield Figure("report junit growth", costs.junit / fewer.junit, most, grown)
    yield Figure("report all growth", costs.everything / fewer.everything, most, grown)
    yield Figure("report memory", memory_of(large), MOST_MEMORY, "MB, peak of the whole process")


def costs_of(size: Size, repeats: int) -> Costs:
    """What it costs to report a run of this size."""
    with TemporaryDirectory() as folder:
        return _costs(report_of(size), Path(folder), repeats)


def _costs(report: Report, folder: Path, repeats: int) -> Costs:
    workspace, costs = Workspace(folder), Costs()
    publish(report, folder)
    source = floor.read(folder / report.junit_file)
    for _ in range(repeats):
        costs.junit = min(costs.junit, cpu(lambda: workspace.write(report.junit_file, junit.render(report))))
        costs.floor = min(costs.floor, cpu(lambda: floor.write(source, folder / "floor.xml")))
        costs.everything = min(costs.everything, cpu(lambda: publish(report, folder)))
    return costs


def cpu(call: Callable[[], None]) -> float:
    """CPU seconds of a call, without the rubbish of those before it."""
    gc.collect()
    begin = time.process_time()
    call()
    return time.process_time() - begin


def memory_of(size: Size) -> float:
    """Peak memory in MB of a process that does nothing else."""
    with child("bench.memory", size.machines, size.suites, size.cases) as process:
        return float(last_words(process))
