"""What the contract tests share: our client code in this process, against a simulator over real sockets."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import trustme

from tests.simulator import TEST_KEY, Fault, Scenario, Seen, Server, Simulator, scenario
from testsigma_action.api import error_response
from testsigma_action.api.client import Client
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import route
from testsigma_action.domain.run import RunSpec
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals
from testsigma_action.secret import Secret

T = TypeVar("T")
PLAN = "420"
CLOCK = Clock()


def soon(seconds: float = 10.0) -> float:
    """An instant of the monotonic clock; the usual one is never reached unless something is broken."""
    return time.monotonic() + seconds


def spec(build_number: str = "acme/shop#812.1-k3f9q2", *, unique: bool = True) -> RunSpec:
    """A run of the plan of the built-in scenarios."""
    return RunSpec(plan_id=PLAN, build_number=build_number, unique=unique)


def transport(url: str, *, key: str = TEST_KEY, ca_bundle: str | Path = "") -> Transport:
    """A transport to a service."""
    return Transport(route(url, str(ca_bundle), os.environ), Secret(key), clock=CLOCK)


def hang_up(made: Transport) -> None:
    """Close the connections that are kept for the next requests."""
    made.http.session.close()


def result_of(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns or raises, on an event loop of its own."""
    with asyncio.Runner(loop_factory=CLOCK.loop) as runner:
        return runner.run(coroutine)


@dataclass(slots=True)
class Service:
    """A simulator that listens, and our own code that talks with it."""

    server: Server
    runner: asyncio.Runner
    troubles: list[str | None] = field(default_factory=list)
    signals: Signals = field(default_factory=lambda: Signals(CLOCK))

    def __post_init__(self) -> None:
        """Wire the code as the composition root does."""
        made = Client(transport(self.server.url, key=self.server.key))
        self.remote = Remote(made, CLOCK).with_listener(self.troubles.append)
        self.client = self.remote.client

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What a coroutine returns or raises: CancelledError if a signal comes, and is not handled by it.

        It leaves no task behind, and the loop has nothing to complain about.
        """
        complaints: list[dict[str, Any]] = []

        async def supervised() -> T:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, complaint: complaints.append(complaint))
            task = loop.create_task(coroutine)
            self.signals.cancels([task])
            try:
                return await task
            finally:
                assert asyncio.all_tasks() == {asyncio.current_task()}
                assert complaints == []

        return self.runner.run(supervised())

    def limit(self, **limits: float) -> None:
        """Have the stages take these time limits instead of the usual ones."""
        self.remote = replace(self.remote, limits=replace(self.remote.limits, **limits))

    client: Client = field(init=False)
    remote: Remote = field(init=False)

    @property
    def started(self) -> int:
        """How many runs the service has beyond those that were there before."""
        simulator = self.server.simulator
        return len(simulator.statuses()) - len(simulator.scenario.runs_before)


Serve = Callable[..., Service]
Talk = Callable[[socket.socket], None]
Interrupt = Callable[..., None]


@pytest.fixture
def authority() -> trustme.CA:
    """A certificate authority of our own."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """The file with the authority's certificate."""
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.cert_pem.bytes())
    return path


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries are made again after a tenth of a second at most, unless the service asks for more."""
    monkeypatch.setattr(error_response, "FIRST_BACKOFF", 0.02)
    monkeypatch.setattr(error_response, "MAX_BACKOFF", 0.02)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a service from a scenario (or the name of a built-in one) and faults."""
    with ExitStack() as opened:
        runner = opened.enter_context(asyncio.Runner(loop_factory=CLOCK.loop))

        def start(content: Scenario | str, *faults: Fault) -> Service:
            chosen = scenario(content) if isinstance(content, str) else content
            return Service(opened.enter_context(Server(Simulator(chosen.with_faults(*faults)))), runner)

        yield start


class Raw:
    """A server of bytes: a function talks with each client; `requests` has what each sent first."""

    def __init__(self, talk: Talk) -> None:
        """Listen on a free port."""
        self.requests: list[bytes] = []
        self._talk = talk
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="raw")
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(10)
                self._talk(connection)

    def close(self) -> None:
        """Stop listening and wait for the last talk to end."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(20)


@pytest.fixture
def raw() -> Iterator[Callable[[Talk], Raw]]:
    """Start a server of bytes."""
    opened: list[Raw] = []

    def start(talk: Talk) -> Raw:
        opened.append(Raw(talk))
        return opened[-1]

    yield start
    for server in opened:
        server.close()


@pytest.fixture
def interrupt() -> Iterator[Interrupt]:
    """Send this process a real SIGTERM, at once or when the `count`th request of a kind has reached the service.

    It cancels what `service.run` runs. Afterwards the handlers are as before.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def send(service: Service, call: str = "", count: int = 1) -> None:
        service.signals.install()
        if call:
            service.server.simulator.recording.listen(_after(call, count))
        else:
            signal.raise_signal(signal.SIGTERM)

    yield send
    for number, handler in before.items():
        signal.signal(number, handler)


def _after(call: str, count: int) -> Callable[[Seen], None]:
    """A listener that sends the signal with the `count`th request of this kind."""
    left = count

    def arrived(seen: Seen) -> None:
        nonlocal left
        left -= seen.call == call
        if seen.call == call and left == 0:
            os.kill(os.getpid(), signal.SIGTERM)

    return arrived
