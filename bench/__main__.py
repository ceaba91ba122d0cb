"""All benchmarks: a line for each figure, `build/bench.json`, and exit code 1 if a figure is not ok (see `Figure.ok`).

make bench
"""

import json
import platform
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from bench import collect, history, merging, pacing, report, start, upload
from bench.children import ROOT
from bench.figures import Figure
from testsigma_action.cli import collect_garbage_rarely


def run(figures: Iterable[Figure], path: Path) -> int:
    """Print figures as they come, and write them to a file. Returns 1 if one is not ok, else 0."""
    kept = []
    for figure in figures:
        sys.stdout.write(f"{figure.line()}\n")
        sys.stdout.flush()
        kept.append(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"python": platform.python_version(), "figures": [figure.data() for figure in kept]}
    path.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    return int(not all(figure.ok for figure in kept))


if __name__ == "__main__":
    # All of it is measured as in the step.
    collect_garbage_rarely()
    sys.exit(
        run(
            chain(
                pacing.figures(),
                start.figures(),
                start.figures_of_image(),
                collect.figures(),
                history.figures(),
                report.figures(),
                merging.figures(),
                upload.figures(),
            ),
            ROOT / "build" / "bench.json",
        )
    )
