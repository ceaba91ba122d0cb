"""Inputs on the command line: flags and a subcommand. Only imported if there are arguments."""

from argparse import ArgumentError, ArgumentParser
from collections.abc import Iterator, Sequence

from testsigma_action import __version__
from testsigma_action.inputs import help as help_page
from testsigma_action.inputs import unknown
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.options import BY_NAME
from testsigma_action.inputs.subcommands import SUBCOMMANDS
from testsigma_action.secret import Secret

COMMAND_LINE = "command line"
KEY_AS_FLAG = Problem(
    "api-key", "not accepted on the command line, where process lists show it. Set TESTSIGMA_API_KEY instead."
)


class _Parser(ArgumentParser):
    """An argument parser with our own help, which is the same for every version of Python and every terminal."""

    def format_help(self) -> str:
        """The whole page."""
        return help_page.text()


def from_flags(arguments: Sequence[str], key: Secret) -> tuple[dict[str, str], list[Problem], bool]:
    """The flags that were given, the problems of the command line, and whether a subcommand names files.

    The problems never quote a value: it may be the key.
    """
    parser = _Parser(prog="testsigma-action", allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    # That of the key exists so that it can be refused, and its value is not taken for another.
    for name in BY_NAME:
        parser.add_argument(f"--{name}", dest=name, nargs="?", default="")
    holds_key = any(argument.startswith("--api-key") for argument in arguments)
    command = next((each for each in SUBCOMMANDS if each.name == arguments[0]), None)
    takes_files = command is not None and command.takes_files
    words = arguments[1:] if command else arguments
    try:
        given, rest = parser.parse_known_args(words)
    except ArgumentError:
        unreadable = Problem(COMMAND_LINE, "it cannot be read; --help shows what is accepted.")
        return {}, [KEY_AS_FLAG if holds_key else unreadable], takes_files
    flags = {name: value or "" for name, value in vars(given).items()}
    empty = [name for name, value in vars(given).items() if value is None and name != "api-key"]
    problems = [Problem(name, f"no value follows --{name} on the command line.") for name in empty]
    if command and takes_files:
        files = [argument for argument in rest if not argument.startswith("-")]
        rest = [argument for argument in rest if argument.startswith("-")]
        problems += [Problem(command.input, sentence) for sentence in _wrong_files(files, flags[command.input])]
        flags[command.input] = "\n".join(files)
    elif command:
        flags[command.input] = "true"
    others = [Problem(COMMAND_LINE, each) for each in unknown.arguments(() if takes_files else words, rest, key)]
    return flags, problems + ([KEY_AS_FLAG] if holds_key else others), takes_files


def _wrong_files(files: Sequence[str], flag: str) -> Iterator[str]:
    """What is wrong with the files that follow `merge`; `flag` has those of --merge."""
    if flag:
        yield "given twice on the command line: by the word merge, and by --merge. Use one of them."
    if not any(map(str.strip, files)):
        yield "no file follows merge on the command line."
    elif not all(map(str.strip, files)):
        yield "one of the files on the command line has an empty name."
