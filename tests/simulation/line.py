"""How the bytes of a response travel, as a schedule: the deliveries of the simulator's server, without its socket."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus

from tests.simulator import Response
from tests.simulator.framing import FRAMINGS

BLOCK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that arrive so many seconds after those before them. Without any the connection ends, or is reset."""

    after: float = 0.0
    data: bytes = b""
    reset: bool = False


END = Piece()
Pieces = Iterator[Piece]


def pieces(response: Response) -> Pieces:
    """Everything that the server sends, in order; a response that is not whole is followed by the connection's end."""
    way = WAYS.get(response.delivery.kind, _framed)
    late = response.delay
    for piece in way(response):
        yield replace(piece, after=piece.after + late) if late else piece
        late = 0.0
    if response.delivery.kind not in {"whole", "early"}:
        yield Piece(after=late)


def head(response: Response, length: int | None) -> bytes:
    """The status line and the headers; without a length the end of the connection is the end of the body."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {response.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    lines.append("Connection: close" if length is None else f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _framed(response: Response) -> Pieces:
    pause = 0.0
    for data in FRAMINGS[response.delivery.kind](response):
        yield Piece(pause, data)
        pause = response.delivery.interval


def _whole(response: Response) -> Pieces:
    yield Piece(data=head(response, len(response.body)) + response.body)


def _reset(_response: Response) -> Pieces:
    yield Piece(reset=True)


def _close(_response: Response) -> Pieces:
    yield END


def _garbage(_response: Response) -> Pieces:
    yield Piece(data=b"NOT/HTTP but something else\r\n\r\n")


def _truncate(response: Response) -> Pieces:
    yield Piece(data=head(response, len(response.body)) + response.body[: len(response.body) // 2])


def _drip(response: Response) -> Pieces:
    yield Piece(data=head(response, len(response.body)))
    yield from _drops(response, response.body)


def _drip_head(response: Response) -> Pieces:
    yield from _drops(response, head(response, len(response.body)) + response.body)


def _drops(response: Response, data: bytes) -> Pieces:
    # What arrives without a pause in between is one piece to who reads it.
    chunk = response.delivery.chunk if response.delivery.interval else BLOCK
    for at in range(0, len(data), chunk):
        yield Piece(response.delivery.interval if at else 0.0, data[at : at + chunk])


def _endless(response: Response) -> Pieces:
    interval = response.delivery.interval
    yield Piece(data=head(response, None) + response.body)
    blank = Piece(interval, b" " * (response.delivery.chunk if interval else BLOCK))
    while True:
        yield blank


def _huge(response: Response) -> Pieces:
    missing = max(0, response.delivery.size - len(response.body))
    yield Piece(data=head(response, len(response.body) + missing) + response.body)
    block = Piece(data=b" " * BLOCK)
    for at in range(0, missing, BLOCK):
        yield block if missing - at >= BLOCK else Piece(data=b" " * (missing - at))


# Deliveries in which all of the answer comes, however long that takes.
UNCUT = {"whole", "early", "drip", "drip-head", "huge"}
WAYS: dict[str, Callable[[Response], Pieces]] = {
    "whole": _whole,
    "reset": _reset,
    "close": _close,
    "garbage": _garbage,
    "truncate": _truncate,
    "drip": _drip,
    "drip-head": _drip_head,
    "endless": _endless,
    "huge": _huge,
}
