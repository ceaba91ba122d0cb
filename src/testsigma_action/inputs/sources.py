"""The sources of inputs: flags and environment variables.

The first source that is set wins: `--plan-id`, `INPUT_PLAN-ID` or `INPUT_PLAN_ID` (GitHub), `PLUGIN_PLAN-ID` (Drone
changes no character of a setting but its case) or `PLUGIN_PLAN_ID` (Woodpecker), `TESTSIGMA_PLAN_ID`. An empty value
counts as not given.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from textwrap import dedent
from typing import NoReturn

from testsigma_action import __version__
from testsigma_action.inputs import help as help_page
from testsigma_action.inputs import pasted
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.options import BY_NAME, DEFINITIONS
from testsigma_action.secret import Secret

COMMAND_LINE = "command line"
KEY_AS_FLAG = Problem(
    "api-key", "not accepted on the command line, where process lists show it. Set TESTSIGMA_API_KEY instead."
)
NOT_AN_INPUT = "{} is not an input; --help lists them."
NAMELESS = "a value without a name"
# GitLab, Jenkins and others start a command of their own in the image.
ENTRY_POINT = (
    "If the CI system started it as a command in this image, clear the entry point of the image (GitLab: "
    "entrypoint: [\"\"] below image; Jenkins: docker.inside('--entrypoint=')), and run testsigma-action in the shell."
)
# Commands that may be shown: any other text may be a part of the key.
SHOWN_COMMANDS = frozenset({"ash", "bash", "busybox", "cat", "node", "pwsh", "sh", "sleep", "tail", "testsigma-action"})
# GitHub sets these for its own `with.entrypoint` and `with.args`.
RESERVED_BY_GITHUB = frozenset({"entrypoint", "args"})


def from_environment(name: str, environ: Mapping[str, str]) -> str:
    """The text of an input from the environment; empty if no variable has one."""
    upper = name.upper()
    snake = upper.replace("-", "_")
    names = (*(f"{prefix}_{word}" for prefix in ("INPUT", "PLUGIN") for word in (upper, snake)), f"TESTSIGMA_{snake}")
    return next((text for variable in names if (text := _trimmed(environ.get(variable, "")))), "")


def _trimmed(text: str) -> str:
    """The text without blanks around it, and without the indent that all its lines share, which matters in YAML."""
    return (dedent(text) if "\n" in text else text).strip()


def unknown_variables(environ: Mapping[str, str], key: Secret) -> Iterator[str]:
    """A warning for each variable that looks like an input and is none. Other TESTSIGMA_ variables are ignored."""
    for variable in sorted(environ):
        prefix, _, rest = variable.partition("_")
        name = rest.lower().replace("_", "-")
        if prefix not in {"INPUT", "PLUGIN"} or not environ[variable] or name in BY_NAME.keys() | RESERVED_BY_GITHUB:
            continue
        if pasted.looks_like_key(rest, key):
            yield f"An input whose name is {pasted.NOT_SHOWN}, is not an input of this action and was ignored."
        else:
            shown = pasted.visible(variable)
            yield f"'{pasted.visible(name)}' ({shown}) is not an input of this action and was ignored."


class _Parser(argparse.ArgumentParser):
    """An argument parser that does not end the program, except for `--help` and `--version`."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of ending the program. The message quotes values, so it is not reported."""
        raise argparse.ArgumentError(None, message)

    def format_help(self) -> str:
        """Our own layout, which is the same for every version of Python and every terminal."""
        return help_page.text()


def _parser() -> argparse.ArgumentParser:
    """All inputs as flags. That of the key exists so that it can be refused, and its value is not taken for another."""
    made = _Parser(prog="testsigma-action", allow_abbrev=False)
    made.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    for definition in DEFINITIONS:
        made.add_argument(f"--{definition.name}", dest=definition.name, nargs="?", default="")
    return made


def from_flags(arguments: Sequence[str], key: Secret) -> tuple[dict[str, str], list[Problem]]:
    """The flags that were given, and the problems of the command line, which never quote a value: it may be the key."""
    holds_key = any(argument.startswith("--api-key") for argument in arguments)
    try:
        given, rest = _parser().parse_known_args(arguments)
    except argparse.ArgumentError:
        unreadable = Problem(COMMAND_LINE, "it cannot be read; --help shows what is accepted.")
        return {}, [KEY_AS_FLAG if holds_key else unreadable]
    flags = vars(given)
    empty = [name for name in flags if flags[name] is None and name != "api-key"]
    problems = [Problem(name, f"no value follows --{name} on the command line.") for name in empty]
    # Arguments that are no inputs may be a part of the key.
    problems += [KEY_AS_FLAG] if holds_key else _unknown_arguments(arguments, rest, key)
    return {name: text for name, value in flags.items() if (text := _trimmed(value or ""))}, problems


def _unknown_arguments(arguments: Sequence[str], rest: Sequence[str], key: Secret) -> list[Problem]:
    """The problems of all arguments that are no inputs; a command with its arguments is one problem."""
    first = next(filter(None, arguments), "")
    if first and not first.startswith("-"):
        command = PurePosixPath(first).name
        what = f"'{command}'" if command in SHOWN_COMMANDS else NAMELESS
        return [Problem(COMMAND_LINE, f"{NOT_AN_INPUT.format(what)} {ENTRY_POINT}")]
    return [_unknown_argument(argument, key) for argument in rest if argument]


def _unknown_argument(argument: str, key: Secret) -> Problem:
    """The problem of an argument that is no input: its name if it has one, never its value."""
    name = argument.partition("=")[0]
    named = name.startswith("--") and len(name) > 2
    return Problem(COMMAND_LINE, NOT_AN_INPUT.format(pasted.quoted(name, key) if named else NAMELESS))
