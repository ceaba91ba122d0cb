"""The log: lines on standard output, with the secret masked."""

import io
import shutil
import sys
from collections.abc import Iterable
from typing import TextIO

from testsigma_action.platforms.output import Output
from testsigma_action.secret import NO_SECRET
from testsigma_action.text import no_command

# Moves the cursor to the start of the line, and erases the line.
ERASE = "\r\x1b[K"


class Log(Output):
    """An output that prints lines immediately. A reader that is slow or gone does not block the step."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to a stream, by default standard output."""
        # If standard output is closed, lines are discarded.
        super().__init__(stream or sys.stdout or io.StringIO())
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
        self.write(ERASE + shown[: shutil.get_terminal_size().columns - 1])
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
        self.write(f"{erased}{line}\n")
