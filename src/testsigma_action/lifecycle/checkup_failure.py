"""The errors of a dry run that no other step has. Pure."""

from testsigma_action.errors import ApiError, ErrorCode, Refused
from testsigma_action.lifecycle.prepare import Kind
from testsigma_action.lifecycle.start_failure import NO_SUCH_HINT


def unknown_plan(error: ApiError) -> ApiError:
    """The service says that it does not know a plan."""
    return Refused(error.message, code=ErrorCode.NOT_FOUND, hint=NO_SUCH_HINT, status=error.status)


def unknown_id(kind: Kind, identity: str) -> ApiError:
    """No object of this kind has this ID."""
    message = f"{kind.input}: no {kind.one} has the ID {identity}."
    return Refused(message, code=ErrorCode.NOT_FOUND, hint=NO_SUCH_HINT)


def without_evidence(run_id: str) -> ApiError:
    """Without a list of cases and without counters, no run can pass."""
    message = f"Run {run_id} has neither a list of cases nor counters, so no step could see that tests were executed."
    return ApiError(message, code=ErrorCode.NO_EVIDENCE, hint="Check what the user of this API key may read.")


def other_service(host: str, calls: int) -> ApiError:
    """Nothing in any answer is what Testsigma documents."""
    message = f"{host} does not answer like Testsigma: none of the answers to {calls} requests is as documented."
    hint = "Check base-url: this may be another product, a login page, a proxy, or Testsigma below another path."
    return ApiError(message, code=ErrorCode.API_UNREACHABLE, hint=hint)
