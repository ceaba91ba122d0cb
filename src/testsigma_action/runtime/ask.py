"""Blocking calls in an asyncio program: each one on a daemon thread of its own, left when its time is over.

The default executor of asyncio does not serve here: at its end the process would wait for a thread that hangs.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from testsigma_action.errors import DeadlineExceeded, NoThreads

T = TypeVar("T")
# Begins work on a daemon thread. Raises RuntimeError where the system gives no thread.
Begin = Callable[[Callable[[], None]], None]

# One thread for a call that may hang, and one for the call that stops the run then.
FEWEST = 2
# A thread that cannot be begun is tried again this often (seconds): another call may have ended.
AGAIN = 0.1


async def ask(call: Callable[[], T], *, begin: Begin, until: float) -> T:
    """Return what a blocking call returns, and raise what it raises.

    Raises DeadlineExceeded at `until` (loop time), NoThreads if no thread could be begun by then. An answer that is
    there when the wait ends counts, however late the loop looks. The thread of a call that is left goes on by itself.
    """
    loop = asyncio.get_running_loop()
    # A future of asyncio would complain about exceptions that nobody fetches after the wait.
    answer: Future[T] = Future()
    answered = asyncio.Event()

    def work() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is awaited
            answer.set_exception(error)
        # The program may have ended its loop meanwhile: then nobody waits for this answer.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(answered.set)

    await _begin(work, begin, until)
    # A timer that wakes us, and no asyncio.timeout: that would drop an answer which came in time.
    alarm = loop.call_at(until, answered.set)
    try:
        await answered.wait()
    finally:
        alarm.cancel()
    if not answer.done():
        raise DeadlineExceeded
    return answer.result()


async def _begin(work: Callable[[], None], begin: Begin, until: float) -> None:
    """Begin a thread as soon as there can be one: more calls at a time than threads must lose no answer."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            return begin(work)
        except RuntimeError:
            if loop.time() + AGAIN > until:
                raise NoThreads from None
        await asyncio.sleep(AGAIN)


def check_threads(begin: Begin) -> None:
    """See that the fewest threads can run at the same time. Raises NoThreads."""
    over = threading.Event()

    def wait() -> None:
        over.wait()

    try:
        for _ in range(FEWEST):
            begin(wait)
    except RuntimeError:
        raise NoThreads("Nothing was started.") from None
    finally:
        over.set()
