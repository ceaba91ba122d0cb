"""The chain of a run and the runs in which its failed cases ran again: pure. See docs/api.md, "Reruns"."""

from dataclasses import dataclass, replace

from testsigma_action.domain.identity import Began, Claim, Foreign, same_id
from testsigma_action.domain.run import Result, Run

# Documented as the most reruns that a run can have.
MAX_RERUNS = 10
# After these a plan runs cases again: not after a pass, and not when somebody stopped the run.
AWAITED = {Result.FAILED, Result.ABORTED, Result.NOT_EXECUTED}


def awaited(run: Run) -> bool:
    """Whether a completed run is expected to be followed by a rerun."""
    return run.completed and run.reruns_itself and run.result in AWAITED


def may_run_again(run: Run) -> bool:
    """Whether a completed run may be followed by a rerun, also because its result is not known (yet)."""
    return run.completed and run.reruns_itself and run.result in {*AWAITED, Result.UNKNOWN, Result.QUEUED}


@dataclass(frozen=True, slots=True)
class Chain:
    """A run and its reruns so far. `ignored` are the IDs of runs that were named as a rerun and are none."""

    runs: tuple[Run, ...]
    ignored: tuple[str, ...] = ()

    def extended(self, rerun: Run) -> "Chain":
        """The chain with one more rerun."""
        return replace(self, runs=(*self.runs, rerun))

    def ignoring(self, run: Run) -> "Chain":
        """The chain after the answer about a run showed that it is no rerun."""
        return replace(self, ignored=(*self.ignored, run.id))

    def named_by(self, run: Run) -> str:
        """The ID of the rerun that an answer about a run names; empty if it is in the chain, or ignored."""
        known = (*(one.id for one in self.runs), *self.ignored)
        return "" if any(same_id(run.rerun_id, one) for one in known) else run.rerun_id

    def claim(self, row: Run, plan_id: str, when: Began) -> Claim:
        """Whether a row of a list is a rerun of the last run in this chain that is not known yet.

        A run can have one rerun, so it does not matter who asked for it.
        """
        if self.has(row.id) or (row.plan_id and not same_id(row.plan_id, plan_id)):
            return Claim.FOREIGN
        if row.parent_id:
            return Claim.OURS if self.has(row.parent_id) else Claim.FOREIGN
        return Claim.FOREIGN if when is Began.BEFORE else Claim.UNCONFIRMED

    def rejects(self, rerun: Run, parent: Run) -> Foreign | None:
        """Why a run that an answer about `parent` names is no rerun in this chain; None if it is.

        The parent that a rerun names may be any run of the chain: samples show the previous run and the first one. A
        run that names no parent must have our build number, because anybody may start the same plan later.
        """
        if not rerun.plan_id and not rerun.parent_id:
            return Foreign.NAMELESS
        if rerun.plan_id and parent.plan_id and not same_id(rerun.plan_id, parent.plan_id):
            return Foreign.ANOTHER_PLAN
        if rerun.parent_id and not self.has(rerun.parent_id):
            return Foreign.ANOTHER_PARENT
        child, before = rerun.timing.started, parent.timing.started
        if child and before and child < before:
            return Foreign.BEGAN_EARLIER
        named = rerun.parent_id or rerun.build_number == parent.build_number
        return None if named else Foreign.ANOTHER_BUILD

    def has(self, run_id: str) -> bool:
        """Whether it is the ID of one of the runs, or of the parent of a first run that is a rerun itself."""
        ids = (self.runs[0].parent_id, *(run.id for run in self.runs))
        return bool(run_id) and any(same_id(run_id, one) for one in ids)


def as_rerun(run: Run, parent: Run) -> Run:
    """The rerun, with missing fields taken from its parent."""
    return replace(
        run,
        plan_id=run.plan_id or parent.plan_id,
        plan_name=run.plan_name or parent.plan_name,
        parent_id=run.parent_id or parent.id,
    )
