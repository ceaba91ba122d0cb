"""One HTTP request at a time: authentication, limits, retries, and errors that explain themselves.

With `network` the only module that knows `requests`. A GET is tried again as long as the caller is patient; nothing
else ever is.
"""

import http.client
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from testsigma_action import __version__
from testsigma_action.api.fields import DecodeError
from testsigma_action.api.network import Network, certificate_rejected, name, never_sent
from testsigma_action.api.trouble import CERTIFICATE_HINT, ErrorAnswer, Trouble, backoff, error_of, retry_after
from testsigma_action.cancel import pause
from testsigma_action.clock import Clock
from testsigma_action.errors import ApiError, InputError, Refused, Transient, Unreachable
from testsigma_action.secret import Secret

T = TypeVar("T")
Json = object
# What takes a session's requests to the service and brings the answers: where requests lets others in.
Adapter = Callable[[], BaseAdapter]
NETWORK: Adapter = Network

MEGABYTE = 1024 * 1024
CHUNK = 64 * 1024
# Of an error answer, no more than this is read (bytes).
ERROR_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take: seconds to connect, seconds of silence, seconds in all, bytes of the answer."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    size: int = 16 * MEGABYTE

    def within(self, seconds: float) -> "Limits":
        """The same, but over in this many seconds."""
        seconds = max(0.1, seconds)
        return Limits(min(self.connect, seconds), min(self.read, seconds), min(self.total, seconds), self.size)


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask. `purpose` completes the sentence "Could not ..."."""

    method: str
    path: str
    purpose: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    limits: Limits = Limits()


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
    """A session that looks at no redirect: the library would read its body, and stumble over what it points to."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the library's signature
        """Nowhere, whatever the answer says."""
        return None


class Transport:
    """Sends requests to one service. Safe to use from several threads: each has its own session."""

    def __init__(
        self,
        base_url: str,
        key: Secret,
        *,
        clock: Clock,
        ca_bundle: str = "",
        observe: Callable[[Trouble], None],
        adapter: Adapter = NETWORK,
    ) -> None:
        """Take the base URL without a trailing slash; `observe` is told of trouble and its end, on any thread.

        `adapter` makes what carries the requests of one session: over the network, unless told otherwise.
        """
        self.base_url = base_url
        self.host = urlsplit(base_url).netloc
        self._auth = BearerAuth(key)
        self._key = key
        self._bundle = ca_bundle
        self._clock = clock
        self._observe = observe
        self._adapter = adapter
        self._local = threading.local()
        self._proven = False
        # Answers with status 429 so far: who sends many requests at a time should send fewer.
        self.too_many = 0

    def check_bundle(self) -> None:
        """Read the file with the certificates to trust. Raises InputError where it has none."""
        if not self._bundle:
            return
        try:
            ssl.create_default_context(cafile=self._bundle)
        except OSError as error:
            reason = error.strerror or "no certificates in it"
            raise InputError(f"ca-bundle: '{self._bundle}' cannot be used ({reason}); it must be a PEM file.") from None

    def get(self, request: Request, decode: Callable[[Json], T], *, until: float) -> T:
        """Fetch and decode, trying again until an instant of the monotonic clock.

        Raises Refused and Redirected at once, Unreachable when the patience is over. A body that cannot be decoded
        counts like a 502: something between us and the service answered in its place.
        """
        attempt = 0
        while True:
            try:
                value = self._fetch(request, decode, until)
            except Transient as trouble:
                attempt += 1
                self._wait_after(trouble, request, attempt, until)
            else:
                if attempt:
                    self._observe(Trouble(request.purpose, attempt))
                return value

    def send(self, request: Request, decode: Callable[[Json], T]) -> T:
        """Send once, on a connection of its own: with a kept one, a reset would say nothing about what was received.

        Raises Refused, Redirected, or Transient; what to make of the latter is for the caller to say.
        """
        self._forget_session()
        return self._decoded(request, decode)

    def _fetch(self, request: Request, decode: Callable[[Json], T], until: float) -> T:
        limits = request.limits.within(until - self._clock.monotonic())
        value = self._decoded(_limited(request, limits), decode)
        self._proven = True
        return value

    def _decoded(self, request: Request, decode: Callable[[Json], T]) -> T:
        body = self._exchange(request)
        try:
            return decode(self._parse(body))
        except DecodeError as error:
            raise Transient(f"Could not {request.purpose}: {self.host} answered with a body {error}.") from None

    def _wait_after(self, trouble: Transient, request: Request, attempt: int, until: float) -> None:
        self.too_many += trouble.status == 429
        delay = backoff(attempt, trouble.retry_after)
        if self._clock.monotonic() + delay >= until:
            raise Unreachable(
                trouble.message, code="api-unreachable", hint=trouble.hint, status=trouble.status
            ) from None
        self._observe(Trouble(request.purpose, attempt, trouble.message, delay))
        pause(delay)

    def _exchange(self, request: Request) -> bytes:
        ends = self._clock.monotonic() + request.limits.total
        try:
            with self._open(request) as response:
                if response.status_code >= 300:
                    raise self._error(request, response, ends)
                return self._read(response, request.limits.size, ends)
        except requests.RequestException as error:
            raise self._no_answer(request, error) from None
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            broke_off = f"{self.host} broke off its answer ({name(error)})"
            raise Transient(f"Could not {request.purpose}: {broke_off}.", sent=not never_sent(error)) from None

    def _open(self, request: Request) -> requests.Response:
        return self._session().request(
            request.method,
            self.base_url + request.path,
            params=dict(request.query) or None,
            json=request.body,
            timeout=(request.limits.connect, request.limits.read),
            stream=True,
            # Given with the request: on the session, REQUESTS_CA_BUNDLE would win over the file that was asked for.
            verify=self._bundle or True,
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

    def _read(self, response: requests.Response, size: int, ends: float) -> bytes:
        """Read what comes as it comes, so that a body that drips or never ends is left in time."""
        raw = response.raw
        body = bytearray()
        while chunk := raw.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > size:
                raise urllib3.exceptions.HTTPError(f"more than {size // MEGABYTE} MB")
            if self._clock.monotonic() > ends:
                raise urllib3.exceptions.HTTPError("too slow")
        expected = response.headers.get("Content-Length", "")
        if len(expected) < 20 and expected.isdecimal() and raw.tell() < int(expected):
            raise urllib3.exceptions.HTTPError("shorter than announced")
        return bytes(body)

    def _parse(self, body: bytes) -> Json:
        """The JSON value of a body. A service that repeats the key does not bring it into our reports.

        It is hidden once the text is decoded, before any of it is cut or escaped. A body without escapes of
        characters shows the key plainly if it has it, so that most bodies are searched as a whole.
        """
        try:
            text = _text(body)
            value: Json = json.loads(text)
            escaped = "\\u" in text or "\\/" in text
            return self._key.hidden_in_json(value) if escaped or self._key.stands_in(text) else value
        except (ValueError, RecursionError):
            raise DecodeError("that is no JSON") from None

    def _without_key(self, body: bytes) -> bytes:
        """The body of an error, in UTF-8."""
        try:
            return json.dumps(self._parse(body)).encode()
        except (DecodeError, RecursionError):
            return self._key.hidden_in(_text(body, "replace")).encode("utf-8", "replace")

    def _error(self, request: Request, response: requests.Response, ends: float) -> ApiError:
        redirect = response.status_code < 400
        answer = ErrorAnswer(
            status=response.status_code,
            body=b"" if redirect else self._error_body(response, ends),
            location_host=self._key.hidden_in(_host(self._key.hidden_in(response.headers.get("Location", "")))),
            retry_after=retry_after(response.headers.get("Retry-After", ""), self._clock.now()),
        )
        return error_of(f"Could not {request.purpose}", self.host, answer)

    def _error_body(self, response: requests.Response, ends: float) -> bytes:
        """What the error says; its status says enough where the body cannot be read."""
        try:
            return self._without_key(self._read(response, ERROR_BODY, ends))
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError):
            return b""

    def _no_answer(self, request: Request, error: requests.RequestException) -> ApiError:
        could_not = f"Could not {request.purpose}:"
        if certificate_rejected(error) and not self._proven:
            return Refused(
                f"{could_not} the certificate of {self.host} is not trusted.",
                code="api-certificate",
                hint=CERTIFICATE_HINT,
            )
        if never_sent(error):
            return Transient(f"{could_not} no connection to {self.host} ({name(error)}).", sent=False)
        return Transient(f"{could_not} no answer from {self.host} ({name(error)}).")


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _text(body: bytes, errors: str = "surrogatepass") -> str:
    """The body in the encoding that JSON may have: UTF-8, UTF-16 or UTF-32."""
    return body.decode(json.detect_encoding(body), errors)


def _limited(request: Request, limits: Limits) -> Request:
    return Request(request.method, request.path, request.purpose, request.query, request.body, limits)
