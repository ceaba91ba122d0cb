"""A network without sockets, on a virtual clock: real `requests`, urllib3 and http.client on top, a simulator below.

`Net.adapter` goes where requests lets others in: it is mounted in a session, and makes connections whose socket is
one of ours. All that these libraries do with answers and their absence they do themselves.
"""

import errno
import io
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from tests.simulation.clock import VirtualClock
from tests.simulation.line import END, UNCUT, Piece, Pieces, pieces
from tests.simulator import Fault, Request, Response, Simulator
from tests.simulator.faults import Faults
from tests.simulator.routes import match
from testsigma_action.api.connection import HttpConnection

CutKind = Literal["refused", "unresolved", "hanging", "late", "silent", "untrusted", "tls-reset", "tls-silent"]
# A name look-up that hangs takes this long, and fails then; one that is late succeeds (seconds).
HANGS, LATE = 3600.0, 50.0
UNKNOWN_AUTHORITY = 20


@dataclass(frozen=True, slots=True)
class Cut:
    """Requests that never leave, because there is no connection: `which` says which ones, as for any fault.

    Why: `refused`, `unresolved` (no such name), `hanging` (the name look-up), `late` (the same, but it ends well in the
    end), `silent` (nobody answers the knocking), `untrusted` (the certificate), `tls-reset` and `tls-silent` (the TLS
    handshake is reset, or is never answered).
    """

    why: CutKind
    which: Fault = field(default_factory=lambda: Fault(count=None))


def _untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = UNKNOWN_AUTHORITY
    return error


FAILURES: dict[str, Callable[[], OSError]] = {
    "refused": lambda: ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
    "unresolved": lambda: socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    "hanging": lambda: socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
    "silent": lambda: TimeoutError("timed out"),
}
HANDSHAKES: dict[str, Callable[[], OSError]] = {
    "untrusted": _untrusted,
    # Without its number: with it, urllib3 would look for an answer, since for plain HTTP we connect while we send.
    "tls-reset": lambda: ConnectionResetError("Connection reset by peer"),
    "tls-silent": lambda: TimeoutError("_ssl.c: The handshake operation timed out"),
}


@dataclass(slots=True)
class Exchange:
    """A request that has reached the service at an instant, its answer, and when all of that has reached who asked."""

    call: str
    request: Request
    response: Response
    arrived: float
    received: float | None = None


class Net:
    """The way to one simulator; a request and its answer travel `travel` seconds each."""

    def __init__(self, simulator: Simulator, clock: VirtualClock, travel: float, cuts: Sequence[Cut]) -> None:
        """Connect nothing yet."""
        self.simulator = simulator
        self.clock = clock
        self.exchanges: list[Exchange] = []
        self._travel = travel
        self._cuts = {id(cut.which): cut for cut in cuts}
        self._faults = Faults([cut.which for cut in cuts])

    def adapter(self) -> HTTPAdapter:
        """What a session is given."""
        return _Adapter(self)

    def cut(self, request: Request) -> Cut | None:
        """What keeps this request from leaving."""
        if not self._cuts:
            return None
        fault = self._faults.next(match(request).call, request, self.clock.elapsed)
        return self._cuts[id(fault)] if fault else None

    def connect(self, cut: Cut | None, timeout: float | None) -> "Line":
        """A new connection. Raises what a socket raises where there is none."""
        if cut and cut.why == "late":
            self.clock.until(lambda: False, LATE)
        if cut and cut.why in FAILURES:
            self._fail(FAILURES, cut.why, HANGS if cut.why == "hanging" else timeout)
        return Line(self, timeout)

    def secure(self, cut: Cut | None, timeout: float | None) -> None:
        """The TLS handshake of a new connection. Raises what a socket raises where it fails."""
        if cut and cut.why in HANDSHAKES:
            self._fail(HANDSHAKES, cut.why, timeout)

    def _fail(self, failures: Mapping[str, Callable[[], OSError]], why: str, timeout: float | None) -> NoReturn:
        if why == "hanging" or "silent" in why:
            self.clock.until(lambda: False, timeout)
        failure = failures[why]()
        raise failure

    def carry(self, request: Request, line: "Line") -> None:
        """Bring a request to the simulator, whether or not its sender waits for the answer."""

        def arrived() -> None:
            answer = self.simulator.answer(request)
            exchange = Exchange(match(request).call, request, answer, self.clock.elapsed)
            self.exchanges.append(exchange)
            line.answered(exchange, self.clock.elapsed + self._travel)

        self.clock.at(self.clock.elapsed + self._travel, arrived)


class Line:
    """The client's end of a connection: as much of a socket as http.client and urllib3 ask for."""

    def __init__(self, net: Net, timeout: float | None) -> None:
        """Be connected."""
        self._net = net
        self._timeout = timeout
        self._sent = b""
        self._exchange: Exchange | None = None
        self._coming: Pieces = iter(())
        self._next: Piece | None = None
        self._arrives = 0.0
        self._down = False
        self._closed = False

    def settimeout(self, seconds: float | None) -> None:
        """Longest wait of the next reads."""
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        """Longest wait of the next reads."""
        return self._timeout

    def sendall(self, data: bytes) -> None:
        """Send; the request leaves when it is complete."""
        if self._down or self._closed:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")
        self._sent += data
        if b"\r\nContent-Type: multipart/form-data" in self._sent:
            self._read_form(len(data))
        request = parsed(self._sent)
        if request:
            self._sent = b""
            self._net.carry(request, self)

    def _read_form(self, size: int) -> None:
        """The service reads bytes of a form, slowly, or only the first ones. Raises what a socket raises."""
        options = self._net.simulator.scenario.options
        seconds = size / options.body_rate if options.body_rate else 0.0
        if seconds:
            self._net.clock.until(lambda: self._down, seconds if self._timeout is None else min(seconds, self._timeout))
        if self._timeout is not None and seconds > self._timeout:
            raise TimeoutError("timed out")
        body = len(self._sent.partition(b"\r\n\r\n")[2])
        if options.body_cut is not None and body >= options.body_cut:
            self._down = True
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")

    def makefile(self, _mode: str, *_arguments: object, **_options: object) -> io.BufferedReader:
        """What the answer is read from."""
        return io.BufferedReader(_Reader(self))

    def shutdown(self, _how: int = socket.SHUT_RDWR) -> None:
        """End both directions; who reads sees the end."""
        self._down = True

    def close(self) -> None:
        """Send nothing any more; what reads the rest of an answer keeps the connection, as with a real socket."""
        self._closed = True

    @property
    def quiet(self) -> bool:
        """Whether nothing has come that nobody asked for, such as the end of the connection."""
        return not self._closed and not self._there()

    def answered(self, exchange: Exchange, instant: float) -> None:
        """The answer is on its way and arrives from this instant on."""
        self._exchange, self._coming, self._arrives = exchange, pieces(exchange.response), instant
        self._advance()

    def receive(self) -> bytes:
        """The next bytes that arrive; none at the end. Raises what a socket raises."""
        if not self._there():
            self._net.clock.until(self._there, self._timeout)
        piece = END if self._down else self._next
        if not piece or not self._there():
            raise TimeoutError("timed out")
        if piece.reset:
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        if piece.data:
            self._advance()
        if self._exchange and self._complete:
            self._exchange.received = self._net.clock.elapsed
        return piece.data

    @property
    def _complete(self) -> bool:
        """Whether nothing follows, but perhaps the end of the connection after an answer that is all there."""
        kind = self._exchange.response.delivery.kind if self._exchange else ""
        return not self._next or (self._next == END and kind in UNCUT)

    def _there(self) -> bool:
        return self._down or (self._next is not None and self._arrives <= self._net.clock.elapsed)

    def _advance(self) -> None:
        self._next = next(self._coming, None)
        if self._next:
            self._arrives += self._next.after
            # An instant at which something happens: time does not jump past it.
            self._net.clock.at(self._arrives, _nothing)


def _nothing() -> None:
    pass


class _Reader(io.RawIOBase):
    """A line as a stream."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        data = self._rest or self._line.receive()
        size = min(len(buffer), len(data))
        buffer[:size], self._rest = data[:size], data[size:]
        return size


class _Connection(HttpConnection):
    """A connection of urllib3 that asks our network for its socket."""

    def __init__(self, host: str, port: int | None = None, *, net: Net, timeout: Any = None, **options: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(host, port, timeout=timeout, **options)
        self._net = net
        self._cut: Cut | None = None

    @property
    def is_connected(self) -> bool:
        return isinstance(self.sock, Line) and self.sock.quiet

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the library's
        self._cut = self._net.cut(Request(method, url))
        if self._cut and self.sock:
            # What cuts new connections has ended those that were kept.
            self.sock.close()
            self.sock = None
        super().request(method, url, *arguments, **options)

    def connect(self) -> None:
        super().connect()
        self._net.secure(self._cut, self.timeout)

    def _new_conn(self) -> Any:  # noqa: ANN401 - as good as a socket
        try:
            return self._net.connect(self._cut, self.timeout)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, str(error)) from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    """The library's adapter with a pool of our connections, whatever the address and the certificates are."""

    def __init__(self, net: Net) -> None:
        self._pool = _Pool("testsigma.example", 80, maxsize=100, net=net)
        super().__init__()

    def get_connection_with_tls_context(self, *_arguments: Any, **_options: Any) -> HTTPConnectionPool:  # noqa: ANN401
        return self._pool

    def cert_verify(self, *_arguments: Any, **_options: Any) -> None:  # noqa: ANN401
        """Nothing is encrypted."""

    def request_url(self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None) -> str:  # noqa: ARG002
        return request.path_url

    def close(self) -> None:
        self._pool.close()
        super().close()


def parsed(sent: bytes) -> Request | None:
    """The request in what was sent; None as long as it is not complete."""
    top, blank, body = sent.partition(b"\r\n\r\n")
    if not blank:
        return None
    first, *lines = top.decode("latin-1").split("\r\n")
    method, target, _version = first.split(" ")
    fields = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _colon, value in fields}
    if len(body) < int(headers.get("content-length", 0)):
        return None
    return Request(method, target, headers, body)
