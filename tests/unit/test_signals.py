"""Signals: the first cancels, a second of its kind ends the process, and none comes at a bad moment."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.clock import VirtualClock
from testsigma_action.runtime.ask import run_in_thread
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import SIGNALS, Signals

# Long enough for any machine; nothing waits for it unless it is broken.
PATIENCE = 10.0
CLOCK = Clock()
SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture
def signals() -> Iterator[Signals]:
    """Signals whose handlers are installed for the test only."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    made = Signals(CLOCK)
    made.install()
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


def cancelled(signals: Signals, *work: Coroutine[Any, Any, object]) -> float:
    """How many seconds it takes until a signal has ended all of this."""

    async def main() -> None:
        tasks = [asyncio.ensure_future(one) for one in work]
        signals.cancels(tasks)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in ended] == [asyncio.CancelledError] * len(work)

    began = time.monotonic()
    with asyncio.Runner(loop_factory=CLOCK.loop) as runner:
        runner.run(main())
    return time.monotonic() - began


def kill_soon(number: int) -> None:
    """Have this process get a signal from elsewhere, while its loop waits."""
    threading.Timer(0.05, os.kill, (os.getpid(), number)).start()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_sleep(signals: Signals, number: int) -> None:
    """At once, however long the loop would wait; the number and the instant are kept."""
    kill_soon(number)
    assert cancelled(signals, asyncio.sleep(PATIENCE)) < PATIENCE / 2
    assert signals.first is not None
    assert signals.first.number == number
    assert time.monotonic() - PATIENCE < signals.first.at <= time.monotonic()


def test_a_signal_leaves_blocked_calls(signals: Signals) -> None:
    """A call that hangs on its thread is left."""
    over = threading.Event()
    kill_soon(signal.SIGTERM)
    calls = (run_in_thread(over.wait, begin=CLOCK.begin, until=time.monotonic() + PATIENCE) for _ in range(3))
    assert cancelled(signals, *calls) < PATIENCE / 2
    over.set()


def test_a_signal_to_another_thread_wakes_the_loop(signals: Signals) -> None:
    """The system may hand a signal to any thread; the handler runs on the main one, which has to wake up for it."""
    thread = threading.Thread(target=lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM))
    starter = threading.Timer(0.05, thread.start)
    starter.start()
    assert cancelled(signals, asyncio.sleep(PATIENCE)) < PATIENCE / 2
    starter.join(PATIENCE)
    thread.join(PATIENCE)


def test_a_signal_before_the_loop_is_remembered(signals: Signals) -> None:
    """What is to be cancelled later is cancelled before its first step: nothing is begun once the step is to end."""
    begun: list[str] = []

    async def work() -> None:
        begun.append("work")

    signal.raise_signal(signal.SIGTERM)
    assert cancelled(signals, work(), work()) < PATIENCE / 2
    assert begun == []


def test_tasks_are_cancelled_in_the_order_of_the_list() -> None:
    """The same story every time, whatever order a set of tasks has."""
    told: list[int] = []

    async def work(number: int) -> None:
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            told.append(number)

    clock = VirtualClock()
    signals = Signals(clock)

    async def main() -> None:
        tasks = [asyncio.ensure_future(work(number)) for number in range(50)]
        signals.cancels(tasks[::-1])
        clock.at(1.0, lambda: signals.interrupt(signal.SIGINT))
        await asyncio.wait(tasks)

    with asyncio.Runner(loop_factory=clock.loop) as runner:
        runner.run(main())
    clock.close()
    assert told == list(range(50))[::-1]


def test_a_signal_cancels_once(signals: Signals) -> None:
    """What cleans up afterwards may wait; a signal of another kind does not cut it short."""

    async def work() -> str:
        try:
            await asyncio.sleep(PATIENCE)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task
            assert task.uncancel() == 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
            await asyncio.sleep(0.01)
        return "cleaned up"

    async def main() -> str:
        task = asyncio.ensure_future(work())
        signals.cancels([task])
        await asyncio.sleep(0)
        signal.raise_signal(signal.SIGTERM)
        return await task

    with asyncio.Runner(loop_factory=CLOCK.loop) as runner:
        assert runner.run(main()) == "cleaned up"
    assert signals.first is not None
    assert signals.first.number == signal.SIGTERM


def test_no_task_is_cancelled_twice() -> None:
    """A list may be replaced while a signal is on its way to the loop: whoever is in both is cancelled once."""
    signals = Signals(CLOCK)

    async def main() -> list[int]:
        tasks = [asyncio.ensure_future(asyncio.sleep(PATIENCE)) for _ in range(2)]
        await asyncio.sleep(0)
        signals.cancels(tasks[:1])
        signals.interrupt(signal.SIGTERM)
        signals.cancels(tasks)
        await asyncio.wait(tasks)
        return [task.cancelling() for task in tasks]

    with asyncio.Runner(loop_factory=CLOCK.loop) as runner:
        assert runner.run(main()) == [1, 1]


def test_a_signal_after_the_loop_is_remembered(signals: Signals) -> None:
    """There is nothing left to cancel, and the number is known."""

    async def main() -> None:
        signals.cancels([asyncio.ensure_future(asyncio.sleep(0))])

    with asyncio.Runner(loop_factory=CLOCK.loop) as runner:
        runner.run(main())
    signal.raise_signal(signal.SIGINT)
    assert signals.first is not None
    assert signals.first.number == signal.SIGINT


def test_the_first_signal_is_kept(signals: Signals) -> None:
    """The platform counts its seconds from the first one; a signal of another kind changes nothing."""
    kept = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.raise_signal(number)
        kept.append(signals.first)
    assert kept[0] is kept[1]
    assert kept[0] is not None
    assert kept[0].number == signal.SIGINT


def exits(*sent: tuple[float, int]) -> list[int]:
    """The exit codes with which these signals (at an instant each) end a process at once."""
    clock = VirtualClock()
    codes: list[int] = []
    signals = Signals(clock, leave=codes.append)
    for instant, number in sent:
        clock.skip(instant - clock.elapsed)
        signals.interrupt(number)
    clock.close()
    return codes


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_a_second_signal_of_the_same_kind_ends_at_once(number: int, code: int) -> None:
    """With the exit code of the first; a signal of the other kind in between changes nothing."""
    other = signal.SIGTERM if number == signal.SIGINT else signal.SIGINT
    assert exits((0.0, number), (1.0, other)) == []
    assert exits((0.0, number), (1.0, other), (2.0, number)) == [code]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("pause", [0.0, 0.01, 0.29])
def test_a_signal_that_is_sent_twice_is_one_signal(number: int, pause: float) -> None:
    """Runners and terminals send it to the group and to the process; nobody asks twice within 0.3 s."""
    assert exits((0.0, number), (pause, number), (pause, number)) == []
    assert len(exits((0.0, number), (pause, number), (0.31, number))) == 1


@pytest.mark.parametrize("pair", [(signal.SIGTERM, signal.SIGHUP), (signal.SIGHUP, signal.SIGTERM)])
def test_hanging_up_counts_like_terminating(pair: tuple[int, int]) -> None:
    """Service managers send SIGHUP right after SIGTERM: that is one signal; later it asks a second time."""
    assert exits((0.0, pair[0]), (0.1, pair[1])) == []
    assert exits((0.0, pair[0]), (1.0, pair[1])) == [143]


def test_a_busy_loop_does_not_delay_a_second_signal() -> None:
    """Handlers of the interpreter run between two lines of Python; those of the loop would wait for it."""
    code = """
import asyncio, os, signal, time
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals
signals = Signals(Clock())
signals.install()
async def main():
    signal.raise_signal(signal.SIGTERM)
    time.sleep(0.35)
    signal.raise_signal(signal.SIGTERM)
    os._exit(99)
with asyncio.Runner(loop_factory=Clock().loop) as runner:
    runner.run(main())
"""
    ended = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(SOURCE)}, check=False)
    assert ended.returncode == 143


def test_handlers_are_installed_before_asyncio_is_imported() -> None:
    """An import takes a tenth of a second, in which a signal would end the process without a word."""
    code = "import sys, testsigma_action.runtime.signals; sys.exit('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(SOURCE)}, check=False).returncode == 0


def test_a_step_that_was_to_ignore_hanging_up_does(signals: Signals) -> None:
    """`nohup` has SIGHUP ignored, and wants it to stay so."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals.install()
    signal.raise_signal(signal.SIGHUP)
    assert signals.first is None


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_are_ignored_in_the_end(signals: Signals, number: int) -> None:
    """What the step has said stands; nothing is cancelled any more, and the process is not ended either."""
    signals.ignore()
    for _ in range(2):
        signal.raise_signal(number)
    assert signals.first is None
