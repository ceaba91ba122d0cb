"""Sessions of `requests`, whose connections record how far a request got, and limit the time and size of an answer.

A start must not be sent twice, so "was it sent?" is decided by the stage in which a request failed, never by the text
of an exception, which the other side can influence. The libraries apply the read timeout to every single read, so the
limits on total time and size are enforced below them, at the socket.
"""

import http.client
import io
import socket
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from math import inf
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from testsigma_action import __version__
from testsigma_action.secret import Secret

# Creates the transport adapter of one session (the extension point of `requests`).
Adapter = Callable[[], BaseAdapter]
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"testsigma-action/{__version__}",
}
MEGABYTE = 1024 * 1024
# Interim answers (1xx, such as 103 Early Hints) that may come before the answer itself.
MAX_INTERIM = 20
SWITCHING_PROTOCOLS = 101
_LONGEST_LINE = 64 * 1024


class Stage(Enum):
    """How far a request got. Before SENT, no byte of it was written."""

    PREPARED = auto()
    # Connecting to the proxy, up to its answer to CONNECT.
    PROXY = auto()
    # Connecting to the service, including TLS.
    SERVICE = auto()
    # The service may have received the request.
    SENT = auto()


@dataclass(eq=False, slots=True)
class Exchange:
    """One request and its answer: the stage that it has reached, and its limits.

    `ends` is its deadline (instant of `monotonic`), `size` the maximum size of the decompressed body in bytes, `heard`
    the last status code received. Before the request is sent, that code can only come from a proxy. `status` is the
    code of the answer itself, and `received` how many bytes of its body were read.
    """

    ends: float = inf
    size: int = MEGABYTE * MEGABYTE
    monotonic: Callable[[], float] = time.monotonic
    stage: Stage = Stage.PREPARED
    heard: int = 0
    status: int = 0
    received: int = 0

    @property
    def sent(self) -> bool:
        """Whether the request may have been received."""
        return self.stage is Stage.SENT

    def leave(self) -> None:
        """Abandon the exchange: its thread ends at its next read or write.

        From now on, `sent` does not change: a request that was not sent by now is never sent.
        """
        self.ends = -inf

    def sending(self) -> None:
        """Record that bytes of the request are about to be written. Raises TimeoutError after the deadline.

        The stage is set before the deadline is read; `leave` sets the deadline before the stage is read. So at least
        one of two threads sees the other.
        """
        before, self.stage = self.stage, Stage.SENT
        try:
            self.left()
        except TimeoutError:
            self.stage = before
            raise

    def left(self, until: float = inf) -> float:
        """Seconds until the deadline or `until`, whichever is first. Raises TimeoutError if it has passed."""
        seconds = min(until, self.ends) - self.monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds


# The exchange that the next request of this thread reports to.
CURRENT: ContextVar[Exchange] = ContextVar("exchange")


class BadAnswer(http.client.HTTPException):
    """An answer that exceeds a limit or is incomplete. Its text is written by us, so it can be shown."""


class Answer(http.client.HTTPResponse):
    """An answer with limits for the total and for its head. Reading raises TimeoutError or BadAnswer."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the library's own
        """Read through `_Limited`."""
        super().__init__(sock, *arguments, **options)
        self._exchange = CURRENT.get()
        self._limited = _Limited(sock, self.fp.detach(), self._exchange)
        self.fp = io.BufferedReader(self._limited)

    def begin(self) -> None:
        """Read the head; afterwards only the limit of the whole exchange applies."""
        super().begin()
        self._limited.ends = inf

    def _read_status(self) -> tuple[str, int, str]:
        """The status line of the final answer. The library skips no interim answer other than 100."""
        for _ in range(MAX_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc] # not in the stubs
            self._exchange.heard = status
            if status >= 200 or status == SWITCHING_PROTOCOLS:
                return version, status, reason
            while self.fp.readline(_LONGEST_LINE) not in {b"\r\n", b"\n", b""}:
                pass
        raise BadAnswer("too many interim answers")


class _Limited(io.RawIOBase):
    """The bytes of one answer. Each read waits at most until the deadline of the exchange."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, exchange: Exchange) -> None:
        self._sock = sock
        self._raw = raw
        self._exchange = exchange
        self._count = 0
        # The head must be complete within one read timeout.
        self._timeout = sock.gettimeout() or inf
        self.ends = exchange.monotonic() + self._timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any writable buffer
        # The bytes on the wire include headers, chunk sizes and trailers.
        if self._count > 2 * self._exchange.size + MEGABYTE:
            raise BadAnswer("larger than allowed")
        self._sock.settimeout(min(self._exchange.left(self.ends), self._timeout))
        count = self._raw.readinto(buffer)
        self._count += count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class HttpConnection(HTTPConnection):
    """A connection that reports how far a request gets."""

    response_class = Answer

    def connect(self) -> None:
        """Connect to the proxy if there is one, and through it to the service, TLS included."""
        CURRENT.get().stage = Stage.PROXY if self.proxy else Stage.SERVICE
        super().connect()
        CURRENT.get().stage = Stage.SERVICE

    def _tunnel(self) -> None:
        super()._tunnel()
        CURRENT.get().stage = Stage.SERVICE

    def send(self, data: Any) -> None:  # noqa: ANN401 - the library's own
        """Write data. It is part of the request, unless it sets up a tunnel through a proxy."""
        exchange = CURRENT.get()
        if exchange.stage is not Stage.PROXY:
            if self.sock is None:
                self.connect()
            # A name look-up may have outlasted the deadline: by now, the start may have been sent again.
            exchange.sending()
            # A kept connection still has the timeout of its last read.
            self.sock.settimeout(self.timeout)
        super().send(data)


class HttpsConnection(HttpConnection, HTTPSConnection):
    """The same with TLS."""


class Network(HTTPAdapter):
    """Takes the requests of a session to the service, directly or through a proxy."""

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the library's own
        """The pool of connections for a request, which makes connections of our classes."""
        pool: Any = super().get_connection_with_tls_context(*arguments, **options)
        pool.ConnectionCls = HttpsConnection if pool.scheme == "https" else HttpConnection
        return pool


# As many connections are kept as there may be requests at a time.
NETWORK: Adapter = partial(Network, pool_maxsize=100)


def _sign(key: Secret, request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sign one request. The key is not in the session's headers, whose repr would show it."""
    request.headers["Authorization"] = f"Bearer {key.reveal()}"
    return request


class Session(requests.Session):
    """A session without redirects, cookies, settings from the environment, and netrc file.

    Several threads may use it: the pool of its adapter lends a connection to one exchange at a time.
    """

    def __init__(self, scheme: str, key: Secret, adapter: Adapter) -> None:
        """Create a session for URLs of one scheme."""
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.mount(f"{scheme}://", adapter())
        # As long as there is a function for it, `requests` never reads a netrc file.
        self.auth = partial(_sign, key)
        self.headers.update(HEADERS)

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the library's signature
        """None: the library would read the body of the redirect, and fail on an invalid target."""
        return None
