"""Cost of the reports of a large run: CPU time relative to `xml.etree` alone, growth with the cases, peak memory."""

import gc
import time
import xml.etree.ElementTree as ET
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
from testsigma_action.domain.report import Report
from testsigma_action.platforms.files import Workspace
from testsigma_action.reporting.junit import document as junit

SMALL = Size(machines=10, suites=5, cases=200)
LARGE = Size(machines=10, suites=20, cases=500)
ONE_OF_SEVERAL, RUNS = Size(machines=10, suites=5, cases=100), 20
# Number of measurements, and maximum number while a ratio exceeds its limit: the machine may be busy.
REPEATS, MAX_REPEATS = 5, 10

MAX_JUNIT = 6.0
MAX_ALL = 16.0
# MB.
MAX_MEMORY, MAX_MEMORY_OF_SEVERAL = 400.0, 600.0
# Ten times the cases may cost 13 times the CPU time.
MAX_GROWTH = 1.3


@dataclass(slots=True)
class Costs:
    """CPU seconds: the minimum of all measurements."""

    junit: float = float("inf")
    everything: float = float("inf")
    floor: float = float("inf")

    @property
    def ok(self) -> bool:
        """Whether all costs are within their limits."""
        return self.junit <= MAX_JUNIT * self.floor and self.everything <= MAX_ALL * self.floor


def figures(
    large: Size = LARGE, small: Size = SMALL, repeats: int = REPEATS, one: Size = ONE_OF_SEVERAL
) -> Iterator[Figure]:
    """Measure; tests pass smaller sizes."""
    costs, fewer = costs_of(large, repeats), costs_of(small, repeats)
    note = f"CPU {costs.junit:.2f} s, {costs.floor:.2f} s for {large.total:,} cases by xml.etree alone"
    yield Figure("report junit / floor", costs.junit / costs.floor, MAX_JUNIT, note, varies=True)
    note = f"CPU {costs.everything:.2f} s"
    yield Figure("report all / floor", costs.everything / costs.floor, MAX_ALL, note, varies=True)
    most = MAX_GROWTH * large.total / small.total
    grown = f"CPU with {large.total:,} cases / with {small.total:,}"
    yield Figure("report junit growth", costs.junit / fewer.junit, most, grown, varies=True)
    yield Figure("report all growth", costs.everything / fewer.everything, most, grown, varies=True)
    yield Figure("report memory", memory_of(large), MAX_MEMORY, "MB, peak of the whole process")
    note = f"MB, {RUNS} runs with {one.total:,} cases each"
    yield Figure(f"memory of {RUNS} plans", memory_of(one, RUNS), MAX_MEMORY_OF_SEVERAL, note)


def costs_of(size: Size, repeats: int) -> Costs:
    """The costs of the reports of a run of this size."""
    report, costs = report_of(size), Costs()
    source = _document(report)
    for number in range(MAX_REPEATS):
        if number >= repeats and costs.ok:
            break
        costs.junit = min(costs.junit, cpu(lambda folder: _write_junit(report, folder)))
        costs.floor = min(costs.floor, cpu(lambda folder: floor.write(source, folder / "floor.xml")))
        costs.everything = min(costs.everything, cpu(lambda folder: publish(report, folder)))
    return costs


def _document(report: Report) -> ET.Element:
    with TemporaryDirectory() as folder:
        _write_junit(report, Path(folder))
        return floor.read(Path(folder) / report.junit_file)


def _write_junit(report: Report, folder: Path) -> None:
    Workspace(folder).write(report.junit_file, junit.render(report))


def cpu(call: Callable[[Path], None]) -> float:
    """CPU seconds of a call that writes into a new folder, after a garbage collection."""
    with TemporaryDirectory() as folder:
        gc.collect()
        begin = time.process_time()
        call(Path(folder))
        return time.process_time() - begin


def memory_of(size: Size, runs: int = 1) -> float:
    """Peak memory of a separate process in MB."""
    with child("bench.memory", size.machines, size.suites, size.cases, runs) as process:
        return float(last_words(process))
