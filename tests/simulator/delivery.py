"""How a response goes over a socket, properly or not."""

import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from threading import Event

from tests.simulator.framing import FRAMINGS
from tests.simulator.wire import Response

_BLOCK = 64 * 1024


class Line:
    """A connection to a client; everything that takes time ends at once when `stopping` is set."""

    def __init__(self, connection: socket.socket, stopping: Event, *, head_only: bool = False) -> None:
        self._connection = connection
        self._stopping = stopping
        self._head_only = head_only

    def send(self, response: Response, arrived: float) -> bool:
        """Send a response as its delivery says; returns whether the connection may be used again.

        `arrived` is the instant of the monotonic clock at which its request was complete: to make the response is a
        part of its delay, as on the virtual clock, where it takes no time.
        """
        if response.delay and self._stopping.wait(arrived + response.delay - time.monotonic()):
            return False
        ways = {
            "whole": self._whole,
            "reset": self._reset,
            "close": lambda _response: None,
            "garbage": self._garbage,
            "truncate": self._truncate,
            "drip": self._drip,
            "drip-head": self._drip_head,
            "endless": self._endless,
            "huge": self._pad,
        }
        ways.get(response.delivery.kind, self._framed)(response)
        return response.delivery.kind in {"whole", "early"}

    def _framed(self, response: Response) -> None:
        self._pour(response, b"", FRAMINGS[response.delivery.kind](response))

    def _whole(self, response: Response) -> None:
        body = b"" if self._head_only else response.body
        self._connection.sendall(self._head(response, len(response.body)) + body)

    def _garbage(self, _response: Response) -> None:
        self._connection.sendall(b"NOT/HTTP but something else\r\n\r\n")

    def _truncate(self, response: Response) -> None:
        half = len(response.body) // 2
        self._connection.sendall(self._head(response, len(response.body)) + response.body[:half])

    def _drip(self, response: Response) -> None:
        self._pour(response, self._head(response, len(response.body)), _pieces(response))

    def _drip_head(self, response: Response) -> None:
        everything = self._head(response, len(response.body)) + response.body
        self._pour(response, b"", _pieces(replace(response, body=everything)))

    def _endless(self, response: Response) -> None:
        self._pour(response, self._head(response, None), _without_end(response))

    def _head(self, response: Response, length: int | None) -> bytes:
        try:
            phrase = HTTPStatus(response.status).phrase
        except ValueError:
            phrase = "Unknown"
        lines = [f"HTTP/1.1 {response.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        lines.append("Connection: close" if length is None else f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _reset(self, _response: Response) -> None:
        reset(self._connection)

    def _pour(self, response: Response, head: bytes, pieces: Iterator[bytes]) -> None:
        self._connection.sendall(head)
        for piece in pieces:
            self._connection.sendall(piece)
            if self._stopping.wait(response.delivery.interval):
                return

    def _pad(self, response: Response) -> None:
        missing = max(0, response.delivery.size - len(response.body))
        self._connection.sendall(self._head(response, len(response.body) + missing) + response.body)
        while missing and not self._stopping.is_set():
            self._connection.sendall(b" " * min(_BLOCK, missing))
            missing -= min(_BLOCK, missing)


def reset(connection: socket.socket) -> None:
    """Reset a connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _pieces(response: Response) -> Iterator[bytes]:
    chunk = response.delivery.chunk
    return (response.body[at : at + chunk] for at in range(0, len(response.body), chunk))


def _without_end(response: Response) -> Iterator[bytes]:
    yield response.body
    while True:
        yield b" " * response.delivery.chunk
