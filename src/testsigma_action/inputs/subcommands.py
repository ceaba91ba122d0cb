"""Subcommands: a first argument that stands for an input. Pure."""

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


# Without any of these, test plans are run.
SUBCOMMANDS = (
    Subcommand("check", "dry-run", "Check inputs, key, plans and files, and start nothing."),
    Subcommand("merge", "merge", "Judge results files of other steps, without any request.", takes_files=True),
)
