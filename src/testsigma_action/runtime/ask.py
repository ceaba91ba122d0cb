"""Blocking calls in an asyncio program: each one on its own daemon thread, which is abandoned at the deadline.

The default executor of asyncio is not suitable: at exit the process would wait for a thread that hangs.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from testsigma_action.errors import DeadlineExceeded, NoThreads

T = TypeVar("T")
# Starts work on a daemon thread. Raises RuntimeError if the system cannot start a thread.
Begin = Callable[[Callable[[], object]], None]

# One thread for a call that may hang, and one for the request that then stops the run.
MIN_THREADS = 2
# Retry interval if a thread cannot be started (seconds): another call may have ended by then.
RETRY_INTERVAL = 0.1


async def run_in_thread(call: Callable[[], T], *, begin: Begin, until: float) -> T:
    """Run a blocking call on a thread; returns or raises its outcome.

    Raises DeadlineExceeded at `until` (loop time), NoThreads if no thread could be started by then. A result that is
    ready when the wait ends is used, even if the loop is late. The thread of an abandoned call continues.
    """
    loop = asyncio.get_running_loop()
    # An asyncio future would log exceptions that are not retrieved after the deadline.
    answer: Future[T] = Future()
    answered = asyncio.Event()

    def work() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised again in `run_in_thread`
            answer.set_exception(error)
        # The loop may be closed by now: then nothing waits for this answer.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(answered.set)

    await _begin(work, begin, until)
    # A timer instead of asyncio.timeout, which would drop an answer that arrived in time.
    alarm = loop.call_at(until, answered.set)
    try:
        await answered.wait()
    finally:
        alarm.cancel()
    if not answer.done():
        raise DeadlineExceeded
    return answer.result()


async def _begin(work: Callable[[], None], begin: Begin, until: float) -> None:
    """Start a thread; retry until one is available, since other calls may end."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            return begin(work)
        except RuntimeError:
            if loop.time() + RETRY_INTERVAL > until:
                raise NoThreads from None
        await asyncio.sleep(RETRY_INTERVAL)


def check_threads(begin: Begin) -> None:
    """Check that the minimum number of threads can run at the same time. Raises NoThreads."""
    done = threading.Event()
    try:
        for _ in range(MIN_THREADS):
            begin(done.wait)
    except RuntimeError:
        raise NoThreads("Nothing was started.") from None
    finally:
        done.set()
