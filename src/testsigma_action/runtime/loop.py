"""An event loop that any signal wakes up."""

import asyncio
import signal
import socket


class SignalledLoop(asyncio.SelectorEventLoop):
    """Also waits for a socket that the interpreter writes each signal to.

    Python runs signal handlers only while the main thread executes bytecode. Without the socket, a signal just before
    the loop waits, or on another thread, would not wake it up.
    """

    def __init__(self) -> None:
        """Replace the wake-up descriptor for signals. Only on the main thread."""
        super().__init__()
        self._receiver, self._sender = socket.socketpair()
        for end in (self._receiver, self._sender):
            end.settimeout(0)
        self.add_reader(self._receiver, self._drain)
        self._before = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)

    def close(self) -> None:
        """Restore the previous wake-up descriptor."""
        if not self.is_closed():
            signal.set_wakeup_fd(self._before)
            self.remove_reader(self._receiver)
            self._receiver.close()
            self._sender.close()
        super().close()

    def _drain(self) -> None:
        """Discard the signal numbers: the handlers have run by now."""
        self._receiver.recv(4096)
