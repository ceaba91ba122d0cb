"""The errors: what each of them carries."""

import re
import signal

import pytest

from testsigma_action import errors
from testsigma_action.errors import (
    ActionError,
    ApiError,
    Bug,
    Cancelled,
    InputError,
    Outage,
    Redirected,
    Refused,
    ReportError,
    StartError,
    TimedOut,
    Transient,
    Unsent,
)


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [
        (InputError, 2),
        (ApiError, 3),
        (Refused, 3),
        (Redirected, 3),
        (Transient, 3),
        (Outage, 3),
        (StartError, 3),
        (TimedOut, 4),
        (ReportError, 5),
        (Bug, 70),
        (ActionError, 70),
    ],
)
def test_exit_codes(kind: type[ActionError], exit_code: int) -> None:
    """Every kind of error has the exit code of the contract; what nobody placed is a bug."""
    assert kind.exit_code == exit_code


def test_the_drawing_has_every_error() -> None:
    """The tree in the docstring names the classes that there are, and each under its parent."""
    drawn = re.findall(r"^([ │├└─]*)([A-Z][A-Za-z]+)", (errors.__doc__ or "").split("\n\n")[1], re.MULTILINE)
    parents: list[tuple[int, str]] = []
    for prefix, name in drawn:
        parents = [(depth, parent) for depth, parent in parents if depth < len(prefix)]
        assert not parents or issubclass(getattr(errors, name), getattr(errors, parents[-1][1]))
        parents.append((len(prefix), name))
    classes = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert {name for _, name in drawn} == classes


@pytest.mark.parametrize(
    ("number", "exit_code", "name"),
    [(signal.SIGINT, 130, "SIGINT"), (signal.SIGTERM, 143, "SIGTERM"), (signal.SIGHUP, 143, "SIGHUP")],
)
def test_a_cancelled_step_ends_like_the_shell_says(number: int, exit_code: int, name: str) -> None:
    """The exit code is 128 plus the number of the signal (SIGHUP counts like SIGTERM); the message names the signal."""
    cancelled = Cancelled(number)
    assert (cancelled.exit_code, cancelled.code) == (exit_code, "cancelled")
    assert name in cancelled.message


def test_an_input_error_has_all_problems() -> None:
    """One line a problem, and a hint that nothing was started."""
    error = InputError("a: wrong.", "b: wrong too.")
    assert (error.message, error.problems, error.code) == (
        "a: wrong.\nb: wrong too.",
        ("a: wrong.", "b: wrong too."),
        "bad-input",
    )
    assert error.hint == "Fix the inputs and run the step again. Nothing was started."


def test_a_bug_names_its_kind_only() -> None:
    """The text of an unexpected exception could hold anything, a key for instance."""
    bug = Bug(ValueError("hush"))
    assert "ValueError" in bug.message
    assert "hush" not in bug.message + bug.hint
    assert "http" in bug.hint


def test_a_transient_error_says_whether_to_try_again() -> None:
    """Whether the request may have arrived, how long to wait, and what was said; it may have arrived by default."""
    trouble = Transient("m", status=503, said="busy")
    assert (trouble.status, trouble.retry_after, trouble.said) == (503, None, "busy")
    assert not isinstance(trouble, Unsent)
    assert isinstance(Unsent("m"), Transient)
    assert trouble.code == "api-unreachable"
