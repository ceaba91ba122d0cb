"""Everything that can go wrong, as a tree.

    ActionError                      code, exit code, hint
    ├── InputError                   2  bad-input, report-unwritable       nothing was started
    ├── NoThreads                    2  no-threads                         nothing was started
    ├── ApiError                     3  what the service did or said
    │   ├── Refused                     api-key-rejected, api-forbidden, not-found, api-certificate, api-refused
    │   ├── Redirected                  api-redirected
    │   ├── Transient                   a try that may be made again
    │   ├── Unreachable                 api-unreachable                    tried again until the patience ran out
    │   └── StartError                  start-refused, start-uncertain, plan-busy
    ├── TimedOut                     4  timed-out, queue-timed-out, api-unreachable
    ├── ReportError                  5  report-unwritable
    ├── Cancelled                    130 or 143  cancelled
    └── Bug                          70 bug

Every error says what happened, to what (the message), and what to do about it (the hint).
The code is the stable name of the error: people search for it, pipelines branch on it.
"""

import signal

REPOSITORY = "https://github.com/OWNER/testsigma-action"
ISSUES = f"{REPOSITORY}/issues"


def help_url(code: str) -> str:
    """Where it is explained what a code means and what to do about it; nothing for no code."""
    return f"{REPOSITORY}/blob/main/docs/troubleshooting.md#{code}" if code else ""


class ActionError(Exception):
    """Ends the step. The message is one sentence or more; the hint says what to do; neither holds a secret."""

    exit_code: int = 70

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        """Keep the message, the stable code and the hint."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint


class InputError(ActionError):
    """An input is wrong; nothing was started. Has all problems at once."""

    exit_code = 2

    def __init__(self, *problems: str, code: str = "bad-input") -> None:
        """Join the problems, one a line; each names its input, the value seen and what is accepted."""
        super().__init__("\n".join(problems), code=code, hint=FIX_HINT)
        self.problems = problems


class NoThreads(ActionError):
    """The system lets us start no thread, and without one no call can be left when a signal comes."""

    exit_code = 2

    def __init__(self, consequence: str = "") -> None:
        """Say what follows from that, in a sentence, where it is known."""
        message = f"The system does not let this process start the threads that it needs. {consequence}".rstrip()
        super().__init__(message, code="no-threads", hint=NO_THREADS_HINT)


class ApiError(ActionError):
    """The service refused, failed, or answered nonsense."""

    exit_code = 3

    # Whether the service itself answered; a proxy or a gateway may have answered in its place.
    by_service = False

    def __init__(self, message: str, *, code: str, hint: str = "", status: int | None = None, said: str = "") -> None:
        """Keep the HTTP status too, and the reason that the service itself gave, where there was an answer."""
        super().__init__(message, code=code, hint=hint)
        self.status = status
        self.said = said


class Refused(ApiError):
    """A final answer of the 4xx family: asking again would not help."""


class Redirected(ApiError):
    """The service pointed elsewhere. A redirect is never followed: the key belongs to one host."""


class Transient(ApiError):
    """A try that failed in a way that may pass: no connection, 429, 5xx, an unreadable body.

    `sent` says whether the request may have reached the service, `retry_after` how many seconds it asked to wait.
    """

    def __init__(
        self,
        message: str,
        *,
        sent: bool = True,
        status: int | None = None,
        retry_after: float | None = None,
        said: str = "",
        hint: str = "",
    ) -> None:
        """Keep what a retry has to know."""
        super().__init__(message, code="api-unreachable", status=status, hint=hint or UNREACHABLE_HINT, said=said)
        self.sent = sent
        self.retry_after = retry_after


class Unreachable(ApiError):
    """The service could not be used for longer than we are ready to wait."""


class StartError(ApiError):
    """The run was not started, or nobody knows whether it was."""


class TimedOut(ActionError):
    """The wait is over and the run is not."""

    exit_code = 4


class ReportError(ActionError):
    """The results are in, but a report that was asked for could not be written."""

    exit_code = 5


class Cancelled(ActionError):
    """SIGINT, SIGTERM or SIGHUP arrived."""

    def __init__(self, signal_number: int) -> None:
        """Name the signal; the exit code is that of its kind."""
        super().__init__(f"The step was cancelled ({signal.Signals(signal_number).name}).", code="cancelled")
        self.exit_code = exit_code_of(signal_number)


def exit_code_of(signal_number: int) -> int:
    """The exit code that shells use for a death by this signal (128 plus its number); SIGHUP counts like SIGTERM."""
    return 128 + (signal.SIGTERM if signal_number == signal.SIGHUP else signal_number)


class Bug(ActionError):
    """Our own fault: an exception that nobody expected."""

    exit_code = 70

    def __init__(self, cause: BaseException) -> None:
        """Name the kind of exception only: its text could hold anything."""
        super().__init__(f"A bug in testsigma-action: {type(cause).__name__}.", code="bug", hint=BUG_HINT)


FIX_HINT = "Fix the inputs and run the step again. Nothing was started."
UNREACHABLE_HINT = (
    "Check that the base-url is right and that this machine reaches it (proxy, firewall, certificates: ca-bundle); "
    "if the service is down, run the step again later."
)
NO_THREADS_HINT = (
    "Allow it more processes (docker run --pids-limit, ulimit -u, the limits of the pod), or update the container "
    "engine: Docker before 20.10.10 refuses threads to newer images."
)
BUG_HINT = f"Please report it, with the traceback from the log, at {ISSUES}"
