"""Failed starts: what an answer means and proves, and the errors of starts and reruns. Pure."""

import re
from enum import Enum, auto

from testsigma_action.domain.identity import same_id
from testsigma_action.errors import ApiError, ErrorCode, Redirected, Refused, StartError, Transient
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


def failure_of(error: ApiError, plan_id: str = "") -> StartFailure:
    """Classify an answer. An answer of a gateway does not show what the service did before."""
    if isinstance(error, Transient) and not error.sent:
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
    answered = bool(error.said) or not isinstance(error, Transient)
    everywhere = [_same_answer(error, refusal) for refusal in found.refusals]
    return (found.nothing and answered) or (bool(everywhere) and all(everywhere))


def _same_answer(error: ApiError, refusal: ApiError) -> bool:
    if isinstance(error, Redirected):
        return isinstance(refusal, Redirected)
    return refusal.status == error.status and (not refusal.by_service or error.status == 401)


def no_such_plan(error: ApiError, plan_id: str) -> bool:
    """Whether the service says that it does not know the plan."""
    found = NO_SUCH_PLAN.search(error.said)
    return found is not None and same_id(found["id"], plan_id)


def no_answer(purpose: str) -> Transient:
    """The call was sent, and its answer did not come in time."""
    return Transient(f"Could not {purpose}: the answer did not come in time.")


def busy(error: ApiError, found: SearchResult, nothing: str, hint: str) -> StartError:
    """Another run keeps the plan busy. `nothing` says that nothing was started."""
    by = f" Run {found.busy_with} of this plan is still running." if found.busy_with else ""
    return StartError(f"{error.message}{by} {nothing}", code=ErrorCode.PLAN_BUSY, hint=hint)


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
