"""The text of `--help`: every input with its flag, its environment variable, its meaning and its default. Pure."""

from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from textwrap import wrap

from testsigma_action.inputs.descriptions import SECTIONS
from testsigma_action.inputs.options import BY_NAME, Definition
from testsigma_action.inputs.subcommands import SUBCOMMANDS

# Columns of the whole text, and of the names on its left.
WIDTH = 100
NAMES = 33
HEAD = """\
Usage: testsigma-action [SUBCOMMAND] [--INPUT VALUE]... [--debug] | --help | --version

Runs Testsigma test plans, waits for them, reports on them, and ends with a verdict you can trust.
"""
SOURCES = (
    "TESTSIGMA_API_KEY and TESTSIGMA_PLAN_ID are enough. Every other input can be a flag or an environment variable. "
    "If an input is set in several ways, the first of these is used: --plan-id, INPUT_PLAN_ID, PLUGIN_PLAN_ID, "
    "TESTSIGMA_PLAN_ID. With --debug, or RUNNER_DEBUG=1, the log has a line for every request, without its content."
)
# Names of inputs are not broken at their hyphens.
_wrap = partial(wrap, width=WIDTH - NAMES, break_on_hyphens=False)


def text() -> str:
    """The whole help; its last line ends."""
    lines = [HEAD, *wrap(SOURCES, WIDTH, break_on_hyphens=False), "", "Subcommands, as the first argument:"]
    lines += [f"  {each.usage:{NAMES - 2}}{each.meaning}" for each in SUBCOMMANDS]
    for title, descriptions in SECTIONS.items():
        lines += ["", f"{title}:"]
        for name, description in descriptions.items():
            lines += _lines(BY_NAME[name], description)
    return "\n".join(lines) + "\n"


def _lines(definition: Definition, description: str) -> Iterator[str]:
    """The names of an input, and beside them what it means and its default."""
    # The key is never accepted as a flag.
    is_key = definition.name == "api-key"
    names = [definition.variable] if is_key else [f"--{definition.name} VALUE", definition.variable]
    default = "Only as a variable: process lists show flags." if is_key else f"Default: {definition.default}."
    texts = [*_wrap(description), *(_wrap(default) if definition.default else [])]
    for left, right in zip_longest(names, texts, fillvalue=""):
        yield f"  {left:{NAMES - 2}}{right}".rstrip()
