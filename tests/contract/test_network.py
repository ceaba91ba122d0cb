"""How far a request got, and limits of an answer as a whole: over real sockets, proxies and TLS included."""

import gzip
import os
import socket
import ssl
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
import trustme

from tests.contract.conftest import Raw, Serve, Talk, hang_up, result_of, soon, transport
from tests.contract.test_http import BODY, ENOUGH, OK, RUNS, SHORT, STATUS, answering, identity, limited, read_request
from tests.simulator import Fault, Server, Simulator, scenario
from testsigma_action.api.error_response import ignore
from testsigma_action.api.http import Request
from testsigma_action.errors import InputError, Outage, Redirected, Refused, Transient, Unsent

START = limited(ENOUGH, "POST", {"executionId": 420})
STOP = Request("PUT", f"{RUNS}/900", "stop run 900", body={"result": "STOPPED"}, limits=ENOUGH, ignores_body=True)
# A host of the reserved domain: only a proxy can reach it.
AFAR = "https://testsigma.example"


# What may name a proxy or certificates on the machine that runs the tests.
VARIABLES = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSLKEYLOGFILE"),
)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without settings."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def reset(connection: socket.socket) -> None:
    """End a connection the hard way."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silent(connection: socket.socket) -> None:
    """Read until the client leaves, and say nothing."""
    while connection.recv(65536):
        pass


def unsent(url: str) -> Transient:
    """What comes of a start that cannot be sent."""
    with pytest.raises(Transient) as caught:
        result_of(transport(url).send(limited(SHORT, "POST", START.body), identity, until=soon()))
    assert isinstance(caught.value, Unsent)
    return caught.value


@pytest.mark.parametrize(
    "talk", [reset, silent, lambda connection: connection.recv(1)], ids=["reset", "silent", "closed"]
)
def test_a_handshake_that_fails_was_before_the_request(raw: Callable[[Talk], Raw], talk: Talk) -> None:
    """TLS is set up before the first byte of a request is written, so nothing was started."""
    assert "no connection to" in unsent(raw(talk).url.replace("http:", "https:")).message


@pytest.mark.parametrize(
    "line",
    [
        b"Tunnel connection failed: 503 Service Unavailable",
        b"HTTP/1.1 Tunnel connection failed: 503",
        b"ConnectTimeout NewConnectionError",
    ],
)
def test_the_other_side_cannot_claim_that_nothing_was_sent(raw: Callable[[Talk], Raw], line: bytes) -> None:
    """A service that has acted on a start may answer anything; what it says does not make the start unsent."""
    received: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(line + b"\r\n\r\n")

    with pytest.raises(Transient) as caught:
        result_of(transport(raw(talk).url).send(START, identity, until=soon()))
    assert received
    assert not isinstance(caught.value, Unsent)


def test_a_host_name_that_is_not_valid_is_never_asked() -> None:
    """A label of 64 characters is in no address."""
    url = f"https://{'a' * 64}.example"
    assert "the host name is not valid" in unsent(url).message
    with pytest.raises(InputError, match="base-url"):
        transport(url).route.check()


@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_proxy_that_refuses_is_named_with_its_status(
    raw: Callable[[Talk], Raw], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """It refused to connect, so nothing was sent; its credentials are nowhere."""
    proxy = raw(answering(f"HTTP/1.1 {status} Whatever It Says\r\nContent-Length: 0\r\n\r\n".encode()))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//somebody:hush@"))
    error = unsent(AFAR)
    assert f"the proxy 127.0.0.1:{proxy.port} (HTTPS_PROXY) refuses" in error.message
    assert f"({status})" in error.message
    assert "hush" not in error.message + error.hint
    assert "Whatever" not in error.message


def test_a_proxy_that_asks_for_credentials(raw: Callable[[Talk], Raw], monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying again brings no password, so it is final; the message has the status and the remedy."""
    proxy = raw(answering(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(Refused) as caught:
        result_of(transport(AFAR).get(STATUS, identity, until=soon()))
    assert "requires credentials (407)" in caught.value.message
    assert "HTTPS_PROXY=http://user:password@" in caught.value.hint
    assert caught.value.code == "api-unreachable"


def test_a_proxy_of_the_wrong_scheme(raw: Callable[[Talk], Raw], monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain proxy does not speak TLS: nothing was sent, and the variable is named with the remedy."""
    proxy = raw(answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http:", "https:"))
    error = unsent(AFAR)
    assert "HTTPS_PROXY" in error.message
    assert "scheme" in error.hint


def test_a_proxy_that_nobody_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy is named, not the service that was never asked."""
    monkeypatch.setenv("HTTPS_PROXY", "127.0.0.1:9")
    error = unsent(AFAR)
    assert "no connection to the proxy 127.0.0.1:9 (HTTPS_PROXY) (connection refused)" in error.message


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTPS_PROXY", "socks5://127.0.0.1:1080", "SOCKS"),
        ("ALL_PROXY", "socks5h://127.0.0.1:1080", "SOCKS"),
        ("HTTPS_PROXY", "http://user:pa/ss@proxy:3128", "percent-encoded"),
        ("HTTPS_PROXY", "ftp://proxy:3128", "not the URL of a proxy"),
        ("HTTPS_PROXY", "http://", "not the URL of a proxy"),
        ("HTTPS_PROXY", "http://[", "not the URL of a proxy"),
        ("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem", "No such file"),
        ("CURL_CA_BUNDLE", "/nowhere/ca.pem", "No such file"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem", "No such file"),
        ("SSLKEYLOGFILE", "/nowhere/keys", "cannot be written"),
    ],
)
def test_wrong_settings_are_found_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    """They would be as wrong after two minutes of trying: an input error names the variable, and no password."""
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        transport(AFAR).route.check()
    assert caught.value.message.startswith(f"{name}: ")
    assert words in caught.value.message
    assert "user" not in caught.value.message.replace("user:password@", "")
    assert unsent(AFAR)


def served(issued: trustme.LeafCert, folder: Path) -> Server:
    """A service with this certificate."""
    certificate, private_key = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    private_key.write_bytes(issued.private_key_pem.bytes())
    return Server(Simulator(scenario("passing")), host="localhost", certificate=certificate, private_key=private_key)


def relay(port: int) -> Talk:
    """A proxy that opens a tunnel to a port of this machine, whatever it is asked for."""

    def pour(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def talk(connection: socket.socket) -> None:
        assert read_request(connection).startswith(b"CONNECT ")
        with socket.create_connection(("localhost", port)) as service:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = Thread(target=pour, args=(service, connection))
            back.start()
            pour(connection, service)
            back.join(10)

    return talk


def test_a_service_behind_a_proxy(
    raw: Callable[[Talk], Raw], authority: trustme.CA, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tunnel through a proxy carries requests as a connection of its own would."""
    with served(authority.issue_cert("testsigma.example"), tmp_path) as server:
        monkeypatch.setenv("HTTPS_PROXY", raw(relay(server.port)).url)
        made = transport(AFAR, ca_bundle=bundle)
        assert result_of(made.get(STATUS, identity, until=soon())) == "900"
        hang_up(made)
        assert server.calls == ["status"]


def test_what_is_lost_in_a_tunnel_was_sent(
    raw: Callable[[Talk], Raw], authority: trustme.CA, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the tunnel is open, a start may have reached the service, whatever breaks afterwards."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("testsigma.example").configure_cert(context)
    received: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        copy = socket.socket(fileno=os.dup(connection.fileno()))
        with context.wrap_socket(copy, server_side=True) as secured:
            received.append(read_request(secured))
            secured.sendall(b"Tunnel connection failed: 503\r\n\r\n")

    monkeypatch.setenv("HTTPS_PROXY", raw(talk).url)
    with pytest.raises(Transient) as caught:
        result_of(transport(AFAR, ca_bundle=bundle).send(START, identity, until=soon()))
    assert received
    assert not isinstance(caught.value, Unsent)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_usual_variables_name_certificates(
    authority: trustme.CA, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A company's authority is trusted where one of the usual variables names its certificate."""
    monkeypatch.setenv(name, str(bundle))
    with served(authority.issue_cert("localhost"), tmp_path) as server:
        made = transport(server.url)
        made.route.check()
        assert result_of(made.get(STATUS, identity, until=soon())) == "900"
        hang_up(made)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


CERTIFICATES: dict[str, tuple[datetime | None, datetime | None, str, str]] = {
    "has expired": (None, LONG_AGO, "localhost", "renewed"),
    "is not valid yet": (LATER, None, "localhost", "clock"),
    "is for another host": (None, None, "other.example", "base-url"),
}


@pytest.mark.parametrize("words", CERTIFICATES)
def test_the_reason_of_a_certificate(authority: trustme.CA, bundle: Path, tmp_path: Path, words: str) -> None:
    """Why a certificate is not accepted is said, and what to do about exactly that."""
    begin, end, host, remedy = CERTIFICATES[words]
    issued = authority.issue_cert(host, not_before=begin, not_after=end)
    with served(issued, tmp_path) as server, pytest.raises(Refused) as caught:
        result_of(transport(server.url, ca_bundle=bundle).get(STATUS, identity, until=soon()))
    assert caught.value.code == "api-certificate"
    assert words in caught.value.message
    assert remedy in caught.value.hint


def test_an_authority_that_is_not_known(authority: trustme.CA, tmp_path: Path) -> None:
    """The remedy is the input that names its certificate."""
    with served(authority.issue_cert("localhost"), tmp_path) as server, pytest.raises(Refused) as caught:
        result_of(transport(server.url).get(STATUS, identity, until=soon()))
    assert "is not trusted (unknown certificate authority)" in caught.value.message
    assert "ca-bundle" in caught.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost", "x.localhost", "[::1]"])
def test_loopback_takes_no_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """The key would go to the proxy in clear, and the proxy could not reach this machine anyway."""
    for name in VARIABLES[:3] + VARIABLES[4:7]:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    service = serve("passing")
    if host == "127.0.0.1":
        assert result_of(transport(service.server.url).get(STATUS, identity, until=soon())) == "900"
    assert transport(f"http://{host}:1").route.proxy.value == ""


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
WHOLE = OK + b"Content-Length: 11\r\n\r\n" + BODY


@pytest.mark.parametrize(
    "before",
    [EARLY, b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" + EARLY, EARLY * 3],
    ids=["103", "102", "100-103", "many"],
)
def test_interim_answers_are_read_past(raw: Callable[[Talk], Raw], before: bytes) -> None:
    """What counts is the answer that comes after them."""
    assert (
        result_of(transport(raw(answering(before + WHOLE)).url).send(limited(ENOUGH), identity, until=soon())) == "900"
    )


@pytest.mark.parametrize(
    "answer",
    [EARLY * 5000, b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + WHOLE, b"HTTP/1.1 103 Early Hints\r\n" * 5000],
    ids=["flood", "101", "headless"],
)
def test_interim_answers_end(raw: Callable[[Talk], Raw], answer: bytes) -> None:
    """A flood of them is no answer, and neither is a protocol that nobody asked for."""
    with pytest.raises(Transient) as caught:
        result_of(transport(raw(answering(answer)).url).send(limited(ENOUGH), identity, until=soon()))
    assert not isinstance(caught.value, Unsent)


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
EMPTY = gzip.compress(b"")
DRIPS = {
    "chunk-size": (CHUNKED + b"b;", b"x"),
    "chunk-end": (CHUNKED + b"b\r\n" + BODY, b"\r"),
    "trailer": (CHUNKED + b"b\r\n" + BODY + b"\r\n0\r\n", b"X: y\r\n"),
    "trailer-line": (CHUNKED + b"b\r\n" + BODY + b"\r\n0\r\n", b"X"),
    "blocks": (OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n", EMPTY),
    "blocks-chunked": (CHUNKED.replace(b"OK\r\n", b"OK\r\nContent-Encoding: gzip\r\n"), b"14\r\n" + EMPTY + b"\r\n"),
    "interim": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "body": (OK + b"Content-Length: 5000\r\n\r\n", b" "),
}


@pytest.mark.parametrize("drip", DRIPS)
def test_one_answer_that_drips_costs_one_try(raw: Callable[[Talk], Raw], drip: str) -> None:
    """Wherever the bytes drip, the total limit of a request ends it, and the next try may succeed."""
    head, drops = DRIPS[drip]
    answers = iter([answering(head, *[drops] * 300, pause=0.03), answering(WHOLE)])

    def talk(connection: socket.socket) -> None:
        next(answers)(connection)

    service = raw(talk)
    began = time.monotonic()
    assert result_of(transport(service.url).get(limited(SHORT), identity, until=soon(8))) == "900"
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("flood", ["trailer", "blocks", "blocks-chunked", "interim"])
def test_a_flood_of_nothing_ends(raw: Callable[[Talk], Raw], flood: str) -> None:
    """Bytes without a meaning are counted, too."""
    head, drops = DRIPS[flood]
    service = raw(answering(head, *[drops * 1000] * 1000))
    with pytest.raises(Transient):
        result_of(transport(service.url).send(limited(ENOUGH), identity, until=soon()))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 8\r\n\r\naccepted",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
    ],
    ids=["204", "empty", "202", "html", "cut"],
)
def test_any_2xx_accepts(raw: Callable[[Talk], Raw], answer: bytes) -> None:
    """What stands in the answer to a stop does not matter."""
    result_of(transport(raw(answering(answer)).url).send(STOP, ignore, until=soon()))


def test_cookies_are_refused(raw: Callable[[Talk], Raw]) -> None:
    """None is stored, none is sent."""
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while request := read_request(connection):
            seen.append(request)
            connection.sendall(OK + b"Set-Cookie: session=hush; Path=/\r\nContent-Length: 11\r\n\r\n" + BODY)

    made = transport(raw(talk).url)
    for _ in range(2):
        result_of(made.get(STATUS, identity, until=soon()))
    assert not list(made.http.session.cookies)
    hang_up(made)
    assert len(seen) == 2
    assert not any(b"cookie" in request.lower() for request in seen)


HTML = "<html><title>Sign in</title></html>"
PAGES = [
    *(Fault("status", status=status, text=HTML, count=2) for status in (401, 403, 404, 407, 423, 451, 499, 520, 526)),
    *(Fault("status", status=status, count=2, headers={"Location": "/login"}) for status in (302, 307)),
    Fault("status", status=403, text="", count=2),
    Fault("status", status=403, text='{"message": "Forbidden"}', count=2),
    Fault("status", status=404, text="default backend - 404", count=2),
]


@pytest.mark.parametrize("fault", PAGES, ids=lambda fault: f"{fault.status}-{(fault.text or '')[:10]}")
def test_a_page_of_somebody_else_is_an_outage(serve: Serve, fault: Fault) -> None:
    """Where the service has answered before, a gateway that answers in its place is waited out."""
    service = serve("passing", replace(fault, after=1))
    made = transport(service.server.url)
    assert result_of(made.get(STATUS, identity, until=soon())) == "900"
    assert result_of(made.get(STATUS, identity, until=soon())) == "900"
    assert len(service.server.seen) == 4


@pytest.mark.parametrize("fault", PAGES[:5] + PAGES[9:], ids=lambda fault: f"{fault.status}-{(fault.text or '')[:10]}")
def test_a_page_is_final_before_the_service_ever_answered(serve: Serve, fault: Fault) -> None:
    """A wrong base-url is reported at once."""
    service = serve("passing", fault)
    with pytest.raises((Refused, Redirected)):
        result_of(transport(service.server.url).get(STATUS, identity, until=soon()))
    assert len(service.server.seen) == 1


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (401, "Invalid JWT token"),
        (401, "No JWT token found"),
        (401, '"Incorrect API Key"'),
        (401, '{"error": "Unauthorized"}'),
        (403, '{"timeStamp": 5, "error": "Access denied"}'),
        (404, '{"error": "Resource not found for id: 900", "code": "0"}'),
    ],
)
def test_an_error_of_the_service_itself_is_final(serve: Serve, status: int, text: str) -> None:
    """Also after it has answered: it says so in its own words."""
    service = serve("passing", Fault("status", status=status, text=text, after=1, count=None))
    made = transport(service.server.url)
    assert result_of(made.get(STATUS, identity, until=soon())) == "900"
    with pytest.raises(Refused) as caught:
        result_of(made.get(STATUS, identity, until=soon()))
    assert caught.value.by_service is True
    assert len(service.server.seen) == 2


def test_a_path_that_may_not_exist_is_believed_to_be_missing(serve: Serve) -> None:
    """A page of HTML for a path of another version is the usual way to say so."""
    service = serve("passing", Fault("status", status=404, text=HTML, after=1, count=None))
    made = transport(service.server.url)
    assert result_of(made.get(STATUS, identity, until=soon())) == "900"
    with pytest.raises(Refused):
        result_of(made.get(Request("GET", STATUS.path, "look", optional=True), identity, until=soon()))
    assert len(service.server.seen) == 2


def test_an_error_that_the_service_repeats_has_a_patience_of_its_own(serve: Serve) -> None:
    """A business error is no outage: it is asked about for a while, not for the whole time."""
    service = serve("passing", Fault("status", status=500, count=None))
    request = Request("GET", STATUS.path, "read", error_retry_limit=0.2)
    began = time.monotonic()
    with pytest.raises(Outage):
        result_of(transport(service.server.url).get(request, identity, until=soon(30)))
    assert time.monotonic() - began < 5
    assert len(service.server.seen) > 1


def test_one_more_try_before_the_patience_is_over(serve: Serve) -> None:
    """A service that asks for a day is asked once more in time."""
    service = serve("passing", Fault("status", status=503, headers={"Retry-After": "86400"}))
    request = Request("GET", STATUS.path, "read", last_try=True)
    until = soon(1)
    assert result_of(transport(service.server.url).get(request, identity, until=until)) == "900"
    assert time.monotonic() < until
