"""Inputs on the command line: flags and a subcommand. Only imported if there are arguments."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from testsigma_action import __version__
from testsigma_action.inputs import help as help_page
from testsigma_action.inputs import unknown
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.options import DEFINITIONS
from testsigma_action.inputs.sources import trimmed
from testsigma_action.inputs.subcommands import Subcommand, subcommand_of
from testsigma_action.secret import Secret

COMMAND_LINE = "command line"
KEY_AS_FLAG = Problem(
    "api-key", "not accepted on the command line, where process lists show it. Set TESTSIGMA_API_KEY instead."
)
BY_BOTH = "given twice on the command line: by the word {}, and by --{}. Use one of them."
NO_NAME = "one of the files on the command line has an empty name."


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
    return {name: text for name, value in flags.items() if (text := trimmed(value or ""))}, problems


def _apply(command: Subcommand, flags: dict[str, str], rest: list[str]) -> tuple[list[str], list[Problem]]:
    """Set the input of a subcommand. Returns the arguments that are left, and the problems."""
    given = flags[command.input]
    flags[command.input], left = command.value(rest)
    problems = [BY_BOTH.format(command.name, command.input)] if given and command.takes_files else []
    if not flags[command.input].strip():
        problems.append(f"no file follows {command.name} on the command line.")
    elif not all(map(str.strip, flags[command.input].split("\n"))):
        problems.append(NO_NAME)
    return left, [Problem(command.input, problem) for problem in problems]
