"""The simulator behind real sockets: HTTP/1.1 with keep-alive, plain or TLS, a thread for every connection."""

import socket
import ssl
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self, cast

from tests.simulator.delivery import Line, reset
from tests.simulator.recording import Predicate, Seen
from tests.simulator.simulator import Simulator
from tests.simulator.wire import FORM_TYPE, Request

# Bytes of a form that are read at a time.
_BLOCK = 16 * 1024


class Server:
    """A simulator that listens; a context manager which leaves no thread and no socket behind.

    With `certificate` and `private_key` (PEM files) it speaks TLS. `port` 0 takes a free one.
    """

    def __init__(
        self,
        simulator: Simulator,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: str | Path | None = None,
        private_key: str | Path | None = None,
    ) -> None:
        self.simulator = simulator
        tls = None
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate, private_key)
        self._listener = _Listener((host, port), simulator, tls)
        self._thread = Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, name="simulator")
        shown = f"[{host}]" if ":" in host else host
        self.port = self._listener.server_address[1]
        self.url = f"{'http' if tls is None else 'https'}://{shown}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        if error is None and self._listener.defects:
            raise self._listener.defects[0]

    @property
    def key(self) -> str:
        """An API key that is accepted."""
        return self.simulator.scenario.api_keys[0]

    @property
    def seen(self) -> list[Seen]:
        """All requests in order."""
        return self.simulator.recording.all()

    @property
    def calls(self) -> list[str]:
        """The names of all calls in order."""
        return [seen.call for seen in self.seen]

    def seen_of(self, wanted: str | Predicate) -> list[Seen]:
        """The requests with the name of a call, or those for which a predicate holds."""
        return self.simulator.recording.of(wanted)

    def wait_for(self, wanted: str | Predicate, count: int = 1, timeout: float = 10.0) -> Seen:
        """Block until `count` such requests were seen; returns the last of them, raises TimeoutError."""
        return self.simulator.recording.wait_for(wanted, count, timeout)

    def release(self, run_id: int | None = None) -> None:
        """Let a run, or all runs, leave the phase that holds them."""
        self.simulator.release(run_id)

    def close(self) -> None:
        """Stop listening, cut what is being sent, end all connections and their threads."""
        self._listener.stopping.set()
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join()
        self._listener.hang_up()
        self._listener.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator, tls: ssl.SSLContext | None) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.simulator, self.tls = simulator, tls
        self.stopping = Event()
        self.defects: list[Exception] = []
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, _Conversation)

    def finish_request(self, request: object, client_address: object) -> None:
        """Talk with a client; the handshake of TLS is done here, in the thread of its connection."""
        connection = self._secured(cast("socket.socket", request))
        try:
            self._register(connection)
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            _Conversation(connection, client_address, self)
        except OSError:
            return  # The client left, or could not be understood: its own affair.
        except Exception as defect:  # noqa: BLE001 - a defect of the simulator must reach the test, not a log
            self.defects.append(defect)
        finally:
            self._forget(connection)

    def _secured(self, plain: socket.socket) -> socket.socket:
        if self.tls is None:
            return plain
        return self.tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)

    def _register(self, connection: socket.socket) -> None:
        with self._lock:
            if self.stopping.is_set():
                raise ConnectionAbortedError
            self._open.add(connection)

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        if self.tls is not None:
            connection.close()

    def hang_up(self) -> None:
        """End all connections."""
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def answer(self) -> None:
        """Answer one request."""
        body = self._body(int(self.headers.get("Content-Length") or 0))
        if body is None:
            self.close_connection = True
            return
        arrived = time.monotonic()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        line = Line(self.connection, self.server.stopping, head_only=self.command == "HEAD")
        going_on = line.send(self.server.simulator.answer(request), arrived)
        self.close_connection = self.close_connection or not going_on

    def _body(self, length: int) -> bytes | None:
        """The body of the request; None if the connection was reset before its end. A form may be read slowly."""
        options = self.server.simulator.scenario.options
        if not self.headers.get("Content-Type", "").startswith(FORM_TYPE) or not (
            options.body_rate or options.body_cut
        ):
            return self.rfile.read(length)
        body = b""
        while len(body) < length:
            if options.body_cut is not None and len(body) >= options.body_cut:
                reset(self.connection)
                return None
            block = self.rfile.read(min(_BLOCK, length - len(body)))
            pause = len(block) / options.body_rate if options.body_rate else 0.0
            if not block or self.server.stopping.wait(pause):
                return None
            body += block
        return body

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = answer  # noqa: N815 - names of the base class

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the recording has it all."""
