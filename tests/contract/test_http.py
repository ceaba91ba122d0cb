"""HTTP over real sockets: retries, limits, the key, TLS."""

import gzip
import os
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
import trustme

from tests.contract.conftest import Raw, Serve, Service, Talk, hang_up, result_of, soon, transport
from tests.simulator import TEST_KEY, Fault, Server, Simulator, scenario
from testsigma_action.api.fields import DecodeError, Fields
from testsigma_action.api.http import Json, Limits, Request
from testsigma_action.errors import (
    ActionError,
    ApiError,
    InputError,
    Outage,
    Redirected,
    Refused,
    Transient,
    Unsent,
)

RUNS = "/api/v1/execution_results"
STATUS = Request("GET", f"{RUNS}/900", "read the status of run 900")
# For what a limit of time ends; and for what ends by itself, however slow this machine is.
SHORT = Limits(connect=1.0, read=0.5, total=1.0, size=64 * 1024)
ENOUGH = Limits(size=64 * 1024)
BODY = b'{"id": 900}'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def identity(body: Json) -> str:
    """The ID in an answer."""
    found = Fields(body).identity("id")
    if not found:
        raise DecodeError("that does not describe a run")
    return found


def fetch(service: Service, request: Request = STATUS, until: float | None = None) -> str:
    """Ask for the run that existed before."""
    made = transport(service.server.url)
    return result_of(made.get(request, identity, until=until or soon(), on_retry=service.troubles.append))


def limited(limits: Limits, method: str = "GET", body: Json = None) -> Request:
    """The same request with other limits."""
    return Request(method, STATUS.path, STATUS.purpose, body=body, limits=limits)


def read_request(connection: socket.socket) -> bytes:
    """The head and the body of a request; nothing when the client has left."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(*pieces: bytes, pause: float = 0.0) -> Talk:
    """A talk that reads a request and sends these pieces."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return talk


PASSING = [
    Fault("status", delivery="reset", count=2),
    Fault("status", delivery="close", count=2),
    Fault("status", delivery="truncate", count=2),
    Fault("status", delivery="garbage", count=2),
    Fault("status", text="[1, 2]", count=2),
    Fault("status", text="no JSON {", count=2),
    Fault("status", text="", count=2),
    Fault("status", text="[" * 100_000, count=2),
    Fault("status", text="<html>Maintenance</html>", count=2),
    Fault("status", status=500, count=2),
    Fault("status", status=502, text="<html>Bad gateway</html>", count=2),
    Fault("status", status=503, count=2),
    Fault("status", status=429, count=2),
    Fault("status", status=429, count=2, headers={"Retry-After": "0"}),
]


@pytest.mark.parametrize(
    "fault", PASSING, ids=lambda fault: f"{fault.delivery}-{fault.status}-{(fault.text or '')[:9]}"
)
def test_what_may_pass_is_tried_again(serve: Serve, fault: Fault) -> None:
    """A GET is repeated until it is answered, and the observer hears of each failed try and of the end."""
    service = serve("passing", fault)
    assert fetch(service) == "900"
    assert service.server.calls == ["status"] * 3
    assert [STATUS.purpose in str(trouble) for trouble in service.troubles] == [True, True, False]
    assert service.troubles[-1] is None


def test_nothing_is_observed_when_all_is_well(serve: Serve) -> None:
    """No trouble, no word."""
    service = serve("passing")
    assert fetch(service) == "900"
    assert service.troubles == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 422])
def test_refusals_are_final(serve: Serve, status: int) -> None:
    """Asked once: the answer would be the same the next time."""
    service = serve("passing", Fault("status", status=status, count=None))
    with pytest.raises(Refused) as caught:
        fetch(service)
    assert caught.value.status == status
    assert service.server.calls == ["status"]
    assert service.troubles == []


def test_a_wrong_key_is_final(serve: Serve) -> None:
    """The service says so in plain text that is labelled JSON; its words are in the message, the key is not."""
    service = serve("passing")
    with pytest.raises(Refused) as caught:
        result_of(transport(service.server.url, key="another-key-for-tests").get(STATUS, identity, until=soon()))
    assert caught.value.code == "api-key-rejected"
    assert "Invalid JWT token" in caught.value.message
    assert "another-key" not in caught.value.message + caught.value.hint
    assert len(service.server.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_final_and_the_key_goes_nowhere(serve: Serve, status: int) -> None:
    """The message names the host that the answer points to; that host never hears of us."""
    target = serve("passing")
    location = f"{target.server.url}/elsewhere?token=hush"
    service = serve("passing", Fault("status", status=status, headers={"Location": location}, count=None))
    with pytest.raises(Redirected) as caught:
        fetch(service)
    assert f"127.0.0.1:{target.server.port}" in caught.value.message
    assert "hush" not in caught.value.message
    assert (len(service.server.seen), len(target.server.seen)) == (1, 0)


@pytest.mark.parametrize(
    "location", ["http://[", "http://h\xe9\xff/", "//", "ftp://x", "", "http://a:99999999/", "\x7f"]
)
@pytest.mark.parametrize("status", [302, 404])
def test_a_location_that_makes_no_sense_is_no_bug(serve: Serve, location: str, status: int) -> None:
    """A header comes from outside, like everything else."""
    service = serve("passing", Fault("status", status=status, headers={"Location": location}, count=None))
    with pytest.raises((Redirected, Refused)):
        fetch(service)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=302, text="x" * 150, delivery="drip", chunk=1, interval=0.02),
        Fault("status", status=302, text="x" * 30_000, delivery="drip", chunk=100, interval=0.01),
    ],
    ids=["slow", "steady"],
)
def test_the_body_of_a_redirect_ends_in_time(serve: Serve, fault: Fault) -> None:
    """Nothing in it matters, so it is read no further than that of any other error."""
    service = serve("passing", replace(fault, headers={"Location": "http://127.0.0.1:9/"}))
    began = time.monotonic()
    with pytest.raises(ApiError):
        fetch(service, limited(SHORT), until=soon(1.2))
    assert time.monotonic() - began < 2


def test_a_connection_that_is_refused_is_tried_again() -> None:
    """Nobody listens: each message says so and names the host."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    seen: list[str | None] = []
    with pytest.raises(Outage) as caught:
        result_of(transport(f"http://127.0.0.1:{port}").get(STATUS, identity, until=soon(1), on_retry=seen.append))
    assert caught.value.code == "api-unreachable"
    first = seen[0] or ""
    assert "connection refused" in first
    assert f"127.0.0.1:{port}" in first


def test_a_refused_connection_was_not_sent() -> None:
    """Only then may a start be sent again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Transient) as caught:
        result_of(transport(f"http://127.0.0.1:{port}").send(limited(ENOUGH, "POST", {}), identity, until=soon()))
    assert isinstance(caught.value, Unsent)


def test_a_name_that_does_not_resolve_was_not_sent() -> None:
    """The reserved top-level domain `invalid` never resolves."""
    with pytest.raises(Transient) as caught:
        result_of(transport("https://host.invalid").send(limited(ENOUGH, "POST", {}), identity, until=soon()))
    assert isinstance(caught.value, Unsent)
    assert "host.invalid" in caught.value.message


def test_the_patience_ends(serve: Serve) -> None:
    """Past the instant nothing is asked; the error has the last reason."""
    service = serve("passing", Fault("status", status=503, text='{"error": "Down for maintenance"}', count=None))
    with pytest.raises(Outage) as caught:
        fetch(service, until=soon(1.5))
    assert caught.value.status == 503
    assert "Down for maintenance" in caught.value.message
    assert 1 < len(service.server.seen) < 60


def test_an_answer_explains_more_than_a_try_that_the_deadline_interrupts(serve: Serve) -> None:
    """The error has the reason of the last answer, not of the silence after it."""
    down = Fault("status", status=503, text='{"error": "Down for maintenance"}')
    service = serve("passing", down, Fault("status", delay=60.0, count=None))
    with pytest.raises(Outage) as caught:
        fetch(service, until=soon(1.5))
    assert caught.value.status == 503
    assert "Down for maintenance" in caught.value.message
    assert len(service.server.seen) > 1


def test_a_retry_after_beyond_the_patience(serve: Serve) -> None:
    """Nothing is asked again."""
    service = serve("passing", Fault("status", status=429, headers={"Retry-After": "7"}, count=None))
    with pytest.raises(Outage):
        fetch(service, until=soon(5))
    assert len(service.server.seen) == 1


@pytest.mark.parametrize("header", ["soon", "-1", "", "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"])
def test_a_retry_after_that_makes_no_sense_is_no_bug(serve: Serve, header: str) -> None:
    """Then our own backoff counts."""
    service = serve("passing", Fault("status", status=503, headers={"Retry-After": header}))
    assert fetch(service) == "900"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", delivery="endless", chunk=4096, interval=0.0, count=None),
        Fault("status", delivery="endless", chunk=1, interval=0.02, count=None),
        Fault("status", delivery="drip", chunk=1, interval=0.05, count=None),
        Fault("status", delivery="huge", size=512 * 1024, count=None),
        Fault("status", status=503, text="x" * 50_000, delivery="drip", chunk=10, interval=0.05, count=None),
        Fault("status", delay=60.0, count=None),
    ],
    ids=["endless", "endless-slow", "drip", "huge", "drip-error", "silent"],
)
def test_bodies_end_in_time(serve: Serve, fault: Fault) -> None:
    """Too large, without an end, drop by drop, or not at all: a limit ends it, and it counts like a 502."""
    service = serve("passing", fault)
    began = time.monotonic()
    with pytest.raises(Transient) as caught:
        result_of(transport(service.server.url).send(limited(SHORT), identity, until=soon()))
    assert time.monotonic() - began < 2
    assert not isinstance(caught.value, Unsent)


def test_a_request_never_lasts_past_its_instant(serve: Serve) -> None:
    """Limits of a minute are shortened by what is left of the patience."""
    service = serve("passing", Fault("status", delay=60.0, count=None))
    began = time.monotonic()
    with pytest.raises(Outage):
        fetch(service, until=soon(0.3))
    assert time.monotonic() - began < 2


def test_a_head_that_drips_is_left_in_time(raw: Callable[[Talk], Raw]) -> None:
    """Line by line, drop by drop: the head has to be there in the time that the service may be silent."""
    service = raw(
        answering(b"HTTP/1.1 200 OK\r\nX: ", *[b"x"] * 50, b"\r\nContent-Length: 11\r\n\r\n" + BODY, pause=0.05)
    )
    began = time.monotonic()
    with pytest.raises(Transient) as caught:
        result_of(transport(service.url).send(limited(SHORT), identity, until=soon()))
    assert time.monotonic() - began < 1.5
    assert "no answer in time" in caught.value.message
    assert not isinstance(caught.value, Unsent)


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 11\r\n\r\n" + BODY,
        OK + b"Connection: close\r\n\r\n" + BODY,
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n" + BODY[:4] + b"\r\n7\r\n" + BODY[4:] + b"\r\n0\r\n\r\n",
        OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(BODY),
        OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(BODY)) + gzip.compress(BODY),
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n" + BODY,
        OK + b"Content-Length: 14\r\n\r\n\xef\xbb\xbf" + BODY,
    ],
    ids=["length", "close", "chunked", "gzip", "gzip-length", "http-1.0", "created", "byte-order-mark"],
)
def test_answers_come_in_many_ways(raw: Callable[[Talk], Raw], answer: bytes) -> None:
    """Whole, until the end of the connection, in chunks, compressed; any 2xx."""
    assert result_of(transport(raw(answering(answer)).url).get(STATUS, identity, until=soon(3))) == "900"
    assert (
        result_of(
            transport(raw(answering(answer[:60], answer[60:], pause=0.02)).url).get(STATUS, identity, until=soon(3))
        )
        == "900"
    )


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n" + BODY[:4],
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY,
        OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + BODY,
        OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"x" * 40_000_000),
        OK + b"Content-Length: -5\r\n\r\n" + BODY[:4],
        OK + b"Content-Length: 12\r\n\r\n" + BODY,
        OK + b"X: y" * 50_000 + b"\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n" + BODY,
        b"HTTP/1.1 999999 What\r\n\r\n" + BODY,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"",
    ],
    ids=[
        "half-chunked",
        "bad-chunk",
        "no-gzip",
        "bomb",
        "bad-length",
        "short",
        "long-header",
        "headers",
        "status",
        "204",
        "nothing",
    ],
)
def test_broken_answers_count_like_a_502(raw: Callable[[Talk], Raw], answer: bytes) -> None:
    """Whatever is wrong with the bytes, the request was sent and may be tried again."""
    with pytest.raises(Transient) as caught:
        result_of(transport(raw(answering(answer)).url).send(limited(ENOUGH), identity, until=soon()))
    assert not isinstance(caught.value, Unsent)
    assert caught.value.code == "api-unreachable"


def test_the_key_stands_in_one_header(serve: Serve) -> None:
    """A bearer token, JSON in both directions, and who we are."""
    service = serve("passing")
    fetch(service)
    headers = service.server.seen[0].headers
    assert headers["authorization"] == f"Bearer {TEST_KEY}"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("testsigma-action/")


def test_a_netrc_file_is_not_read(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another tool must not replace the key."""
    netrc = tmp_path / "netrc"
    netrc.write_text(
        "machine 127.0.0.1 login other password hush\ndefault login other password hush\n", encoding="utf-8"
    )
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    service = serve("passing")
    fetch(service)
    assert service.server.seen[0].headers["authorization"] == f"Bearer {TEST_KEY}"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=401, count=None),
        Fault("status", status=503, count=None),
        Fault("status", status=400, text=f'{{"error": "bad key {TEST_KEY}"}}', count=None),
        Fault("status", status=302, headers={"Location": "http://127.0.0.1:9/"}, count=None),
        Fault("status", delivery="reset", count=None),
        Fault("status", delivery="garbage", count=None),
    ],
    ids=lambda fault: f"{fault.delivery}-{fault.status}",
)
def test_the_key_is_in_no_error(serve: Serve, fault: Fault) -> None:
    """Neither in its texts nor in what it was raised from, nor in what the observer hears."""
    service = serve("passing", fault)
    with pytest.raises(ActionError) as caught:
        fetch(service, until=soon(0.1))
    error: BaseException | None = caught.value
    while error is not None:
        assert TEST_KEY not in f"{error!r} {error} {vars(error)}"
        error = error.__cause__
    assert TEST_KEY not in repr(service.troubles)


def test_the_key_is_in_no_repr() -> None:
    """Nor anything that it could be read from."""
    made = transport("http://127.0.0.1:9")
    session = made.http.session
    assert TEST_KEY not in repr((made, vars(session)))
    assert TEST_KEY not in repr(session.headers)
    assert "Authorization" not in session.headers
    assert "authorization" not in repr(made).lower()


SENT = [
    Fault("start", delivery="reset", takes_effect=True),
    Fault("start", delivery="close", takes_effect=True),
    Fault("start", delivery="garbage", takes_effect=True),
    Fault("start", delivery="truncate"),
    Fault("start", status=502, takes_effect=True),
    Fault("start", status=429),
    Fault("start", text="[]", takes_effect=True),
]


@pytest.mark.parametrize("fault", SENT, ids=lambda fault: f"{fault.delivery}-{fault.status}")
@pytest.mark.parametrize("warm", [False, True])
def test_a_post_is_sent_once(serve: Serve, fault: Fault, warm: bool) -> None:  # noqa: FBT001
    """Whatever comes back, and also over a transport that has a connection already."""
    service = serve("passing", fault)
    made = transport(service.server.url)
    if warm:
        result_of(made.get(STATUS, identity, until=soon()))
    request = Request("POST", RUNS, "start plan 420", body={"executionId": 420, "buildNo": "b"})
    with pytest.raises(Transient) as caught:
        result_of(made.send(request, identity, until=soon()))
    assert not isinstance(caught.value, Unsent)
    assert service.server.calls.count("start") == 1


def test_a_post_has_a_connection_of_its_own(raw: Callable[[Talk], Raw]) -> None:
    """GETs keep theirs; on a kept one a reset would not say whether the POST was received."""
    seen: list[list[bytes]] = []

    def serve_one(connection: socket.socket, methods: list[bytes]) -> None:
        connection.settimeout(10)
        with connection:
            while request := read_request(connection):
                methods.append(request.partition(b" ")[0])
                connection.sendall(OK + b"Content-Length: 11\r\n\r\n" + BODY)

    def talk(connection: socket.socket) -> None:
        seen.append([])
        copy = socket.socket(fileno=os.dup(connection.fileno()))
        served.append(Thread(target=serve_one, args=(copy, seen[-1])))
        served[-1].start()

    served: list[Thread] = []
    made = transport(raw(talk).url)
    for method in ("GET", "GET", "POST", "GET"):
        assert result_of(made.send(limited(ENOUGH, method), identity, until=soon())) == "900"
    hang_up(made)
    for each in served:
        each.join(10)
    assert seen == [[b"GET", b"GET", b"GET"], [b"POST"]]


@pytest.fixture
def secure(authority: trustme.CA, tmp_path: Path) -> Callable[..., Server]:
    """Make a server that speaks TLS, with a certificate for a host."""

    def make(*faults: Fault, host: str = "localhost") -> Server:
        issued = authority.issue_cert(host)
        certificate, private_key = tmp_path / "cert.pem", tmp_path / "key.pem"
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        private_key.write_bytes(issued.private_key_pem.bytes())
        simulator = Simulator(scenario("passing").with_faults(*faults))
        return Server(simulator, host="localhost", certificate=certificate, private_key=private_key)

    return make


def test_a_bundle_of_ones_own_is_trusted(
    secure: Callable[..., Server], bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is the one that is used, whatever the usual variable says."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    with secure() as server:
        assert result_of(transport(server.url, ca_bundle=bundle).get(STATUS, identity, until=soon(5))) == "900"


def test_a_head_that_drips_over_tls_is_left_in_time(secure: Callable[..., Server], bundle: Path) -> None:
    """The limit holds for every kind of connection; one drop after the other is decrypted, and still it ends."""
    with secure(Fault("status", delivery="drip-head", chunk=1, interval=0.02)) as server:
        began = time.monotonic()
        with pytest.raises(Transient, match="no answer in time"):
            result_of(transport(server.url, ca_bundle=bundle).send(limited(SHORT), identity, until=soon()))
        assert time.monotonic() - began < 1.5


def test_a_head_that_drips_behind_a_proxy_is_left_in_time(
    raw: Callable[[Talk], Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is the answer of a proxy."""
    proxy = raw(answering(b"HTTP/1.1 200 OK\r\nX: ", *[b"x"] * 50, pause=0.05))
    monkeypatch.setenv("http_proxy", proxy.url)
    began = time.monotonic()
    with pytest.raises(Transient, match="no answer in time"):
        result_of(transport("http://testsigma.example").send(limited(SHORT), identity, until=soon()))
    assert time.monotonic() - began < 1.5


def test_a_service_that_speaks_no_tls_was_not_trusted(raw: Callable[[Talk], Raw]) -> None:
    """The handshake comes before the request, so nothing was sent; what went wrong is said."""
    plain = raw(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(Transient) as caught:
        result_of(
            transport(plain.url.replace("http:", "https:")).send(limited(ENOUGH, "POST", {}), identity, until=soon())
        )
    assert isinstance(caught.value, Unsent)
    assert "TLS failed" in caught.value.message


@pytest.mark.parametrize("trusted", [False, True], ids=["unknown-authority", "other-host"])
def test_a_certificate_that_is_not_trusted_is_final(
    secure: Callable[..., Server],
    bundle: Path,
    trusted: bool,  # noqa: FBT001
) -> None:
    """An unknown authority, or a certificate of another host: nothing is sent, nothing is tried again."""
    seen: list[str | None] = []
    with secure(host="other.example.com" if trusted else "localhost") as server:
        with pytest.raises(Refused) as caught:
            result_of(transport(server.url, ca_bundle=bundle if trusted else "").get(STATUS, identity, until=soon(5)))
        assert server.seen == []
    assert caught.value.code == "api-certificate"
    assert ("base-url" if trusted else "ca-bundle") in caught.value.hint
    assert seen == []


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "junk"])
def test_a_bundle_that_cannot_be_used_is_bad_input(tmp_path: Path, content: str | None) -> None:
    """Trying for two minutes does not make the file any better; what is wrong is the file."""
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="ca-bundle"):
        transport("https://localhost", ca_bundle=path).route.check()


def test_a_request_that_is_lost_behind_a_proxy_may_have_arrived(
    raw: Callable[[Talk], Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that takes a request and breaks off has perhaps passed it on; one that cannot be reached has not."""
    received: list[bytes] = []
    proxy = raw(lambda connection: received.append(read_request(connection)))
    monkeypatch.setenv("http_proxy", proxy.url)
    with pytest.raises(Transient) as lost:
        result_of(
            transport("http://testsigma.example").send(
                limited(ENOUGH, "POST", {"executionId": 420}), identity, until=soon()
            )
        )
    assert received
    assert not isinstance(lost.value, Unsent)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(Transient) as refused:
        result_of(
            transport("http://testsigma.example").send(
                limited(ENOUGH, "POST", {"executionId": 420}), identity, until=soon()
            )
        )
    assert isinstance(refused.value, Unsent)


def test_no_certificate_is_asked_for_again_once_it_was_trusted(
    secure: Callable[..., Server], bundle: Path, tmp_path: Path
) -> None:
    """A service that was reached may come back: a wrong certificate in between is an outage."""
    with secure() as server:
        made = transport(server.url, ca_bundle=bundle)
        assert result_of(made.get(STATUS, identity, until=soon(5))) == "900"
        port = server.port
    other = trustme.CA().issue_cert("localhost")
    certificate, private_key = tmp_path / "other.pem", tmp_path / "other.key"
    other.cert_chain_pems[0].write_to_path(certificate)
    other.private_key_pem.write_to_path(private_key)
    impostor = Simulator(scenario("passing"))
    with (
        Server(impostor, host="localhost", port=port, certificate=certificate, private_key=private_key),
        pytest.raises(ApiError) as caught,
    ):
        result_of(made.get(STATUS, identity, until=soon(1)))
    assert not isinstance(caught.value, Refused)


def test_trouble_with_tls_after_the_request_leaves_it_open_whether_it_arrived(
    raw: Callable[[Talk], Raw], authority: trustme.CA, bundle: Path
) -> None:
    """A start that was received may be a run: bytes that break TLS afterwards do not make it unsent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    received: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        copy = socket.socket(fileno=os.dup(connection.fileno()))
        with context.wrap_socket(copy, server_side=True) as secured:
            received.append(read_request(secured))
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    service = raw(talk)
    made = transport(service.url.replace("http://127.0.0.1", "https://localhost"), ca_bundle=bundle)
    with pytest.raises(Transient) as caught:
        result_of(made.send(limited(ENOUGH, "POST", {"executionId": 420}), identity, until=soon()))
    assert len(received) == 1
    assert not isinstance(caught.value, Unsent)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"error": "Plan is archived", "code": "0", "fieldErrors": []}', "200 OK, saying 'Plan is archived'."),
        ('{"data": null, "message": "Plan is archived."}', "200 OK, saying 'Plan is archived.'"),
        ('{"id": null, "message": "Plan is archived"}', "200 OK, saying 'Plan is archived'."),
        ('{"data": null}', "a body that does not describe a run."),
        ('["Plan is archived"]', "a body that does not describe a run."),
    ],
)
def test_an_error_with_status_200_is_told_in_its_own_words(serve: Serve, body: str, words: str) -> None:
    """A body that describes an error instead of a run counts like a 502; the message quotes it."""
    service = serve("passing", Fault("status", text=body))
    assert fetch(service) == "900"
    message = str(service.troubles[0])
    assert message.startswith("Could not read the status of run 900: 127.0.0.1:")
    assert message.endswith(words)


def test_an_error_with_status_200_is_no_empty_list(serve: Serve) -> None:
    """A list of details within the error is not taken for the rows of an empty page."""
    service = serve("passing", Fault("newest", text='{"error": "No access", "fieldErrors": []}'))
    assert [run.id for run in result_of(service.client.fetch_newest_runs("420", until=soon())).runs] == ["900"]
    assert "saying 'No access'" in str(service.troubles[0])
