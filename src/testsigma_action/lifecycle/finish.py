"""The last stage: results, verdict, history, and comparison with another run."""

from dataclasses import replace

from testsigma_action.domain import events, evidence
from testsigma_action.domain.compare import Comparison, compare
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.identity import RunKey, same_id
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Run
from testsigma_action.errors import ApiError
from testsigma_action.inputs.parsers import OFF, PREVIOUS
from testsigma_action.lifecycle import batch, history
from testsigma_action.lifecycle.collect import collect
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.remote import Remote


async def finish(context: Context) -> None:
    """Collect the results of a completed run, and judge them unless the run was cut short."""
    record, remote = context.record, context.remote
    if not record.completed:
        return
    context.emit(events.Activity.COLLECTING)
    until = remote.after(remote.limits.collect)
    # A run that was cut short, or still has no result, is not read again.
    lag_retry = None if record.cut_short or evidence.without_result(record.completed[0]) else context.lag_retry()
    fetcher = batch.BatchFetcher(remote, until)
    for run in record.completed:
        before = record.attempts.get(run.id)
        await collect(run, fetcher, context.inputs.details, record.collected, lag_retry=lag_retry, before=before)
    if record.judge() and not await history.look_back(context, until):
        await _compare(context, until)


async def _compare(context: Context, until: float) -> None:
    """Find the new failures. This does not change the verdict."""
    record, wanted = context.record, context.inputs.compare
    before = {PREVIOUS: record.previous, OFF: None}.get(wanted, wanted)
    if not before or not record.tree:
        return
    found = await compare_with(before, record.tree, context.remote, until=until)
    if isinstance(found, Gap):
        record.tree = replace(record.tree, gaps=(*record.tree.gaps, found))
    else:
        record.comparison = found


async def compare_with(before: Run | str, tree: ResultTree, remote: Remote, *, until: float) -> Comparison | Gap | None:
    """Compare results with those of a run, or of the run with this ID, until an instant of the monotonic clock.

    None if there is nothing to compare, a gap with the reason if that fails. Raises no ApiError.
    """
    if not any(tree.cases()):
        return None
    run_id = before if isinstance(before, str) else before.id
    if same_id(run_id, tree.run.id):
        # It is not read again: its verdict is made, and would not heed what this answer says.
        return Gap(Missing.COMPARISON, Why.SAME_RUN, run_id=run_id)
    if remote.now() >= until:
        return Gap(Missing.COMPARISON, Why.TIME_LIMIT, run_id=run_id)
    until = min(until, remote.after(remote.limits.baseline))
    try:
        run = before if isinstance(before, Run) else await remote.client.fetch_run(RunKey(run_id), until=until)
        if why := _unusable(run, tree.run):
            return Gap(Missing.COMPARISON, why, run_id=run_id, plan_id=run.plan_id if why is Why.ANOTHER_PLAN else "")
        machines = await remote.client.results.fetch_case_list(run_id, until=until)
    except ApiError as error:
        return batch.gap_of(error, Missing.COMPARISON, run_id=run_id)
    return compare(run, machines, tree.machines)


def _unusable(before: Run, run: Run) -> Why | None:
    """Why a run cannot be compared with; None if it can."""
    if run.plan_id and not before.plan_id:
        return Why.PLAN_UNKNOWN
    if run.plan_id and not same_id(before.plan_id, run.plan_id):
        return Why.ANOTHER_PLAN
    return None if before.completed else Why.NOT_FINISHED
