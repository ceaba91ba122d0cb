"""A clock that jumps: time passes only when everybody waits, and then at once, up to the next thing that happens.

Threads take turns: one is at work, all others wait for their turn. Whoever waits on the clock gives its turn away, to
somebody who has what it waits for; the seed says to whom where there is a choice. So a run is the same every time.
"""

import asyncio
import heapq
import inspect
import random
import selectors
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from testsigma_action.runtime.clock import Clock

T = TypeVar("T")

BEGIN = 1_700_000_000.0
# Shorter waits than this take this long (seconds): a real clock moves on, too, between two looks at it.
SHORTEST = 1e-6
# Nothing takes as long as this (seconds): an event loop that waits for nothing looks up once a day.
LONGEST = 1e8
# Whoever looks at the clock more often than this without any time passing waits for something in a busy loop.
MAX_LOOKS = 200_000


def _never() -> bool:
    return False


def _at_once() -> bool:
    return True


@dataclass(eq=False, slots=True)
class _Seat:
    """A thread that waits for its turn: until it is ready, or until an instant."""

    ready: Callable[[], bool] = _never
    due: float | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.turn.acquire()


class Stuck(AssertionError):
    """Everybody waits for something that will never happen, or looks at the clock without end."""


class Unhandled(AssertionError):
    """Something went wrong in the event loop that asyncio would only log."""


class VirtualClock(Clock):
    """The clock of one world. It belongs to the thread that made it, the main thread of that world."""

    def __init__(self, seed: int = 0, threads: int | None = None) -> None:
        """Begin; `seed` says whose turn it is where several could go on.

        `threads` is how many the system lets the code under test have at a time; no limit if None.
        """
        self._most_threads = threads
        self.elapsed = 0.0
        self.ahead = 0.0
        self._random = random.Random(seed)  # noqa: S311 - a choice that can be repeated
        self._waiting: list[_Seat] = []
        self._threads: set[threading.Thread] = set()
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._entries = 0
        self._looks = 0
        self._idle_looks = 0
        self._at_looks: dict[int, Callable[[], object]] = {}
        self.unhandled: list[Unhandled] = []
        self._end: BaseException | None = None
        self._over = False
        self._main = _Seat()
        self._local = threading.local()

    # What the code under test sees.

    def now(self) -> datetime:
        """The wall clock of the machine that the step runs on; `ahead` of the simulator's by so many seconds."""
        self._look()
        return datetime.fromtimestamp(BEGIN, UTC) + timedelta(seconds=self.elapsed + self.ahead)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        self._look()
        return self.elapsed

    def loop(self) -> asyncio.AbstractEventLoop:
        """An event loop that waits on this clock."""
        return _Loop(self)

    def begin(self, work: Callable[[], object]) -> None:
        """Do some work on a thread of its own, when it is its turn."""
        if self._most_threads is not None and len(self._threads) >= self._most_threads:
            raise RuntimeError("can't start new thread")
        seat = _Seat(_at_once)
        thread = threading.Thread(target=self._work, args=(seat, work), daemon=True)
        self._waiting.append(seat)
        self._threads.add(thread)
        thread.start()

    # What the world around it uses.

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What a coroutine returns or raises, on an event loop of its own."""
        with asyncio.Runner(loop_factory=self.loop) as runner:
            return runner.run(coroutine)

    def seconds(self) -> float:
        """The time as the simulator sees it: its wall clock does not jump."""
        return BEGIN + self.elapsed

    def until(self, ready: Callable[[], bool], seconds: float | None) -> None:
        """Wait until something holds, at most so many seconds; others go on meanwhile, and time does."""
        seat = getattr(self._local, "seat", self._main)
        self._leave_if_over(seat)
        seat.ready = ready
        seat.due = None if seconds is None else self.elapsed + (max(seconds, SHORTEST) if seconds > 0 else 0.0)
        self._waiting.append(seat)
        following = self._following()
        if following is not seat:
            following.turn.release()
            seat.turn.acquire()
        self._leave_if_over(seat)

    def at(self, instant: float, call: Callable[[], object]) -> None:
        """Have this called at an instant (`elapsed`); those of one instant are called in the order they came."""
        self._entries += 1
        heapq.heappush(self._agenda, (instant, self._entries, call))

    def at_look(self, number: int, call: Callable[[], object]) -> None:
        """Have this called at the `number`th look of the code under test at the clock from now on: amid its work."""
        self._at_looks[self._looks + number] = call

    def skip(self, seconds: float) -> None:
        """Let time pass in which nobody is at work; what is on its way arrives."""
        until = self.elapsed + seconds
        while self._agenda and self._agenda[0][0] <= until:
            self.elapsed = max(self.elapsed, self._agenda[0][0])
            self._call_what_is_due()
        self.elapsed = until

    def end(self, error: BaseException) -> None:
        """Raise this on the main thread, now and whenever it looks at the clock again."""
        self._end = self._end or error

    def close(self) -> None:
        """End all threads. The clock stays as it is, and may be used again."""
        self._over = True
        for seat in self._waiting:
            seat.turn.release()
        for thread in tuple(self._threads):
            thread.join()
        self._waiting.clear()
        self._threads.clear()
        self._at_looks.clear()
        self._over, self._end = False, None

    @property
    def ended(self) -> bool:
        """Whether the main thread was told to end."""
        return self._end is not None

    def ending(self) -> BaseException:
        """What the main thread was told to end with."""
        return self._end or AssertionError("the clock goes on")

    def complain(self, message: str, cause: BaseException | None) -> None:
        """Fail for what asyncio would only log."""
        error = Unhandled(message)
        error.__cause__ = cause
        self.unhandled.append(error)
        self.end(error)

    def _look(self) -> None:
        self._looks += 1
        self._idle_looks += 1
        if self._idle_looks > MAX_LOOKS:
            self.end(Stuck(f"{MAX_LOOKS} looks at the clock, and no time passes"))
        call = self._at_looks.pop(self._looks, None)
        if call:
            call()
        self._leave_if_over(getattr(self._local, "seat", self._main))

    def _leave_if_over(self, seat: _Seat) -> None:
        if seat is self._main:
            if self._end:
                raise self._end
        elif self._over:
            raise SystemExit

    def _work(self, seat: _Seat, work: Callable[[], None]) -> None:
        self._local.seat = seat
        seat.turn.acquire()
        try:
            self._leave_if_over(seat)
            work()
        except SystemExit:
            pass
        except BaseException as error:  # noqa: BLE001 - raised where the test sees it
            self.end(error)
        if not self._over:
            self._threads.remove(threading.current_thread())
            self._following().turn.release()

    def _following(self) -> _Seat:
        """Whose turn it is: somebody who can go on, at the next instant at which somebody can."""
        while True:
            self._call_what_is_due()
            able = [seat for seat in self._waiting if self._able(seat)]
            if able:
                chosen = able[0] if len(able) == 1 else self._random.choice(able)
                self._waiting.remove(chosen)
                return chosen
            self._advance()

    def _able(self, seat: _Seat) -> bool:
        if seat is self._main and self._end:
            return True
        return (seat.due is not None and seat.due <= self.elapsed) or seat.ready()

    def _advance(self) -> None:
        instants = [seat.due for seat in self._waiting if seat.due is not None]
        if self._agenda:
            instants.append(self._agenda[0][0])
        if not instants or self.elapsed > LONGEST:
            self.end(Stuck("everybody waits, and nothing will happen"))
            return
        self.elapsed = max(self.elapsed, min(instants))
        self._idle_looks = 0

    def _call_what_is_due(self) -> None:
        while self._agenda and self._agenda[0][0] <= self.elapsed:
            call = heapq.heappop(self._agenda)[2]
            try:
                call()
            except BaseException as error:  # noqa: BLE001 - raised where the test sees it
                self.end(error)


class _Selector(selectors.PollSelector):
    """Waits for the wake-ups of an event loop, as long as the clock says."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._clock.until(self._has_some, timeout)
        return super().select(0)

    def _has_some(self) -> bool:
        return bool(super().select(0))


class _Loop(asyncio.SelectorEventLoop):
    """An event loop on which time is that of the clock, and nothing goes wrong unseen."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._dead = False
        super().__init__(_Selector(clock))

    def time(self) -> float:
        return self._clock.monotonic()

    def run_until_complete(self, future: Any) -> Any:  # noqa: ANN401 - the library's own
        if not self._clock.ended:
            return super().run_until_complete(future)
        # The process is gone: nothing is cleaned up, and nobody complains about what was not begun.
        self._dead = True
        for work in (future, *(task.get_coro() for task in asyncio.all_tasks(self))):
            if inspect.iscoroutine(work) and inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
                work.close()
        raise self._clock.ending()

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self._dead and not self._clock.ended:
            self._clock.complain(context["message"], context.get("exception"))
