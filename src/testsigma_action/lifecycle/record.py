"""The state of one run, from its spec to its verdict. It is kept when an error ends a stage."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from testsigma_action.domain.identity import same_id
from testsigma_action.domain.reruns import may_run_again
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.domain.tolerance import STRICT, Policy
from testsigma_action.errors import ActionError

if TYPE_CHECKING:
    from testsigma_action.domain.compare import Comparison
    from testsigma_action.domain.ending import Ending
    from testsigma_action.domain.findings import Finding
    from testsigma_action.domain.history import History
    from testsigma_action.domain.job_rerun import EarlierRun
    from testsigma_action.domain.report import RunReport, Verdict
    from testsigma_action.domain.results import Placed, ResultTree


@dataclass(frozen=True, slots=True)
class Outcome:
    """The current outcome of a start or a rerun: its run, or whether there may be one (`in_doubt`).

    `adopted`: the run was found by its build number. `claimed`: a run that an answer named, not confirmed to be ours.
    `lost`: why the run is being searched for. `busy_with`: the other run of a busy plan; empty if it is not known, None
    if the step does not wait for the plan.
    """

    run: Run | None = None
    in_doubt: bool = False
    adopted: bool = False
    claimed: Run | None = None
    lost: str = ""
    busy_with: str | None = None


@dataclass(slots=True)
class RunRecord:
    """State of a session, which is its only writer.

    `start` is the last outcome of the start. `cut_short`: we stopped the run before its end, so its result is not
    valid. `previous` is the previous run of the plan, `plan_runs` are the runs of its history, the newest first (None
    while they are unknown); `quarantined` has the cases that the quarantine names in each of them.

    `reruns` are the runs in which failed cases ran again, `attempts` the results of each run, by its ID; `rerun` is the
    last outcome of a rerun that the step asked for; `rerun_incomplete`: why the reruns were not followed to their end,
    or why the step asked for none. `earlier` is the run of an earlier attempt of the CI job.
    """

    spec: RunSpec
    policy: Policy = STRICT
    start: Outcome = Outcome()
    run: Run | None = None
    tree: "ResultTree | None" = None
    previous: Run | None = None
    plan_runs: tuple[Run, ...] | None = None
    history: "History | None" = None
    quarantined: "tuple[tuple[Placed, ...], ...]" = ()
    comparison: "Comparison | None" = None
    queued: timedelta | None = None
    cut_short: bool = False
    rerun: Outcome = Outcome()
    earlier: "EarlierRun | None" = None
    reruns: list[Run] = field(default_factory=list)
    attempts: "dict[str, ResultTree]" = field(default_factory=dict)
    rerun_incomplete: "tuple[Finding, ...]" = ()
    error: ActionError | None = None
    ending: "Ending | None" = None
    verdicts: "list[Verdict]" = field(default_factory=list)

    @property
    def latest(self) -> Run:
        """The most recent run: the last rerun, else what was started, which must exist. It may have finished."""
        return self.known[-1]

    @property
    def known(self) -> tuple[Run, ...]:
        """The run and its reruns."""
        return (self.run, *self.reruns) if self.run else ()

    @property
    def completed(self) -> list[Run]:
        """The runs that have results, the started one first; none until that has completed."""
        return [run for run in self.known if run.completed] if self.run and self.run.completed else []

    @property
    def failed_earlier(self) -> bool:
        """Whether the run failed in an earlier attempt of the CI job, so that its failed cases run once again."""
        return self.earlier is not None and self.earlier.failed

    @property
    def may_still_run(self) -> bool:
        """Whether a run that we started may still be running, or its plan may still run failed cases again."""
        ended = self.run is not None and self.latest.completed and not may_run_again(self.latest)
        return self.start.in_doubt or self.rerun.in_doubt or (self.owns_latest and not ended)

    @property
    def owns_latest(self) -> bool:
        """Whether the step started the most recent run, or asked for it; else it attached to it."""
        return self.start.run is not None or self.rerun.run is not None or self.rerun.in_doubt

    def started(self, outcome: Outcome) -> None:
        """Record an outcome of the start."""
        self.start, self.run = outcome, outcome.run

    def continues(self, earlier: "EarlierRun") -> None:
        """Record the run of an earlier attempt of the CI job. It counts as started by this step."""
        self.earlier, self.reruns = earlier, list(earlier.reruns)
        self.spec = replace(self.spec, build_number=earlier.run.build_number)
        self.started(Outcome(earlier.run))

    def rerun_asked(self, outcome: Outcome) -> None:
        """Record an outcome of a rerun that the step asked for."""
        self.rerun = outcome
        if outcome.run or outcome.in_doubt:
            self.rerun_incomplete = ()

    def update(self, run: Run) -> Run | None:
        """Record the newest answer, and return the previous one; None if the run is a new rerun.

        IDs and names that are missing in the answer are kept from the previous one.
        """
        before = next((one for one in self.known if same_id(one.id, run.id)), None)
        same, first = before or run, self.run or run
        plan, build = run.plan_id or same.plan_id, run.build_number or same.build_number
        name, parent = run.plan_name or first.plan_name, run.parent_id or same.parent_id
        newest = replace(run, plan_id=plan, plan_name=name, build_number=build, parent_id=parent)
        if not self.run or self.run is before:
            self.run = newest
        elif before:
            self.reruns[self.reruns.index(before)] = newest
        else:
            self.reruns.append(newest)
            # What was counted for the runs together is out of date. It is read again at the end.
            for tree in self.attempts.values():
                self.attempts[tree.run.id] = replace(tree, run=replace(tree.run, consolidated_counts=()))
        return before

    def collected(self, tree: "ResultTree") -> None:
        """Record the newest tree of a run or rerun."""
        from testsigma_action.domain import attempts, policy

        self.attempts[tree.run.id] = tree
        self.tree = policy.tolerating(attempts.merged([*self.attempts.values()], self.reruns), self.policy)

    def interrupted(self) -> None:
        """Record that there may be results that were not read."""
        from testsigma_action.domain.gaps import Gap, Missing, Why

        gap = Gap(Missing.UNREAD, Why.CANCELLED)
        if self.tree and gap not in self.tree.gaps:
            self.tree = replace(self.tree, gaps=(*self.tree.gaps, gap))

    def judged(self) -> "Verdict | None":
        """The verdict by the results so far; None if there are none, or if the run was cut short."""
        if not self.tree or (self.cut_short and not self.reruns):
            return None
        from testsigma_action.domain.rerun_judgement import judge_reruns

        return judge_reruns([*self.attempts.values()], self.tree, self.rerun_incomplete, self.policy)

    def judge(self) -> bool:
        """Judge the run, unless it was cut short. Returns whether it was judged."""
        from testsigma_action.domain import attempts

        judged = self.judged()
        if not self.tree or not judged:
            return False
        if self.reruns and not judged.exit_code:
            self.tree = attempts.as_passed(self.tree)
            self.run = self.tree.run
        self.verdicts.append(judged)
        return True

    def conclude(self, error: ActionError, ending: "Ending | None" = None) -> None:
        """Record an error as verdict, and the ending of the run. The worst of all verdicts counts."""
        from testsigma_action.domain import verdict

        self.error = error
        self.decide(verdict.of_error(error, ending), ending)

    def decide(self, judged: "Verdict", ending: "Ending | None" = None) -> None:
        """Record a verdict, and the ending of the run."""
        self.ending = ending or self.ending
        self.verdicts.append(judged)

    @property
    def failures(self) -> int:
        """How many cases have failed by the results so far, apart from those that do not count."""
        from testsigma_action.domain import policy

        return (self.report().counts.failed or 0) - (policy.tolerated(self.tree)[0] if self.tree else 0)

    def report(self) -> "RunReport":
        """The report of the run in its current state."""
        from testsigma_action.domain import verdict
        from testsigma_action.domain.report import RunReport

        judged = verdict.combined(self.verdicts) if self.verdicts else verdict.NOT_FINISHED
        attempt = self.earlier.attempt if self.earlier else None
        tree = self.tree and replace(self.tree, reruns=tuple(self.reruns))
        report = RunReport(self.spec, judged, self.run, tree, self.comparison, self.queued, self.spec.name)
        return replace(report, ending=self.ending, history=self.history, earlier_attempt=attempt)
