"""The last stage: results, verdict, history, and comparison with another run."""

from dataclasses import replace

from testsigma_action.domain.events import Activity
from testsigma_action.domain.evidence import without_result
from testsigma_action.domain.history import has_history
from testsigma_action.inputs.parsers import OFF, PREVIOUS
from testsigma_action.lifecycle.baseline import compare_with
from testsigma_action.lifecycle.collect import collect
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.earlier_runs import Wanted, look_back


async def finish(context: Context) -> None:
    """Collect the results of a completed run, and judge them unless the run was cut short."""
    record, remote = context.record, context.remote
    if not record.completed:
        return
    context.activity(Activity.COLLECTING)
    until = remote.after(remote.limits.collect)
    # A run that was cut short, or still has no result, is not read again.
    lag_retry = None if record.cut_short or without_result(record.completed[0]) else context.lag_retry()
    for run in record.completed:
        await collect(run, remote, context.inputs.details, record.collected, until=until, lag_retry=lag_retry)
    if record.judge() and not await _look_back(context, until):
        await _compare(context, until)


async def _look_back(context: Context, until: float) -> bool:
    """Read the history if something failed. Returns whether it stands for the comparison with the previous run."""
    record, inputs = context.record, context.inputs
    if not inputs.history or not record.run or not record.tree or not any(map(has_history, record.tree.rows())):
        return False
    wanted = Wanted(inputs.history, until, record.plan_runs, context.shared.run_ids, inputs.quarantine)
    found = await look_back(record.run, record.tree, context.remote, wanted)
    record.tree = replace(record.tree, gaps=(*record.tree.gaps, *found.gaps))
    record.history, record.quarantined = found.history, found.quarantined
    if not found.found or inputs.compare != PREVIOUS:
        return False
    record.comparison = found.comparison
    return True


async def _compare(context: Context, until: float) -> None:
    """Find the new failures. This does not change the verdict."""
    record, wanted = context.record, context.inputs.compare
    before = {PREVIOUS: record.previous, OFF: None}.get(wanted, wanted)
    if before and record.tree:
        record.tree, record.comparison = await compare_with(before, record.tree, context.remote, until=until)
