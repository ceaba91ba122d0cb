"""The page about moving from the vendor's script names all that the script has, and what it says is right."""

import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.vendor_script import FLAGS, POWERSHELL, SHELL, runtime_data
from testsigma_action.inputs import unknown
from testsigma_action.inputs.options import BY_NAME

PAGE = (Path(__file__).resolve().parents[2] / "docs/moving-from-the-script.md").read_text("utf-8")


def rows() -> list[list[str]]:
    """The rows of the table of variables and flags."""
    section = PAGE.partition("## Variables and flags")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def codes(text: str) -> list[str]:
    """What is written as code."""
    return re.findall(r"`([^`]+)`", text)


def flags(command: str) -> dict[str, str]:
    """The long flags of a command: name -> value."""
    words = [word[2:].partition("=") for word in shlex.split(command) if word.startswith("--")]
    return {name: value for name, equals, value in words if equals}


def before_and_after() -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
    """The flags of the script, the inputs on GitHub, and the flags of the command."""
    section = PAGE.partition("## Before and after")[2].partition("\n## ")[0]
    before, github, elsewhere = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
    ((step,),) = (job["steps"] for job in yaml.safe_load(github)["jobs"].values())
    return flags(before), step["with"], flags(elsewhere)


def test_the_table_has_every_variable_and_flag() -> None:
    """Everything that the scripts have is there once, and nothing else is."""
    variables = [code for row in rows() for code in codes(row[0])]
    assert sorted(variables) == sorted([*SHELL, *POWERSHELL])
    named = [code for row in rows() for code in codes(row[1])]
    assert sorted(named) == sorted([*FLAGS, *FLAGS.values()])
    assert all(FLAGS[long] == short for row in rows() if row[1] for short, long in [codes(row[1])])


def test_the_inputs_exist() -> None:
    """What takes the place of a variable is an input, or the table says that there is none."""
    assert {row[2] for row in rows()} <= {"none", *(f"`{name}`" for name in BY_NAME)}


def test_after_is_the_same_as_before() -> None:
    """The three commands start the same run, with the same limit and the same file."""
    before, github, elsewhere = before_and_after()
    assert set(before) <= {name.removeprefix("--") for name in FLAGS}
    texts = {name: str(value) for name, value in github.items() if name != "api-key"}
    assert texts == elsewhere
    assert (texts["plan-id"], texts["build-number"]) == (before["testplanid"], before["buildno"])
    assert BY_NAME["timeout"].read(texts["timeout"]) == timedelta(minutes=int(before["maxtimeinmins"]))
    assert texts["junit-file"] == before["reportfilepath"].removeprefix("./")
    assert BY_NAME["runtime-data"].read(texts["runtime-data"]) == runtime_data(before["runtimedata"])


def test_the_messages_agree_with_the_table() -> None:
    """The step names the same input for a flag or a variable of the script as the page does."""
    inputs = {code: row[2].strip("`") for row in rows() for code in (*codes(row[0]), *codes(row[1]))}
    ours = {**unknown.SCRIPT_FLAGS, **unknown.SCRIPT_VARIABLES}
    assert {name: inputs[name] for name in ours} == ours
    assert set(unknown.SCRIPT_FLAGS) == {*FLAGS, *FLAGS.values()} - {"--help", "-h"}
    assert set(unknown.SCRIPT_VARIABLES) <= set(SHELL)
