"""One HTTP exchange: authentication, limits, and errors with messages. All calls here block."""

import email.utils
import http.client
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from math import inf
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3

from testsigma_action.api import bodies, causes
from testsigma_action.api.connection import CURRENT, MEGABYTE, NETWORK, Adapter, BadAnswer, Exchange, Session
from testsigma_action.api.error_response import answered_with, error_of, ignore, retry_after, saying
from testsigma_action.api.fields import DecodeError, Decoder, T
from testsigma_action.api.route import Route
from testsigma_action.errors import ApiError, Transient, Unsent
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret


@dataclass(frozen=True, slots=True)
class Trace:
    """One request and its answer. `status` is 0 without an answer; `size` counts the bytes of the body that were read.

    `attempt` is the number of the try, from 1 on.
    """

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    seconds: float
    size: int
    attempt: int


OnTrace = Callable[[Trace], None]


if TYPE_CHECKING:
    from testsigma_action.api.uploads import FileForm

Json = object

CHUNK = 64 * 1024
# Maximum number of bytes that are read of an error answer.
ERROR_BODY = 64 * 1024
# Exceptions of the libraries for a missing or incomplete answer.
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one request: timeouts to connect, to read, and in total (seconds); size of the answer (bytes)."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    size: int = 8 * MEGABYTE

    def within(self, seconds: float) -> "Limits":
        """The same limits, with timeouts of at most so many seconds."""
        seconds = max(0.1, seconds)
        return Limits(min(self.connect, seconds), min(self.read, seconds), min(self.total, seconds), self.size)


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `purpose` completes the sentence "Could not ...".

    `optional`: the path may not exist, so a 404 is always final. `last_try`: if the next retry would come after the
    deadline, one more is made right before it. `error_retry_limit`: for how long 5xx errors of the service itself are
    retried (seconds). `retried`: if it is false, the request is sent once. `private`: texts of the body that are hidden
    if an error repeats them. `form`: what is sent in place of JSON. `ignores_body`: any 2xx is a success, and its body
    is not read. `on_body` is called with the JSON of an answer, before it is decoded.
    """

    method: str
    path: str
    purpose: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    limits: Limits = Limits()
    optional: bool = False
    last_try: bool = False
    error_retry_limit: float = inf
    retried: bool = True
    private: Collection[str] = ()
    form: "FileForm | None" = None
    ignores_body: bool = False
    on_body: Callable[[Json], object] = ignore


class ServerClock:
    """Translates instants of our monotonic clock into the service's time.

    Every answer was written before it arrived, so each `Date` header is a lower bound of the service's time at that
    moment. The highest bound is used, so a cached answer with an old date changes nothing.
    """

    def __init__(self) -> None:
        """Start without any answer."""
        self._offset = -inf

    def note(self, date: str, now: float) -> None:
        """Use the `Date` header of an answer that arrived at this instant; an invalid one is ignored."""
        with suppress(ValueError, TypeError, OverflowError):
            self._offset = max(self._offset, email.utils.parsedate_to_datetime(date[:64]).timestamp() - now)

    def at(self, instant: float) -> datetime | None:
        """The service's time at an instant: this time or slightly later. None if no answer had a date."""
        with suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(instant + self._offset, UTC)
        return None


class Http:
    """Makes exchanges with one service. Safe to use from several threads."""

    def __init__(self, route: Route, key: Secret, *, clock: Clock, adapter: Adapter = NETWORK) -> None:
        """Prepare for a service; nothing is sent yet. Tests replace the `adapter`, which accesses the network."""
        self._new_session = partial(Session, urlsplit(route.base_url).scheme, key, adapter)
        self.session = self._new_session()
        self.server_clock = ServerClock()
        # Whether the service has ever answered a request successfully.
        self.proven = False
        self._key = key
        self._route = route
        self._clock = clock
        self._decoding = threading.Lock()

    def fetch(self, request: Request, decode: Decoder[T], exchange: Exchange) -> T:
        """Send a request and decode the answer. Raises Refused, Redirected or Transient.

        A body that cannot be decoded is handled like a 502: it may come from a proxy or gateway.
        """
        received = [self._exchange(request, exchange)]
        if request.ignores_body:
            return decode(None)
        body: Json = None
        problem = "that is an error"
        try:
            # Only one answer is decoded at a time, and its bytes are freed early, to limit memory.
            with self._decoding:
                body = bodies.parse_json(received.pop(), self._key)
                request.on_body(body)
                if not bodies.error_said(body):
                    value = decode(bodies.unwrapped(body))
                    self.proven = True
                    return value
        except DecodeError as error:
            problem = str(error)
        body = self._key.along_with(request.private).hidden_in_json(body)
        could_not = f"Could not {request.purpose}"
        if words := bodies.words(body):
            message = saying(answered_with(could_not, self._route.host, exchange.status), words)
            raise Transient(message, said=bodies.error_said(body))
        raise Transient(f"{could_not}: {self._route.host} answered with a body {problem}.")

    def failure(self, request: Request, error: Exception, exchange: Exchange) -> ApiError:
        """The error for a missing or incomplete answer."""
        could_not = f"Could not {request.purpose}:"
        if exchange.sent and isinstance(error, requests.RequestException):
            return Transient(f"{could_not} no answer from {self._route.host} ({causes.name(error)}).")
        if exchange.sent:
            return Transient(f"{could_not} the answer of {self._route.host} was incomplete ({causes.name(error)}).")
        failure = causes.unsent(could_not, error, exchange, self._route)
        # After a success, the same request may succeed again.
        return Unsent(failure.message, hint=failure.hint) if self.proven else failure

    def _exchange(self, request: Request, exchange: Exchange) -> bytes:
        """Send one request; returns the body of the answer."""
        CURRENT.set(exchange)
        try:
            # Only GETs use kept connections: after a reset of one, nobody knows what was received.
            session = self.session if request.method == "GET" else self._new_session()
            with self._open(session, request) as response:
                self.server_clock.note(response.headers.get("Date", ""), self._clock.monotonic())
                exchange.status = response.status_code
                if not 200 <= response.status_code < 300:
                    raise self._error(request, response, exchange)
                return b"" if request.ignores_body else _read(response, request.limits.size, exchange)
        except FAILURES as error:
            raise self.failure(request, error, exchange) from None

    def _open(self, session: requests.Session, request: Request) -> requests.Response:
        proxy = self._route.proxy.value
        return session.request(
            request.method,
            self._route.base_url + request.path,
            params=dict(request.query) or None,
            json=request.body,
            data=request.form,
            headers={"Content-Type": request.form.content_type} if request.form else None,
            timeout=(request.limits.connect, request.limits.read),
            stream=True,
            verify=self._route.bundle.value or True,
            proxies={"all": proxy} if proxy else None,
        )

    def _error(self, request: Request, response: requests.Response, exchange: Exchange) -> ApiError:
        """The error for an answer that is not 2xx, without a body if that is not needed or cannot be read."""
        headers, body = response.headers, bodies.ErrorBody()
        if response.status_code >= 400:
            with suppress(*FAILURES):
                secret = self._key.along_with(request.private)
                body = bodies.read_error_body(_read(response, ERROR_BODY, exchange), secret)
        target = ""
        with suppress(ValueError):
            netloc = urlsplit(self._key.hidden_in(headers.get("Location", ""))).netloc
            target = self._key.hidden_in(netloc.rpartition("@")[2])
        wait = retry_after(headers.get("Retry-After", ""), self._clock.now())
        return error_of(f"Could not {request.purpose}", self._route.host, response.status_code, body, target, wait)


def _read(response: requests.Response, size: int, exchange: Exchange) -> bytes:
    """Read the body in chunks. Its time and the bytes on the wire are limited by the connection.

    The library raises an error if the body is shorter than announced.
    """
    body = bytearray()
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        body += chunk
        exchange.received = len(body)
        if len(body) > size:
            raise BadAnswer(f"more than {size // MEGABYTE} MB")
    return bytes(body)
