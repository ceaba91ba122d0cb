"""The call that starts a run: if its answer is lost, the run is searched by its build number."""

from collections.abc import Container
from dataclasses import dataclass
from typing import ClassVar

from testsigma_action.domain.identity import Began, Claim, began, claim, counts_unlisted, same_id
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, ErrorCode, StartError, may_run_hint
from testsigma_action.lifecycle import start_failure
from testsigma_action.lifecycle.lookup import Search
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.start_failure import StartFailure


@dataclass(frozen=True, slots=True)
class StartCall:
    """The start of a run. `taken` has the IDs of runs that belong to other entries of this step.

    `sent` is the instant of the monotonic clock at which the call was sent.
    """

    nothing: ClassVar = "Nothing was started."

    spec: RunSpec
    remote: Remote
    taken: Container[str] = frozenset()

    @property
    def purpose(self) -> str:
        """What the call is for, as in "Could not <purpose>"."""
        return f"start plan {self.spec.plan_id}"

    @property
    def wanted(self) -> Search:
        """The search for the run that the call may have created."""
        return Search(self.spec)

    async def send(self, *, until: float) -> Run:
        """Send the call, and return the run of the answer. Raises ApiError."""
        return await self.remote.client.start_run(self.spec, until=until)

    def failure_of(self, error: ApiError) -> StartFailure:
        """Classify an error."""
        return start_failure.failure_of(error, self.spec.plan_id)

    def claim(self, run: Run, sent: float) -> Claim:
        """Whose run an answer describes."""
        if run.id in self.taken:
            return Claim.FOREIGN
        return claim(run.plan_id, run.build_number, self.spec, self._began(run, sent))

    def counts_unlisted(self, run: Run, sent: float) -> bool:
        """Whether a run that is not clearly ours is ours after a search proved that no other run is."""
        return run.id not in self.taken and counts_unlisted(run, self.spec, self._began(run, sent))

    def _began(self, run: Run, sent: float) -> Began:
        """When a run began. Without usable times, a run that has already completed began before our request."""
        when = began(run.timing.started, self.remote.client.server_time(sent))
        return Began.BEFORE if when is Began.UNKNOWN and run.completed else when

    def not_ours(self, run: Run, whose: Claim) -> str:
        """Why the run in the answer is not accepted."""
        spec, answered = self.spec, f"The service answered the start of plan {self.spec.plan_id} with run {run.id}"
        if run.plan_id and not same_id(run.plan_id, spec.plan_id):
            return f"{answered}, which belongs to plan {run.plan_id}."
        if whose is Claim.ANOTHER_BUILD or (run.build_number and run.build_number != spec.build_number):
            return f"{answered}, which has the build number '{run.build_number}' instead of '{spec.build_number}'."
        if whose is Claim.FOREIGN:
            return f"{answered}, which began before this step started one."
        return f"{answered}, which does not say that it has the build number '{spec.build_number}'."

    def refused(self, error: ApiError) -> StartError:
        """Nothing was started."""
        code = ErrorCode.START_REFUSED if error.code == ErrorCode.API_REFUSED else error.code
        hint = error.hint
        if start_failure.no_such_plan(error, self.spec.plan_id):
            code, hint = ErrorCode.START_REFUSED, start_failure.NO_SUCH_HINT
        elif self.failure_of(error) is StartFailure.LOST and error.said:
            code, hint = ErrorCode.START_REFUSED, REFUSED_HINT
        return StartError(f"{error.message} {self.nothing}", code=code, hint=hint)

    def uncertain(self, message: str, candidates: tuple[str, ...]) -> StartError:
        """It is unknown whether the call created a run, or which one it is."""
        message = f"{message} A run of plan {self.spec.plan_id} may have been started."
        hint = may_run_hint(self.spec.plan_id, self.spec.build_number)
        if candidates:
            message += f" Runs with its build number: {', '.join(candidates[:10])}."
            hint += " If it is one of these, attach to it (run-id instead of plan-id)."
        return StartError(message, code=ErrorCode.START_UNCERTAIN, hint=hint)


REFUSED_HINT = "Read the message of the service above. No run with this build number was found."
