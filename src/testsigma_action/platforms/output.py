"""Non-blocking output for the log.

A pipe without an active reader (a blocked log driver, `| less`) is full after 64 KB, and a blocking write would then
hang. That must not happen to the main thread: it has deadlines, and a run to stop on a signal. So only as much is
written as the reader takes at once. The rest is buffered, in order, and written with the next line, the next heartbeat,
or at the end.
"""

import os
import select
import stat
import time
from typing import TextIO

# Size of the buffer for a slow reader (bytes). Lines beyond it are dropped, and counted.
MAX_KEPT = 4 * 1024 * 1024
# A reader that takes nothing for STALL seconds counts as stalled. All waits for it may take MAX_WAIT seconds together.
STALL = 2.0
MAX_WAIT = 10.0


class Output:
    """A text stream that is written to without blocking."""

    def __init__(self, stream: TextIO, *, stall: float = STALL) -> None:
        """Wrap a stream. A stream without a file descriptor (in memory) is written to directly."""
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
        self._wait_left = MAX_WAIT

    @property
    def behind(self) -> bool:
        """Whether the buffer is not empty."""
        return bool(self._kept)

    def write(self, text: str) -> None:
        """Write as much as the reader takes, and buffer the rest. Errors are ignored."""
        encoding = self._stream.encoding or "utf-8"
        data = text.encode(encoding, "replace")
        if self._descriptor is None:
            self._write_through(data.decode(encoding))
            return
        self.flush()
        if len(self._kept) + len(data) > MAX_KEPT and not self._stalled:
            self._wait_for_reader(MAX_KEPT // 2)
        if len(self._kept) + len(data) > MAX_KEPT:
            self._dropped += 1
            return
        self._kept += self._note() + data
        self.flush()

    def flush(self) -> None:
        """Write as much of the buffer as the reader takes at once."""
        while self._kept and self._write_piece(0.0):
            continue

    def close(self) -> None:
        """Write the buffer while the reader takes it. Nothing may be written afterwards."""
        self._kept += self._note()
        self._wait_for_reader(0)
        if self._own is not None:
            os.close(self._own)

    def _wait_for_reader(self, most: int) -> None:
        """Wait until at most so many bytes are buffered, or the reader is stalled."""
        while len(self._kept) > most and self._wait_left > 0:
            began = time.monotonic()
            self._stalled = not self._write_piece(min(self._stall, self._wait_left))
            self._wait_left -= time.monotonic() - began
            if self._stalled:
                return

    def _write_piece(self, seconds: float) -> bool:
        """Write one piece if the reader takes it within some seconds; returns whether it did.

        A pipe that is ready takes `PIPE_BUF` bytes without blocking.
        """
        if self._descriptor is None or not self._ready.poll(seconds * 1000):
            return False
        try:
            written = os.write(self._descriptor, self._kept[: select.PIPE_BUF])
        except BlockingIOError:
            return False
        except OSError:
            # The reader is gone, or the disk is full: the error cannot be reported anywhere.
            written = len(self._kept)
        del self._kept[:written]
        self._stalled = False
        return True

    def _note(self) -> bytes:
        """The note in place of dropped lines."""
        dropped, self._dropped = self._dropped, 0
        return f"({dropped} lines were dropped here: the log was not read.)\n".encode("ascii") if dropped else b""

    def _write_through(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return


def _descriptor(stream: TextIO) -> int | None:
    """The file descriptor of a stream; None if it has none or is closed."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


def _opened_anew(descriptor: int) -> int | None:
    """A second, non-blocking descriptor for the same pipe or terminal.

    `O_NONBLOCK` on the descriptor itself would affect all processes that share it. None if that is not possible, and
    for files, which never block and have a position.
    """
    try:
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
            return None
        return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return None
