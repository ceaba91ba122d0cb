"""The clock of this machine: time, threads and event loops."""

import asyncio
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from queue import SimpleQueue
from typing import Any

from testsigma_action.runtime.clock import Clock

PATIENCE = 10.0


def test_two_clocks() -> None:
    """The wall clock is in UTC; the other one never goes back."""
    made = Clock()
    assert made.now().tzinfo is UTC
    assert made.monotonic() <= made.monotonic()


def test_work_is_done_on_a_daemon_thread() -> None:
    """It does not keep the program from ending."""
    told = SimpleQueue[bool]()
    Clock().begin(lambda: told.put(threading.current_thread().daemon))
    assert told.get(timeout=PATIENCE)


def test_the_loop_goes_by_the_monotonic_clock() -> None:
    """An instant of one is an instant of the other."""
    clock = Clock()

    async def main() -> float:
        return asyncio.get_running_loop().time()

    before = clock.monotonic()
    with asyncio.Runner(loop_factory=clock.loop) as runner:
        assert before <= runner.run(main()) <= clock.monotonic()


def test_a_closed_loop_leaves_nothing() -> None:
    """Signals wake up no loop that is closed, and closing twice is closing once."""
    loop = Clock().loop()
    loop.close()
    loop.close()
    assert signal.set_wakeup_fd(-1) == -1


class _Signalling(ThreadPoolExecutor):
    """Sends a signal when its loop is being closed."""

    def shutdown(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the library's own
        signal.raise_signal(signal.SIGUSR1)
        super().shutdown(*arguments, **options)


def test_a_signal_while_a_loop_is_closed_is_silent() -> None:
    """The interpreter would print that it cannot write the signal; in tests, that is an error."""
    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: None)
    try:
        loop = Clock().loop()
        loop.set_default_executor(_Signalling())
        loop.close()
    finally:
        signal.signal(signal.SIGUSR1, before)
