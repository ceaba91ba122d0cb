"""One HTTP request at a time: authentication, limits, retries, and errors that explain themselves.

With `network` the only module that knows `requests`. A GET is tried again as long as the caller is patient; nothing
else ever is.
"""

import http.client
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from math import inf
from typing import TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from testsigma_action import __version__
from testsigma_action.api import envelope
from testsigma_action.api.causes import name, unsent
from testsigma_action.api.connection import MEGABYTE, BadAnswer, Exchange, Network, begin
from testsigma_action.api.error_response import (
    ErrorAnswer,
    Trouble,
    answered_with,
    backoff,
    error_of,
    retry_after,
    saying,
)
from testsigma_action.api.fields import DecodeError
from testsigma_action.api.parsing import parse_json, without_secret
from testsigma_action.api.route import Route
from testsigma_action.api.server_clock import ServerClock
from testsigma_action.errors import ApiError, ErrorCode, Redirected, Refused, Transient, Unreachable
from testsigma_action.runtime.calls import pause
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret

T = TypeVar("T")
Json = object
# What takes a session's requests to the service and brings the answers: where requests lets others in.
Adapter = Callable[[], BaseAdapter]
NETWORK: Adapter = Network

CHUNK = 64 * 1024
# Of an error answer, no more than this is read (bytes).
ERROR_BODY = 64 * 1024
# A last try begins this long before the patience is over (seconds, at most a tenth of it).
LAST_TRY = 2.0
# What the libraries raise when no answer comes, or half of one.
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take: seconds to connect, seconds of silence, seconds in all, bytes of the answer."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    size: int = 8 * MEGABYTE

    def within(self, seconds: float) -> "Limits":
        """The same, but over in this many seconds."""
        seconds = max(0.1, seconds)
        return Limits(min(self.connect, seconds), min(self.read, seconds), min(self.total, seconds), self.size)


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask. `purpose` completes the sentence "Could not ...".

    `optional`: the path may not exist, so a 404 is final whoever sends it. `last_try`: where the next try would come
    after the patience is over (the service may ask for that), there is one more right before. `error_patience`: for how
    long a 5xx error of the service itself is tried again (seconds).
    """

    method: str
    path: str
    purpose: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    limits: Limits = Limits()
    optional: bool = False
    last_try: bool = False
    error_patience: float = inf


class BearerAuth(AuthBase):
    """Authentication as an object: with it, `requests` never looks for a netrc file."""

    def __init__(self, key: Secret) -> None:
        """Keep the key out of the session's headers, and so out of their repr."""
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request


class _Session(requests.Session):
    """A session without surprises: no redirects, no cookies, nothing from the environment, no netrc file."""

    def __init__(self) -> None:
        """Have one connection for each host, and nothing of the caller's yet."""
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the library's signature
        """Nowhere: the library would read the redirect's body, and stumble over what it points to."""
        return None


@dataclass(slots=True)
class _Patience:
    """When a GET is tried again, and when it is given up. Instants are those of the monotonic clock."""

    request: Request
    began: float
    until: float
    attempt: int = 0
    errors_since: float = inf
    last: bool = False

    def delay(self, trouble: ApiError, now: float) -> float | None:
        """Seconds until the next try after this trouble; None where there is none."""
        self.attempt += 1
        same_error = trouble.by_service and (trouble.status or 0) >= 500
        self.errors_since = min(self.errors_since, now) if same_error else inf
        delay = backoff(self.attempt, trouble.retry_after if isinstance(trouble, Transient) else None)
        if self.last or now + delay - self.errors_since > self.request.error_patience:
            return None
        # Time that a last try is left with, so that its answer is in before the patience is over.
        kept = min(LAST_TRY, (self.until - self.began) / 10) if self.request.last_try else 0.0
        left = self.until - kept - now
        if delay < left:
            return delay
        self.last = True
        return left if self.request.last_try and left > 0 else None


class Transport:
    """Sends requests to one service. Safe to use from several threads: each has its own session."""

    def __init__(
        self,
        route: Route,
        key: Secret,
        *,
        clock: Clock,
        observe: Callable[[Trouble], None],
        adapter: Adapter = NETWORK,
    ) -> None:
        """Take the way to the service; `observe` is told of trouble and its end, on any thread.

        `adapter` makes what carries the requests of one session: over the network, unless told otherwise.
        """
        self.base_url = route.base_url
        self.host = route.host
        self._auth = BearerAuth(key)
        self._key = key
        self._route = route
        self._clock = clock
        self._observe = observe
        self._adapter = adapter
        self._local = threading.local()
        self._decoding = threading.Lock()
        self._proven = False
        self.server_clock = ServerClock()
        # Answers with status 429 so far: who sends many requests at a time should send fewer.
        self.too_many = 0

    def check_settings(self) -> None:
        """See that proxy and certificates can be used. Raises InputError."""
        self._route.check()

    def get(self, request: Request, decode: Callable[[Json], T], *, until: float) -> T:
        """Fetch and decode, trying again until an instant of the monotonic clock.

        Raises Refused and Redirected at once, Unreachable when the patience is over. A body that cannot be decoded
        counts like a 502: something between us and the service answered in its place. So does any other refusal that is
        not the service's own, once the service has answered.
        """
        patience = _Patience(request, self._clock.monotonic(), until)
        while True:
            try:
                value = self._fetch(request, decode, until)
            except (Transient, Refused, Redirected) as trouble:
                if not self._may_pass(trouble, request):
                    raise
                self._wait_after(trouble, patience)
            else:
                if patience.attempt:
                    self._observe(Trouble(request.purpose, patience.attempt))
                return value

    def send(self, request: Request, decode: Callable[[Json], T]) -> T:
        """Send once, on a connection of its own: with a kept one, a reset would say nothing about what was received.

        Raises Refused, Redirected, or Transient; what to make of the latter is for the caller to say.
        """
        self._forget_session()
        return self._decoded(request, decode)

    def tell(self, request: Request) -> None:
        """Send once what has no answer worth reading: any 2xx means that it was accepted. Raises like `send`."""
        self._forget_session()
        self._exchange(request, reading=False)

    def _may_pass(self, trouble: ApiError, request: Request) -> bool:
        if isinstance(trouble, Transient):
            return True
        missing = request.optional and trouble.status == 404
        return self._proven and not trouble.by_service and not missing

    def _fetch(self, request: Request, decode: Callable[[Json], T], until: float) -> T:
        limits = request.limits.within(until - self._clock.monotonic())
        return self._decoded(replace(request, limits=limits), decode)

    def _decoded(self, request: Request, decode: Callable[[Json], T]) -> T:
        status, *received = self._exchange(request)
        body: Json = None
        try:
            # One at a time, since many large answers at once would need too much memory; the bytes are let go early.
            with self._decoding:
                body = parse_json(received.pop(), self._key)
                if not envelope.error_said(body):
                    value = decode(envelope.unwrapped(body))
                    self._proven = True
                    return value
            problem = "that is an error"
        except DecodeError as error:
            problem = str(error)
        raise self._undecoded(f"Could not {request.purpose}", status, body, problem)

    def _undecoded(self, could_not: str, status: int, body: Json, problem: str) -> Transient:
        """The error for an answer 2xx that is not what was asked for, in the service's own words where it has some."""
        if words := envelope.words(body):
            message = saying(answered_with(could_not, self.host, status), words)
            return Transient(message, said=envelope.error_said(body))
        return Transient(f"{could_not}: {self.host} answered with a body {problem}.")

    def _wait_after(self, trouble: ApiError, patience: _Patience) -> None:
        self.too_many += trouble.status == 429
        delay = patience.delay(trouble, self._clock.monotonic())
        if delay is None:
            error = Unreachable(
                trouble.message, code=ErrorCode.API_UNREACHABLE, hint=trouble.hint, status=trouble.status
            )
            error.by_service = trouble.by_service
            raise error from None
        self._observe(Trouble(patience.request.purpose, patience.attempt, trouble.message, delay))
        pause(delay)

    def _exchange(self, request: Request, *, reading: bool = True) -> tuple[int, bytes]:
        """One request, and status and body of its answer; without `reading`, the body of a 2xx is left where it is."""
        limits = request.limits
        ends = self._clock.monotonic() + limits.total
        exchange = begin(Exchange(ends, limits.size, self._clock.monotonic))
        try:
            with self._open(request) as response:
                self.server_clock.note(response.headers.get("Date", ""), self._clock.monotonic())
                if not 200 <= response.status_code < 300:
                    raise self._error(request, response)
                return response.status_code, self._read(response, limits.size) if reading else b""
        except FAILURES as error:
            raise self._failure(request, error, exchange) from None

    def _open(self, request: Request) -> requests.Response:
        proxy = self._route.proxy.value
        return self._session().request(
            request.method,
            self.base_url + request.path,
            params=dict(request.query) or None,
            json=request.body,
            timeout=(request.limits.connect, request.limits.read),
            stream=True,
            verify=self._route.bundle.value or True,
            proxies={"all": proxy} if proxy else None,
        )

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            session = _Session()
            session.mount(f"{urlsplit(self.base_url).scheme}://", self._adapter())
            session.auth = self._auth
            session.headers.update(
                {
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip, deflate",
                    "User-Agent": f"testsigma-action/{__version__}",
                }
            )
            self._local.session = session
        kept: requests.Session = self._local.session
        return kept

    def _forget_session(self) -> None:
        if hasattr(self._local, "session"):
            self._local.session.close()
            del self._local.session

    def _read(self, response: requests.Response, size: int) -> bytes:
        """Read the body as it comes. The time it takes, and the bytes on the wire, are limited by the connection."""
        raw = response.raw
        body = bytearray()
        while chunk := raw.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > size:
                raise BadAnswer(f"more than {size // MEGABYTE} MB")
        expected = response.headers.get("Content-Length", "")
        if len(expected) < 20 and expected.isdecimal() and raw.tell() < int(expected):
            raise BadAnswer("shorter than announced")
        return bytes(body)

    def _error(self, request: Request, response: requests.Response) -> ApiError:
        redirect = response.status_code < 400
        answer = ErrorAnswer(
            status=response.status_code,
            body=b"" if redirect else self._error_body(response),
            location_host=self._key.hidden_in(_host(self._key.hidden_in(response.headers.get("Location", "")))),
            retry_after=retry_after(response.headers.get("Retry-After", ""), self._clock.now()),
        )
        return error_of(f"Could not {request.purpose}", self.host, answer)

    def _error_body(self, response: requests.Response) -> bytes:
        """What the error says; its status says enough where the body cannot be read."""
        try:
            return without_secret(self._read(response, ERROR_BODY), self._key)
        except FAILURES:
            return b""

    def _failure(self, request: Request, error: Exception, exchange: Exchange) -> ApiError:
        """What it means that no answer came, or half of one."""
        could_not = f"Could not {request.purpose}:"
        if exchange.sent and isinstance(error, requests.RequestException):
            return Transient(f"{could_not} no answer from {self.host} ({name(error)}).")
        if exchange.sent:
            return Transient(f"{could_not} {self.host} broke off its answer ({name(error)}).")
        why = unsent(error, exchange, self._route)
        message = f"{could_not} {why.words}."
        if why.final and not self._proven:
            return Refused(message, code=why.code, hint=why.hint)
        return Transient(message, sent=False, hint=why.hint)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
