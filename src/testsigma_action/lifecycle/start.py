"""The calls that create a run, a start or a rerun: what their answers mean and prove, and their errors.

If its answer is lost, the run is searched: by its build number, or as the rerun of its parent.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from testsigma_action.domain.identity import Began, Claim, Foreign, began, claim, counts_unlisted, same_id
from testsigma_action.domain.reruns import Chain
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, ErrorCode, Outage, Redirected, Refused, StartError, Unsent, may_run_hint
from testsigma_action.lifecycle.lookup import Search, SearchResult, rerun_search
from testsigma_action.lifecycle.remote import Remote

if TYPE_CHECKING:
    from testsigma_action.domain.rerun_choice import Choice

# Messages of the service for a busy plan, for a plan that does not exist (docs/api.md, "Start"), and for a run that has
# a rerun already (docs/api.md, "Reruns").
BUSY = re.compile("plan is currently running", re.IGNORECASE)
NO_SUCH_PLAN = re.compile(r"not find resource with id:\s*(?P<id>[\w-]+)", re.IGNORECASE)
HAS_RERUN = re.compile("parent id already exists", re.IGNORECASE)


class StartFailure(Enum):
    """Kinds of start failures."""

    NOT_SENT = auto()
    # Refused by the service itself, before it did anything.
    REFUSED = auto()
    BUSY = auto()
    RATE_LIMITED = auto()
    # Unknown: no answer, or one that may come from a proxy or gateway.
    LOST = auto()


@dataclass(frozen=True, slots=True)
class StartCall:
    """The start of a run. `taken` has the IDs of runs that belong to other entries of this step.

    `sent` is the instant of the monotonic clock at which the call was sent.
    """

    nothing = "Nothing was started."

    spec: RunSpec
    remote: Remote
    taken: Container[str] = frozenset()

    @property
    def wanted(self) -> Search:
        """The search for the run that the call may have created."""
        return Search(self.spec)

    async def send(self, *, until: float) -> Run:
        """Send the call, and return the run of the answer. Raises ApiError."""
        return await self.remote.client.start_run(self.spec, until=until)

    def failure_of(self, error: ApiError) -> StartFailure:
        """Classify an error."""
        return failure_of(error, self.spec.plan_id)

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
        if run.build_number and run.build_number != spec.build_number:
            return f"{answered}, which has the build number '{run.build_number}' instead of '{spec.build_number}'."
        if whose is Claim.FOREIGN:
            return f"{answered}, which began before this step started one."
        return f"{answered}, which does not say that it has the build number '{spec.build_number}'."

    def refused(self, error: ApiError) -> StartError:
        """Nothing was started."""
        code = ErrorCode.START_REFUSED if error.code == ErrorCode.API_REFUSED else error.code
        hint = error.hint
        if no_such_plan(error, self.spec.plan_id):
            code, hint = ErrorCode.START_REFUSED, NO_SUCH_HINT
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
    def wanted(self) -> Search:
        return rerun_search(self.choice.parent, self.chain)

    async def send(self, *, until: float) -> Run:
        return await self.remote.client.rerun(self.choice, until=until)

    def failure_of(self, error: ApiError) -> StartFailure:
        """Classify an error. A refusal that names another rerun may be about our own one, sent twice."""
        kind = failure_of(error)
        return StartFailure.LOST if kind is StartFailure.RATE_LIMITED or HAS_RERUN.search(error.said) else kind

    def claim(self, run: Run, sent: float) -> Claim:  # noqa: ARG002 - the parent proves it, not the time
        if self.chain.has(run.id):
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


def failure_of(error: ApiError, plan_id: str = "") -> StartFailure:
    """Classify an answer. An answer of a gateway does not show what the service did before."""
    if isinstance(error, Unsent):
        return StartFailure.NOT_SENT
    if BUSY.search(error.said):
        return StartFailure.BUSY
    if error.status == 429:
        return StartFailure.RATE_LIMITED
    # A refusal without a status was raised before anything was sent.
    by_service = isinstance(error, Refused) and (error.by_service or error.status is None)
    return StartFailure.REFUSED if by_service or no_such_plan(error, plan_id) else StartFailure.LOST


def proves_nothing_started(error: ApiError, found: SearchResult) -> bool:
    """Whether an error and a search together prove that no run was created.

    A complete list without the run is a proof if the request was answered; after a timeout, the service may still
    handle the request. It is also certain if every request gets the same error, as with a wrong base-url or API key.
    A run that has a rerun already may have ours.
    """
    if HAS_RERUN.search(error.said):
        return False
    answered = bool(error.said) or error.status == 429 or not isinstance(error, Outage)
    everywhere = [_same_answer(error, refusal) for refusal in found.refusals]
    return (found.nothing and answered) or (bool(everywhere) and all(everywhere))


def _same_answer(error: ApiError, refusal: ApiError) -> bool:
    if isinstance(error, Redirected):
        return isinstance(refusal, Redirected)
    # Errors without a status are no answers.
    same = error.status is not None and refusal.status == error.status
    return same and (not refusal.by_service or error.status == 401)


def no_such_plan(error: ApiError, plan_id: str) -> bool:
    """Whether the service says that it does not know the plan."""
    found = NO_SUCH_PLAN.search(error.said)
    return found is not None and same_id(found["id"], plan_id)


def busy(error: ApiError, found: SearchResult, nothing: str, hint: str) -> StartError:
    """Another run keeps the plan busy. `nothing` says that nothing was started."""
    by = f" Run {found.busy_with} of this plan is still running." if found.busy_with else ""
    return StartError(f"{error.message}{by} {nothing}", code=ErrorCode.PLAN_BUSY, hint=hint)


BUSY_HINT = "Wait until the plan's other run has finished, or set on-busy to wait."
STILL_BUSY_HINT = "The next try would be too late. Increase timeout, or run this step later."
OWN_NUMBER_HINT = (
    "Wait until the plan's other run has finished. With build-number set, the step cannot tell its own run from "
    "others, so it does not try the start again. Leave build-number empty to use on-busy: wait."
)
UNPROVEN_HINT = (
    "The start was not tried again: without the list of the plan's runs, which could not be read, it is not certain "
    "that this step has no run yet. Run this step again later."
)
NO_SUCH_HINT = (
    "Check plan-id (and environment-id and execution-config), and that api-key and base-url belong to the account that "
    "owns this plan."
)
REFUSED_HINT = (
    "Read the message of the service above, and check plan-id, environment-id and execution-config. No run with this "
    "build number was found."
)
