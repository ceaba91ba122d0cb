"""Which cases of a run run again, and why none does: pure. See docs/decisions/0020."""

from collections.abc import Sequence
from dataclasses import dataclass

from testsigma_action.domain import infrastructure
from testsigma_action.domain.attempts import ITERATIONS, aligned, counterparts, merged
from testsigma_action.domain.ending import NotRunAgain, WhyNotAgain
from testsigma_action.domain.quarantine import excuse
from testsigma_action.domain.rerun_judgement import unexplained
from testsigma_action.domain.reruns import AWAITED, MAX_RERUNS
from testsigma_action.domain.results import CaseResult, ResultTree
from testsigma_action.domain.run import Result, Run
from testsigma_action.domain.tolerance import QuarantineEntry, Share


@dataclass(frozen=True, slots=True)
class Pick:
    """A case that runs again, by the ID of its result in the run that is rerun.

    Of a data-driven case only the data sets with these result IDs; all of them if there are none.
    """

    case_id: str
    data_driven: bool = False
    data_sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The cases of a run that run again. `infrastructure`: its trouble was the reason, not a test."""

    parent: Run
    picks: tuple[Pick, ...]
    infrastructure: bool = False


def choose(
    attempts: Sequence[ResultTree], reruns: Sequence[Run], limit: Share, entries: Sequence[QuarantineEntry] = ()
) -> Choice | NotRunAgain | None:
    """The cases that did not pass in the end, in the last of the runs; None if no case has to run again.

    `attempts` has the tree of each run, the first run's first. A case whose failure is excused by one of the `entries`
    of the quarantine does not run again. Cases that were not executed count like failed ones: a failure may be the
    reason.
    """
    if not _may_run_again(attempts):
        return None
    whole, latest = merged(attempts, reruns), attempts[-1]
    last, trouble = latest.run, infrastructure.explains(latest)
    both = counterparts(whole, latest)
    bad = [(placed, there) for placed, there in both if not placed[2].acceptable or placed[2].left_out]
    wanted = [(placed[2], there) for placed, there in bad if not excuse(entries, placed)]
    if bad and not wanted:
        return None
    total = sum(1 for _ in whole.cases())
    picks = [_pick(case, there) for case, there in wanted if there and there.id]
    # Cases that could not run do not show that the application is broken.
    limited = sum(case.result is Result.FAILED for case, _ in wanted) if trouble else len(wanted)
    if limited > limit.of(total):
        return NotRunAgain(last.id, WhyNotAgain.TOO_MANY, limited, total, str(limit))
    if why := _why_not(attempts, len(wanted), len(picks)):
        return NotRunAgain(last.id, why, len(wanted), total)
    return Choice(last, tuple(picks), trouble) if picks else None


def _may_run_again(attempts: Sequence[ResultTree]) -> bool:
    """Whether the results of the runs permit a rerun: not after a pass, and not when somebody stopped one of them."""
    first, *later = attempts
    bad = (first, *(tree for tree in later if tree.run.result is not Result.PASSED))
    return all(tree.run.result in AWAITED or infrastructure.explains(tree) for tree in bad)


def _why_not(attempts: Sequence[ResultTree], wanted: int, picked: int) -> WhyNotAgain | None:
    """Why no case runs again. A rerun that could not make up for the failure would be of no use."""
    last = attempts[-1].run
    if not wanted:
        return None if last.result is Result.PASSED else WhyNotAgain.NOTHING_LISTED
    if any(any(unexplained(attempt)) for attempt in attempts):
        return WhyNotAgain.UNEXPLAINED
    if len(attempts) > MAX_RERUNS:
        return WhyNotAgain.MOST_RERUNS
    if not last.plan_id:
        return WhyNotAgain.PLAN_UNKNOWN
    return WhyNotAgain.NOT_IN_LAST_RUN if picked < wanted else None


def _pick(case: CaseResult, there: CaseResult) -> Pick:
    """The case in the run that is rerun; of its data sets those that did not pass in the end."""
    sets = aligned(case.iterations, there.iterations, ITERATIONS)
    bad = [again for one, again in sets if one.result is not Result.PASSED]
    ids = tuple(again.id if again else "" for again in bad)
    return Pick(there.id, bool(there.iterations) or there.data_driven, ids if all(ids) else ())
