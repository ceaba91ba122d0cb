"""The clock of this machine: time, threads and event loops."""

import asyncio
import signal
import threading
from datetime import UTC
from queue import SimpleQueue

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
