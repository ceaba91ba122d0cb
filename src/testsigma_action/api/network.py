"""Connections: how long they may be silent, and what it means when they fail.

The head of an answer comes within the read timeout, or not at all. The library would wait that long for every byte of
it: it asks the socket again and again until a line is whole.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

import urllib3
from requests import ConnectTimeout
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection


class Answer(http.client.HTTPResponse):
    """An answer whose head has a limit as a whole. Raises TimeoutError while it is read."""

    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to count; `monotonic` is the clock that the socket's timeout is meant on."""
        super().__init__(sock, debuglevel, method, url)
        self._timed = _Timed(sock, self.fp.detach(), monotonic)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the head; for the body there are other limits."""
        super().begin()
        self._timed.lift()


class _Timed(io.RawIOBase):
    """What comes over a socket, as long as there is time."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, monotonic: Callable[[], float]) -> None:
        self._sock = sock
        self._raw = raw
        self._monotonic = monotonic
        self._timeout = sock.gettimeout()
        self._ends = None if self._timeout is None else monotonic() + self._timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any writable buffer
        if self._ends is not None:
            left = self._ends - self._monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def lift(self) -> None:
        if self._ends is not None:
            self._ends = None
            self._sock.settimeout(self._timeout)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Http(HTTPConnection):
    response_class = Answer


class _Https(HTTPSConnection):
    response_class = Answer


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


POOLS = {"http": _HttpPool, "https": _HttpsPool}


class Network(HTTPAdapter):
    """What takes the requests of a session to the service, directly or through a proxy."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the library's own
        """Have pools make connections of our kind."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:  # noqa: ANN401 - the library's own
        """The same for connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = POOLS
        return manager


def _causes(error: BaseException) -> list[BaseException]:
    """The error, and what it was raised for: the libraries keep that in an attribute or in the first argument."""
    chain: list[BaseException] = []
    seen: BaseException | None = error
    while isinstance(seen, BaseException) and len(chain) < 8:
        chain.append(seen)
        kept = (getattr(seen, "reason", None), getattr(seen, "original_error", None), *seen.args[:1])
        seen = next((inner for inner in kept if isinstance(inner, BaseException)), seen.__context__)
    return chain


def never_sent(error: BaseException) -> bool:
    """Whether a request failed before a byte of it left. TLS may break at any time, but for a certificate at once.

    A ProxyError proves nothing by itself: urllib3 calls any loss of a connection through a proxy one.
    """
    before = (
        ConnectTimeout,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.LocationValueError,
        ssl.SSLCertVerificationError,
    )
    return any(isinstance(cause, before) or str(cause).startswith(NO_TUNNEL) for cause in _causes(error))


def certificate_rejected(error: BaseException) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def name(error: BaseException) -> str:
    """The innermost cause by its kind: its text may quote anything."""
    cause = _causes(error)[-1]
    known = NAMES.get(type(cause).__name__)
    if type(cause) is urllib3.exceptions.HTTPError:
        return str(cause)
    return known or type(cause).__name__


# How the standard library says that a proxy refused to open a tunnel: nothing was sent through it.
NO_TUNNEL = "Tunnel connection failed"
NAMES = {
    "ConnectionRefusedError": "connection refused",
    "ConnectionResetError": "connection reset",
    "RemoteDisconnected": "connection closed without an answer",
    "NameResolutionError": "the name cannot be resolved",
    "gaierror": "the name cannot be resolved",
    "TimeoutError": "no answer in time",
    "ReadTimeoutError": "no answer in time",
    "ConnectTimeoutError": "no connection in time",
    "IncompleteRead": "shorter than announced",
    "error": "not compressed as announced",
    "SSLError": "trouble with TLS",
}
