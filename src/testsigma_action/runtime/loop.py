"""An event loop that any signal wakes up."""

import asyncio
import signal


class SignalledLoop(asyncio.SelectorEventLoop):
    """A loop that has a signal handler itself, for a signal that does nothing by default, so every signal wakes it up.

    Python runs signal handlers only while the main thread executes bytecode. A signal just before the loop waits, or on
    another thread, would not wake up a loop without one.
    """

    def __init__(self) -> None:
        """Only on the main thread."""
        super().__init__()
        self.add_signal_handler(signal.SIGURG, lambda: None)

    def close(self) -> None:
        """Remove the handler first: asyncio still writes signals to its descriptor after it has closed that."""
        self.remove_signal_handler(signal.SIGURG)
        super().close()
