"""A process that makes a report, writes all of it, and prints its own peak memory in MB.

    python -m bench.memory 10 20 500 1

VmHWM is the peak of this process; the peak of `getrusage` would include that of its parent.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import testsigma_action.main  # noqa: F401 - the memory of what a start imports counts, too
from bench.publishing import publish
from bench.trees import Size, report
from testsigma_action.cli import collect_garbage_rarely


def peak() -> float:
    """The peak memory of this process so far, in MB."""
    return _status("VmHWM")


def resident() -> float:
    """The memory of this process now, in MB."""
    return _status("VmRSS")


def _status(name: str) -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.findall(rf"{name}:\s+(\d+) kB", status)[0]) / 1024


def main(arguments: Sequence[str]) -> None:
    """Machines, suites on each, cases in each, runs of that size."""
    collect_garbage_rarely()
    *size, runs = map(int, arguments)
    with TemporaryDirectory() as folder:
        publish(report(Size(*size), runs), Path(folder))
    sys.stdout.write(f"{peak():.1f}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
