"""A multipart form with one file, as the body of one request. The file is read while it is sent, never as a whole."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

# A quote or a line break would end the name of a file (WHATWG, "Multipart form data").
ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


@dataclass(slots=True)
class FileForm:
    """Fields, and a file with exactly `size` bytes, which `content` returns in blocks; it may raise to break off.

    `sent` counts the bytes of the file that were sent. `complete`: all of the form was; only then can the service act
    on it.
    """

    fields: Mapping[str, str]
    name: str
    size: int
    content: Callable[[], Iterable[bytes]]
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))
    sent: int = 0
    complete: bool = False

    @property
    def content_type(self) -> str:
        """The value of the header."""
        return f"multipart/form-data; boundary={self.boundary}"

    def __len__(self) -> int:
        """The length of the body in bytes."""
        return len(self._head) + self.size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        """The body in pieces. The end of the form is sent only if `content` has returned all of the file."""
        yield self._head
        for block in self.content():
            yield block
            self.sent += len(block)
        yield self._tail
        self.complete = True

    @property
    def _head(self) -> bytes:
        parts = [self._part(f'name="{name}"') + value for name, value in self.fields.items()]
        file_name = self.name.translate(ESCAPED)
        kind = "Content-Type: application/octet-stream\r\n"
        parts.append(self._part(f'name="fileContent"; filename="{file_name}"', kind))
        return "\r\n".join(parts).encode("utf-8", "replace")

    def _part(self, disposition: str, more: str = "") -> str:
        return f"--{self.boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n"

    @property
    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode("ascii")
