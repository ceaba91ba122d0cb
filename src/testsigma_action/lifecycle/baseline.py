"""Comparison with another run. An error is reported as a gap in the results, and does not fail the step."""

from dataclasses import replace

from testsigma_action.domain.compare import Comparison, compare
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.identity import RunKey, same_id
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError
from testsigma_action.lifecycle.batch import gap_of
from testsigma_action.lifecycle.remote import Remote


async def compare_with(
    before: Run | str, tree: ResultTree, remote: Remote, *, until: float
) -> tuple[ResultTree, Comparison | None]:
    """Compare results with those of a run, or of the run with this ID, until an instant of the monotonic clock.

    If that fails, the returned tree has a gap with the reason. Raises no ApiError.
    """
    if not any(tree.cases()):
        return tree, None
    run_id = before if isinstance(before, str) else before.id
    if remote.now() >= until:
        return _with_gap(tree, Gap(Missing.COMPARISON, Why.TIME_LIMIT, run_id=run_id)), None
    until = min(until, remote.after(remote.limits.baseline))
    try:
        if isinstance(before, Run):
            run = before
        else:
            run = await remote.client.fetch_run(RunKey(run_id), until=until)
        if why := _unusable(run, tree.run):
            gap = Gap(Missing.COMPARISON, why, run_id=run_id, plan_id=run.plan_id if why is Why.ANOTHER_PLAN else "")
            return _with_gap(tree, gap), None
        machines = await remote.client.fetch_case_list(run_id, until=until)
    except ApiError as error:
        return _with_gap(tree, gap_of(error, Missing.COMPARISON, run_id=run_id)), None
    return tree, compare(run, machines, tree.machines)


def _unusable(before: Run, run: Run) -> Why | None:
    """Why a run cannot be compared with; None if it can."""
    if same_id(before.id, run.id):
        return Why.SAME_RUN
    if run.plan_id and not before.plan_id:
        return Why.PLAN_UNKNOWN
    if run.plan_id and not same_id(before.plan_id, run.plan_id):
        return Why.ANOTHER_PLAN
    return None if before.completed else Why.NOT_FINISHED


def _with_gap(tree: ResultTree, gap: Gap) -> ResultTree:
    return replace(tree, gaps=(*tree.gaps, gap))
