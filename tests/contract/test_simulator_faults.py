"""The simulator's server and its faults, seen by an independent client over real sockets."""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from tests.simulator import Fault, Request, Scenario, Server, Simulator, grid, scenario
from tests.simulator.caller import RUNS, Caller, Clock

STATUS = f"{RUNS}/302"


class Client:
    """A connection to a server that is kept alive."""

    def __init__(self, server: Server, tls: ssl.SSLContext | None = None) -> None:
        where = urlsplit(server.url)
        host, port = str(where.hostname), int(where.port or 0)
        self.connection = http.client.HTTPConnection(host, port, timeout=5)
        if tls is not None:
            self.connection = http.client.HTTPSConnection(host, port, timeout=5, context=tls)
        self.key = server.key

    def ask(self, path: str = STATUS, method: str = "GET", body: object = None) -> http.client.HTTPResponse:
        sent = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        self.connection.request(method, path, sent, headers)
        return self.connection.getresponse()

    def json(self, path: str = STATUS, method: str = "GET", body: object = None) -> Any:  # noqa: ANN401
        return json.loads(self.ask(path, method, body).read())


@pytest.fixture
def clients() -> Iterator[list[Client]]:
    """Clients to be closed at the end."""
    opened: list[Client] = []
    yield opened
    for client in opened:
        client.connection.close()


def server_with(*faults: Fault) -> Server:
    return Server(Simulator(scenario("sample-302").with_faults(*faults)))


def test_connections_are_kept_alive(clients: list[Client]) -> None:
    """Several calls go over one connection, with an error among them."""
    with server_with() as server:
        clients.append(client := Client(server))
        statuses = []
        for path in (STATUS, f"{RUNS}/1", STATUS):
            answer = client.ask(path)
            statuses.append(answer.status)
            answer.read()
            used = client.connection.sock.getsockname()
        assert statuses == [200, 404, 200]
        assert client.connection.sock.getsockname() == used
        assert server.calls == ["status"] * 3


def test_a_server_leaves_nothing_behind(clients: list[Client]) -> None:
    """Closing ends open connections, answers that are still to come, and every thread, at once."""
    before = set(threading.enumerate())
    with server_with(Fault("status", delay=60.0), Fault("configs", delivery="endless", interval=60.0)) as server:
        for path in (STATUS, "/api/v1/saved_execution_configs"):
            clients.append(client := Client(server))
            client.connection.request("GET", path, headers={"Authorization": f"Bearer {server.key}"})
        silent = socket.create_connection(("127.0.0.1", server.port))
        server.wait_for("status")
        server.wait_for("configs")
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert set(threading.enumerate()) == before
    silent.close()


@pytest.mark.parametrize(
    ("fault", "status", "kind", "body"),
    [
        (Fault("status", status=503, headers={"Retry-After": "7"}), 503, "application/json", b'"Service Unavailable"'),
        (Fault("status", status=502, text="<html>Bad gateway</html>"), 502, "text/html", b"<html>Bad gateway</html>"),
        (Fault("status", status=500, text=""), 500, "application/json", b""),
        (Fault("status", text="[1, 2]"), 200, "application/json", b"[1, 2]"),
        (Fault("status", text="not JSON {"), 200, "application/json", b"not JSON {"),
        (Fault("status", status=599), 599, "application/json", b"Status 599"),
        (Fault(path="*/302", method="GET", status=302, headers={"Location": "http://a.invalid/"}), 302, "", b"Found"),
    ],
)
def test_answers_are_replaced(fault: Fault, status: int, kind: str, body: bytes, clients: list[Client]) -> None:
    """A fault can give any status, body and headers, once; then all is well again."""
    with server_with(fault) as server:
        clients.append(client := Client(server))
        answer = client.ask()
        assert answer.status == status
        assert str(answer.headers["Content-Type"]).startswith(kind)
        assert all(answer.headers[name] == value for name, value in fault.headers.items())
        assert body in answer.read()
        assert client.json()["id"] == 302
        assert [seen.status for seen in server.seen] == [status, 200]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("start", delivery="reset"), ConnectionResetError),
        (Fault("start", delivery="close"), http.client.RemoteDisconnected),
        (Fault("start", delivery="garbage"), http.client.BadStatusLine),
    ],
)
@pytest.mark.parametrize("takes_effect", [False, True])
@pytest.mark.parametrize("secure", [False, True])
def test_lost_answers(
    fault: Fault, error: type[Exception], *, takes_effect: bool, secure: bool, clients: list[Client], tls: "Tls"
) -> None:
    """An answer can be lost in several ways, over TLS too, with the run started or not."""
    lost = Fault("start", delivery=fault.delivery, takes_effect=takes_effect)
    simulator = Simulator(scenario("passing").with_faults(lost))
    certificate, private_key = (tls.certificate, tls.private_key) if secure else (None, None)
    with Server(simulator, host="localhost", certificate=certificate, private_key=private_key) as server:
        clients.append(client := Client(server, tls.trust if secure else None))
        with pytest.raises(error) as caught:
            client.ask(RUNS, "POST", {"executionId": 420})
        assert secure or caught.type is error  # Python's TLS reports a reset as an early end
        assert server.simulator.statuses().keys() == ({900, 1001} if takes_effect else {900})
        assert server.seen[0].status == 0


def test_truncated_body(clients: list[Client]) -> None:
    """A body can end halfway although its length was announced."""
    with server_with(Fault("status", delivery="truncate")) as server:
        clients.append(client := Client(server))
        with pytest.raises(http.client.IncompleteRead) as caught:
            client.ask().read()
        assert len(caught.value.partial) > 100


def test_slow_body(clients: list[Client]) -> None:
    """A body can drip: so many bytes per interval, complete in the end."""
    with server_with(Fault("configs", delivery="drip", chunk=300, interval=0.02)) as server:
        clients.append(client := Client(server))
        began = time.monotonic()
        assert len(client.json("/api/v1/saved_execution_configs")) == 3
        assert time.monotonic() - began > 0.05


def test_endless_and_huge_bodies(clients: list[Client]) -> None:
    """A body can go on without an end, or be padded to a size that is announced."""
    endless = Fault("status", delivery="endless", chunk=50_000, interval=0.0)
    with server_with(endless, Fault("status", delivery="huge", size=3_000_000)) as server:
        clients.append(client := Client(server))
        assert len(client.ask().read(1_000_000)) == 1_000_000
        clients.append(client := Client(server))
        body = client.ask().read()
        assert len(body) == 3_000_000
        assert json.loads(body)["id"] == 302


def test_delayed_answer(clients: list[Client]) -> None:
    """An answer can come late; the request is seen at once."""
    with server_with(Fault("status", delay=0.15)) as server:
        clients.append(client := Client(server))
        began = time.monotonic()
        client.connection.request("GET", STATUS, headers={"Authorization": f"Bearer {server.key}"})
        server.wait_for("status")
        seen_after = time.monotonic() - began
        client.connection.getresponse().read()
        assert seen_after < 0.15 <= time.monotonic() - began


def test_faults_queue_up() -> None:
    """Faults hit by number, one after the other: each counts only the requests that no earlier fault took."""
    faults = (Fault("status", status=503, after=1, count=2), Fault("status", status=404, after=1))
    caller = Caller(Simulator(scenario("sample-302").with_faults(*faults)))
    assert [caller.raw("GET", STATUS).status for _ in range(6)] == [200, 503, 503, 404, 200, 200]


def test_faults_by_time() -> None:
    """A fault can last from one time to another, for any number of requests of any name."""
    clock = Clock()
    outage = Fault("*", status=503, count=None, begin=10, end=20)
    caller = Caller(Simulator(scenario("sample-302").with_faults(outage), clock))
    statuses = []
    for now in (0, 9, 10, 15, 19, 20):
        clock.now = 1_700_000_000.0 + now
        statuses.append(caller.raw("GET", "/api/v1/saved_execution_configs").status)
    assert statuses == [200, 200, 503, 503, 503, 200]


class Tls:
    """An authority of its own with a certificate for localhost."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("localhost")
        self.certificate, self.private_key = folder / "certificate.pem", folder / "private-key.pem"
        issued.cert_chain_pems[0].write_to_path(self.certificate)
        issued.private_key_pem.write_to_path(self.private_key)
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """Files and trust for TLS."""
    return Tls(tmp_path_factory.mktemp("tls"))


def test_tls(tls: Tls, clients: list[Client]) -> None:
    """With a certificate it speaks TLS, to clients that trust it; others are no trouble, nor is a silent one."""
    simulator = Simulator(scenario("sample-302"))
    with Server(simulator, host="localhost", certificate=tls.certificate, private_key=tls.private_key) as server:
        silent = socket.create_connection(("localhost", server.port))
        clients.append(stranger := Client(server, ssl.create_default_context()))
        with pytest.raises(ssl.SSLCertVerificationError):
            stranger.ask()
        clients.append(client := Client(server, tls.trust))
        assert [client.json()["id"], client.json()["id"]] == [302, 302]
        assert server.url.startswith("https://localhost:")
    silent.close()


def test_many_connections_at_once() -> None:
    """Parallel callers get whole answers; every request is recorded once."""
    with Server(Simulator(Scenario((grid(1, 1, 50),)))) as server:
        caller = Caller(server.simulator)
        caller.start()
        caller.finish(1001)
        totals: list[int] = []

        def work() -> None:
            client = Client(server)
            totals.extend(client.json("/api/v2/test_runs/1001/test_case_results")["totalElements"] for _ in range(5))
            client.connection.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert totals == [50] * 40
        assert len(server.seen_of("index-cases")) == 40
        assert [seen.number for seen in server.seen] == list(range(1, len(server.seen) + 1))


def test_a_defect_of_the_simulator_is_no_secret() -> None:
    """An exception in the simulator reaches the test at the end of the server."""

    class Broken(Simulator):
        def answer(self, request: Request) -> Any:  # noqa: ANN401
            raise LookupError(request.path)

    server = Server(Broken(Scenario()))

    def ask() -> None:
        with server:
            client = Client(server)
            with pytest.raises(http.client.RemoteDisconnected):
                client.ask()
            client.connection.close()

    with pytest.raises(LookupError, match="/302"):
        ask()
