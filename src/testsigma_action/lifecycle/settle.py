"""Reading a completed run again while its results are behind.

The service may answer from copies that are a moment behind: a run is completed, and its result, its counters or its
list of cases are not there yet. See docs/api.md, "Lag". `evidence.lagging` says what reading again may mend.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from testsigma_action.api.remote import Remote
from testsigma_action.domain.evidence import UNFINISHED, without_result
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Result, Run
from testsigma_action.errors import ApiError
from testsigma_action.runtime.calls import Late

# How long results may be behind the end of their run; the last reading begins a little earlier (seconds).
LAG = 30.0
LAST_READING = 2.0
# The pauses between readings double from the first to the longest (seconds).
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 5.0


@dataclass(slots=True)
class Settling:
    """Decides when to read again, until an instant of the monotonic clock.

    `saw` takes each new answer about the run. `told` is called once for each run that is read again.
    """

    remote: Remote
    until: float
    saw: Callable[[Run], object]
    told: Callable[[Run], object]
    _pause: float = FIRST_PAUSE
    _run_id: str = ""

    def again(self, run: Run) -> bool:
        """Wait a little before the next reading; False if there is no time for one. Raises Cancelled on a signal."""
        left = self.until - LAST_READING - self.remote.clock.monotonic()
        if left <= 0:
            return False
        if run.id != self._run_id:
            self._run_id, self._pause = run.id, FIRST_PAUSE
            self.told(run)
        self.remote.calls.sleep(min(self._pause, left))
        self._pause = min(LONGEST_PAUSE, 2 * self._pause)
        return True

    def reread(self, run: Run) -> Run | None:
        """The run as it is now; None where that cannot be said, or a copy answered that does not know its end."""
        try:
            key = RunKey.of(run)
            seen = self.remote.calls.run(lambda: self.remote.client.fetch_run(key, until=self.until), until=self.until)
        except (ApiError, Late):
            return None
        if not seen.completed:
            return None
        seen = later(run, seen)
        self.saw(seen)
        return seen


def await_result(run: Run, settling: Settling) -> None:
    """Read a completed run without a result again, until it has one or the time is over."""
    while without_result(run) and settling.again(run):
        run = settling.reread(run) or run


def later(before: Run, seen: Run) -> Run:
    """A new answer about a completed run, which keeps the plan's name where it is missing.

    A result that was no pass stays: reading again never makes it one.
    """
    seen = replace(seen, plan_name=seen.plan_name or before.plan_name)
    decided = before.result not in UNFINISHED and before.result is not Result.PASSED
    if not decided:
        return seen
    return replace(seen, result=before.result, result_label=before.result_label)


def replaces(before: ResultTree, again: ResultTree) -> bool:
    """Whether a new reading may stand for the one before.

    With new gaps, with fewer cases, or without a case that had failed, it could have lost what speaks against a pass.
    """
    return (
        set(again.gaps) <= set(before.gaps) and again.distinct >= before.distinct and _failed(before) <= _failed(again)
    )


def _failed(tree: ResultTree) -> set[str]:
    """The cases that have ended and did not pass."""
    return {row.id or row.name for row in tree.rows() if not row.acceptable and row.result not in UNFINISHED}


def with_result_of(run: Run, tree: ResultTree) -> ResultTree:
    """The tree with the result of a newer answer about its run, if that has one."""
    if run.result in UNFINISHED:
        return tree
    return replace(tree, run=replace(tree.run, result=run.result, result_label=run.result_label))
