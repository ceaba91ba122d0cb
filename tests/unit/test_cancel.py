"""Calls that a signal can cut short: answers, errors, lateness, real signals."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.simulation import VirtualClock
from testsigma_action.errors import ApiError, Cancelled, ErrorCode, NoThreads, Refused, Unreachable
from testsigma_action.runtime import calls as calls_module
from testsigma_action.runtime.calls import Abandoned, Calls, Late, pause
from testsigma_action.runtime.clock import SystemClock

# Long enough for any machine; nothing waits for it unless it is broken.
PATIENCE = 10.0


@pytest.fixture
def calls() -> Iterator[Calls]:
    """Calls whose handlers are installed for the test only."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    made = Calls(SystemClock())
    made.install_handlers()
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


def soon(seconds: float = PATIENCE) -> float:
    """An instant of the monotonic clock."""
    return time.monotonic() + seconds


def refuse() -> None:
    """A call that the service refuses."""
    raise Refused("no", code=ErrorCode.NOT_FOUND)


def refused() -> str:
    """The same, of a call that would have an answer."""
    refuse()
    return ""


def after_signal(number: int, then: Callable[[], str]) -> Callable[[], str]:
    """A call in the middle of which the process gets a signal, as from a platform that cancels the step."""

    def call() -> str:
        os.kill(os.getpid(), number)
        return then()

    return call


def test_an_answer_comes_back(calls: Calls) -> None:
    """The value of the call, made on another thread."""
    assert calls.run(threading.get_ident) != threading.get_ident()
    assert calls.run(lambda: None) is None


def test_an_error_comes_back(calls: Calls) -> None:
    """Whatever the call raises is raised where the answer is awaited."""
    with pytest.raises(Refused):
        calls.run(refuse)
    with pytest.raises(ZeroDivisionError):
        calls.run(lambda: 1 // 0)
    assert calls.run(lambda: "still at work") == "still at work"


def test_worker_threads_are_reused(calls: Calls) -> None:
    """Calls one after the other keep one thread, and with it its connections."""
    assert len({calls.run(threading.get_ident) for _ in range(5)}) == 1


def test_workers_do_not_keep_the_program(calls: Calls) -> None:
    """A blocked worker never keeps the interpreter from ending."""
    assert calls.run(lambda: threading.current_thread().daemon)


def test_late_answers_are_left_behind(calls: Calls) -> None:
    """The wait ends at its instant, and the call learns that nobody waits any more."""
    left = threading.Event()

    def slow() -> None:
        try:
            pause(PATIENCE)
        except Abandoned:
            left.set()
            raise

    with pytest.raises(Late):
        calls.run(slow, until=soon(0.05))
    assert left.wait(PATIENCE)
    assert calls.run(lambda: "next") == "next"


def test_an_answer_that_comes_too_late_is_no_answer_to_the_next_call(calls: Calls) -> None:
    """Answers belong to their calls."""
    gate = threading.Event()
    with pytest.raises(Late):
        calls.run(lambda: gate.wait(PATIENCE) and "old", until=soon(0.05))
    gate.set()
    assert [calls.run(lambda: "new") for _ in range(3)] == ["new"] * 3


def test_an_answer_that_is_there_in_time_counts() -> None:
    """However late the main thread looks: it may be busy with what else it is told, while the time runs out."""
    clock = VirtualClock()
    busy = Calls(clock)

    def tell() -> str:
        busy.post(lambda: clock.skip(60.0))
        return "completed"

    assert busy.run(tell, until=10.0) == "completed"
    clock.close()


def test_what_is_left_over_is_not_begun_too_late(calls: Calls) -> None:
    """Of many calls, those that nobody has time for any more are not made."""
    made: list[int] = []
    answers = calls.gather([lambda: made.append(1)] * 3, width=lambda: 1, until=soon(-1))
    assert (made, [type(answer) for answer in answers]) == ([], [Unreachable] * 3)


def test_no_time_left_is_late_at_once(calls: Calls) -> None:
    """An instant that has passed is not waited for."""
    with pytest.raises(Late):
        calls.run(lambda: pause(PATIENCE), until=soon(-1))


def test_a_pause_of_a_call_that_is_awaited_takes_its_time(calls: Calls) -> None:
    """Between two tries, on a worker thread."""
    began = time.monotonic()
    calls.run(lambda: pause(0.05))
    assert time.monotonic() - began >= 0.05
    calls.run(lambda: pause(-1))


def test_sleep_takes_its_time(calls: Calls) -> None:
    """Unless there is nothing to wait for."""
    began = time.monotonic()
    calls.sleep(0.05)
    assert time.monotonic() - began >= 0.05
    calls.sleep(0)
    calls.sleep(-1)


def test_notices_are_called_on_the_waiting_thread(calls: Calls) -> None:
    """Worker threads that have something to tell do not print it themselves."""
    told: list[int] = []

    def call() -> str:
        calls.post(lambda: told.append(threading.get_ident()))
        return "answer"

    assert calls.run(call) == "answer"
    assert told == [threading.get_ident()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_call(calls: Calls, number: int) -> None:
    """The main thread leaves a call that blocks, at once, with the exit code of the signal."""
    left = threading.Event()

    def block() -> str:
        try:
            pause(PATIENCE)
        finally:
            left.set()
        return "too late"

    began = time.monotonic()
    with pytest.raises(Cancelled) as caught:
        calls.run(after_signal(number, block))
    assert caught.value.exit_code == 128 + number
    assert time.monotonic() - began < PATIENCE / 2
    assert left.wait(PATIENCE)


def test_a_signal_ends_a_sleep(calls: Calls) -> None:
    """Also when it comes before the sleep begins."""
    signal.raise_signal(signal.SIGTERM)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        calls.sleep(PATIENCE)
    assert time.monotonic() - began < PATIENCE / 2


def test_a_signal_in_the_middle_of_a_sleep_ends_it(calls: Calls) -> None:
    """A notice stands for what happens while the main thread waits."""
    calls.post(lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(Cancelled):
        calls.sleep(PATIENCE)


def test_a_signal_leaves_many_calls(calls: Calls) -> None:
    """All calls of a gathering are left, and those that were not begun never are."""
    left = threading.Semaphore(0)
    begun: list[int] = []

    def block(index: int) -> str:
        begun.append(index)
        try:
            pause(PATIENCE)
        finally:
            left.release()
        return ""

    many = [
        after_signal(signal.SIGTERM, lambda: block(0)),
        *(lambda index=index: block(index) for index in range(1, 9)),
    ]
    with pytest.raises(Cancelled):
        calls.gather(many, width=lambda: 3, until=soon())
    assert all(left.acquire(timeout=PATIENCE) for _ in begun)
    assert len(begun) <= 3


def test_a_signal_is_raised_once(calls: Calls) -> None:
    """What cleans up after it may wait again."""
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(Cancelled):
        calls.check()
    calls.check()
    calls.sleep(0.01)
    assert calls.run(lambda: "cleaned up") == "cleaned up"


def test_a_signal_before_a_call_keeps_it_from_being_made(calls: Calls) -> None:
    """Shielded or not: nothing is started once the step is to end."""
    made: list[str] = []
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(Cancelled):
        calls.run(lambda: made.append("call"), shielded=True)
    assert made == []


def test_the_time_of_the_first_signal_is_kept(calls: Calls) -> None:
    """The platform counts its seconds from the first one; a signal of another kind changes nothing."""
    instants = [calls.signalled_at]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.raise_signal(number)
        instants.append(calls.signalled_at)
    assert instants[0] is None
    assert instants[1] is not None
    assert instants[1] == instants[2]
    with pytest.raises(Cancelled) as caught:
        calls.check()
    assert caught.value.exit_code == 130


def test_a_shielded_call_is_answered_after_a_signal(calls: Calls) -> None:
    """The answer of the start is not lost; the signal is raised by the next wait."""

    def answer() -> str:
        pause(0.05)
        return "run 302"

    assert calls.run(after_signal(signal.SIGTERM, answer), shielded=True) == "run 302"
    with pytest.raises(Cancelled):
        calls.sleep(PATIENCE)


def test_the_error_of_a_shielded_call_is_not_lost(calls: Calls) -> None:
    """Whether a run was started is known before the step ends."""

    def answer() -> str:
        refuse()
        return ""

    with pytest.raises(Refused):
        calls.run(after_signal(signal.SIGTERM, answer), shielded=True)


def test_a_shielded_call_without_an_answer_is_left_after_the_grace(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform does not wait for ever, so neither does the shield."""
    monkeypatch.setattr(calls_module, "GRACE", 0.05)

    def block() -> str:
        pause(PATIENCE)
        return ""

    began = time.monotonic()
    with pytest.raises(Cancelled):
        calls.run(after_signal(signal.SIGTERM, block), shielded=True)
    assert time.monotonic() - began < PATIENCE / 2


def test_a_shielded_call_has_its_limit_without_a_signal(calls: Calls) -> None:
    """Nobody cancelled, so lateness is lateness."""
    with pytest.raises(Late):
        calls.run(lambda: pause(PATIENCE), until=soon(0.05), shielded=True)


def test_results_come_in_the_order_of_the_calls(calls: Calls) -> None:
    """Whichever is answered first."""
    last = threading.Event()

    def first() -> str:
        return "first" if last.wait(PATIENCE) else ""

    def second() -> str:
        last.set()
        return "second"

    assert calls.gather([first, second], width=lambda: 2, until=soon()) == ["first", "second"]


def test_no_calls_no_results(calls: Calls) -> None:
    """Nothing is waited for."""
    assert calls.gather([], width=lambda: 8, until=soon(-1)) == []


def test_the_width_is_used_and_kept(calls: Calls) -> None:
    """As many calls at a time as were allowed, and not one more."""
    together = threading.Barrier(3, timeout=PATIENCE)
    lock = threading.Lock()
    running, most = 0, 0

    def call() -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1
        return threading.get_ident()

    threads = calls.gather([call] * 9, width=lambda: 3, until=soon())
    assert most == 3
    assert len(set(map(str, threads))) == 3


def test_refused_calls_stand_among_the_answers(calls: Calls) -> None:
    """What the service did not give is an error in its place; the others are answered."""
    answers = calls.gather([lambda: "a", refused, lambda: "c"], width=lambda: 2, until=soon())
    assert (answers[0], answers[2]) == ("a", "c")
    assert isinstance(answers[1], Refused)


def test_a_bug_in_a_call_is_raised(calls: Calls) -> None:
    """Only errors of the service may be left out."""
    with pytest.raises(ZeroDivisionError):
        calls.gather([lambda: 1, lambda: 1 // 0], width=lambda: 2, until=soon())


def test_calls_that_are_not_over_in_time_are_left(calls: Calls) -> None:
    """What was answered is kept, the rest is unreachable, and nobody goes on with it."""
    left = threading.Event()

    def slow() -> str:
        try:
            pause(PATIENCE)
        finally:
            left.set()
        return ""

    answers: list[str | ApiError] = calls.gather([lambda: "a", slow, lambda: "c"], width=lambda: 2, until=soon(0.2))
    assert answers[0] == "a"
    assert isinstance(answers[1], Unreachable)
    assert answers[2] == "c"
    assert left.wait(PATIENCE)


def exits(*signals: tuple[float, int]) -> list[int]:
    """The exit codes with which these signals (at an instant each) end a process at once."""
    clock = VirtualClock()
    codes: list[int] = []
    calls = Calls(clock, leave=codes.append)
    for instant, number in signals:
        clock.skip(instant - clock.elapsed)
        calls.interrupt(number)
    clock.close()
    return codes


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_a_second_signal_of_the_same_kind_ends_at_once(number: int, code: int) -> None:
    """With the exit code of the first; a signal of the other kind in between changes nothing."""
    other = signal.SIGTERM if number == signal.SIGINT else signal.SIGINT
    assert exits((0.0, number), (1.0, other)) == []
    assert exits((0.0, number), (1.0, other), (2.0, number)) == [code]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
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


def test_a_terminal_that_hangs_up_cancels_the_step(calls: Calls) -> None:
    """With the exit code of SIGTERM, and its own name in the message."""
    signal.raise_signal(signal.SIGHUP)
    with pytest.raises(Cancelled, match="SIGHUP") as caught:
        calls.check()
    assert caught.value.exit_code == 143


def test_a_step_that_was_to_ignore_hanging_up_does(calls: Calls) -> None:
    """`nohup` has SIGHUP ignored, and wants it to stay so."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    calls.install_handlers()
    signal.raise_signal(signal.SIGHUP)
    calls.check()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_ignored_in_the_end(calls: Calls, number: int) -> None:
    """What the step has said stands; nothing is raised any more, and the process is not ended either."""
    calls.ignore_signals()
    for _ in range(2):
        signal.raise_signal(number)
    calls.sleep(0)
    assert calls.signalled_at is None


@pytest.mark.parametrize("wait", ["sleep", "run", "shielded", "gather"])
def test_a_reminder_comes_whatever_is_waited_for(wait: str) -> None:
    """The main thread has it called every five seconds, in a wait of a minute and in twelve of five seconds."""
    clock = VirtualClock()
    begins: list[float] = []
    patient = Calls(clock)
    patient.remind(lambda: begins.append(clock.elapsed), 5.0)

    def slowly() -> None:
        clock.wait(threading.Event(), 60.0)

    if wait == "sleep":
        for _ in range(12):
            patient.sleep(5.0)
    elif wait == "gather":
        patient.gather([slowly], width=lambda: 1, until=100.0)
    else:
        patient.run(slowly, until=100.0, shielded=wait == "shielded")
    clock.close()
    assert begins == pytest.approx([5.0 * number for number in range(1, len(begins) + 1)], abs=0.01)
    assert len(begins) >= 11


def test_a_reminder_does_not_keep_anybody_waiting() -> None:
    """A wait that is over is over, between two reminders or at one."""
    clock = VirtualClock()
    begins: list[float] = []
    patient = Calls(clock)
    patient.remind(lambda: begins.append(clock.elapsed), 5.0)
    patient.sleep(12.0)
    assert clock.elapsed == pytest.approx(12.0, abs=0.01)
    patient.sleep(3.0)
    assert clock.elapsed == pytest.approx(15.0, abs=0.01)
    clock.close()


@pytest.fixture
def no_threads() -> Iterator[None]:
    """The system refuses every new thread, as with a small limit or an old container engine: none has a stack."""
    before = threading.stack_size(1 << 46)
    yield
    threading.stack_size(before)


@pytest.mark.usefixtures("no_threads")
def test_no_thread_to_be_had(calls: Calls) -> None:
    """An error that says what to do, before anything is called."""
    made: list[int] = []
    for attempt in (calls.reserve, lambda: calls.run(lambda: made.append(1))):
        with pytest.raises(NoThreads, match="thread") as caught:
            attempt()
        assert (caught.value.code, caught.value.exit_code) == ("no-threads", 2)
    assert made == []


def test_one_thread_is_not_enough() -> None:
    """A call that hangs must not keep the step from stopping its run."""
    clock = VirtualClock(threads=1)
    with pytest.raises(NoThreads, match="Nothing was started"):
        Calls(clock).reserve()
    clock.close()


def test_few_threads_do_all_the_work() -> None:
    """More calls at a time than there are threads wait for one; no result is lost."""
    clock = VirtualClock(threads=2)
    calls = Calls(clock)
    calls.reserve()
    numbers = [lambda number=number: number for number in range(20)]
    assert calls.gather(numbers, width=lambda: 8, until=100.0) == list(range(20))
    clock.close()


def test_a_call_waits_for_a_thread_that_is_still_at_work() -> None:
    """One that nobody waits for any more is passed over."""
    clock = VirtualClock(threads=2)
    calls = Calls(clock)
    made: list[str] = []
    for _ in range(2):
        with pytest.raises(Late):
            calls.run(lambda: clock.wait(threading.Event(), 30.0), until=1.0)
    with pytest.raises(Late):
        calls.run(lambda: made.append("too late"), until=2.0)
    assert calls.run(lambda: "answer", until=60.0) == "answer"
    assert clock.elapsed == pytest.approx(30.0, abs=1.1)
    assert made == []
    clock.close()
