"""The log: lines on standard output, without the secret."""

import io
import shutil
import sys
from collections.abc import Iterable
from typing import TextIO

from testsigma_action.platforms.output import Output
from testsigma_action.secret import NO_SECRET, Secret
from testsigma_action.text import no_command

# To the beginning of the line, and nothing on it from there.
ERASE = "\r\x1b[K"


class Log:
    """Prints lines at once. A reader that has gone away, or does not read, keeps the step from nothing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to standard output unless told otherwise."""
        # Where standard output is closed there is nobody to tell.
        self._stream = stream or sys.stdout or io.StringIO()
        self._output = Output(self._stream)
        self._secret = NO_SECRET
        self._drawn = False

    @property
    def is_terminal(self) -> bool:
        """Whether lines can be drawn anew, and somebody may be watching."""
        try:
            return self._stream.isatty()
        except ValueError:
            return False

    def draw(self, line: str) -> None:
        """Draw a line at the bottom of a terminal, in place of the one that was drawn before.

        It is cut to the width of the terminal, which is known of ASCII only, and gone as soon as a line is printed.
        """
        shown = self._without_secrets(no_command(line)).encode("ascii", "replace").decode("ascii")
        self._output.write(ERASE + shown[: shutil.get_terminal_size().columns - 1])
        self._drawn = True

    def erase(self) -> None:
        """Take away the line that was drawn."""
        if self._drawn:
            self._drawn = False
            self._output.write(ERASE)

    def hide(self, secret: Secret) -> None:
        """Replace this secret, in any encoding that it is usually seen in, in all that is printed from now on."""
        self._secret = secret

    def say(self, lines: Iterable[str]) -> None:
        """Print lines for people. None of them is a command to a CI system, whatever stands in it."""
        self.commands(map(no_command, lines))

    def commands(self, lines: Iterable[str]) -> None:
        """Print lines that may be commands: only what a platform made, which escapes what it puts into them."""
        for line in lines:
            self.command(self._without_secrets(line))

    def command(self, line: str) -> None:
        """Print one line as it is; for the line that makes the platform mask the secret."""
        self.erase()
        self._output.write(line + "\n")

    def flush(self) -> None:
        """Print what the reader of the log had no room for, as far as it has now."""
        self._output.flush()

    def close(self) -> None:
        """Print the rest, as long as somebody reads it. The last thing that a step does."""
        self._output.close()

    def _without_secrets(self, line: str) -> str:
        return self._secret.hidden_in(line)
