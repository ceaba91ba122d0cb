"""Outputs as variables: one rule for names and values on all CI systems but GitHub.

`run-id` becomes TESTSIGMA_OUTPUT_RUN_ID. Without `OUTPUT`, a later step on the same machine would take the outputs
`run-id`, `junit-file` and `results-file` as its inputs of these names.

A value is one line. A value that a system cannot transport unchanged becomes empty, and is in the JSON file only:
modified text could be mistaken for the value, and a reference (`$NAME`) would be replaced by the value of a variable.
"""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping

from testsigma_action.secret import Secret
from testsigma_action.text import one_line

PREFIX = "TESTSIGMA_OUTPUT_"
ENV_FILE = "test-results/testsigma-outputs.env"
"""The outputs as variables, in the syntax of a shell unless the system has its own."""
JSON_FILE = "test-results/testsigma-outputs.json"
"""The outputs by their names, with complete values."""

# What a value may not contain where its file is documented for plain values only.
NOT_PLAIN = ("$", "`", "\\", '"', "'", " #")
# A longer value is not made a variable (bytes): Linux starts no program with a variable of 128 KiB.
LONGEST_VALUE = 16 * 1024
_ANY_LENGTH = 10**8


def variable_name(output: str) -> str:
    """The variable of an output."""
    return PREFIX + output.upper().replace("-", "_")


def named(outputs: Mapping[str, str], secret: Secret, references: tuple[str, ...] = ()) -> dict[str, str]:
    """The outputs as variables, without the secret; empty are those that are too long or contain a reference."""
    return {variable_name(name): _value(secret.hidden_in(value), references) for name, value in outputs.items()}


def shell(variables: Mapping[str, str], prefix: str = "") -> Iterator[str]:
    """Assignments that a shell can read, quoted where necessary."""
    return (f"{prefix}{name}={shlex.quote(value)}\n" for name, value in variables.items())


def plain(variables: Mapping[str, str], most: int) -> Iterator[str]:
    """Assignments without quotes, of at most so many bytes together: the longest values become empty."""
    fitting = within(variables, most, lambda name, value: len(f"{name}={value}\n".encode()))
    return (f"{name}={value}\n" for name, value in fitting.items())


def within(variables: Mapping[str, str], most: int, size: Callable[[str, str], int]) -> dict[str, str]:
    """The variables in at most so many bytes: the longest values become empty."""
    fitting = dict(variables)
    for name in sorted(variables, key=lambda each: -len(variables[each])):
        if sum(size(each, value) for each, value in fitting.items()) <= most:
            break
        fitting[name] = ""
    return fitting


def as_json(outputs: Mapping[str, str]) -> Iterator[str]:
    """The outputs as one JSON object."""
    yield json.dumps(dict(outputs), indent=2) + "\n"


def _value(text: str, references: tuple[str, ...]) -> str:
    line = one_line(text, _ANY_LENGTH)
    fits = len(line.encode()) <= LONGEST_VALUE
    return line if fits and not any(mark in line.upper() for mark in references) else ""
