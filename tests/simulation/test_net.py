"""The network without sockets behaves like the real one; what no socket shows in time is shown here."""

import asyncio
import email.utils
import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from tests.simulation.clock import VirtualClock
from tests.simulation.net import HANGS, LATE, Cut, Net
from tests.simulator import TEST_KEY, Fault, Server, Simulator, scenario
from testsigma_action.api.connection import NETWORK, Adapter
from testsigma_action.api.http import Json, Limits, Request
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import route
from testsigma_action.errors import ApiError, DeadlineExceeded, Outage, Transient, Unsent
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret

SHORT = Limits(connect=1.0, read=0.5, total=1.0, size=64 * 1024)
# For what ends by itself, however slow this machine is.
ENOUGH = replace(SHORT, read=10.0, total=10.0)
STATUS = Request("GET", "/api/v1/execution_results/900", "read the status of run 900", limits=SHORT)
WAYS = {
    "whole": Fault("status"),
    "reset": Fault("status", delivery="reset"),
    "close": Fault("status", delivery="close"),
    "garbage": Fault("status", delivery="garbage"),
    "truncate": Fault("status", delivery="truncate"),
    "drip": Fault("status", delivery="drip", chunk=1, interval=0.05),
    "drip, in time": Fault("status", delivery="drip", chunk=4096, interval=0.001),
    "head that drips": Fault("status", delivery="drip-head", chunk=1, interval=0.02),
    "head that drips, in time": Fault("status", delivery="drip-head", chunk=4096, interval=0.001),
    "endless": Fault("status", delivery="endless", chunk=4096, interval=0.0),
    "endless, slow": Fault("status", delivery="endless", chunk=1, interval=0.05),
    "huge": Fault("status", delivery="huge", size=512 * 1024),
    "early hints": Fault("status", delivery="early"),
    "interim": Fault("status", delivery="interim", interval=0.02),
    "interim, a flood": Fault("status", delivery="interim", interval=0.0),
    "chunk size that drips": Fault("status", delivery="chunk-size", chunk=1, interval=0.02),
    "chunk size, a flood": Fault("status", delivery="chunk-size", chunk=4096, interval=0.0),
    "trailers that drip": Fault("status", delivery="trailer", interval=0.02),
    "trailers, a flood": Fault("status", delivery="trailer", interval=0.0),
    "empty blocks that drip": Fault("status", delivery="empty-blocks", interval=0.02),
    "empty blocks, a flood": Fault("status", delivery="empty-blocks", interval=0.0),
    "silent": Fault("status", delay=2.0),
    "late": Fault("status", delay=0.05),
    "error": Fault("status", status=503, text="<html>Down", headers={"Retry-After": "7"}),
    "error that drips": Fault("status", status=503, text="x" * 50_000, delivery="drip", chunk=10, interval=0.05),
    "redirect": Fault("status", status=302, headers={"Location": "https://elsewhere.example/"}),
    "refusal": Fault("status", status=404),
}
ENDED_BY_TIME = ("drip", "endless, slow", "silent", *(way for way in WAYS if way.endswith(("drips", "that drip"))))


def transport(url: str, clock: Clock, adapter: Adapter = NETWORK) -> Transport:
    """A transport to a service."""
    return Transport(route(url, "", {}), Secret(TEST_KEY), clock=clock, adapter=adapter)


def ask(url: str, clock: Clock, adapter: Adapter = NETWORK, limits: Limits = SHORT) -> str:
    """What comes of one request, in words."""
    made = transport(url, clock, adapter)
    asked = replace(STATUS, limits=limits)
    request = made.send(asked, lambda body: str(type(body)), until=clock.monotonic() + 20.0)
    try:
        with asyncio.Runner(loop_factory=clock.loop) as runner:
            return runner.run(request)
    except ApiError as error:
        facts = {name: getattr(error, name, None) for name in ("status", "retry_after", "code", "said")}
        return f"{type(error).__name__}: {error.message.replace(made.route.host, 'HOST')} {facts}"


def ask_virtually(fault: Fault | None = None, cut: Cut | None = None, limits: Limits = SHORT) -> str:
    """The same without sockets."""
    clock = VirtualClock()
    simulator = Simulator(scenario("passing").with_faults(*filter(None, [fault])), clock.seconds)
    return ask("https://testsigma.example", clock, Net(simulator, clock, 0.001, [cut] if cut else []).adapter, limits)


@pytest.mark.parametrize("way", WAYS)
def test_answers_come_as_over_a_socket(way: str) -> None:
    """Whatever happens to an answer, the transport says the same of it in both worlds."""
    limits = SHORT if way in ENDED_BY_TIME else ENOUGH
    with Server(Simulator(scenario("passing").with_faults(WAYS[way]))) as server:
        over_a_socket = ask(server.url, Clock(), limits=limits)
    assert ask_virtually(WAYS[way], limits=limits) == over_a_socket


def test_connections_fail_as_over_a_socket(tmp_path: Path) -> None:
    """So it is where there is no connection: nobody listens, there is no such name, the certificate is not trusted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ask_virtually(cut=Cut("refused")) == ask(f"http://127.0.0.1:{port}", Clock())
    assert ask_virtually(cut=Cut("unresolved")) == ask("https://host.invalid", Clock())
    issued = trustme.CA().issue_cert("localhost")
    paths = tmp_path / "server.pem", tmp_path / "server.key"
    issued.cert_chain_pems[0].write_to_path(paths[0])
    issued.private_key_pem.write_to_path(paths[1])
    simulator = Simulator(scenario("passing"))
    with Server(simulator, host="localhost", certificate=paths[0], private_key=paths[1]) as server:
        assert ask_virtually(cut=Cut("untrusted")) == ask(server.url, Clock())


def test_handshakes_fail_as_over_a_socket() -> None:
    """So it is where the TLS handshake is reset, or never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"

        def reset() -> None:
            connection, _ = listener.accept()
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        thread = threading.Thread(target=reset)
        thread.start()
        assert ask_virtually(cut=Cut("tls-reset")) == ask(url, Clock())
        thread.join(10)
        assert ask_virtually(cut=Cut("tls-silent")) == ask(url, Clock())


def test_a_connect_that_nobody_answers() -> None:
    """It takes as long as the transport allows, and nothing was sent."""
    told = ask_virtually(cut=Cut("silent"))
    assert "no connection to HOST" in told
    assert told.startswith("Unsent: ")


LONG = Request("GET", STATUS.path, STATUS.purpose)
START = Request("POST", "/api/v1/execution_results", "start plan 420", body={"executionId": 420, "buildNo": "b"})


class Service:
    """A service on a virtual clock, some of whose requests never leave, and a transport to it."""

    def __init__(self, *cuts: Cut, faults: Sequence[Fault] = (), seed: int = 0, threads: int | None = None) -> None:
        """Connect nothing yet."""
        self.clock = VirtualClock(seed, threads)
        self.simulator = Simulator(scenario("passing").with_faults(*faults), self.clock.seconds)
        self.net = Net(self.simulator, self.clock, 0.001, cuts)
        self.transport = transport("https://testsigma.example", self.clock, self.net.adapter)


def test_a_look_up_that_hangs_costs_a_get_one_try() -> None:
    """No limit of a socket ends it, so it is left after the time for one try, and told as trouble."""
    service = Service(Cut("hanging", Fault("status")))
    seen: list[str | None] = []
    service.clock.run(service.transport.get(LONG, str, until=600.0, on_retry=seen.append))
    assert 60 < service.clock.elapsed < 65
    assert "no connection to testsigma.example (no answer in time)" in str(seen[0])
    assert seen[1:] == [None]
    service.clock.close()


def test_look_ups_that_hang_end_with_the_patience() -> None:
    """The last try is cut short by the deadline, and the reason of those before is told."""
    service = Service(Cut("hanging"))
    with pytest.raises(Outage, match="no connection to testsigma"):
        service.clock.run(service.transport.get(LONG, str, until=100.0))
    assert service.clock.elapsed <= 100.01
    assert service.net.exchanges == []
    service.clock.close()


def test_a_refused_connection_is_tried_again_while_there_is_patience() -> None:
    """No pause between two tries is longer than what is left of it."""
    for seed in range(8):
        service, seen = Service(Cut("refused"), seed=seed), list[str | None]()
        with pytest.raises(Outage, match="connection refused"):
            service.clock.run(service.transport.get(LONG, str, until=5.0, on_retry=seen.append))
        assert seen
        assert service.clock.elapsed <= 5.01
        service.clock.close()


@pytest.mark.parametrize("is_date", [False, True], ids=["seconds", "date"])
def test_retry_after_is_heeded(is_date: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Seconds, or a date: the next try is made then."""
    clock = Service().clock
    header = email.utils.format_datetime(clock.now() + timedelta(seconds=7), usegmt=True) if is_date else "7"
    clock.close()
    service = Service(faults=[Fault("status", status=503, headers={"Retry-After": header})])
    assert "900" in service.clock.run(service.transport.get(LONG, str, until=60.0))
    assert service.clock.elapsed == pytest.approx(7.0, abs=0.1)
    service.clock.close()


@pytest.mark.parametrize(("limits", "until", "left"), [(Limits(total=45.0), 300.0, 45.5), (Limits(), 20.0, 20.0)])
def test_what_a_late_look_up_was_for_is_never_sent(limits: Limits, until: float, left: float) -> None:
    """A start that was given up before it was sent must not start a run when the look-up answers at last."""
    service = Service(Cut("late"))
    with pytest.raises(Transient) as caught:
        service.clock.run(service.transport.send(replace(START, limits=limits), str, until=until))
    assert isinstance(caught.value, Unsent)
    assert service.clock.elapsed == pytest.approx(left, abs=0.1)
    service.clock.until(lambda: False, LATE + HANGS)
    assert service.net.exchanges == []
    service.clock.close()


def test_a_start_that_is_cancelled_before_it_was_sent_is_never_sent() -> None:
    """Nobody would stop its run."""
    service = Service(Cut("late"))

    async def main() -> None:
        task = asyncio.ensure_future(service.transport.send(START, str, until=300.0))
        asyncio.get_running_loop().call_later(5.0, task.cancel)
        await task

    with pytest.raises(asyncio.CancelledError):
        service.clock.run(main())
    service.clock.until(lambda: False, LATE + HANGS)
    assert service.net.exchanges == []
    service.clock.close()


def test_a_start_without_an_answer_may_have_been_received() -> None:
    """At its deadline it was sent, so nobody knows whether there is a run."""
    service = Service(faults=[Fault("start", delay=40.0)])
    with pytest.raises(DeadlineExceeded, match="Could not start plan 420: no answer in time") as caught:
        service.clock.run(service.transport.send(START, str, until=20.0))
    assert caught.value.code == "api-unreachable"
    assert service.clock.elapsed == pytest.approx(20.0, abs=0.1)
    assert [exchange.call for exchange in service.net.exchanges] == ["start"]
    service.clock.close()


def test_a_deadline_keeps_the_reason_of_the_trouble_before() -> None:
    """An outage whose last try is cut short is still told as what it was."""
    messages = []
    for seed in range(8):
        faults = Fault("status", status=503, text='{"error": "Down for maintenance"}'), Fault("status", delay=50.0)
        service = Service(faults=faults, seed=seed)
        with pytest.raises(Outage) as caught:
            service.clock.run(service.transport.get(LONG, str, until=20.0))
        if isinstance(caught.value, DeadlineExceeded):
            messages.append(caught.value.message)
        service.clock.close()
    assert messages
    assert all("Down for maintenance" in message for message in messages)


def test_an_answer_that_is_not_decoded_in_time_costs_a_get_one_try() -> None:
    """Whatever a thread hangs in, the next try is made."""
    service = Service()
    slow = iter((60.55, 0.0))
    seen: list[str | None] = []

    def decode(body: Json) -> str:
        service.clock.until(lambda: False, next(slow))
        return str(body)

    assert "900" in service.clock.run(service.transport.get(LONG, decode, until=600.0, on_retry=seen.append))
    assert seen == ["Could not read the status of run 900: no answer in time.", None]
    service.clock.close()


def test_a_request_without_a_thread_was_not_sent() -> None:
    """It is tried like one that found no connection, and the error says what to do."""
    service = Service(threads=0)
    with pytest.raises(Transient, match="threads") as lost:
        service.clock.run(service.transport.send(START, str, until=5.0))
    assert isinstance(lost.value, Unsent)
    with pytest.raises(Outage, match="threads") as given_up:
        service.clock.run(service.transport.get(LONG, str, until=100.0))
    assert "ulimit" in lost.value.hint == given_up.value.hint
    assert service.net.exchanges == []
    service.clock.close()


def test_a_call_that_was_left_disturbs_no_other() -> None:
    """Other calls are answered, before and after its look-up ends at last; it is never sent itself."""
    service = Service(Cut("late", Fault("status")))
    with pytest.raises(Outage):
        service.clock.run(service.transport.get(LONG, str, until=1.0))
    service.clock.run(service.transport.get(LONG, str, until=10.0))
    service.clock.until(lambda: False, LATE)
    service.clock.run(service.transport.get(LONG, str, until=service.clock.elapsed + 10.0))
    assert len(service.net.exchanges) == 2
    service.clock.close()
