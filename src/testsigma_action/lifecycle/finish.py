"""The last stage: results, verdict, and what is new since the run before."""

from testsigma_action.domain.events import Activity
from testsigma_action.domain.evidence import without_result
from testsigma_action.inputs.parsers import OFF, PREVIOUS
from testsigma_action.lifecycle.baseline import compare_with
from testsigma_action.lifecycle.collect import collect
from testsigma_action.lifecycle.context import Context


async def finish(context: Context) -> None:
    """Fetch the results of a completed run, and judge it unless we gave up on it."""
    record, remote = context.record, context.remote
    if not record.completed:
        return
    context.activity(Activity.COLLECTING)
    until = remote.after(remote.limits.collect)
    # A run that was cut short, or was waited for in vain, is not waited for any longer.
    settling = None if record.cut_short or without_result(record.completed[0]) else context.settling()
    for run in record.completed:
        await collect(run, remote, context.inputs.details, record.collected, until=until, settling=settling)
    if record.judge():
        await _compare(context, until)


async def _compare(context: Context, until: float) -> None:
    """Find out which failures are new. The verdict stands by then, and nothing here changes it."""
    record, wanted = context.record, context.inputs.compare
    before = {PREVIOUS: record.previous, OFF: None}.get(wanted, wanted)
    if before and record.tree:
        record.tree, record.comparison = await compare_with(before, record.tree, context.remote, until=until)
