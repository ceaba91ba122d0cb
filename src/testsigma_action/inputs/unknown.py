"""Variables and arguments that are no inputs, and what was probably meant. Values are never quoted. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from testsigma_action.inputs import pasted
from testsigma_action.inputs.options import BY_NAME
from testsigma_action.inputs.pages import NUMBER
from testsigma_action.inputs.subcommands import SUBCOMMANDS
from testsigma_action.runtime.programs import program_of
from testsigma_action.secret import Secret

OURS = "TESTSIGMA_"
# The step sets these for later steps, with any name after it.
OUTPUTS = f"{OURS}OUTPUT_"
# GitHub sets these for its own `with.entrypoint` and `with.args`.
RESERVED_BY_GITHUB = frozenset({"entrypoint", "args"})
# How similar a misspelt name is (0 to 1): variables of other programs are less similar.
SIMILAR = 0.75
NOT_AN_INPUT = "{} is not an input; --help lists them."
NAMELESS = "a value without a name"
NO_PROGRAM = (
    "'{}' is not an input, and there is no such program here. If a CI system starts a shell in the image, use the full "
    "image, not the minimal one."
)
# Names in the scripts that Testsigma publishes for CI systems, and the inputs that take their place.
SCRIPT_PAGE = "docs/moving-from-the-script.md"
_SCRIPT_FLAGS = {
    "api-key": ("--apikey", "-k"),
    "plan-id": ("--testplanid", "-i"),
    "timeout": ("--maxtimeinmins", "-t"),
    "junit-file": ("--reportfilepath", "-r"),
    "runtime-data": ("--runtimedata", "-d"),
    "build-number": ("--buildno", "-b"),
}
SCRIPT_FLAGS = {flag: name for name, flags in _SCRIPT_FLAGS.items() for flag in flags}
# Only those that nothing else is called.
SCRIPT_VARIABLES = {
    "TESTSIGMA_TEST_PLAN_ID": "plan-id",
    "TESTSIGMA_TEST_PLAN_REST_URL": "base-url",
    "MAX_WAIT_TIME_FOR_SCRIPT_TO_EXIT": "timeout",
    "RUNTIME_DATA_INPUT": "runtime-data",
}


def variables(environ: Mapping[str, str], key: Secret) -> Iterator[str]:
    """A warning for each variable that is no input, and is set as one, is misspelt, or belongs to Testsigma's script.

    Other TESTSIGMA_ variables are ignored.
    """
    for variable in sorted(name for name in environ if environ[name]):
        if variable in SCRIPT_VARIABLES:
            ours = BY_NAME[SCRIPT_VARIABLES[variable]].variable
            page = f"here it is {ours} ({SCRIPT_PAGE})"
            yield f"{variable} is a variable of Testsigma's script and was ignored; {page}."
        elif variable.startswith(("INPUT_", "PLUGIN_")):
            yield from _of_a_runner(variable, key)
        elif meant := _meant(variable):
            yield f"{pasted.visible(variable)} is not an input and was ignored; did you mean {meant}?"


def _of_a_runner(variable: str, key: Secret) -> Iterator[str]:
    rest = variable.partition("_")[2]
    name = rest.lower().replace("_", "-")
    if name not in BY_NAME.keys() | RESERVED_BY_GITHUB:
        shown, meant = f"'{pasted.visible(name)}' ({pasted.visible(variable)})", closest(name, BY_NAME, SIMILAR)
        if pasted.looks_like_key(rest, key):
            shown, meant = f"An input whose name is {pasted.NOT_SHOWN},", ""
        question = f"; did you mean {meant}?" if meant else "."
        yield f"{shown} is not an input of this action and was ignored{question}"


def _meant(variable: str) -> str:
    """The variable of the input that was meant; empty if the name is right, or is not similar to any.

    A name that has another part beside that of an input, such as TESTSIGMA_API_KEY_2, belongs to somebody else.
    """
    if not variable.startswith(OURS) or variable.startswith(OUTPUTS):
        return ""
    name = variable.removeprefix(OURS).lower().replace("_", "-")
    meant = name if name in BY_NAME else closest(name, BY_NAME, SIMILAR)
    if not meant or BY_NAME[meant].variable == variable or (meant != name and f"-{meant}-" in f"-{name}-"):
        return ""
    return BY_NAME[meant].variable


def closest(name: str, names: Iterable[str], similar: float = 0.6) -> str:
    """The name that is most like this one; empty if none is as similar as this (0 to 1)."""
    # Imported only for a name that is wrong: it takes its time.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(names), n=1, cutoff=similar)), "")


def arguments(given: Sequence[str], rest: Sequence[str], key: Secret) -> Iterator[str]:
    """A sentence for each argument that is no input: `rest`, of those that were given.

    If the first one is no flag, nothing is said about those that follow it. Other words may be values of unknown flags.
    """
    first = next(filter(None, given), "")
    if first and not first.startswith("-"):
        yield _word(first, key)
    else:
        flags = [argument for argument in rest if argument.startswith("-")]
        yield from (_flag(argument, key) for argument in flags or filter(None, rest))


def _word(word: str, key: Secret) -> str:
    if program := program_of(word):
        return NO_PROGRAM.format(program)
    if NUMBER.fullmatch(word) and not pasted.looks_like_key(word, key):
        return f"'{word}' is not an input; did you mean --plan-id {word}?"
    # The word itself is not shown: it may be a value, even the key.
    meant = closest(word, [each.name for each in SUBCOMMANDS], SIMILAR)
    return f"{NAMELESS} is not an input; did you mean {meant}?" if meant else NOT_AN_INPUT.format(NAMELESS)


def _flag(argument: str, key: Secret) -> str:
    """The sentence about an argument with its name, if it has one."""
    name = argument.partition("=")[0]
    if meant := SCRIPT_FLAGS.get(name):
        here = f"the variable {BY_NAME[meant].variable}" if meant == "api-key" else f"--{meant}"
        return f"{name} is a flag of Testsigma's script; here it is {here} ({SCRIPT_PAGE})."
    named = name.startswith("--") and len(name) > 2
    if named and (meant := closest(name[2:].replace("_", "-"), BY_NAME, SIMILAR)):
        return f"{pasted.quoted(name, key)} is not an input; did you mean --{meant}?"
    return NOT_AN_INPUT.format(pasted.quoted(name, key) if named else NAMELESS)
