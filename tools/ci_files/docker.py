"""The command that starts the container on systems whose steps are commands on the agent.

A container sees only the variables that are passed to it. Here they are passed by name: so no value is part of a
command, a value may contain anything, and the API key is in no list of processes.
"""

from collections.abc import Iterable, Iterator
from string import Template
from textwrap import wrap

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.build import BuildFacts, Sources
from tools.ci_files.inputs import INPUTS

PROXY = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
# The step runs as the user of the agent, who can then delete its files; and in the same path as outside, so that the
# agent finds files by the paths that the step prints.
OPTIONS = ('--rm --user "$(id -u):$(id -g)"', '--volume "$PWD:$PWD" --workdir "$PWD"')
WIDTH = 95


def run(system: type[Platform], *others: str) -> str:
    """The command on several lines, with `others` as variables, too. It replaces the shell, and so gets its signals.

    The image is the value of a variable as well.
    """
    options = [*OPTIONS, *wrap(" ".join(f"--env={name}" for name in (*passed(system), *others)), WIDTH)]
    return " \\\n  ".join(["exec docker run", *options, '"$TESTSIGMA_IMAGE"'])


def passed(system: type[Platform]) -> Iterator[str]:
    """Names of the variables that are passed: inputs, what the system is recognised by, facts about the build."""
    yield from (each.variable for each in INPUTS)
    yield system.markers[0][0]
    yield from fact_variables(system)
    yield from PROXY


def fact_variables(system: type[Platform]) -> Iterable[str]:
    """Names of the variables that the step reads facts about the build from."""
    sources: Iterable[Sources] = (getattr(system, fact) for fact in BuildFacts.__annotations__)
    return dict.fromkeys(name for source in sources for text in source for name in Template(text).get_identifiers())
