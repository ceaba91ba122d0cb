"""The clock of this machine: time, and waiting for it."""

import threading
import time
from datetime import UTC
from queue import Empty, SimpleQueue

import pytest

from testsigma_action.runtime import clock
from testsigma_action.runtime.clock import SystemClock

PATIENCE = 10.0


def test_two_clocks() -> None:
    """The wall clock is in UTC; the other one never goes back."""
    made = SystemClock()
    assert made.now().tzinfo is UTC
    assert made.monotonic() <= made.monotonic()


@pytest.mark.parametrize("seconds", [None, PATIENCE])
def test_what_is_there_is_taken(seconds: float | None) -> None:
    """At once, and in order."""
    queue = SimpleQueue[str]()
    queue.put("first")
    queue.put("second")
    assert [SystemClock().take(queue, seconds) for _ in range(2)] == ["first", "second"]


@pytest.mark.parametrize("seconds", [None, PATIENCE])
def test_what_comes_later_is_waited_for(monkeypatch: pytest.MonkeyPatch, seconds: float | None) -> None:
    """Over many ticks, if it takes as long."""
    monkeypatch.setattr(clock, "TICK", 0.005)
    queue = SimpleQueue[str]()
    threading.Timer(0.05, queue.put, ("late",)).start()
    assert SystemClock().take(queue, seconds) == "late"


@pytest.mark.parametrize("tick", [0.005, 10.0])
def test_the_wait_for_a_queue_ends(monkeypatch: pytest.MonkeyPatch, tick: float) -> None:
    """When the time is over, however long a tick is."""
    monkeypatch.setattr(clock, "TICK", tick)
    began = time.monotonic()
    with pytest.raises(Empty):
        SystemClock().take(SimpleQueue[str](), 0.05)
    assert 0.05 <= time.monotonic() - began < PATIENCE / 2


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_no_time_is_no_wait(seconds: float) -> None:
    """What is there already is taken all the same."""
    made, queue, event = SystemClock(), SimpleQueue[str](), threading.Event()
    with pytest.raises(Empty):
        made.take(queue, seconds)
    queue.put("there")
    assert made.take(queue, seconds) == "there"
    assert not made.wait(event, seconds)
    event.set()
    assert made.wait(event, seconds)


def test_work_is_done_on_a_daemon_thread() -> None:
    """It does not keep the program from ending."""
    told = SimpleQueue[bool]()
    SystemClock().begin(lambda: told.put(threading.current_thread().daemon))
    assert told.get(timeout=PATIENCE)
