"""The step on a terminal: a real one, as far as the step can tell."""

import os
import pty
import re
import struct
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import pytest

from tests.scenario.conftest import PATIENCE, ROOT, Bench
from tests.simulator import Phase, Scenario, scenario

ERASE = "\r\x1b[K"
LIFE = (Phase("STATUS_QUEUED", seconds=0.5), Phase("STATUS_IN_PROGRESS", seconds=2.5))


def timed() -> Scenario:
    """A run that takes three seconds, in which a bar is drawn now and then."""
    return replace(scenario("failing"), pace="time").with_plan(life=LIFE)


def on_terminal(environ: Mapping[str, str], folder: Path, columns: int) -> tuple[int, str]:
    """Exit code of a step on a terminal of this width, and all that it wrote there."""
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-I", "-u", str(ROOT / "entrypoint.py")]
    with subprocess.Popen(command, cwd=folder, env=dict(environ), stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        written = bytearray()
        # The end of a terminal whose other side is closed is an error.
        with suppress(OSError):
            while part := os.read(ours, 4096):
                written += part
        os.close(ours)
        return process.wait(PATIENCE), written.decode("utf-8").replace("\r\n", "\n")


def environ_of(bench: Bench, **more: str) -> dict[str, str]:
    """What a developer would set."""
    server = bench.serve(timed())
    given = {"TESTSIGMA_BASE_URL": server.url, "TESTSIGMA_API_KEY": server.key, "TESTSIGMA_PLAN_ID": "420"}
    return {"PATH": os.environ["PATH"], "TERM": "xterm", "TESTSIGMA_POLL_INTERVAL": "0.2s", **given, **more}


def shown(written: str) -> list[str]:
    """What is on the screen in the end: an erased line is gone."""
    return [line.rpartition(ERASE)[2] for line in written.strip("\n").split("\n")]


@pytest.mark.parametrize("columns", [100, 30])
def test_a_bar_on_one_line(bench: Bench, tmp_path: Path, columns: int) -> None:
    """It is drawn anew on the same line, never wider than the terminal, and nothing of it is left in the end."""
    exit_code, written = on_terminal(environ_of(bench), tmp_path, columns)
    assert exit_code == 1, written
    drawn = [part for line in written.split("\n") for part in line.split(ERASE)[1:-1]]
    bars = [part for part in drawn if re.match(r"\d:\d\d:\d\d  \[=*\.*", part)]
    assert len(bars) > 5
    assert all(len(part) < columns for part in drawn)
    assert len(set(bars)) > 1
    lines = shown(written)
    assert not any(line.startswith("0:00:") for line in lines)
    assert lines[-1].startswith("FAILED (exit code 1, tests-failed): ")


def test_changes_are_lines_as_everywhere(bench: Bench, tmp_path: Path) -> None:
    """The status is told line by line, once; progress is left to the bar."""
    _, written = on_terminal(environ_of(bench), tmp_path, 100)
    told = [line.partition("] ")[2].partition(",")[0] for line in shown(written) if line.startswith("[0:00:")]
    assert told == ["queued", "in progress", "completed"]


@pytest.mark.parametrize("more", [{"CI": "true"}, {"TERM": "dumb"}], ids=["ci", "dumb"])
def test_where_nobody_watches_there_are_plain_lines(bench: Bench, tmp_path: Path, more: dict[str, str]) -> None:
    """A CI system may give its steps a terminal and keep all that is written there."""
    exit_code, written = on_terminal(environ_of(bench, **more), tmp_path, 100)
    assert exit_code == 1
    assert "\x1b" not in written
    assert "\r" not in written
    assert sum(line.startswith("[0:00:") for line in written.split("\n")) >= 3
