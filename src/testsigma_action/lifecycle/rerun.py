"""Asking for one rerun, exactly once: if the answer is lost, the rerun is searched by its parent."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from testsigma_action.domain.identity import Claim, Foreign, same_id
from testsigma_action.domain.reruns import Chain, as_rerun
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, StartError
from testsigma_action.lifecycle import lookup, start_failure
from testsigma_action.lifecycle.lookup import RerunOf, Search, SearchResult
from testsigma_action.lifecycle.outcome import Outcome, StartDeadlines
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.send_once import OnOutcome, send_once
from testsigma_action.lifecycle.start_failure import BUSY_HINT, UNPROVEN_HINT, StartFailure

if TYPE_CHECKING:
    from testsigma_action.domain.rerun_choice import Choice


async def rerun(
    choice: "Choice", chain: Chain, remote: Remote, deadlines: StartDeadlines, on_outcome: OnOutcome
) -> None:
    """Run cases of a completed run again. `on_outcome` is called with each new outcome; the last one has the rerun.

    If the run has another rerun by now (of its plan, or of somebody else), the outcome has that one: a run can have one
    rerun only. Raises StartError if nothing runs again, or if that is uncertain.
    """

    def of_parent(outcome: Outcome) -> None:
        run = as_rerun(outcome.run, choice.parent) if outcome.run else None
        on_outcome(replace(outcome, run=run))

    await send_once(_Rerun(choice, chain, remote), remote, deadlines, of_parent)


def search(parent: Run, chain: Chain, until: float) -> Search:
    """The search for the rerun of a run that names no rerun yet."""
    # Reruns may have another build number than their parent.
    return Search(RunSpec(plan_id=parent.plan_id), until, has_runs=True, rerun_of=RerunOf(parent, chain))


@dataclass(frozen=True, slots=True)
class _Rerun:
    """The rerun call: see `send_once.Call`."""

    choice: "Choice"
    chain: Chain
    remote: Remote

    @property
    def purpose(self) -> str:
        return f"run cases of run {self.parent.id} again"

    @property
    def parent(self) -> Run:
        return self.choice.parent

    @property
    def unique(self) -> bool:
        return True

    async def send(self, *, until: float) -> Run:
        return await self.remote.client.rerun(self.choice, until=until)

    def failure_of(self, error: ApiError) -> StartFailure:
        return start_failure.rerun_failure_of(error)

    def claim(self, run: Run, sent: float) -> Claim:  # noqa: ARG002 - the parent proves it, not the time
        if any(same_id(run.id, one) for one in self.chain.parents):
            return Claim.FOREIGN
        why = self.chain.rejects(run, self.parent)
        # The answer may leave out what the first status has.
        unknown = why in {Foreign.NAMELESS, Foreign.ANOTHER_BUILD}
        return Claim.UNCONFIRMED if unknown else Claim.FOREIGN if why else Claim.OURS

    def counts_unlisted(self, run: Run, sent: float) -> bool:  # noqa: ARG002 - only its parent identifies a rerun
        return False

    def search(self, sent: float, deadline: float) -> Search:
        wanted = search(self.parent, self.chain, deadline)
        limited = Search.after_start(wanted.spec, sent, self.remote.now(), deadline, self.remote.limits)
        return replace(limited, has_runs=True, rerun_of=wanted.rerun_of)

    def unread(self, run_id: str) -> Run:
        return lookup.unread(run_id, RunSpec(), self.remote)

    def proves_nothing_started(self, error: ApiError, found: SearchResult) -> bool:
        has_rerun = start_failure.HAS_RERUN.search(error.said) is not None
        return not has_rerun and start_failure.proves_nothing_started(error, found)

    def not_ours(self, run: Run, whose: Claim) -> str:  # noqa: ARG002 - the reason is the same
        return start_failure.not_our_rerun(run, self.parent)

    def refused(self, error: ApiError) -> StartError:
        return start_failure.rerun_refused(error)

    def busy(self, error: ApiError, found: SearchResult, *, proven: bool) -> StartError:
        return start_failure.rerun_busy(error, found, BUSY_HINT if proven else UNPROVEN_HINT)

    def uncertain(self, message: str, candidates: tuple[str, ...]) -> StartError:
        return start_failure.rerun_uncertain(message, self.parent, candidates)
