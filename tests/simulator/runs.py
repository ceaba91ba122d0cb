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
    selections: dict[str, list[object]] = field(default_factory=dict)

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
        if self.stop is None:
            self.life.polled(now)
        elif self.stop.polls > 0:
            self.stop.polls -= 1
        elif self.life.pace == "polls":
            self._end_stopped(now)
        self.tick(now)

    def tick(self, now: float) -> None:
        """Time has passed."""
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

    @property
    def result(self) -> str | None:
        """Its outcome by now."""
        if not self.over:
            return "QUEUED"
        if self.stopped:
            return "STOPPED"
        return self.plan.result or worst(self.machine_result(machine) for machine in self.tree.machines)

    @property
    def message(self) -> str:
        """The run's own message."""
        if self.stopped:
            return STOP_MESSAGE
        if self.over:
            failed = "failed" if self.result in {"FAILURE", "FAILED"} else "completed"
            return self.plan.message or f"Test plan execution {failed}"
        waiting = self.status in {CREATED, "STATUS_QUEUED"}
        return f"Test Plan execution is {'initiated and waiting to be queued' if waiting else 'in progress'}"

    def machine_result(self, machine: MachineNode) -> str | None:
        """The outcome of a machine by now."""
        own = None if self.stopped or not self.over else machine.content.result
        return own or worst(self.suite_result(suite) for suite in machine.suites)

    def suite_result(self, suite: SuiteNode) -> str | None:
        """The outcome of a suite by now."""
        own = None if self.stopped or not self.over else suite.content.result
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
        return "QUEUED" if self.status in {CREATED, "STATUS_QUEUED", "STATUS_PRE_FLIGHT"} else "RUNNING"

    def _final(self, case: CaseNode) -> str | None:
        rerun = case.content.rerun_result if self.parent is not None else None
        return rerun or case.content.result


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
