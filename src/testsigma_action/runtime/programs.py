"""Programs that CI systems start as arguments of an entry point: GitLab `sh`, Jenkins `cat`, Azure `node`.

As in official images, such a program takes the place of the step.
"""

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

from testsigma_action.runtime.signals import release

PROGRAMS = frozenset({"ash", "bash", "busybox", "cat", "node", "pwsh", "sh", "sleep", "tail"})
COMMAND = "testsigma-action"
# Python ignores these, and a new program would inherit that.
_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ)


def program_of(argument: str) -> str:
    """The program that an argument names, alone or by an absolute path; empty if it names none."""
    name = _name(argument)
    return name if name in PROGRAMS else ""


def step_arguments(arguments: Sequence[str], environ: Mapping[str, str]) -> Sequence[str]:
    """The arguments of the step: all but the name of the command, if it is the first.

    If the first one names a program that exists, this process becomes that program, and nothing is returned. Not on
    GitHub, which clears the entry point itself: there a program could only come from `args`, and turn the step green.
    """
    first = next(iter(arguments), "")
    if program_of(first) and environ.get("GITHUB_ACTIONS") != "true":
        _become(arguments)
    return arguments[1:] if _name(first) == COMMAND else arguments


def _name(argument: str) -> str:
    name = argument.rpartition("/")[2]
    return name if argument == name or argument.startswith("/") else ""


def _become(command: Sequence[str]) -> None:
    """Replace this process by a program with its arguments; returns only if there is no such program."""
    for number in _IGNORED:
        signal.signal(number, signal.SIG_DFL)
    release()
    with suppress(OSError):
        os.execvp(command[0], list(command))  # noqa: S606 - no shell: the arguments are those of the container
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
