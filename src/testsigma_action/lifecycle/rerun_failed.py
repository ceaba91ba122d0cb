"""Running failed cases again: after a run and its automatic reruns, the step asks for reruns itself."""

from dataclasses import dataclass, field, replace

from testsigma_action.domain import events
from testsigma_action.domain.attempts import merged
from testsigma_action.domain.ending import NotRunAgain, RerunIncomplete, WhyNotAgain
from testsigma_action.domain.events import Activity, RerunAsked
from testsigma_action.domain.infrastructure import MOST_RERUNS, is_trouble
from testsigma_action.domain.policy import tolerating
from testsigma_action.domain.quarantine import excuse
from testsigma_action.domain.rerun_choice import Choice, choose
from testsigma_action.domain.rerun_judgement import judge_reruns
from testsigma_action.domain.reruns import as_rerun
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Run
from testsigma_action.domain.share import Share
from testsigma_action.errors import StartError
from testsigma_action.lifecycle.begin import emit_busy, start_deadlines
from testsigma_action.lifecycle.collect import collect
from testsigma_action.lifecycle.context import Context
from testsigma_action.lifecycle.outcome import Outcome
from testsigma_action.lifecycle.rerun import RerunCall
from testsigma_action.lifecycle.send_once import send_once
from testsigma_action.lifecycle.shutdown import Shutdown
from testsigma_action.lifecycle.wait import follow_reruns, watch_rerun

ALL = Share(100, percent=True)


@dataclass(slots=True)
class _Budget:
    """How many reruns may be asked for, and how many were. Those after trouble of the infrastructure count apart."""

    most: int
    used: int = 0
    troubled: int = 0

    def left(self, *, trouble: bool) -> bool:
        """Whether one more rerun may be asked for."""
        return self.troubled < MOST_RERUNS if trouble else self.used < self.most

    def take(self, choice: Choice) -> RerunAsked:
        """Count a rerun."""
        trouble = choice.infrastructure
        self.troubled, self.used = self.troubled + trouble, self.used + (not trouble)
        number, most = (self.troubled, MOST_RERUNS) if trouble else (self.used, self.most)
        return RerunAsked(choice.parent, len(choice.picks), number, most, trouble)


async def rerun_failed(context: Context, shutdown: Shutdown, most: int, unlimited: int = 0) -> None:
    """Run the cases of a completed run that did not pass again, at most so often.

    Before that they run again `unlimited` times, however many they are: somebody asked for it. If the run is a pass by
    policy as it is, nothing runs again then.

    Each rerun continues the chain from its last run, and is followed to its end. The record has the reruns, and why
    there is no further one.
    """
    budget, read = _Budget(most + unlimited), _Results(context)
    while _goes_on(context) and budget.left(trouble=is_trouble(context.record.latest.message)):
        await read.collect()
        by_hand = budget.used < unlimited
        choice = None if by_hand and read.passes() else read.choice(ALL if by_hand else context.inputs.rerun_limit)
        if not choice or (isinstance(choice, Choice) and not budget.left(trouble=choice.infrastructure)):
            return
        if isinstance(choice, NotRunAgain):
            # A rerun that the plan has announced may still begin.
            context.record.rerun_incomplete = replace(context.record.rerun_incomplete or RerunIncomplete(), why=choice)
            return
        context.emit(budget.take(choice))
        await _run_again(context, shutdown, choice)


def _goes_on(context: Context) -> bool:
    """Whether the run and its reruns so far were followed to their end."""
    record = context.record
    stuck = record.rerun_incomplete is not None and record.rerun_incomplete.stuck
    return record.latest.completed and not record.cut_short and not stuck


@dataclass(slots=True)
class _Results:
    """The results of the runs of a session so far, without steps. At the end, all results are read once more."""

    context: Context
    attempts: list[ResultTree] = field(default_factory=list)

    async def collect(self) -> None:
        """Read the results of the runs that were not read yet."""
        self.context.activity(Activity.COLLECTING)
        for run in self.context.record.completed[len(self.attempts) :]:
            self.attempts.append(await self._read(run))

    def passes(self) -> bool:
        """Whether the runs are a pass together, by what the policies tolerate."""
        record = self.context.record
        tree = tolerating(merged(self.attempts, record.reruns), record.policy)
        return not judge_reruns(self.attempts, tree, record.rerun_incomplete, record.policy).exit_code

    def choice(self, limit: Share) -> Choice | NotRunAgain | None:
        """The cases that run again, or why none does."""
        context, entries = self.context, self.context.inputs.quarantine
        found = choose(self.attempts, context.record.reruns, limit, counts=lambda placed: not excuse(entries, placed))
        if isinstance(found, Choice) and context.remote.now() >= context.shared.last_start:
            return NotRunAgain(found.parent.id, WhyNotAgain.NO_TIME)
        return found

    async def _read(self, run: Run) -> ResultTree:
        remote, tree = self.context.remote, ResultTree(run)

        def keep(newest: ResultTree) -> None:
            nonlocal tree
            tree = newest

        until = min(remote.after(remote.limits.collect), self.context.shared.deadline)
        await collect(run, remote, "none", keep, until=until, lag_retry=self.context.lag_retry())
        return tree


async def _run_again(context: Context, shutdown: Shutdown, choice: Choice) -> None:
    record, parent = context.record, choice.parent
    context.activity(Activity.WAITING_FOR_RERUN)

    def on_outcome(outcome: Outcome) -> None:
        run = as_rerun(outcome.run, parent) if outcome.run else None
        record.rerun_asked(replace(outcome, run=run))
        if run:
            context.on_answer(run)
        if outcome.lost:
            context.emit(events.RerunAnswerLost(outcome.lost, parent))
        emit_busy(context, parent.plan_id, outcome)

    try:
        await send_once(RerunCall(choice, record.chain, context.remote), start_deadlines(context), on_outcome)
    except StartError as error:
        record.rerun_incomplete = RerunIncomplete(error)
        return
    await watch_rerun(context, shutdown)
    if record.latest.completed and not record.rerun_incomplete:
        await follow_reruns(context, shutdown)
