"""action.yml, the code and the README say the same."""

import dataclasses
import re
import tomllib
from pathlib import Path

from tests.repo.metadata import action
from tests.samples import BEGIN as NOW
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.run import Result, RunSpec, Status
from testsigma_action.errors import ISSUES, ExitCode
from testsigma_action.inputs.descriptions import DESCRIPTIONS
from testsigma_action.inputs.options import BY_NAME, DEFINITIONS, Inputs
from testsigma_action.reporting import outputs

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def table(heading: str) -> dict[str, list[str]]:
    """The first table under a heading of the README: the name in its first column -> its other cells."""
    section = README.partition(f"\n## {heading}\n")[2]
    first = section[section.index("\n|") + 1 :].partition("\n\n")[0]
    rows = [line.strip().strip("|").split(" | ") for line in first.splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows}


def test_inputs_are_the_same_everywhere() -> None:
    """action.yml, the definitions, the fields of Inputs and the README's table have the same inputs."""
    names = [definition.name for definition in DEFINITIONS]
    assert list(action()["inputs"]) == names
    assert list(table("Inputs")) == names
    assert [definition.field for definition in DEFINITIONS] == [field.name for field in dataclasses.fields(Inputs)]


def test_defaults_are_the_same_everywhere() -> None:
    """Defaults live in the code; the descriptions and the README name them."""
    for name, declared in action()["inputs"].items():
        assert "default" not in declared
        default = BY_NAME[name].default
        told = re.search(r"Default: (.+)\.$", declared["description"])
        assert (told.group(1) if told else "") == ("" if default == "required" else default)
        assert table("Inputs")[name][0].strip("`") == default


def test_descriptions_are_the_same_everywhere() -> None:
    """`--help` and action.yml describe every input in the same words; action.yml adds the default."""
    assert list(DESCRIPTIONS) == list(BY_NAME)
    for name, declared in action()["inputs"].items():
        default = BY_NAME[name].default
        added = f" Default: {default}." if default and default != "required" else ""
        assert declared["description"] == DESCRIPTIONS[name] + added


def test_the_readme_begins_with_the_description() -> None:
    """The README says more about some inputs, after the first sentence of the description, word for word."""
    for name, cells in table("Inputs").items():
        plain = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", cells[-1]).replace("`", "")
        assert plain.startswith(re.split(r"(?<=\.) (?=[A-Z0-9])", DESCRIPTIONS[name])[0]), name


def test_the_named_defaults_are_those_of_the_code() -> None:
    """Reading the named default gives the default."""
    for definition in DEFINITIONS:
        field = next(field for field in dataclasses.fields(Inputs) if field.name == definition.field)
        if definition.default and " " not in definition.default and definition.default != "required":
            assert definition.read(definition.default) == field.default, definition.name


def test_pip_installs_what_the_image_contains() -> None:
    """Every package that the code needs is declared, with a lowest release that is not above the pinned one."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    lowest = dict(dependency.lower().split(">=") for dependency in declared)
    runtime = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([0-9.]+)", runtime, re.MULTILINE))
    wanted = (ROOT / "requirements" / "runtime.in").read_text("utf-8").lower().splitlines()[1:]
    assert set(wanted) <= set(lowest) <= set(pinned)
    for name, version in lowest.items():
        assert numbers(version) <= numbers(pinned[name]), name


def numbers(version: str) -> list[int]:
    """A version, to be compared."""
    return [int(part) for part in version.split(".")]


def test_no_input_is_marked_as_required() -> None:
    """Not even the key: it is not needed with merge, and programs that check workflows would complain there."""
    assert not {name for name, declared in action()["inputs"].items() if declared.get("required")}


def test_outputs_are_the_same_everywhere() -> None:
    """action.yml, the reporter and the README's table have the same outputs."""
    verdict = Verdict(Conclusion.PASSED, ExitCode.PASSED)
    report = Report(verdict, (RunReport(RunSpec(), verdict),), NOW, NOW)
    assert set(action()["outputs"]) == set(outputs.render(report)) == set(table("Outputs"))


def test_words_of_outputs_are_the_same_everywhere() -> None:
    """The descriptions list the words that an output can be."""
    described = {name: declared["description"] for name, declared in action()["outputs"].items()}
    for word in [status.value for status in Status]:
        assert word in described["status"]
    for word in [result.value for result in Result]:
        assert word in described["result"]
    for word in [conclusion.value for conclusion in Conclusion]:
        assert word in described["conclusion"]


def test_exit_codes_are_explained() -> None:
    """The README explains every exit code of the contract."""
    assert list(table("When the step fails")) == ["0", "1", "2", "3", "4", "5", "130 / 143", "70"]


def test_one_home() -> None:
    """The place for issues is that of the repository that the README names."""
    owner = re.findall(r"uses: ([^/\s]+)/testsigma-action@", README)
    assert owner
    assert {f"https://github.com/{name}/testsigma-action/issues" for name in owner} == {ISSUES}
