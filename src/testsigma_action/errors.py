"""Everything that can go wrong, as a tree.

    ActionError                      code, exit code, hint
    ├── InputError                   2  bad-input                          nothing was started
    ├── NoThreads                    2  no-threads                         nothing was started
    ├── ApiError                     3  what the service did or said
    │   ├── Refused                     api-key-rejected, api-forbidden, not-found, api-certificate, api-refused
    │   ├── Redirected                  api-redirected
    │   ├── Outage                      api-unreachable                    no usable answer, or none until the deadline
    │   │   ├── Transient                                                  a failed try that may be retried
    │   │   │   └── Unsent                                                 it did not reach the service
    │   │   └── DeadlineExceeded                                           no answer when the time was over
    │   ├── StartError                  start-refused, start-uncertain, plan-busy
    │   └── UploadError                 upload-failed, upload-uncertain
    ├── TimedOut                     4  timed-out, queue-timed-out, api-unreachable
    ├── ReportError                  5  report-unwritable
    ├── Cancelled                    130 or 143  cancelled
    └── Bug                          70 bug

The message of an error says what happened to which object; the hint says what to do now.
The code is the stable name of the error: people search for it, and pipelines branch on it.
"""

import signal
from enum import IntEnum, StrEnum

REPOSITORY = "https://github.com/OWNER/testsigma-action"
ISSUES = f"{REPOSITORY}/issues"


def help_url(code: str) -> str:
    """The address of the page that explains a code; empty for no code."""
    return f"{REPOSITORY}/blob/main/docs/troubleshooting.md#{code}" if code else ""


class ErrorCode(StrEnum):
    """The stable name of an error. People search for it, and pipelines branch on it."""

    NONE = ""
    BAD_INPUT = "bad-input"
    NO_THREADS = "no-threads"
    API_KEY_REJECTED = "api-key-rejected"
    API_FORBIDDEN = "api-forbidden"
    NOT_FOUND = "not-found"
    API_CERTIFICATE = "api-certificate"
    API_REFUSED = "api-refused"
    API_REDIRECTED = "api-redirected"
    API_UNREACHABLE = "api-unreachable"
    START_REFUSED = "start-refused"
    START_UNCERTAIN = "start-uncertain"
    PLAN_BUSY = "plan-busy"
    UPLOAD_FAILED = "upload-failed"
    UPLOAD_UNCERTAIN = "upload-uncertain"
    TIMED_OUT = "timed-out"
    QUEUE_TIMED_OUT = "queue-timed-out"
    REPORT_UNWRITABLE = "report-unwritable"
    CANCELLED = "cancelled"
    BUG = "bug"
    TESTS_FAILED = "tests-failed"
    RUN_STOPPED = "run-stopped"
    RUN_ABORTED = "run-aborted"
    RESULT_UNKNOWN = "result-unknown"
    NO_TESTS = "no-tests"
    CONTRADICTION = "contradiction"
    NO_EVIDENCE = "no-evidence"
    NOT_FINISHED = "not-finished"
    STOPPED_AFTER_FAILURES = "stopped-after-failures"
    TOO_FEW_TESTS = "too-few-tests"
    FLAKY = "flaky"
    INFRASTRUCTURE = "infrastructure"
    INCOMPLETE_MERGE = "incomplete-merge"


class ExitCode(IntEnum):
    """The exit code of the process. If several apply, the first one here decides (README, "When the step fails")."""

    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143
    NOT_STARTED = 2
    SERVICE = 3
    TIMED_OUT = 4
    FAILED = 1
    REPORT = 5
    PASSED = 0


class ActionError(Exception):
    """Ends the step. The message is one or more sentences; the hint says what to do; neither contains a secret."""

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, message: str, *, code: ErrorCode, hint: str = "") -> None:
        """Keep the message, the stable code and the hint."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint


class InputError(ActionError):
    """Inputs are wrong; nothing was started. Has all problems at once."""

    exit_code = ExitCode.NOT_STARTED

    def __init__(self, *problems: str) -> None:
        """Join the problems, one per line; each names its input, the given value and what is accepted."""
        super().__init__("\n".join(problems), code=ErrorCode.BAD_INPUT, hint=FIX_HINT)
        self.problems = problems


class NoThreads(ActionError):
    """The system does not let us start threads. Without them no call could be abandoned when a signal comes."""

    exit_code = ExitCode.NOT_STARTED

    def __init__(self, consequence: str = "") -> None:
        """Add the consequence, a sentence, if it is known."""
        message = f"The system does not let this process start the threads that it needs. {consequence}".rstrip()
        super().__init__(message, code=ErrorCode.NO_THREADS, hint=NO_THREADS_HINT)


class ApiError(ActionError):
    """The service refused, failed, or sent an answer that makes no sense."""

    exit_code = ExitCode.SERVICE

    # Whether the service itself answered; a proxy or a gateway may have answered in its place.
    by_service = False
    # How many seconds the service asked to wait, where it did.
    retry_after: float | None = None

    def __init__(
        self, message: str, *, code: ErrorCode, hint: str = "", status: int | None = None, said: str = ""
    ) -> None:
        """Keep the HTTP status, too, and the reason that the service itself gave, if there was an answer."""
        super().__init__(message, code=code, hint=hint)
        self.status = status
        self.said = said


class Refused(ApiError):
    """A final 4xx answer: a retry would not help."""


class Redirected(ApiError):
    """The service redirected the request. Redirects are never followed: the key belongs to one host."""


class Outage(ApiError):
    """No usable answer came. A call that is retried raises it after its deadline."""

    def __init__(
        self, message: str = "No answer came in time.", *, hint: str = "", status: int | None = None, said: str = ""
    ) -> None:
        """Use the general hint, unless there is a better one."""
        hint = hint or UNREACHABLE_HINT
        super().__init__(message, code=ErrorCode.API_UNREACHABLE, hint=hint, status=status, said=said)


class Transient(Outage):
    """A try that failed in a way that may be temporary: no connection, 429, 5xx, an unreadable body.

    The request may have reached the service, unless it is Unsent.
    """


class Unsent(Transient):
    """The request did not reach the service."""


class DeadlineExceeded(Outage):
    """No answer came in time. The request may have been received, and may still be."""


class StartError(ApiError):
    """The run was not started, or it is not certain whether it was."""


class UploadError(ApiError):
    """A file was not uploaded, or it is not certain whether it was. No run was started."""


class TimedOut(ActionError):
    """The run did not complete in time."""

    exit_code = ExitCode.TIMED_OUT


class ReportError(ActionError):
    """The results are complete, but a report could not be written."""

    exit_code = ExitCode.REPORT


class Cancelled(ActionError):
    """SIGINT, SIGTERM or SIGHUP arrived."""

    def __init__(self, signal_number: int) -> None:
        """Name the signal; the exit code is that of its kind."""
        super().__init__(f"The step was cancelled ({signal.Signals(signal_number).name}).", code=ErrorCode.CANCELLED)
        self.exit_code = exit_code_of(signal_number)


def exit_code_of(signal_number: int) -> ExitCode:
    """The exit code for a signal, as in shells (128 plus its number); SIGHUP counts as SIGTERM."""
    return ExitCode.INTERRUPTED if signal_number == signal.SIGINT else ExitCode.TERMINATED


class Bug(ActionError):
    """An unexpected exception: a bug in this action."""

    def __init__(self, cause: BaseException) -> None:
        """Name the type of the exception only: its text could contain anything."""
        super().__init__(f"A bug in testsigma-action: {type(cause).__name__}.", code=ErrorCode.BUG, hint=BUG_HINT)


def may_run_hint(plan_id: str, build_number: str) -> str:
    """What to do if it is unknown whether a run was started; both may be empty."""
    plan = f" of plan {plan_id}" if plan_id else " of the plan"
    build = f" with the build number '{build_number}'" if build_number else ""
    return f"Before you run this step again, look in Testsigma for a run{plan}{build}: it may still be running."


FIX_HINT = "Fix the inputs and run the step again. Nothing was started."
UNREACHABLE_HINT = (
    "Check that base-url is right and that this machine can reach it (proxy, firewall, certificates: ca-bundle). "
    "If the service is down, run the step again later."
)
NO_THREADS_HINT = (
    "Allow more processes (docker run --pids-limit, ulimit -u, the limits of the pod), or update the container "
    "engine: Docker before 20.10.10 refuses threads to newer images."
)
BUG_HINT = f"Please report it at {ISSUES}, with the traceback from the log."
