"""The virtual clock: time passes when everybody waits, and nothing goes wrong unseen."""

import asyncio
import gc
import itertools
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import pytest

from tests.simulation.clock import Stuck, Unhandled, VirtualClock
from testsigma_action.runtime.ask import run_in_thread


def test_waiting_for_nothing_is_an_error() -> None:
    """Nobody is at work, nothing is due: that would be for ever."""
    clock = VirtualClock()
    with pytest.raises(Stuck):
        clock.until(lambda: False, None)
    for seconds in (1e9, float("inf")):
        with pytest.raises(Stuck):
            VirtualClock().run(asyncio.sleep(seconds))


def test_a_busy_loop_is_an_error() -> None:
    """Looking at the clock does not make time pass; neither does going round the event loop."""
    clock = VirtualClock()

    def wait_for_a_second() -> None:
        while clock.monotonic() < 1.0:
            pass

    async def go_round() -> None:
        for _ in itertools.count():
            await asyncio.sleep(0)

    with pytest.raises(Stuck):
        wait_for_a_second()
    with pytest.raises(Stuck):
        VirtualClock().run(go_round())


def test_everybody_waits_together() -> None:
    """Time goes on to the first instant that somebody waits for, and those who wait are woken in order."""
    clock = VirtualClock()
    told: list[tuple[float, str]] = []

    def sleep(seconds: float) -> Callable[[], None]:
        def work() -> None:
            clock.until(lambda: False, seconds)
            told.append((clock.monotonic(), "worker"))

        return work

    async def main() -> None:
        await asyncio.sleep(15.0)
        told.append((clock.monotonic(), "loop"))
        await asyncio.sleep(15.0)

    with ExitStack() as stack:
        stack.callback(clock.close)
        clock.begin(sleep(20.0))
        clock.begin(sleep(10.0))
        clock.run(main())
    assert told == [(10.0, "worker"), (15.0, "loop"), (20.0, "worker")]
    assert clock.elapsed == 30.0


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_the_same_order(seed: int) -> None:
    """Many calls that are answered at the same instant: whose turn it is, is a matter of the seed."""
    assert order(seed) == order(seed)
    assert len({tuple(order(other)) for other in range(5)}) > 1


def order(seed: int) -> list[int]:
    """In which order calls of one instant are answered."""
    clock = VirtualClock(seed)
    told: list[int] = []

    def call(number: int) -> None:
        clock.until(lambda: False, 1.0)
        told.append(number)

    async def main() -> None:
        await asyncio.gather(
            *(run_in_thread(partial(call, number), begin=clock.begin, until=9.0) for number in range(8))
        )

    clock.run(main())
    clock.close()
    return told


def test_what_asyncio_would_only_log_is_an_error() -> None:
    """The error of a task that nobody asks about, or a callback that raises."""

    async def fail() -> None:
        raise ZeroDivisionError

    async def forget() -> None:
        task = asyncio.ensure_future(fail())
        await asyncio.sleep(1.0)
        del task
        gc.collect()
        await asyncio.sleep(1.0)

    async def call_back() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        await asyncio.sleep(1.0)

    for main in (forget, call_back):
        clock = VirtualClock()
        with pytest.raises(Unhandled) as caught:
            clock.run(main())
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        assert clock.unhandled


def test_threads_are_counted_while_they_are_at_work() -> None:
    """A limit is for those that run at the same time, as with a real system."""
    clock = VirtualClock(threads=1)

    async def main() -> list[int]:
        return [await run_in_thread(partial(abs, number), begin=clock.begin, until=9.0) for number in range(3)]

    assert clock.run(main()) == [0, 1, 2]
    clock.begin(lambda: clock.until(lambda: False, 1.0))
    with pytest.raises(RuntimeError, match="thread"):
        clock.begin(lambda: None)
    clock.close()
