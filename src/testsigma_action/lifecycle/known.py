"""What is known so far: it survives whatever ends a stage, and is what the reports are made of."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from testsigma_action.domain import attempts
from testsigma_action.domain import verdict as verdicts
from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.ending import Disposition, Ending, RerunTrouble
from testsigma_action.domain.identity import same_id
from testsigma_action.domain.report import RunReport, Verdict
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Run, RunSpec, Status
from testsigma_action.errors import ActionError
from testsigma_action.lifecycle.reruns import Chain, awaited
from testsigma_action.lifecycle.start import Outcome


@dataclass(slots=True)
class Known:
    """One run, from what was asked for to what is concluded.

    `start` is the last outcome of the start; `given_up` says that we cut the run short when the wait was over, so that
    what it says of itself is not what was asked for. `previous` is the plan's run before this one.

    `reruns` are the runs in which its plan ran failed cases again, and `attempts` what was collected of each run;
    `rerun_trouble` is what kept us from seeing them to their end. `ending` is what became of a run that we left.
    """

    spec: RunSpec
    start: Outcome = Outcome()
    run: Run | None = None
    tree: ResultTree | None = None
    previous: Run | None = None
    comparison: Comparison | None = None
    queued: timedelta | None = None
    given_up: bool = False
    reruns: list[Run] = field(default_factory=list)
    attempts: list[ResultTree] = field(default_factory=list)
    rerun_trouble: RerunTrouble | None = None
    ending: Ending | None = None
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def running(self) -> Run:
        """The run that goes on or went last, where there must be one: the last rerun, else what was started."""
        if not self.run:
            raise AssertionError("there is a run once it was started")
        return self.reruns[-1] if self.reruns else self.run

    @property
    def chain(self) -> Chain:
        """The run and its reruns."""
        if not self.run:
            raise AssertionError("there is a run once it was started")
        return Chain.of(self.run, *self.reruns)

    @property
    def over(self) -> list[Run]:
        """The runs that have results, the started one first; none as long as that goes on."""
        if not self.run or not self.run.completed:
            return []
        return [self.run, *(run for run in self.reruns if run.completed)]

    @property
    def attached_unseen(self) -> bool:
        """Whether the run is one that we did not start, and of which we know no more than that."""
        return self.run is not None and self.start.run is None and self.run.status is Status.UNKNOWN

    @property
    def loose(self) -> bool:
        """Whether something that we started may go on, or its plan may still run failed cases again."""
        over = self.run is not None and self.running.completed and not awaited(self.running)
        return self.start.in_doubt or (self.start.run is not None and not over)

    @property
    def abandoned(self) -> Ending | None:
        """What became of the run if the step ends now, without a look at it; None if nothing may still be running."""
        if not self.loose:
            return None
        if not self.run:
            return Ending(Disposition.UNKNOWN, plan_id=self.spec.plan_id, build_number=self.spec.build_number)
        last = self.running
        left = Disposition.COMPLETED if last.completed else Disposition.LEFT_RUNNING
        return Ending(left, last, may_run_again=awaited(last))

    def started(self, outcome: Outcome) -> None:
        """Keep what is known of the start."""
        self.start, self.run = outcome, outcome.run

    def saw(self, run: Run) -> Run | None:
        """Keep the newest answer, and return the one before it; a run that is new is a rerun.

        What is missing in an answer is still what it was: whose run it is, and the plan's name.
        """
        before = next((one for one in (self.run, *self.reruns) if one and same_id(one.id, run.id)), None)
        name = run.plan_name or (self.run.plan_name if self.run else "")
        newest = replace(run, plan_name=name)
        if before:
            plan, build = run.plan_id or before.plan_id, run.build_number or before.build_number
            newest = replace(newest, plan_id=plan, build_number=build, parent_id=run.parent_id or before.parent_id)
        if not self.run or self.run is before:
            self.run = newest
        elif before:
            self.reruns[self.reruns.index(before)] = newest
        else:
            self.reruns.append(newest)
        return before

    def collected(self, tree: ResultTree) -> None:
        """Keep the newest tree of a run, as a part of the whole."""
        if self.attempts and self.attempts[-1].run.id == tree.run.id:
            self.attempts.pop()
        self.attempts.append(tree)
        self.tree = attempts.whole(self.attempts, self.reruns)

    def judge(self) -> bool:
        """Conclude from what was collected, unless we cut the run short; whether we did."""
        if not self.tree or (self.given_up and not self.reruns):
            return False
        verdict = verdicts.judge_reruns(self.attempts, self.tree, self.rerun_trouble)
        if self.reruns and not verdict.exit_code:
            self.tree = attempts.redeemed(self.tree)
            self.run = self.tree.run
        self.verdicts.append(verdict)
        return True

    def conclude(self, error: ActionError) -> None:
        """Keep what an error means; the worst of all verdicts counts."""
        self.verdicts.append(verdicts.of_error(error, self.ending))

    def report(self, verdict: Verdict) -> RunReport:
        """What is known, under a verdict."""
        return RunReport(self.spec, verdict, self.run, self.tree, self.comparison, self.queued, ending=self.ending)
