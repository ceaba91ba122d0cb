"""A step, its service and its platform in one process, on one virtual clock."""

import contextlib
import gc
import io
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.scenario.conftest import FILES
from tests.scenario.conftest import Outcome as Left
from tests.simulation.clock import VirtualClock
from tests.simulation.net import Cut, Exchange, Net
from tests.simulator import Scenario, Seen, Simulator
from testsigma_action import main as step
from testsigma_action import post
from testsigma_action.command import Command
from testsigma_action.runtime.signals import Signals

URL = "https://testsigma.example"


class _Screen(io.StringIO):
    """What the step prints, on a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        """Nothing was printed yet."""
        super().__init__()
        self._terminal = terminal
        self._awaited: list[tuple[str, Callable[[], None]]] = []

    def when(self, said: str, happens: Callable[[], None]) -> None:
        """Have something happen once, as soon as a text with these words is printed."""
        self._awaited.append((said, happens))

    def write(self, text: str) -> int:
        """Print."""
        written = super().write(text)
        for said, happens in self._awaited.copy():
            if said in text:
                self._awaited.remove((said, happens))
                happens()
        return written

    def isatty(self) -> bool:
        """Whether this is a terminal."""
        return self._terminal


class Killed(SystemExit):
    """The process has ended from one moment to the next, with this exit code. No task and no loop holds this up."""

    def __init__(self, exit_code: int) -> None:
        """Keep the exit code."""
        super().__init__(exit_code)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal to the step: `after` so many seconds from its beginning.

    With `call`: after the `count`th such request has reached the service (0.0: before it is answered). With `look`:
    when the step looks at its clock for the `look`th time, which is amid its work, not while it waits. With `said`:
    when the step prints a line with these words, or at a look after it.
    SIGKILL ends the step at once; so does a second signal of the same kind, unless it comes within 0.3 s.
    """

    number: int
    after: float = 0.0
    call: str = ""
    count: int = 1
    look: int = 0
    said: str = ""


@dataclass(frozen=True)
class Outcome(Left):
    """What a step that has ended leaves behind, and what the service knows of it; `duration` in virtual seconds.

    `exchanges` has the answers, too. `killed` says that the step did not end by itself, `signalled` when signals came
    (seconds from its beginning).
    """

    seen: list[Seen] = field(default_factory=list, repr=False)
    duration: float = 0.0
    killed: bool = False
    signalled: tuple[tuple[float, int], ...] = ()
    exchanges: list[Exchange] = field(default_factory=list, repr=False)

    @property
    def calls(self) -> list[str]:
        """The names of all calls in order."""
        return [seen.call for seen in self.seen]

    @property
    def ended(self) -> tuple[int, str, str]:
        """How the step ended, and with which run."""
        return self.exit_code, self.outputs["error-code"], self.outputs["run-id"]


class World:
    """A service in the state of a scenario, and a platform that runs a step; see the package's docstring."""

    def __init__(
        self,
        scenario: Scenario,
        folder: Path,
        environ: Mapping[str, str] | None = None,
        *,
        arguments: Sequence[str] = (),
        signals: Sequence[Signal] = (),
        cuts: Sequence[Cut] = (),
        jumps: Sequence[tuple[float, float]] = (),
        travel: float = 0.02,
        seed: int = 0,
        github: bool = True,
        homeless: bool = False,
        threads: int | None = None,
        terminal: bool = False,
    ) -> None:
        """Make everything; time begins with the first step that runs.

        `homeless` has the working folder deleted before (not on GitHub), `threads` is how many can be had. With
        `terminal` the log is one.
        """
        self.workspace, self.commands = folder / "workspace", folder / "commands"
        self.clock = VirtualClock(seed, threads)
        self.simulator = Simulator(scenario, self.clock.seconds)
        self._net = Net(self.simulator, self.clock, travel, cuts)
        self._arguments = arguments
        self._signals = signals
        self._jumps = jumps
        self._seed = seed
        self._github = github
        self._homeless = homeless
        self._terminal = terminal
        self._signalled: list[tuple[float, int]] = []
        self._sent_to: Signals | None = None
        self._make_folders()
        plan = {"TESTSIGMA_PLAN_ID": str(scenario.plans[0].id)} if scenario.plans else {}
        access = {"TESTSIGMA_BASE_URL": URL, "TESTSIGMA_API_KEY": scenario.api_keys[0]}
        self.environ = {**(self._runner() if github else {}), **access, **plan, **(environ or {})}

    def run(self) -> Outcome:
        """Run the main stage, from its beginning to its end."""
        for at, seconds in self._jumps:
            self.clock.at(at, partial(self._jump, seconds))
        return self._step(step.main, self._arguments, self.environ)

    def post(self, *signals: Signal, later: float = 0.0) -> Outcome:
        """Run the post stage, so many seconds after the main stage; it gets the state that is in GITHUB_STATE.

        `signals` are sent to it.
        """
        self.clock.skip(later)
        state = Left(0, "", self.workspace, self.commands).state if self._github else {}
        environ = self.environ | {f"STATE_{name}": value for name, value in state.items()}
        self._signals = signals
        return self._step(post.main, (), environ)

    def send(self, *signals: Signal) -> None:
        """Have these signals sent to the next step, and no others."""
        self._signals = signals

    def at(self, seconds: float, happening: Callable[[Simulator], object]) -> None:
        """Have something happen to the service, so many seconds after the beginning (a release, say)."""
        self.clock.at(seconds, lambda: happening(self.simulator))

    def _step(self, main: Callable[[Command], int], arguments: Sequence[str], environ: Mapping[str, str]) -> Outcome:
        self._sent_to = taken = Signals(self.clock, leave=lambda code: self.clock.end(Killed(code)))
        self._signalled = []
        began, earlier, log = self.clock.elapsed, len(self.simulator.recording.all()), _Screen(terminal=self._terminal)
        self._send_signals(taken, began, log)
        killed = False
        with _seeded(self._seed), contextlib.redirect_stdout(log), self._inside():
            try:
                exit_code = main(Command(arguments, environ, taken, self.clock, self._net.adapter))
            except Killed as end:
                exit_code, killed = end.exit_code, True
            finally:
                self.clock.close()
                self._sent_to = None
        if killed:
            # Their causes would keep what is to be dropped, and so would the tasks that a signal cancels.
            self.clock.unhandled.clear()
            taken.cancels(())
            _forget()
        if self.clock.unhandled:
            raise self.clock.unhandled[0]
        seen = self.simulator.recording.all()[earlier:]
        duration = self.clock.elapsed - began
        signalled = tuple(self._signalled)
        text = log.getvalue()
        exchanges = self._net.exchanges[earlier:]
        return Outcome(exit_code, text, self.workspace, self.commands, seen, duration, killed, signalled, exchanges)

    def _send_signals(self, taken: Signals, began: float, log: _Screen) -> None:
        for one in self._signals:
            send = partial(self._interrupt, taken, one.number, began)
            if one.call:
                self._after_call(one, send)
            elif one.said:
                log.when(one.said, partial(self.clock.at_look, one.look, send) if one.look else send)
            elif one.look:
                self.clock.at_look(one.look, send)
            else:
                self.clock.at(began + one.after, send)

    def _after_call(self, one: Signal, send: Callable[[], None]) -> None:
        left = one.count

        def count(seen: Seen) -> None:
            nonlocal left
            left -= seen.call == one.call
            if seen.call == one.call and left == 0:
                self.clock.at(self.clock.elapsed + one.after, send)

        self.simulator.recording.listen(count)

    def _interrupt(self, taken: Signals, number: int, began: float) -> None:
        if taken is not self._sent_to:
            return
        self._signalled.append((self.clock.elapsed - began, number))
        if number == signal.SIGKILL:
            self.clock.end(Killed(128 + number))
        else:
            taken.interrupt(number)

    def _jump(self, seconds: float) -> None:
        self.clock.ahead += seconds

    def _make_folders(self) -> None:
        for folder in (self.workspace, self.commands):
            folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (self.commands / name).touch()

    def _runner(self) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_RUN_NUMBER": "812",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "1658821493",
            "GITHUB_SHA": "8f3c1e2ab94d0f57c6c1b8de70a5f4c39e6d2b10",
            "GITHUB_JOB": "tests",
            "GITHUB_ACTION": "testsigma",
            **{name: str(self.commands / name) for name in FILES},
        }

    @contextlib.contextmanager
    def _inside(self) -> Iterator[None]:
        """Off GitHub the working folder is the workspace."""
        if self._github:
            yield
            return
        with contextlib.chdir(self.workspace):
            if self._homeless:
                self.workspace.rmdir()
            yield


def _forget() -> None:
    """Drop what a killed step was at now: a real one does nothing more, and no later collection tells of it."""
    told = sys.unraisablehook

    def tell(unraisable: "sys.UnraisableHookArgs") -> None:
        error = unraisable.exc_value
        if not isinstance(error, Killed | BaseExceptionGroup) and str(error) != "coroutine ignored GeneratorExit":
            told(unraisable)

    sys.unraisablehook = tell
    try:
        gc.collect()
    finally:
        sys.unraisablehook = told


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """The jitter of the step is the same every time."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
