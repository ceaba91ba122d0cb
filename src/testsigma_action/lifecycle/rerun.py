"""The call that asks for one rerun: if its answer is lost, the rerun is searched by its parent."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from testsigma_action.domain.identity import Claim, Foreign, same_id
from testsigma_action.domain.reruns import Chain
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, ErrorCode, StartError
from testsigma_action.lifecycle.lookup import Search
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.start import HAS_RERUN, StartFailure, failure_of

if TYPE_CHECKING:
    from testsigma_action.domain.rerun_choice import Choice


def search(parent: Run, chain: Chain, until: float) -> Search:
    """The search for the rerun of a run that names no rerun yet. Its parent identifies it."""
    # Reruns may have another build number than their parent.
    spec = RunSpec(plan_id=parent.plan_id, unique=True)
    return Search(spec, until, has_runs=True, rerun_of=(parent, chain))


@dataclass(frozen=True, slots=True)
class RerunCall:
    """The call that runs cases of a completed run again. Its methods are those of `StartCall`.

    If the run has another rerun by now (of its plan, or of somebody else), that one is ours: a run can have one rerun.
    """

    nothing = "Nothing runs again."

    choice: "Choice"
    chain: Chain
    remote: Remote

    @property
    def purpose(self) -> str:
        return f"run cases of run {self.choice.parent.id} again"

    @property
    def wanted(self) -> Search:
        return search(self.choice.parent, self.chain, inf)

    async def send(self, *, until: float) -> Run:
        return await self.remote.client.rerun(self.choice, until=until)

    def failure_of(self, error: ApiError) -> StartFailure:
        """Classify an error. A refusal that names another rerun may be about our own one, sent twice."""
        kind = failure_of(error)
        return StartFailure.LOST if kind is StartFailure.RATE_LIMITED or HAS_RERUN.search(error.said) else kind

    def claim(self, run: Run, sent: float) -> Claim:  # noqa: ARG002 - the parent proves it, not the time
        if any(same_id(run.id, one) for one in self.chain.parents):
            return Claim.FOREIGN
        why = self.chain.rejects(run, self.choice.parent)
        # The answer may leave out what the first status has.
        unknown = why in {Foreign.NAMELESS, Foreign.ANOTHER_BUILD}
        return Claim.UNCONFIRMED if unknown else Claim.FOREIGN if why else Claim.OURS

    def counts_unlisted(self, run: Run, sent: float) -> bool:  # noqa: ARG002 - only its parent identifies a rerun
        return False

    def not_ours(self, run: Run, whose: Claim) -> str:  # noqa: ARG002 - the reason is the same
        parent = self.choice.parent.id
        return f"The service answered the rerun of run {parent} with run {run.id}, which is no rerun of it."

    def refused(self, error: ApiError) -> StartError:
        return StartError(f"{error.message} {self.nothing}", code=ErrorCode.START_REFUSED, hint=error.hint)

    def uncertain(self, message: str, candidates: tuple[str, ...]) -> StartError:
        parent = self.choice.parent.id
        message = f"{message} A rerun of run {parent} may have been started, and may still be running."
        if candidates:
            message += f" Runs that name it as the run to rerun: {', '.join(candidates[:10])}."
        hint = f"Look in Testsigma for a rerun of run {parent} before you run this step again."
        return StartError(message, code=ErrorCode.START_UNCERTAIN, hint=hint)
