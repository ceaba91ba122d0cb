"""What becomes of a start that was not answered with our run: what the answer means, and the error that it ends with.

Pure.
"""

import re
from enum import Enum, auto

from testsigma_action.domain.identity import Claim, same_id
from testsigma_action.domain.run import Run, RunSpec
from testsigma_action.errors import ApiError, ErrorCode, Redirected, Refused, StartError, Transient
from testsigma_action.lifecycle.lookup import Found

# What the service says when a plan cannot run twice at a time, and when there is no such plan (docs/api.md, "Start").
BUSY = re.compile("plan is currently running", re.IGNORECASE)
NO_SUCH = re.compile(r"not find resource with id:\s*(?P<id>[\w-]+)", re.IGNORECASE)


class Fate(Enum):
    """What became of a start that was not answered with a run."""

    NOT_SENT = auto()
    # The service itself said no, before it did anything.
    REFUSED = auto()
    BUSY = auto()
    LIMITED = auto()
    # Nobody knows: no answer, or one that need not be the service's own.
    LOST = auto()


def fate_of(trouble: ApiError, spec: RunSpec) -> Fate:
    """Decide by the kind of the answer. A page of a gateway says nothing about what the service did before."""
    if isinstance(trouble, Transient) and not trouble.sent:
        return Fate.NOT_SENT
    if BUSY.search(trouble.said):
        return Fate.BUSY
    if trouble.status == 429:
        return Fate.LIMITED
    # Without a status there was no answer, and a refusal without an answer comes before anything is sent.
    by_service = isinstance(trouble, Refused) and (trouble.by_service or trouble.status is None)
    return Fate.REFUSED if by_service or _no_such_plan(trouble, spec) else Fate.LOST


def proves_nothing_started(trouble: ApiError, found: Found) -> bool:
    """Whether it is certain after a look that a start which need not have been refused did not lead to a run.

    A complete list without the run is proof if the request was answered: one that timed out may still be carried out.
    Where every call gets this answer, as with a wrong base-url or key, there is no service behind it that could act.
    """
    answered = bool(trouble.said) or not isinstance(trouble, Transient)
    everywhere = found.unusable and all(_same_answer(trouble, refusal) for refusal in found.refusals)
    return (found.nothing and answered) or everywhere


def _same_answer(trouble: ApiError, refusal: ApiError) -> bool:
    if isinstance(trouble, Redirected):
        return isinstance(refusal, Redirected)
    return refusal.status == trouble.status and (not refusal.by_service or trouble.status == 401)


def _no_such_plan(trouble: ApiError, spec: RunSpec) -> bool:
    found = NO_SUCH.search(trouble.said)
    return found is not None and same_id(found["id"], spec.plan_id)


def refused(trouble: ApiError, spec: RunSpec) -> StartError:
    """Nothing was started."""
    message = f"{trouble.message} Nothing was started."
    if _no_such_plan(trouble, spec):
        return StartError(message, code=ErrorCode.START_REFUSED, hint=NO_SUCH_HINT)
    if fate_of(trouble, spec) is Fate.LOST and trouble.said:
        return StartError(message, code=ErrorCode.START_REFUSED, hint=REFUSED_HINT)
    code = ErrorCode.START_REFUSED if trouble.code == ErrorCode.API_REFUSED else trouble.code
    return StartError(message, code=code, hint=trouble.hint)


def busy(trouble: ApiError, found: Found, hint: str) -> StartError:
    """Another run keeps the plan busy."""
    by = f" Run {found.busy_with} of this plan is going on." if found.busy_with else ""
    return StartError(f"{trouble.message}{by} Nothing was started.", code=ErrorCode.PLAN_BUSY, hint=hint)


def uncertain(message: str, spec: RunSpec, candidates: tuple[str, ...]) -> StartError:
    """Nobody knows whether a run was started, or which one it is."""
    listed = f" Runs with its build number: {', '.join(candidates[:10])}." if candidates else ""
    attach = " If it is one of those listed, attach to it (run-id instead of plan-id)." if candidates else ""
    return StartError(
        f"{message} A run of plan {spec.plan_id} may have been started.{listed}",
        code=ErrorCode.START_UNCERTAIN,
        hint=f"{look_for(spec)}{attach}",
    )


def look_for(spec: RunSpec) -> str:
    """What to do where nobody knows whether a run was started."""
    return (
        f"Before you run this step again, look in Testsigma for a run of plan {spec.plan_id} "
        f"with the build number '{spec.build_number}': it may be going on."
    )


def not_ours(run: Run, spec: RunSpec, whose: Claim) -> str:
    """Why the run in the answer to the start is not taken for ours."""
    answered = f"The service answered the start of plan {spec.plan_id} with run {run.id}"
    if run.plan_id and not same_id(run.plan_id, spec.plan_id):
        return f"{answered}, which belongs to plan {run.plan_id}."
    if whose is Claim.ANOTHER_BUILD or (run.build_number and run.build_number != spec.build_number):
        return f"{answered}, which has the build number '{run.build_number}' instead of '{spec.build_number}'."
    if whose is Claim.STRANGER:
        return f"{answered}, which began before this step started one."
    return f"{answered}, which does not say that it has the build number '{spec.build_number}'."


BUSY_HINT = "Wait until the plan's other run is over, or set on-busy to wait."
OWN_NUMBER_HINT = (
    "Wait until the plan's other run is over. With a build number of yours the step never starts a plan a second time, "
    "since it cannot tell its own run from others: leave build-number empty to use on-busy: wait."
)
UNPROVEN_HINT = (
    "The plan was not started again, because the list of its runs could not be read: nothing else shows that this step "
    "has no run yet. Run this step again later."
)
NO_SUCH_HINT = (
    "Check plan-id (and environment-id and execution-config), and that api-key and base-url belong to the account that "
    "owns this plan."
)
REFUSED_HINT = "See what the service says above; no run with this build number was found."
