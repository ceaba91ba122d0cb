"""`--help` and `--version`: everything that the command takes, readable in a log and on a terminal."""

import re

import pytest

from testsigma_action import __version__
from testsigma_action.inputs import help as help_page
from testsigma_action.inputs.descriptions import DESCRIPTIONS
from testsigma_action.inputs.options import DEFINITIONS, Definition
from testsigma_action.inputs.reading import read_inputs

PAGE = help_page.text()
# The names of an input stand on the left, in the order of the definitions.
LEFT, RIGHT = (
    [line[part].strip() for line in PAGE.splitlines()]
    for part in (slice(help_page.NAMES), slice(help_page.NAMES, None))
)


def told(definition: Definition) -> str:
    """What the page says about an input, as one line: from its first name to the next line with a new input."""
    first = LEFT.index(f"--{definition.name} VALUE" if definition.name != "api-key" else "TESTSIGMA_API_KEY")
    ends = (row for row in range(first + 1, len(LEFT)) if LEFT[row].startswith("--") or LEFT[row].endswith(":"))
    last = next(ends, len(LEFT))
    return " ".join(filter(None, RIGHT[first:last]))


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_every_input_has_its_meaning_and_its_default(definition: Definition) -> None:
    """The description, whole, and the default, if there is one."""
    assert told(definition).startswith(DESCRIPTIONS[definition.name])
    if definition.default and definition.name != "api-key":
        assert told(definition).endswith(f" Default: {definition.default}.")


def test_every_input_is_a_variable_and_all_but_the_key_are_flags() -> None:
    """Both names of every input are listed once; the key has no flag, and is marked as required."""
    variables = [f"TESTSIGMA_{definition.field.upper()}" for definition in DEFINITIONS]
    assert [name for name in LEFT if name in variables] == variables
    flags = [f"--{definition.name} VALUE" for definition in DEFINITIONS if definition.name != "api-key"]
    assert [name for name in LEFT if name.startswith("--")] == flags
    assert "Required" in told(DEFINITIONS[0])


def test_the_page_fits_everywhere() -> None:
    """At most 100 columns of ASCII, whatever the terminal or its encoding; no line ends with blanks."""
    assert PAGE.isascii()
    assert all(len(line) <= 100 and line == line.rstrip() for line in PAGE.splitlines())
    assert PAGE.endswith("\n")
    assert "\n\n\n" not in PAGE


def test_the_order_of_sources_is_told() -> None:
    """The page names the sources of an input in the order in which they are used."""
    names = re.search(r"the first of these is used: ([^.]+)\.", PAGE.replace("\n", " "))
    assert names
    sources = names[1].split(", ")
    environ = dict(zip(sources[1:], "234", strict=True))
    for chosen in "1234":
        arguments = (f"{sources[0]}=1",) if chosen == "1" else ()
        assert read_inputs(arguments, environ).inputs.plan_id == chosen
        environ.pop(sources[int(chosen) - 1], None)


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("--plan-id", "7", "--help"), ("--planid=7", "--help")])
def test_help_ends_the_program(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The page is printed, and nothing else; the exit code is 0."""
    with pytest.raises(SystemExit) as ended:
        read_inputs(arguments, {})
    assert ended.value.code == 0
    assert capsys.readouterr() == (PAGE, "")


def test_version_ends_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    """The name and the version of the package are printed; the exit code is 0."""
    with pytest.raises(SystemExit) as ended:
        read_inputs(("--version",), {})
    assert ended.value.code == 0
    assert capsys.readouterr() == (f"testsigma-action {__version__}\n", "")
