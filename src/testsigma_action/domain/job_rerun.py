"""What a second attempt of a CI job does with the run of an earlier attempt: pure. See docs/decisions/0021."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from testsigma_action.domain.build_numbers import earlier_attempt
from testsigma_action.domain.identity import canonical, same_id
from testsigma_action.domain.reruns import AWAITED, MAX_RERUNS
from testsigma_action.domain.run import Result, Run

# More runs of one attempt are certainly no chain of reruns.
MAX_RUNS = MAX_RERUNS + 1


class Continued(Enum):
    """How a step continues with the run of an earlier attempt."""

    GOING = "going"
    """It waits for the run."""
    FAILED = "failed"
    """It runs the failed cases of the run once again."""
    PASSED = "passed"
    """It judges the run again."""


class StartsAnew(Enum):
    """Why a step starts a new run, although an earlier attempt of the job may have started one."""

    NOT_FOUND = "not-found"
    AMBIGUOUS = "ambiguous"
    """More than one run has a build number of the same attempt."""
    STOPPED = "stopped"
    NO_RESULT = "no-result"
    NOT_READ = "not-read"
    """The list of runs, or one of the runs, cannot be read."""


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """The run that an earlier attempt of this job started, with its reruns, and how the step continues with it."""

    attempt: int
    run: Run
    reruns: tuple[Run, ...]
    how: Continued

    @property
    def latest(self) -> Run:
        """The last rerun, else the run."""
        return self.reruns[-1] if self.reruns else self.run

    @property
    def failed(self) -> bool:
        """Whether its failed cases run once again."""
        return self.how is Continued.FAILED


@dataclass(frozen=True, slots=True)
class NewRun:
    """A new run is started. `run_id` is the run of an earlier attempt that is not used, if it is known."""

    why: StartsAnew
    run_id: str = ""
    latest: ClassVar[None] = None


def newest_attempt(rows: Iterable[Run], plan_id: str, ours: str, taken: Iterable[str]) -> tuple[int, list[str]]:
    """The newest earlier attempt that has runs of this plan, and their IDs without those of `taken`; 0 if none has.

    `ours` is the build number that this attempt derived. An ID is empty if the row has none. Some of
    the runs may be reruns of others.
    """
    others = set(map(canonical, taken))
    found: dict[int, list[str]] = {}
    for row in rows:
        attempt = earlier_attempt(row.build_number, ours)
        known = not row.plan_id or same_id(row.plan_id, plan_id)
        if attempt and known and canonical(row.id) not in others:
            found.setdefault(attempt, []).append(canonical(row.id))
    attempt = max(found, default=0)
    return attempt, list(dict.fromkeys(found.get(attempt, ())))


def first_run(runs: Iterable[Run], plan_id: str, ours: str, attempt: int) -> Run | NewRun:
    """The one of these runs that the attempt started; the others are its reruns.

    The answer about a run itself decides, not the row of a list.
    """
    firsts = [run for run in runs if not run.parent_id]
    if len(firsts) != 1:
        return NewRun(StartsAnew.AMBIGUOUS)
    [run] = firsts
    proven = run.plan_id and same_id(run.plan_id, plan_id) and earlier_attempt(run.build_number, ours) == attempt
    return run if proven else NewRun(StartsAnew.NOT_READ, run.id)


def continued(attempt: int, run: Run, reruns: tuple[Run, ...]) -> EarlierRun | NewRun:
    """How to continue with a run and its reruns, all of which but the last have completed."""
    latest = reruns[-1] if reruns else run
    if any(one.result is Result.STOPPED for one in (run, *reruns)):
        return NewRun(StartsAnew.STOPPED, run.id)
    if latest.completed and latest.result not in {Result.PASSED, *AWAITED}:
        return NewRun(StartsAnew.NO_RESULT, run.id)
    ended = Continued.PASSED if latest.result is Result.PASSED else Continued.FAILED
    return EarlierRun(attempt, run, reruns, ended if latest.completed else Continued.GOING)
