"""Failed starts: classification of the answer, and the error. Pure."""

import re
from enum import Enum, auto

from testsigma_action.domain.identity import Claim, same_id
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, ErrorCode, Redirected, Refused, StartError, Transient, may_run_hint
from testsigma_action.lifecycle.lookup import SearchResult

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


def rerun_failure_of(error: ApiError) -> StartFailure:
    """Classify an answer to a rerun call. A refusal that names another rerun may be about our own one, sent twice."""
    if HAS_RERUN.search(error.said):
        return StartFailure.LOST
    kind = failure_of(error, RunSpec())
    return StartFailure.LOST if kind is StartFailure.RATE_LIMITED else kind


def failure_of(error: ApiError, spec: RunSpec) -> StartFailure:
    """Classify an answer. An answer of a gateway does not show what the service did before."""
    if isinstance(error, Transient) and not error.sent:
        return StartFailure.NOT_SENT
    if BUSY.search(error.said):
        return StartFailure.BUSY
    if error.status == 429:
        return StartFailure.RATE_LIMITED
    # A refusal without a status was raised before anything was sent.
    by_service = isinstance(error, Refused) and (error.by_service or error.status is None)
    return StartFailure.REFUSED if by_service or no_such_plan(error, spec) else StartFailure.LOST


def proves_nothing_started(error: ApiError, found: SearchResult) -> bool:
    """Whether a search proves that a start created no run.

    A complete list without the run is a proof if the request was answered; after a timeout, the service may still
    handle the request. It is also certain if every request gets the same error, as with a wrong base-url or API key.
    """
    answered = bool(error.said) or not isinstance(error, Transient)
    everywhere = found.unusable and all(_same_answer(error, refusal) for refusal in found.refusals)
    return (found.nothing and answered) or everywhere


def _same_answer(error: ApiError, refusal: ApiError) -> bool:
    if isinstance(error, Redirected):
        return isinstance(refusal, Redirected)
    return refusal.status == error.status and (not refusal.by_service or error.status == 401)


def no_such_plan(error: ApiError, spec: RunSpec) -> bool:
    """Whether the service says that it does not know the plan."""
    found = NO_SUCH_PLAN.search(error.said)
    return found is not None and same_id(found["id"], spec.plan_id)


def no_answer(purpose: str) -> Transient:
    """The call was sent, and its answer did not come in time."""
    return Transient(f"Could not {purpose}: the answer did not come in time.")


def refused(error: ApiError, spec: RunSpec) -> StartError:
    """Nothing was started."""
    message = f"{error.message} Nothing was started."
    if no_such_plan(error, spec):
        return StartError(message, code=ErrorCode.START_REFUSED, hint=NO_SUCH_HINT)
    if failure_of(error, spec) is StartFailure.LOST and error.said:
        return StartError(message, code=ErrorCode.START_REFUSED, hint=REFUSED_HINT)
    code = ErrorCode.START_REFUSED if error.code == ErrorCode.API_REFUSED else error.code
    return StartError(message, code=code, hint=error.hint)


def busy(error: ApiError, found: SearchResult, hint: str) -> StartError:
    """Another run keeps the plan busy."""
    by = f" Run {found.busy_with} of this plan is still running." if found.busy_with else ""
    return StartError(f"{error.message}{by} Nothing was started.", code=ErrorCode.PLAN_BUSY, hint=hint)


def uncertain(message: str, spec: RunSpec, candidates: tuple[str, ...]) -> StartError:
    """It is unknown whether a run was started, or which one it is."""
    listed = f" Runs with its build number: {', '.join(candidates[:10])}." if candidates else ""
    attach = " If it is one of these, attach to it (run-id instead of plan-id)." if candidates else ""
    return StartError(
        f"{message} A run of plan {spec.plan_id} may have been started.{listed}",
        code=ErrorCode.START_UNCERTAIN,
        hint=f"{may_run_hint(spec.plan_id, spec.build_number)}{attach}",
    )


def rerun_refused(error: ApiError) -> StartError:
    """No rerun was started."""
    return StartError(f"{error.message} Nothing runs again.", code=ErrorCode.START_REFUSED, hint=error.hint)


def rerun_busy(error: ApiError, found: SearchResult, hint: str) -> StartError:
    """Another run keeps the plan busy, so no rerun was started."""
    by = f" Run {found.busy_with} of this plan is still running." if found.busy_with else ""
    return StartError(f"{error.message}{by} Nothing runs again.", code=ErrorCode.PLAN_BUSY, hint=hint)


def rerun_uncertain(message: str, parent: Run, candidates: tuple[str, ...]) -> StartError:
    """It is unknown whether a rerun was started, or which run it is."""
    listed = f" Runs that name it as the run to rerun: {', '.join(candidates[:10])}." if candidates else ""
    return StartError(
        f"{message} A rerun of run {parent.id} may have been started, and may still be running.{listed}",
        code=ErrorCode.START_UNCERTAIN,
        hint=f"Look in Testsigma for a rerun of run {parent.id} before you run this step again.",
    )


def not_our_rerun(run: Run, parent: Run) -> str:
    """Why the run in the answer to the rerun call is not accepted as the rerun."""
    return f"The service answered the rerun of run {parent.id} with run {run.id}, which is no rerun of it."


def not_ours(run: Run, spec: RunSpec, whose: Claim) -> str:
    """Why the run in the answer to the start is not accepted as ours."""
    answered = f"The service answered the start of plan {spec.plan_id} with run {run.id}"
    if run.plan_id and not same_id(run.plan_id, spec.plan_id):
        return f"{answered}, which belongs to plan {run.plan_id}."
    if whose is Claim.ANOTHER_BUILD or (run.build_number and run.build_number != spec.build_number):
        return f"{answered}, which has the build number '{run.build_number}' instead of '{spec.build_number}'."
    if whose is Claim.FOREIGN:
        return f"{answered}, which began before this step started one."
    return f"{answered}, which does not say that it has the build number '{spec.build_number}'."


BUSY_HINT = "Wait until the plan's other run has finished, or set on-busy to wait."
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
REFUSED_HINT = "Read the message of the service above. No run with this build number was found."
