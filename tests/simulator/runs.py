"""A run: its identity, its life, its results so far, and its stop."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulator.content import Plan
from tests.simulator.life import CREATED, Life
from tests.simulator.tree import CaseNode, MachineNode, SuiteNode, Tree

_BETTER_TO_WORSE = ("SUCCESS", "PASSED", "NOT_EXECUTED", "FAILURE", "FAILED", "ABORTED", "STOPPED")
_BUCKETS = {
    "SUCCESS": "passed",
    "PASSED": "passed",
    "FAILURE": "failed",
    "FAILED": "failed",
    "ABORTED": "aborted",
    "STOPPED": "stopped",
    "NOT_EXECUTED": "notExecuted",
    "QUEUED": "queued",
    "RUNNING": "running",
}
STOP_MESSAGE = "User stopped the Test Plan"


@dataclass(slots=True)
class Stop:
    """A stop that was accepted: it is carried out after so many status calls, or at a time."""

    polls: int
    at: float


@dataclass(slots=True)
class Run:
    """A run of a plan; times are seconds of the simulator's clock since the epoch of that clock."""

    id: int
    plan: Plan
    tree: Tree
    life: Life
    started: float
    build_no: str | None = None
    environment_id: int | None = None
    triggered_type: str = "API"
    parent: "Run | None" = None
    child: "Run | None" = None
    hidden_polls: int = 0
    stop: Stop | None = None
    stopped: bool = False
    finished_cases: int = 0
    polls_after_end: int = 0
    polls_with_child: int = 0
    polls_after_reruns: int = 0
    now: float = 0.0
    selections: dict[str, list[object]] = field(default_factory=dict)
    # The version of an upload that each machine tests, by the IDs of both.
    apps: dict[int, int] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether the run is complete."""
        return self.life.over

    @property
    def status(self) -> str:
        """Where it is in its life."""
        return self.life.phase.status

    @property
    def duration(self) -> int | None:
        """Milliseconds from its start to its end."""
        return None if self.life.ended is None else round((self.life.ended - self.started) * 1000)

    def polled(self, now: float) -> None:
        """A status call was made."""
        self.polls_after_end += self.over
        self.polls_with_child += self.child is not None
        self.polls_after_reruns += self.child is not None and self.last.over
        if self.stop is None:
            self.life.polled(now)
        elif self.stop.polls > 0:
            self.stop.polls -= 1
        elif self.life.pace == "polls":
            self._end_stopped(now)
        self.tick(now)

    def tick(self, now: float) -> None:
        """Time has passed."""
        self.now = now
        if self.stop is None:
            self.life.tick(now)
        elif self.life.pace == "time" and now >= self.stop.at:
            self._end_stopped(self.stop.at)
        if not self.stopped:
            self.finished_cases = int(self.life.share(now) * len(self.tree.cases) + 1e-9)

    def accept_stop(self, now: float, polls: int, seconds: float) -> None:
        """Stop the run now, or after so many status calls or seconds."""
        self.stop = self.stop or Stop(polls, now + seconds)
        if polls == 0 and seconds == 0:
            self._end_stopped(now)

    def _end_stopped(self, now: float) -> None:
        if not self.over:
            self.stopped = True
            self.life.finish(now)

    def behind(self, seconds: float) -> bool:
        """Whether it is over, and so recently that a copy with this lag does not know it yet."""
        return self.life.ended is not None and self.now < self.life.ended + seconds

    @property
    def attempt(self) -> int:
        """How often cases had been run before: 0 for a run that was started."""
        return 0 if self.parent is None else self.parent.attempt + 1

    @property
    def last(self) -> "Run":
        """The last of its reruns, or itself."""
        return self if self.child is None else self.child.last

    @property
    def shows_child(self) -> bool:
        """Whether its answer names its rerun by now."""
        shown_after = self.plan.reruns.shown_after
        if self.child is None or not self.plan.automatic_rerun:
            return self.child is not None
        return shown_after is not None and self.polls_with_child >= shown_after

    @property
    def together(self) -> "Run":
        """The run that its consolidated fields describe."""
        lag = self.plan.reruns.lag
        behind = self.last.over and (lag is None or self.polls_after_reruns <= lag)
        return self if behind and lag != 0 else self.last

    @property
    def result(self) -> str | None:
        """Its outcome by now."""
        if not self.over:
            return "QUEUED"
        if self.stopped:
            return "STOPPED"
        own = self.plan.result if self.parent is None else self.plan.reruns.result
        return own or worst(self.machine_result(machine) for machine in self.tree.machines)

    @property
    def message(self) -> str:
        """The run's own message."""
        if self.stopped:
            return STOP_MESSAGE
        if self.over:
            failed = "failed" if self.result in {"FAILURE", "FAILED"} else "completed"
            own = self.plan.message if self.parent is None else self.plan.reruns.message
            return own or f"Test plan execution {failed}"
        waiting = self.status in {CREATED, "STATUS_QUEUED"}
        return f"Test Plan execution is {'initiated and waiting to be queued' if waiting else 'in progress'}"

    @property
    def _as_given(self) -> bool:
        return self.over and not self.stopped and self.parent is None

    def machine_result(self, machine: MachineNode) -> str | None:
        """The outcome of a machine by now."""
        own = machine.content.result if self._as_given else None
        return own or worst(self.suite_result(suite) for suite in machine.suites)

    def suite_result(self, suite: SuiteNode) -> str | None:
        """The outcome of a suite by now."""
        own = suite.content.result if self._as_given else None
        return own or worst(self.case_result(case) for case in suite.cases)

    def case_result(self, case: CaseNode) -> str | None:
        """The outcome of a case, or of an iteration, by now."""
        state = self.case_state(case)
        return "QUEUED" if state == "RUNNING" else state

    def case_state(self, case: CaseNode) -> str | None:
        """Like its outcome, but RUNNING for the one that is at work."""
        if case.position < self.finished_cases or (self.over and not self.stopped):
            return self._final(case)
        if case.position > self.finished_cases:
            return "NOT_EXECUTED" if self.stopped else "QUEUED"
        if self.stopped:
            return "STOPPED"
        return "QUEUED" if self.life.idle else "RUNNING"

    def _final(self, case: CaseNode) -> str | None:
        again = case.content.rerun_result
        if self.parent is None or not again:
            return case.content.result
        return again if isinstance(again, str) else again[min(self.attempt, len(again)) - 1]


def completed(run: Run, seconds: float) -> Run:
    """The run as it is after it took so long."""
    run.life.finish(run.started + seconds)
    run.finished_cases = len(run.tree.cases)
    return run


def worst(results: Iterable[str | None]) -> str | None:
    """The result of a parent: the worst of its children, SUCCESS without any.

    The community server takes the maximum in the order SUCCESS, FAILURE, ABORTED, NOT_EXECUTED, QUEUED, STOPPED.
    Here NOT_EXECUTED ranks below FAILURE, as in case 3857 of the published sample (failed, two steps not executed);
    whoever wants the other order gives the parent a result of its own.
    """
    return max(results, key=_badness, default="SUCCESS")


def _badness(result: str | None) -> int:
    known = result in _BETTER_TO_WORSE
    return _BETTER_TO_WORSE.index(str(result)) if known else len(_BETTER_TO_WORSE)


def counted(results: Iterable[str | None]) -> dict[str, int]:
    """How many results there are of each kind, and in total; unknown ones are in the total only."""
    counts = {"total": 0, **dict.fromkeys(_BUCKETS.values(), 0)}
    for result in results:
        counts["total"] += 1
        bucket = _BUCKETS.get(result or "")
        if bucket is not None:
            counts[bucket] += 1
    return counts
