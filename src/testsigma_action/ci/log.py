"""The log: lines on standard output, without the secret."""

import io
import sys
from collections.abc import Iterable
from typing import TextIO

from testsigma_action.secret import Secret

HIDDEN = "***"


class Log:
    """Prints lines at once. A reader that has gone away does not end the step."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to standard output unless told otherwise."""
        # Where standard output is closed there is nobody to tell.
        self._stream = stream or sys.stdout or io.StringIO()
        self._hidden: tuple[str, ...] = ()

    def hide(self, secret: Secret) -> None:
        """Replace this secret, in any encoding that it is usually seen in, in all that is printed from now on."""
        self._hidden = secret.encodings()

    def say(self, lines: Iterable[str]) -> None:
        """Print lines. They are ready to be printed: text from elsewhere was made safe by who rendered it."""
        for line in lines:
            self.command(self._without_secrets(line))

    def command(self, line: str) -> None:
        """Print one line as it is; for the line that makes the platform mask the secret."""
        encoding = self._stream.encoding or "utf-8"
        try:
            self._stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return

    def _without_secrets(self, line: str) -> str:
        for text in self._hidden:
            line = line.replace(text, HIDDEN)
        return line
