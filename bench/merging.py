"""Cost of merging results files: CPU time with ten times the files, and peak memory.

`python -m bench.merging FOLDER NUMBER` merges that many files, and prints its CPU seconds and its peak memory in MB.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.children import child, last_words
from bench.figures import Figure
from bench.memory import peak
from bench.publishing import FILES
from bench.trees import Size
from bench.trees import report as report_of
from testsigma_action.cli import collect_garbage_rarely
from testsigma_action.command import Command
from testsigma_action.main import main as step
from testsigma_action.reporting import results_json
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals

SIZE, MANY, FEW = Size(machines=5, suites=4, cases=50), 100, 10
# Ten times the files may cost 13 times the CPU time.
MAX_GROWTH = 1.3
# MB.
MAX_MEMORY = 400.0


def figures(size: Size = SIZE, many: int = MANY, few: int = FEW) -> Iterator[Figure]:
    """Measure; tests pass smaller sizes."""
    with TemporaryDirectory() as folder:
        write(Path(folder), size, many)
        seconds, memory = cost_of(Path(folder), many)
        fewer, _ = cost_of(Path(folder), few)
    note = f"CPU {seconds:.2f} s for {many} files of {size.total:,} cases / {fewer:.2f} s for {few}"
    yield Figure("merge growth", seconds / fewer, MAX_GROWTH * many / few, note, varies=True)
    yield Figure("merge memory", memory, MAX_MEMORY, "MB, peak of the whole process")


def write(folder: Path, size: Size, number: int) -> None:
    """Write results files; each is about a run of its own."""
    text = "".join(results_json.render(report_of(size)))
    for one in range(1, number + 1):
        (folder / f"{one}.json").write_text(text.replace('"9001"', f'"{9000 + one}"'), "utf-8")


def cost_of(folder: Path, number: int) -> tuple[float, float]:
    """CPU seconds of a process that merges so many of the files, without its start, and its peak memory in MB."""
    with child("bench.merging", str(folder), number) as process:
        seconds, memory = map(float, last_words(process).splitlines()[-1].split())
        return seconds, memory


def main(arguments: Sequence[str]) -> None:
    """Merge, as on GitHub, the platform with the most reports."""
    collect_garbage_rarely()
    folder, number = Path(arguments[0]), int(arguments[1])
    files = "\n".join(f"{one}.json" for one in range(1, number + 1))
    inputs = {"INPUT_MERGE": files, "INPUT_MERGE-EXPECTS": str(number)}
    with TemporaryDirectory(dir=folder) as temporary:
        github = {name: str(Path(temporary) / path) for name, path in FILES.items()} | {"GITHUB_ACTIONS": "true"}
        clock = Clock()
        began = time.process_time()
        step(Command((), inputs | github | {"GITHUB_WORKSPACE": str(folder)}, Signals(clock), clock))
        spent = time.process_time() - began
    sys.stdout.write(f"{spent:.2f} {peak():.1f}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
