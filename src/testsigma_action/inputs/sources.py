"""The sources of inputs: flags, a subcommand, and environment variables.

The first source that is set wins: `--plan-id`, `INPUT_PLAN-ID` or `INPUT_PLAN_ID` (GitHub), `PLUGIN_PLAN-ID` (Drone
changes no character of a setting but its case) or `PLUGIN_PLAN_ID` (Woodpecker), `TESTSIGMA_PLAN_ID`. An empty value
counts as not given.
"""

import argparse
from collections.abc import Mapping, Sequence
from textwrap import dedent
from typing import NoReturn

from testsigma_action import __version__
from testsigma_action.inputs import help as help_page
from testsigma_action.inputs import unknown
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.options import DEFINITIONS
from testsigma_action.inputs.subcommands import Subcommand, subcommand_of
from testsigma_action.secret import Secret

COMMAND_LINE = "command line"
# The flag, and the variable that GitHub sets when a job runs with debug logging.
DEBUG, RUNNER_DEBUG = "--debug", "RUNNER_DEBUG"
KEY_AS_FLAG = Problem(
    "api-key", "not accepted on the command line, where process lists show it. Set TESTSIGMA_API_KEY instead."
)


def from_environment(name: str, environ: Mapping[str, str]) -> str:
    """The text of an input from the environment; empty if no variable has one."""
    upper = name.upper()
    snake = upper.replace("-", "_")
    names = (*(f"{prefix}_{word}" for prefix in ("INPUT", "PLUGIN") for word in (upper, snake)), f"TESTSIGMA_{snake}")
    return next((text for variable in names if (text := _trimmed(environ.get(variable, "")))), "")


def _trimmed(text: str) -> str:
    """The text without blanks around it, and without the indent that all its lines share, which matters in YAML."""
    return (dedent(text) if "\n" in text else text).strip()


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
    command = subcommand_of(arguments)
    words = arguments[1:] if command else arguments
    try:
        given, rest = _parser().parse_known_args(words)
    except argparse.ArgumentError:
        unreadable = Problem(COMMAND_LINE, "it cannot be read; --help shows what is accepted.")
        return {}, [KEY_AS_FLAG if holds_key else unreadable]
    flags = vars(given)
    empty = [name for name in flags if flags[name] is None and name != "api-key"]
    problems = [Problem(name, f"no value follows --{name} on the command line.") for name in empty]
    if command:
        rest, wrong = _apply(command, flags, rest)
        problems += wrong
    first = () if command and command.takes_files else words
    others = [Problem(COMMAND_LINE, sentence) for sentence in unknown.arguments(first, rest, key)]
    problems += [KEY_AS_FLAG] if holds_key else others
    return {name: text for name, value in flags.items() if (text := _trimmed(value or ""))}, problems


def _apply(command: Subcommand, flags: dict[str, str], rest: list[str]) -> tuple[list[str], list[Problem]]:
    """Set the input of a subcommand. Returns the arguments that are left, and the problems."""
    flags[command.input], left = command.value(rest)
    if flags[command.input]:
        return left, []
    return left, [Problem(command.input, f"no file follows {command.name} on the command line.")]
