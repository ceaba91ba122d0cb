"""Where the log goes, written to without waiting for its reader.

A pipe that nobody reads (a blocked log driver, `| less`) is full after 64 KB, and whoever writes to it then sleeps
until somebody reads. The main thread must not: it has a deadline to keep and a run to stop on a signal. So a line is
written only as far as the reader takes it at once. The rest is kept, in order, and written with the next line, the next
sign of life, or in the end.
"""

import os
import select
import stat
import time
from typing import TextIO

# Bytes that are kept for a reader that is behind. Lines beyond them are dropped, and counted.
MOST_KEPT = 4 * 1024 * 1024
# Whoever takes nothing for so long does not read (seconds), and this is what all waits for a reader may take together.
STALL = 2.0
PATIENCE = 10.0


class Output:
    """The text stream of the log."""

    def __init__(self, stream: TextIO, *, stall: float = STALL) -> None:
        """Take a stream. One without a file, in memory, is written to as it is."""
        self._stream = stream
        self._stall = stall
        shared = _descriptor(stream)
        self._own = None if shared is None else _opened_anew(shared)
        self._descriptor = shared if self._own is None else self._own
        self._ready = select.poll()
        if self._descriptor is not None:
            self._ready.register(self._descriptor, select.POLLOUT)
        self._kept = bytearray()
        self._dropped = 0
        self._stalled = False
        self._patience = PATIENCE

    @property
    def behind(self) -> bool:
        """Whether there is something that the reader has not taken."""
        return bool(self._kept)

    def write(self, text: str) -> None:
        """Write what the reader takes, and keep the rest. A reader that has gone away does not end the step."""
        encoding = self._stream.encoding or "utf-8"
        data = text.encode(encoding, "replace")
        if self._descriptor is None:
            self._write_through(data.decode(encoding))
            return
        self.flush()
        if len(self._kept) + len(data) > MOST_KEPT and not self._stalled:
            self._wait_for_reader(MOST_KEPT // 2)
        if len(self._kept) + len(data) > MOST_KEPT:
            self._dropped += 1
            return
        self._kept += self._note() + data
        self.flush()

    def flush(self) -> None:
        """Write as much of what is kept as the reader takes now."""
        while self._kept and self._write_piece(0.0):
            continue

    def close(self) -> None:
        """Write what is kept, as long as somebody reads; after this, nothing may be written."""
        self._kept += self._note()
        self._wait_for_reader(0)
        if self._own is not None:
            os.close(self._own)

    def _wait_for_reader(self, most: int) -> None:
        """Wait until so many bytes are kept at most, or nobody reads."""
        while len(self._kept) > most and self._patience > 0:
            began = time.monotonic()
            self._stalled = not self._write_piece(min(self._stall, self._patience))
            self._patience -= time.monotonic() - began
            if self._stalled:
                return

    def _write_piece(self, seconds: float) -> bool:
        """Write one piece if the reader takes it within some seconds; whether it did.

        A pipe that takes anything takes `PIPE_BUF` bytes without making the writer sleep.
        """
        if self._descriptor is None or not self._ready.poll(seconds * 1000):
            return False
        try:
            written = os.write(self._descriptor, self._kept[: select.PIPE_BUF])
        except BlockingIOError:
            return False
        except OSError:
            # The reader is gone, or the disk is full: there is nobody to tell.
            written = len(self._kept)
        del self._kept[:written]
        self._stalled = False
        return True

    def _note(self) -> bytes:
        """What stands in the place of lines that were dropped."""
        dropped, self._dropped = self._dropped, 0
        return f"({dropped} lines are missing here: nobody read the log.)\n".encode("ascii") if dropped else b""

    def _write_through(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return


def _descriptor(stream: TextIO) -> int | None:
    """The file descriptor of a stream, None where it has none or is closed."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


def _opened_anew(descriptor: int) -> int | None:
    """A pipe or a terminal once more, so that it can be written to without ever blocking.

    `O_NONBLOCK` on the descriptor itself would hit all processes that share it. None where that is not possible, and
    for files, which never block and have a position.
    """
    try:
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
            return None
        return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return None
