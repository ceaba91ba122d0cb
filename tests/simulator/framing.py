"""Answers that are correct HTTP so far and never get anywhere: what is sent, piece by piece."""

import gzip
from collections.abc import Callable, Iterator
from http import HTTPStatus

from tests.simulator.wire import Response

# Where there is no pause between pieces, so many of them are sent at a time.
_MANY = 1000
INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
NOTHING = gzip.compress(b"")


def early(response: Response) -> Iterator[bytes]:
    """An interim answer, and then the answer."""
    yield EARLY + _head(response, f"Content-Length: {len(response.body)}") + response.body


def interim(response: Response) -> Iterator[bytes]:
    """Interim answers without end."""
    while True:
        yield _repeated(INTERIM, response)


def chunk_size(response: Response) -> Iterator[bytes]:
    """The size of the first chunk, which goes on and on."""
    yield _head(response, "Transfer-Encoding: chunked") + b"1;"
    while True:
        yield _repeated(b"x" * response.delivery.chunk, response)


def trailer(response: Response) -> Iterator[bytes]:
    """The whole body in one chunk, and then trailers without end."""
    size = f"{len(response.body):x}\r\n".encode()
    body = size + response.body + b"\r\n" if response.body else b""
    yield _head(response, "Transfer-Encoding: chunked") + body + b"0\r\n"
    while True:
        yield _repeated(b"X: y\r\n", response)


def empty_blocks(response: Response) -> Iterator[bytes]:
    """Compressed blocks that hold nothing, without end."""
    yield _head(response, "Content-Encoding: gzip", "Connection: close")
    while True:
        yield _repeated(NOTHING, response)


def _head(response: Response, *lines: str) -> bytes:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    given = [f"{name}: {value}" for name, value in response.headers]
    return ("\r\n".join([f"HTTP/1.1 {response.status} {phrase}", *given, *lines]) + "\r\n\r\n").encode(
        "latin-1", "replace"
    )


def _repeated(piece: bytes, response: Response) -> bytes:
    return piece if response.delivery.interval else piece * _MANY


FRAMINGS: dict[str, Callable[[Response], Iterator[bytes]]] = {
    "early": early,
    "interim": interim,
    "chunk-size": chunk_size,
    "trailer": trailer,
    "empty-blocks": empty_blocks,
}
