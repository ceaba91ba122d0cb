"""Child processes of the benchmarks."""

import os
import select
import sys
from pathlib import Path
from subprocess import PIPE, Popen

ROOT = Path(__file__).resolve().parents[1]


def child(module: str, *arguments: float | str) -> Popen[str]:
    """Start a module with this interpreter; its standard input and output are text pipes."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}
    line = [sys.executable, "-m", module, *map(str, arguments)]
    return Popen(line, stdin=PIPE, stdout=PIPE, text=True, env=environ)  # noqa: S603 - ourselves


def first_line(process: Popen[str]) -> str:
    """The first line of a child's output, for which it waits."""
    if not process.stdout:
        raise AssertionError("the child has a pipe")
    return process.stdout.readline().strip()


def last_words(process: Popen[str]) -> str:
    """Close a child's standard input, and return its remaining output. Raises RuntimeError if it failed."""
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    return told


def wait_for_end(process: Popen[bytes], within: float) -> None:
    """Wait for the end of a process. `Popen.wait` with a time limit would notice it up to 50 ms too late."""
    handle = os.pidfd_open(process.pid)
    try:
        select.select([handle], [], [], within)
    finally:
        os.close(handle)
