"""The log: lines on standard output, with the secret masked, that never block the step.

A pipe without an active reader (a blocked log driver, `| less`) is full after 64 KB, and a blocking write would then
hang. That must not happen to the main thread: it has deadlines, and a run to stop on a signal. So only as much is
written as the reader takes at once. The rest is buffered, in order, and written with the next line, the next heartbeat,
or at the end. The buffer has no limit: a log lists a limited number of cases, so it is small beside the results. Only
with debugging it also has a line for each request.
"""

import io
import os
import select
import shutil
import stat
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

from testsigma_action.secret import NO_SECRET
from testsigma_action.text import no_command

# At the end, a reader that takes nothing for STALL seconds is not waited for, and any other for MAX_WAIT seconds.
STALL = 2.0
MAX_WAIT = 10.0
# Moves the cursor to the start of the line, and erases the line.
ERASE = "\r\x1b[K"


class Log:
    """Prints lines immediately. A reader that is slow or gone does not block the step."""

    def __init__(self, stream: TextIO | None = None, *, stall: float = STALL) -> None:
        """Write to a stream, by default standard output; to one without a file descriptor (in memory) directly."""
        # If standard output is closed, lines are discarded.
        self._stream = stream or sys.stdout or io.StringIO()
        self._stall = stall
        self._descriptor = _descriptor_of_our_own(self._stream)
        self._ready = select.poll()
        if self._descriptor is not None:
            self._ready.register(self._descriptor, select.POLLOUT)
        self.kept = bytearray()
        """What the reader has not taken yet."""
        # Masked, in all usual encodings, in all lines that are printed from now on.
        self.secret = NO_SECRET
        self._drawn = False

    @property
    def is_terminal(self) -> bool:
        """Whether lines can be redrawn, and a person may be watching."""
        return not self._stream.closed and self._stream.isatty()

    def draw(self, line: str) -> None:
        """Draw a line at the bottom of a terminal; it replaces the previous one.

        It is cut to the width of the terminal and reduced to ASCII, whose width is known. The next printed line erases
        it.
        """
        shown = self.secret.hidden_in(no_command(line)).encode("ascii", "replace").decode("ascii")
        self._write(ERASE + shown[: shutil.get_terminal_size().columns - 1])
        self._drawn = True

    def say(self, lines: Iterable[str]) -> None:
        """Print lines for people. Their text can never be a command to a CI system."""
        self.commands(map(no_command, lines))

    def commands(self, lines: Iterable[str]) -> None:
        """Print lines that may be commands: only for lines made by a platform, which escapes their values."""
        for line in lines:
            self.command(self.secret.hidden_in(line))

    def command(self, line: str) -> None:
        """Print one line unchanged; for the command that makes the platform mask the secret."""
        erased = ERASE if self._drawn else ""
        self._drawn = False
        self._write(f"{erased}{line}\n")

    def flush(self) -> None:
        """Write as much of the buffer as the reader takes at once."""
        while self.kept and self._write_piece(0.0):
            continue

    def close(self) -> None:
        """Write the buffer while the reader takes it. Nothing may be written afterwards."""
        until = time.monotonic() + MAX_WAIT
        while self.kept and self._write_piece(min(self._stall, max(until - time.monotonic(), 0.0))):
            continue
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _write(self, text: str) -> None:
        """Write as much as the reader takes, and buffer the rest. Errors are ignored."""
        encoding = self._stream.encoding or "utf-8"
        data = text.encode(encoding, "replace")
        if self._descriptor is None:
            with suppress(OSError, ValueError):
                self._stream.write(data.decode(encoding))
                self._stream.flush()
            return
        self.kept += data
        self.flush()

    def _write_piece(self, seconds: float) -> bool:
        """Write one piece if the reader takes it within some seconds; returns whether it did.

        A pipe that is ready takes `PIPE_BUF` bytes without blocking.
        """
        if self._descriptor is None or not self._ready.poll(seconds * 1000):
            return False
        try:
            written = os.write(self._descriptor, self.kept[: select.PIPE_BUF])
        except BlockingIOError:
            return False
        except OSError:
            # The reader is gone, or the disk is full: the error cannot be reported anywhere.
            written = len(self.kept)
        del self.kept[:written]
        return True


def _descriptor_of_our_own(stream: TextIO) -> int | None:
    """Another file descriptor for what a stream writes to; None if the stream has none or is closed.

    For a pipe or terminal it is a non-blocking one, opened anew: `O_NONBLOCK` on the descriptor itself would affect all
    processes that share it. A file never blocks, and has a position to keep.
    """
    try:
        shared = stream.fileno()
        mode = os.fstat(shared).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
            with suppress(OSError):
                return os.open(f"/proc/self/fd/{shared}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        return os.dup(shared)
    except (OSError, ValueError):
        return None
