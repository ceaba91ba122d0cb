"""Blocking calls from an event loop: answers, errors, deadlines, few threads or none."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from tests.simulation.clock import VirtualClock
from testsigma_action.errors import DeadlineExceeded, ErrorCode, NoThreads, Refused
from testsigma_action.runtime.ask import check_threads, run_in_thread
from testsigma_action.runtime.clock import Clock

T = TypeVar("T")
# Long enough for any machine; nothing waits for it unless it is broken.
PATIENCE = 10.0
REAL = Clock()


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    """A virtual clock whose threads end with the test."""
    made = VirtualClock()
    yield made
    made.close()


def run(coroutine: Coroutine[Any, Any, T], clock: Clock = REAL) -> T:
    """What a coroutine returns or raises, on a loop of this clock."""
    with asyncio.Runner(loop_factory=clock.loop) as runner:
        return runner.run(coroutine)


def answer(call: Callable[[], T], clock: Clock = REAL, seconds: float = PATIENCE) -> T:
    """What a blocking call returns or raises."""
    return run(run_in_thread(call, begin=clock.begin, until=clock.monotonic() + seconds), clock)


def refuse() -> None:
    """A call that the service refuses."""
    raise Refused("no", code=ErrorCode.NOT_FOUND)


def test_an_answer_comes_back() -> None:
    """The value of the call, which runs on a thread of its own, that does not keep the program from ending."""
    assert answer(threading.get_ident) != threading.get_ident()
    assert answer(lambda: threading.current_thread().daemon)
    assert answer(lambda: None) is None


def test_an_error_comes_back() -> None:
    """Whatever the call raises is raised where the answer is awaited."""
    with pytest.raises(Refused):
        answer(refuse)
    with pytest.raises(ZeroDivisionError):
        answer(lambda: 1 // 0)
    with pytest.raises(SystemExit):
        answer(sys.exit)


def test_a_call_that_hangs_is_left_at_the_deadline(clock: VirtualClock) -> None:
    """Its thread goes on by itself, and what it ends with is not missed."""
    with pytest.raises(DeadlineExceeded) as caught:
        answer(lambda: clock.until(lambda: False, 60.0), clock, 5.0)
    assert caught.value.code == "api-unreachable"
    assert clock.elapsed == pytest.approx(5.0, abs=0.01)


def test_an_answer_in_time_counts_however_late_somebody_looks(clock: VirtualClock) -> None:
    """The loop is busy past the deadline; the answer came before it."""

    async def main() -> str:
        asyncio.get_running_loop().call_later(1.0, lambda: clock.until(lambda: False, 10.0))
        return await run_in_thread(lambda: slowly(clock, 2.0, "run 302"), begin=clock.begin, until=5.0)

    assert run(main(), clock) == "run 302"
    assert clock.elapsed > 10


def slowly(clock: VirtualClock, seconds: float, value: str) -> str:
    """A call that takes so long."""
    clock.until(lambda: False, seconds)
    return value


@pytest.mark.parametrize("error", [None, refuse])
def test_an_answer_that_nobody_waits_for_is_dropped(clock: VirtualClock, error: Callable[[], None] | None) -> None:
    """Nothing is logged, no error is said to be unhandled: neither while the loop runs nor when it is closed."""

    def late() -> None:
        clock.until(lambda: False, 2.0)
        if error:
            error()

    async def main(*, wait: bool) -> None:
        with pytest.raises(DeadlineExceeded):
            await run_in_thread(late, begin=clock.begin, until=clock.monotonic() + 1.0)
        if wait:
            await asyncio.sleep(5.0)

    run(main(wait=True), clock)
    run(main(wait=False), clock)
    clock.until(lambda: False, 5.0)
    assert clock.unhandled == []


def test_a_cancelled_task_leaves_its_call_at_once(clock: VirtualClock) -> None:
    """Nobody waits for a blocked read once the step is to end."""

    async def main() -> float:
        task = asyncio.ensure_future(run_in_thread(lambda: slowly(clock, 60.0, ""), begin=clock.begin, until=100.0))
        asyncio.get_running_loop().call_later(3.0, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        return clock.elapsed

    assert run(main(), clock) == pytest.approx(3.0, abs=0.01)


def test_a_call_that_hangs_does_not_keep_the_program() -> None:
    """The end of the loop does not wait for the threads of calls that were left."""
    over = threading.Event()
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        answer(over.wait, seconds=0.05)
    assert time.monotonic() - began < PATIENCE / 2
    over.set()


def test_calls_wait_side_by_side(clock: VirtualClock) -> None:
    """Results come in the order of the calls, whichever is answered first."""

    async def main() -> list[str]:
        calls = (lambda seconds=seconds: slowly(clock, seconds, f"{seconds}") for seconds in (3.0, 1.0, 2.0))
        return await asyncio.gather(*(run_in_thread(call, begin=clock.begin, until=100.0) for call in calls))

    assert run(main(), clock) == ["3.0", "1.0", "2.0"]
    assert clock.elapsed == pytest.approx(3.0, abs=0.01)


@pytest.fixture
def no_threads() -> Iterator[None]:
    """The system refuses every new thread, as with a small limit or an old container engine: none has a stack."""
    before = threading.stack_size(1 << 46)
    yield
    threading.stack_size(before)


@pytest.mark.usefixtures("no_threads")
def test_no_thread_to_be_had() -> None:
    """An error that says what to do; nothing is called."""
    made: list[int] = []
    with pytest.raises(NoThreads, match="thread"):
        answer(lambda: made.append(1), seconds=0.15)
    with pytest.raises(NoThreads, match="Nothing was started") as caught:
        check_threads(REAL.begin)
    assert (caught.value.code, caught.value.exit_code) == ("no-threads", 2)
    assert made == []


def test_one_thread_is_not_enough() -> None:
    """A call that hangs must not keep the step from stopping its run."""
    for threads in (0, 1):
        clock = VirtualClock(threads=threads)
        with pytest.raises(NoThreads, match="Nothing was started"):
            check_threads(clock.begin)
        clock.close()


def test_few_threads_do_all_the_work() -> None:
    """More calls at a time than there are threads wait for one; no answer is lost."""
    clock = VirtualClock(threads=2)
    check_threads(clock.begin)

    async def main() -> list[str]:
        calls = (lambda number=number: slowly(clock, 0.5, f"{number}") for number in range(20))
        return await asyncio.gather(*(run_in_thread(call, begin=clock.begin, until=100.0) for call in calls))

    assert run(main(), clock) == [f"{number}" for number in range(20)]
    assert clock.elapsed < 10
    clock.close()


def test_a_call_waits_for_a_thread_no_longer_than_its_deadline() -> None:
    """Threads that hang for ever are waited for as long as an answer would be; the call is not made later."""
    clock = VirtualClock(threads=1)
    made: list[str] = []

    async def main() -> None:
        with pytest.raises(DeadlineExceeded):
            await run_in_thread(lambda: slowly(clock, 30.0, ""), begin=clock.begin, until=1.0)
        with pytest.raises(NoThreads):
            await run_in_thread(lambda: made.append("too late"), begin=clock.begin, until=2.0)
        assert await run_in_thread(lambda: "answer", begin=clock.begin, until=60.0) == "answer"

    run(main(), clock)
    assert clock.elapsed == pytest.approx(30.0, abs=0.2)
    assert made == []
    clock.close()
