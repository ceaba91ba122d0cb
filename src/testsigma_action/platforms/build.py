"""Facts about the build, from the variables that a CI system sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from testsigma_action.text import one_line

# Maximum length of a fact (characters).
LONGEST_FACT = 1000


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """Where each fact comes from: texts with `$VARIABLE`, of which the first one with all its variables is used."""

    project: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    attempt: tuple[str, ...] = ()
    commit: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    pull_request: tuple[str, ...] = ()
    job_url: tuple[str, ...] = ()


def filled(sources: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """The first text whose variables all have a value, with these values; else an empty text."""
    for source in map(Template, sources):
        values = {name: _value(environ.get(name, "")) for name in source.get_identifiers()}
        if all(values.values()):
            return source.substitute(values)
    return ""


def _value(text: str) -> str:
    """The value of a variable on one line: a branch can have any name. Buildkite says `false` for no pull request."""
    return "" if text == "false" else one_line(text, LONGEST_FACT)
