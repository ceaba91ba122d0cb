"""Where the log goes: nobody waits for a reader that does not read, and nothing is lost for one that does."""

import io
import os
import pty
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from testsigma_action.platforms.log import Log

LINE = "x" * 1023 + "\n"
MANY = 5000


@pytest.fixture
def pipe() -> Iterator[tuple[io.FileIO, io.TextIOWrapper]]:
    """A pipe: the end that reads, and the end that the log gets."""
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0) as reader, open(writing, "w", encoding="utf-8") as writer:  # noqa: PTH123
        yield reader, writer


Pipe = tuple[io.FileIO, io.TextIOWrapper]


def read_all(pipe: Pipe) -> str:
    """What is in the pipe, after the end that writes is closed."""
    reader, writer = pipe
    writer.close()
    return reader.readall().decode()


def test_a_reader_that_was_behind_gets_everything(pipe: Pipe) -> None:
    """In order: what the pipe had no room for comes before what is written later."""
    log = Log(pipe[1], stall=0.0)
    lines = [f"{number} {LINE}" for number in range(100)]
    for line in lines:
        log.command(line[:-1])
    taken = pipe[0].read(1 << 20).decode()
    log.command("last")
    log.close()
    assert taken + read_all(pipe) == "".join(lines) + "last\n"


def test_a_reader_that_comes_late_gets_everything(pipe: Pipe) -> None:
    """However long the log is that nobody read until then."""
    log = Log(pipe[1], stall=0.0)
    for number in range(MANY):
        log.command(f"{number:08}{LINE[:-1]}")
    said: list[str] = []
    reading = threading.Thread(target=lambda: said.append(pipe[0].readall().decode()))
    reading.start()
    while log.kept:
        log.flush()
    log.command("last")
    log.close()
    pipe[1].close()
    reading.join()
    assert said[0] == "".join(f"{number:08}{LINE}" for number in range(MANY)) + "last\n"


def test_a_reader_that_reads_gets_everything(pipe: Pipe) -> None:
    """However long the log is: whoever reads is waited for."""
    log = Log(pipe[1], stall=10.0)
    said: list[str] = []
    reading = threading.Thread(target=lambda: said.append(pipe[0].readall().decode()))
    reading.start()
    for _ in range(MANY):
        log.command(LINE[:-1])
    log.close()
    pipe[1].close()
    reading.join()
    assert said[0] == LINE * MANY


def test_other_processes_are_not_touched(pipe: Pipe) -> None:
    """Who shares the pipe may still wait for its reader."""
    log = Log(pipe[1])
    log.command("x")
    assert os.get_blocking(pipe[1].fileno())
    log.close()


def test_a_reader_that_went_away_holds_up_nothing(pipe: Pipe) -> None:
    """Whatever is written then is dropped."""
    log = Log(pipe[1])
    pipe[0].close()
    for _ in range(1000):
        log.command(LINE[:-1])
    log.close()
    assert not log.kept


def test_a_terminal_that_is_not_read_holds_up_nothing() -> None:
    """A terminal takes any number of bytes, not a page or nothing, and blocks in the middle of a line."""
    master, slave = pty.openpty()
    with open(master, "rb", buffering=0), open(slave, "w", encoding="utf-8") as writer:  # noqa: PTH123
        log = Log(writer, stall=0.0)
        for _ in range(200):
            log.command(LINE[:-1])
        assert log.kept
        log.close()


def test_a_file_gets_everything_at_its_end(tmp_path: Path) -> None:
    """A file never blocks; it is not opened anew, which would begin at its beginning."""
    path = tmp_path / "log"
    path.write_text("before\n", encoding="utf-8")
    with path.open("a", encoding="utf-8") as stream:
        log = Log(stream)
        log.command("after")
        log.close()
        assert path.read_text(encoding="utf-8") == "before\nafter\n"
