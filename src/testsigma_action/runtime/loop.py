"""An event loop that any signal wakes up."""

import asyncio
import signal
import socket


class SignalledLoop(asyncio.SelectorEventLoop):
    """Waits for a socket, too, to which the interpreter writes each signal.

    A handler in Python only runs when the main thread is at work. A signal that comes just before the loop waits, or
    on another thread, would not end the wait.
    """

    def __init__(self) -> None:
        """Take over the wake-up of signals from whoever had it. The main thread only."""
        super().__init__()
        self._receiver, self._sender = socket.socketpair()
        for end in (self._receiver, self._sender):
            end.settimeout(0)
        self.add_reader(self._receiver, self._drain)
        self._before = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)

    def close(self) -> None:
        """Give the wake-up back."""
        if not self.is_closed():
            signal.set_wakeup_fd(self._before)
            self.remove_reader(self._receiver)
            self._receiver.close()
            self._sender.close()
        super().close()

    def _drain(self) -> None:
        """Read what was written: by now the handlers have run."""
        self._receiver.recv(4096)
