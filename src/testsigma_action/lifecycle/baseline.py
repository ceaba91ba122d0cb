"""Comparison with another run. An error is reported as a gap in the results, and does not fail the step."""

from dataclasses import replace

from testsigma_action.domain.compare import Comparison, compare
from testsigma_action.domain.identity import RunKey, same_id
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError
from testsigma_action.lifecycle.batch import TOO_LATE
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
        return _with_gap(tree, run_id, TOO_LATE), None
    until = min(until, remote.after(remote.limits.baseline))
    try:
        if isinstance(before, Run):
            run = before
        else:
            run = await remote.client.fetch_run(RunKey(run_id), until=until)
        if reason := _unusable(run, tree.run):
            return _with_gap(tree, run_id, reason), None
        machines = await remote.client.fetch_case_list(run_id, until=until)
    except ApiError as error:
        return _with_gap(tree, run_id, error.message), None
    return tree, compare(run, machines, tree.machines)


def _unusable(before: Run, run: Run) -> str:
    """Why a run cannot be compared with; empty if it can."""
    if same_id(before.id, run.id):
        return f"Run {before.id} is this run itself."
    if run.plan_id and not before.plan_id:
        return f"Run {before.id} does not say to which plan it belongs."
    if run.plan_id and not same_id(before.plan_id, run.plan_id):
        return f"Run {before.id} belongs to plan {before.plan_id}, not to plan {run.plan_id}."
    return "" if before.completed else f"Run {before.id} has not finished."


def _with_gap(tree: ResultTree, run_id: str, reason: str) -> ResultTree:
    return replace(tree, gaps=(*tree.gaps, f"Comparison with run {run_id}. {reason}"))
