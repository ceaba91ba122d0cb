"""Subcommands: a first argument that stands for an input. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subcommand:
    """The first argument `name` sets `input` to `true`, or to the files that are named after it."""

    name: str
    input: str
    meaning: str
    takes_files: bool = False

    @property
    def usage(self) -> str:
        """How it is written on the command line."""
        return f"{self.name} FILE..." if self.takes_files else self.name

    def value(self, rest: Sequence[str]) -> tuple[str, list[str]]:
        """The value of its input, and the arguments that are left, of those that are no flag of ours."""
        if not self.takes_files:
            return "true", list(rest)
        files = [argument for argument in rest if not argument.startswith("-")]
        return "\n".join(files), [argument for argument in rest if argument.startswith("-")]


MERGE = Subcommand("merge", "merge", "Judge results files of other steps, without any request.", takes_files=True)
CHECK = Subcommand("check", "dry-run", "Check inputs, key, plans and files, and start nothing.")
# Without any of these, test plans are run.
SUBCOMMANDS = (CHECK, MERGE)
_BY_NAME = {each.name: each for each in SUBCOMMANDS}


def subcommand_of(arguments: Sequence[str]) -> Subcommand | None:
    """The subcommand that the first argument names."""
    return _BY_NAME.get(arguments[0]) if arguments else None
