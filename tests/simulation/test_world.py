"""The virtual world behaves like the real one, and the same every time."""

import signal
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
import trustme

from tests.simulation import Cut, Net, Signal, Stuck, VirtualClock, World
from tests.simulator import TEST_KEY, Fault, Phase, Server, Simulator, scenario
from testsigma_action.api.http import NETWORK, Adapter, Limits, Request, Transport
from testsigma_action.api.route import route
from testsigma_action.errors import ApiError
from testsigma_action.runtime.clock import Clock, SystemClock
from testsigma_action.secret import Secret

IDLE = "STATUS_IN_PROGRESS"
SHORT = Limits(connect=1.0, read=0.2, total=0.4, size=64 * 1024)
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
    "silent": Fault("status", delay=0.5),
    "late": Fault("status", delay=0.05),
    "error": Fault("status", status=503, text="<html>Down", headers={"Retry-After": "7"}),
    "error that drips": Fault("status", status=503, text="x" * 50_000, delivery="drip", chunk=10, interval=0.05),
    "redirect": Fault("status", status=302, headers={"Location": "https://elsewhere.example/"}),
    "refusal": Fault("status", status=404),
}
Ask = Callable[[str, Clock, Adapter], str]


def ask(url: str, clock: Clock, adapter: Adapter = NETWORK, *, bundle: str = "") -> str:
    """What comes of one request, in words."""
    way = route(url, bundle, {})
    made = Transport(way, Secret(TEST_KEY), clock=clock, observe=lambda _: None, adapter=adapter)
    try:
        return made.send(STATUS, lambda body: str(type(body)))
    except ApiError as error:
        facts = {name: getattr(error, name, None) for name in ("sent", "status", "retry_after", "code", "said")}
        return f"{type(error).__name__}: {error.message.replace(made.host, 'HOST')} {facts}"


def ask_virtually(fault: Fault | None = None, cut: Cut | None = None) -> str:
    """The same without sockets."""
    clock = VirtualClock()
    simulator = Simulator(scenario("passing").with_faults(*filter(None, [fault])), clock.seconds)
    return ask("https://testsigma.example", clock, Net(simulator, clock, 0.001, [cut] if cut else []).adapter)


@pytest.mark.parametrize("way", WAYS)
def test_answers_come_as_over_a_socket(way: str) -> None:
    """Whatever happens to an answer, the transport says the same of it in both worlds."""
    with Server(Simulator(scenario("passing").with_faults(WAYS[way]))) as server:
        over_a_socket = ask(server.url, SystemClock())
    assert ask_virtually(WAYS[way]) == over_a_socket


def test_connections_fail_as_over_a_socket(tmp_path: Path) -> None:
    """So it is where there is no connection: nobody listens, there is no such name, the certificate is not trusted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ask_virtually(cut=Cut("refused")) == ask(f"http://127.0.0.1:{port}", SystemClock())
    assert ask_virtually(cut=Cut("unresolved")) == ask("https://host.invalid", SystemClock())
    issued = trustme.CA().issue_cert("localhost")
    paths = tmp_path / "server.pem", tmp_path / "server.key"
    issued.cert_chain_pems[0].write_to_path(paths[0])
    issued.private_key_pem.write_to_path(paths[1])
    simulator = Simulator(scenario("passing"))
    with Server(simulator, host="localhost", certificate=paths[0], private_key=paths[1]) as server:
        assert ask_virtually(cut=Cut("untrusted")) == ask(server.url, SystemClock())


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
        assert ask_virtually(cut=Cut("tls-reset")) == ask(url, SystemClock())
        thread.join(10)
        assert ask_virtually(cut=Cut("tls-silent")) == ask(url, SystemClock())


def test_a_connect_that_nobody_answers() -> None:
    """It takes as long as the transport allows, and nothing was sent."""
    told = ask_virtually(cut=Cut("silent"))
    assert "no connection to HOST" in told
    assert "'sent': False" in told


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1), ("aborted", 1)])
def test_a_step_ends_as_it_does_in_a_process(tmp_path: Path, name: str, exit_code: int) -> None:
    """The whole step runs, and leaves all that it leaves."""
    outcome = World(scenario(name), tmp_path).run()
    assert outcome.exit_code == exit_code
    assert outcome.calls[:2] == ["start", "status"]
    assert outcome.outputs["run-id"] == outcome.state["run_id"] == "1001"
    assert outcome.state["settled"] == "true"
    assert outcome.junit.tag == "testsuites"
    assert outcome.results
    assert outcome.summary
    assert not outcome.killed


def test_hours_pass_at_once(tmp_path: Path) -> None:
    """A run of a day is watched for two hours of the virtual clock, and by the simulator's clock it takes them, too."""
    found = scenario("passing").with_plan(life=(Phase(IDLE, seconds=7000.0),))
    outcome = World(replace(found, pace="time"), tmp_path).run()
    assert outcome.exit_code == 0
    assert 7000 < outcome.duration < 7200


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_the_same_story(tmp_path: Path, seed: int) -> None:
    """Requests of several workers, their faults and delays: all is as it was, but for the nonce of the build number."""
    faults = [Fault("steps", delay=1.0, after=1), Fault("suite", status=503, count=3), Fault("*", delivery="reset")]
    stories = []
    for attempt in ("first", "second"):
        world = World(scenario("failing").with_faults(*faults), tmp_path / attempt, seed=seed)
        outcome = world.run()
        told = outcome.log.replace(outcome.state["build_number"], "")
        stories.append(([(seen.time, seen.call, seen.path) for seen in outcome.seen], told))
    assert stories[0] == stories[1]


def test_other_seeds_other_stories(tmp_path: Path) -> None:
    """Whose turn it is, is a matter of the seed."""
    outcomes = [World(scenario("failing"), tmp_path / str(seed), seed=seed).run() for seed in range(5)]
    assert len({tuple(seen.path for seen in outcome.seen) for outcome in outcomes}) > 1


def test_a_signal_at_an_instant(tmp_path: Path) -> None:
    """The step is cancelled at that instant, and its run is stopped."""
    outcome = World(scenario("slow"), tmp_path, signals=[Signal(signal.SIGTERM, 300.0)]).run()
    assert outcome.exit_code == 143
    assert outcome.signalled == ((300.0, signal.SIGTERM),)
    assert outcome.seen[-2].call == "stop"
    assert 300 < outcome.duration < 302


def test_a_signal_on_a_request(tmp_path: Path) -> None:
    """It comes when the request has arrived, before its answer."""
    outcome = World(scenario("slow"), tmp_path, signals=[Signal(signal.SIGINT, call="status", count=2)]).run()
    assert outcome.exit_code == 130
    assert outcome.calls[:5] == ["start", "status", "newest", "status", "stop"]


def test_a_signal_amid_the_work(tmp_path: Path) -> None:
    """It comes while the step is at work; at the first look at the clock nothing was asked yet."""
    outcome = World(scenario("slow"), tmp_path, signals=[Signal(signal.SIGINT, look=1)]).run()
    assert outcome.exit_code == 130
    assert outcome.calls == []


def test_the_same_signal_twice(tmp_path: Path) -> None:
    """The second one ends the step where it is, unless it is the first one that was sent twice."""
    signals = [Signal(signal.SIGINT, 30.0), Signal(signal.SIGINT, 30.2), Signal(signal.SIGINT, 30.4)]
    outcome = World(scenario("slow").with_faults(Fault("stop", delay=1.0)), tmp_path, signals=signals).run()
    assert (outcome.exit_code, outcome.killed) == (130, True)
    assert "settled" not in outcome.state
    assert 30.3 < outcome.duration < 30.41


def test_the_post_stage_of_a_killed_step(tmp_path: Path) -> None:
    """It gets the state that the main stage left, and stops the run."""
    world = World(scenario("slow"), tmp_path, signals=[Signal(signal.SIGKILL, 30.0)])
    assert world.run().exit_code == 137
    assert world.simulator.statuses()[1001] != "STATUS_COMPLETED"
    outcome = world.post(later=5.0)
    assert outcome.exit_code == 0
    assert "stopped" in outcome.log
    assert outcome.calls == ["status", "stop", "status"]
    assert world.simulator.statuses()[1001] == "STATUS_COMPLETED"


def test_things_happen_to_the_service(tmp_path: Path) -> None:
    """A run that is held is released after an hour."""
    world = World(scenario("queued"), tmp_path)
    world.at(3600.0, lambda simulator: simulator.release())
    outcome = world.run()
    assert outcome.exit_code == 0
    assert 3600 < outcome.duration < 3700


def test_the_wall_clock_jumps(tmp_path: Path) -> None:
    """A day forwards or backwards: waiting goes by the other clock."""
    for name, seconds in (("forwards", 86_400.0), ("backwards", -86_400.0)):
        outcome = World(scenario("passing"), tmp_path / name, jumps=[(3.0, seconds)]).run()
        assert outcome.exit_code == 0
        assert outcome.duration < 600


def test_off_github(tmp_path: Path) -> None:
    """On a plain console the files are in the working folder."""
    outcome = World(scenario("passing"), tmp_path, github=False).run()
    assert outcome.exit_code == 0
    assert outcome.junit_path.is_relative_to(tmp_path / "workspace")


def test_no_threads_are_left(tmp_path: Path) -> None:
    """Those that were at work when the step ended are gone with it."""
    before = threading.active_count()
    signals = [Signal(signal.SIGKILL, call="machine")]
    assert World(scenario("failing"), tmp_path, signals=signals).run().killed
    assert threading.active_count() == before


def test_waiting_for_nothing_is_an_error() -> None:
    """Nobody is at work, nothing is due: that would be for ever."""
    clock = VirtualClock()
    with pytest.raises(Stuck):
        clock.take(SimpleQueue[str]())


def test_a_busy_loop_is_an_error() -> None:
    """Looking at the clock does not make time pass."""
    clock = VirtualClock()

    def wait_for_a_second() -> None:
        while clock.monotonic() < 1.0:
            pass

    with pytest.raises(Stuck):
        wait_for_a_second()


def test_everybody_waits_together() -> None:
    """Time goes on to the first instant that somebody waits for, and those who wait are woken in order."""
    clock, told = VirtualClock(), SimpleQueue[tuple[float, str]]()

    def sleep(seconds: float) -> Callable[[], None]:
        def work() -> None:
            clock.wait(threading.Event(), seconds)
            told.put((clock.monotonic(), "worker"))

        return work

    with ExitStack() as stack:
        stack.callback(clock.close)
        clock.begin(sleep(20.0))
        clock.begin(sleep(10.0))
        with pytest.raises(Empty):
            clock.take(told, 5.0)
        assert clock.elapsed == 5.0
        assert [clock.take(told), clock.take(told)] == [(10.0, "worker"), (20.0, "worker")]
