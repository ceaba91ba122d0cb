"""Running failed cases again: after a run and its automatic reruns, the step asks for reruns itself."""

from collections import Counter
from dataclasses import replace

from testsigma_action.domain import events, findings, infrastructure, reruns, verdict
from testsigma_action.domain.ending import NotRunAgain, WhyNotAgain
from testsigma_action.domain.rerun_choice import Choice, choose
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.tolerance import EVERY_CASE, Share
from testsigma_action.errors import StartError
from testsigma_action.lifecycle import begin, wait
from testsigma_action.lifecycle.batch import BatchFetcher
from testsigma_action.lifecycle.collect import collect
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.record import Outcome, RunRecord
from testsigma_action.lifecycle.send_once import Sender
from testsigma_action.lifecycle.start import RerunCall


async def rerun_failed(context: Context) -> None:
    """Run the cases of a completed run that did not pass again, at most so often as the input `rerun-failed` says.

    If the run failed in an earlier attempt of the CI job, they run once more before that, however many they are:
    somebody asked for it. If the run is a pass by policy as it is, nothing runs again then.

    Each rerun continues the chain from its last run, and is followed to its end. The record has the reruns, and why
    there is no further one.
    """
    record = context.record
    # Reruns after trouble of the infrastructure count apart.
    most = context.inputs.rerun_failed + record.failed_earlier
    limits, asked = {True: infrastructure.MOST_RERUNS, False: most}, Counter[bool]()
    while _goes_on(record):
        trouble = infrastructure.is_trouble(record.latest.message)
        if asked[trouble] >= limits[trouble]:
            return
        await _collect(context)
        by_hand = record.failed_earlier and not asked[False]
        if by_hand and (judged := record.judged()) and not judged.exit_code:
            return
        choice = _choose(context, EVERY_CASE if by_hand else context.inputs.rerun_limit)
        if isinstance(choice, NotRunAgain):
            # A rerun that the plan has announced may still begin.
            record.rerun_incomplete += (choice,)
            return
        if not choice or asked[choice.infrastructure] >= limits[choice.infrastructure]:
            return
        trouble = choice.infrastructure
        asked[trouble] += 1
        context.emit(events.RerunAsked(choice.parent, len(choice.picks), asked[trouble], limits[trouble], trouble))
        await _run_again(context, choice)


def _goes_on(record: RunRecord) -> bool:
    """Whether the run and its reruns so far were followed to their end."""
    stuck = any(isinstance(why, findings.ErrorFinding) for why in record.rerun_incomplete)
    return record.latest.completed and not record.cut_short and not stuck


async def _collect(context: Context) -> None:
    """Read the results of the runs that were not read yet, without steps. All are read (again) at the end."""
    context.emit(events.Activity.COLLECTING)
    record, remote = context.record, context.remote
    for run in record.completed:
        if run.id not in record.attempts:
            # Only the last tree: an earlier one has no gaps yet for what was not read.
            trees = [ResultTree(run)]
            until = min(remote.after(remote.limits.collect), context.shared.deadline)
            await collect(run, BatchFetcher(remote, until), "none", trees.append, lag_retry=context.lag_retry())
            record.collected(trees[-1])


def _choose(context: Context, limit: Share) -> Choice | NotRunAgain | None:
    """The cases that run again, or why none does."""
    record = context.record
    found = choose([*record.attempts.values()], record.reruns, limit, context.inputs.quarantine)
    if isinstance(found, Choice) and context.remote.now() >= context.shared.last_start:
        return NotRunAgain(found.parent.id, WhyNotAgain.NO_TIME)
    return found


async def _run_again(context: Context, choice: Choice) -> None:
    record, parent = context.record, choice.parent
    context.emit(events.Activity.WAITING_FOR_RERUN)

    def on_outcome(outcome: Outcome) -> None:
        run = reruns.as_rerun(outcome.run, parent) if outcome.run else None
        record.rerun_asked(replace(outcome, run=run))
        if run:
            context.on_answer(run)
        if outcome.lost:
            context.emit(events.RerunAnswerLost(outcome.lost, parent))
        begin.emit_busy(context, parent.plan_id, outcome)

    try:
        call = RerunCall(choice, reruns.Chain(record.known), context.remote)
        await Sender(call, context.inputs, context.shared.deadline, on_outcome).run()
    except StartError as error:
        record.rerun_incomplete = verdict.of_error(error).findings
        return
    await wait.watch_rerun(context)
    if record.latest.completed and not record.rerun_incomplete:
        await wait.follow_reruns(context)
