"""The cases of the run that this one is compared with. Trouble with them is a gap in the results, no more."""

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
    """Compare results with those of a run, or of the run with this ID; stop asking at `until` (monotonic clock).

    The tree comes back with a line that says what could not be had. Raises no ApiError.
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
    """Why there is nothing to compare with in a run, if so."""
    if same_id(before.id, run.id):
        return "That is this run."
    if run.plan_id and not before.plan_id:
        return f"Comparison skipped: run {before.id} does not say to which plan it belongs."
    if run.plan_id and not same_id(before.plan_id, run.plan_id):
        return f"Comparison skipped: run {before.id} belongs to plan {before.plan_id}, not to plan {run.plan_id}."
    return "" if before.completed else "That run is not over."


def _with_gap(tree: ResultTree, run_id: str, reason: str) -> ResultTree:
    return replace(tree, gaps=(*tree.gaps, f"What is new since run {run_id}. {reason}"))
