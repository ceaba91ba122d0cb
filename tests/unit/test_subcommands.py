"""Subcommands: a first argument that stands for an input."""

from datetime import date

import pytest

from testsigma_action.inputs.cross_checks import TARGETS
from testsigma_action.inputs.help import text
from testsigma_action.inputs.options import BY_NAME, DEFINITIONS, Use
from testsigma_action.inputs.reading import read_inputs
from testsigma_action.inputs.subcommands import SUBCOMMANDS, Subcommand

# A value that the input accepts, where `1` is none.
VALUES = {
    "wait": "true",
    "runtime-data": "{a: b}",
    "upload-versions": "{1: 2}",
    "quarantine": "[{case: A, reason: B, expires: 2026-01-01}]",
    "fail-on-flaky": "true",
    "details": "all",
    "summary": "off",
    "on-busy": "wait",
    "on-timeout": "stop",
    "on-cancel": "stop",
    "on-job-rerun": "failed",
    "base-url": "https://app.testsigma.com",
    "plans": "[{plan-id: 1}]",
    "uploads": "[{file: LICENSE, upload-id: 1, type: attachment}]",
}


@pytest.mark.parametrize(
    "arguments",
    [
        ("merge", "a.json", "b.json", "--summary", "off"),
        ("merge", "--summary", "off", "a.json", "b.json"),
        ("merge", "a.json", "--summary=off", "b.json"),
        ("--merge", "a.json\nb.json", "--merge-expects", "2", "--summary", "off"),
    ],
)
def test_merge_takes_files(arguments: tuple[str, ...]) -> None:
    """`merge FILE...` is the input `merge` with these files, wherever the flags stand. No key is needed."""
    reading = read_inputs(arguments, {})
    assert reading.problems == ()
    assert (reading.inputs.merge, reading.inputs.summary) == (("a.json", "b.json"), "off")


def test_merge_without_a_file() -> None:
    """The message says what is missing."""
    assert "merge: no file follows merge on the command line." in read_inputs(("merge",), {}).problems


@pytest.mark.parametrize("arguments", [("a.json", ""), ("", "a.json"), ("a.json", " ")])
def test_a_file_without_a_name(arguments: tuple[str, ...]) -> None:
    """It stands for a variable without a value: without a problem, one part less would be expected."""
    (problem,) = read_inputs(("merge", *arguments), {}).problems
    assert problem == "merge: one of the files on the command line has an empty name."


@pytest.mark.parametrize("flag", [("--merge", "b.json"), ("--merge=b.json",)])
def test_files_of_a_subcommand_and_of_its_input(flag: tuple[str, ...]) -> None:
    """Otherwise those of one of them would be ignored."""
    (problem,) = read_inputs(("merge", "a.json", *flag), {}).problems
    assert problem == "merge: given twice on the command line: by the word merge, and by --merge. Use one of them."


def test_a_subcommand_is_the_first_argument() -> None:
    """Anywhere else it is no subcommand, and an error like every other word."""
    (problem,) = read_inputs(("--plan-id", "7", "merge", "a.json"), {"TESTSIGMA_API_KEY": "k"}).problems[:1]
    assert "not an input" in problem


def test_unknown_flags_of_a_subcommand() -> None:
    """They are named, as without a subcommand."""
    (problem,) = read_inputs(("merge", "a.json", "--hush", "off"), {}).problems
    assert problem == "command line: '--hush' is not an input; --help lists them."


@pytest.mark.parametrize("flag", ["--sumary", "--summari=off", "--Summary"])
def test_a_misspelt_flag(flag: str) -> None:
    """The flag that was meant is named, and what was given for it is not."""
    (problem,) = read_inputs(("merge", "a.json", flag), {}).problems
    assert problem == f"command line: '{flag.partition('=')[0]}' is not an input; did you mean --summary?"


def test_a_misspelt_subcommand() -> None:
    """The one that was meant is named; the word itself is not shown, since it may be a value."""
    problem = read_inputs(("chekc",), {"TESTSIGMA_API_KEY": "k"}).problems[0]
    assert problem == "command line: a value without a name is not an input; did you mean check?"


def test_the_number_of_parts_is_required() -> None:
    """Without it a missing part would be overlooked. Files that are named one by one must all be there."""
    (problem,) = read_inputs(("--merge", "*.json"), {}).problems
    assert problem.startswith("merge-expects: not given. Say how many parts")
    assert read_inputs(("merge", "a.json"), {}).problems == ()
    assert read_inputs(("merge", "a.json", "--merge-expects", "3"), {}).inputs.merge_expects == 3


def test_the_number_of_parts_belongs_to_merge() -> None:
    """Alone it means nothing."""
    problems = read_inputs(("--plan-id", "7", "--merge-expects", "3"), {"TESTSIGMA_API_KEY": "k"}).problems
    assert problems == ("merge-expects: only makes sense together with merge.",)


@pytest.mark.parametrize("name", [definition.name for definition in DEFINITIONS])
def test_inputs_beside_merge(name: str) -> None:
    """Inputs about runs are refused: they would silently be ignored. Those about reports and the connection are not."""
    environ = {"TESTSIGMA_MERGE": "*.json", "TESTSIGMA_MERGE_EXPECTS": "2"}
    variable = f"TESTSIGMA_{name.upper().replace('-', '_')}"
    problems = read_inputs((), {variable: VALUES.get(name, "1")} | environ, today=date(2025, 12, 31)).problems
    if BY_NAME[name].use is Use.ANY:
        assert problems == ()
    else:
        assert len(problems) == 1
        assert ("cannot be combined" in problems[0]) is (name in TARGETS)
        assert name in problems[0]


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "merge"])
def test_one_thing_to_do(name: str) -> None:
    """Running and merging exclude each other."""
    environ = {f"TESTSIGMA_{name.upper().replace('-', '_')}": VALUES.get(name, "1"), "TESTSIGMA_API_KEY": "k"}
    (problem,) = read_inputs(("merge", "a.json"), environ).problems
    assert problem == f"merge: cannot be combined with {name}; set only one of them."


@pytest.mark.parametrize("value", ["a/", "a.json\nb/", "a\x00b"])
def test_what_is_no_path(value: str) -> None:
    """A folder is no results file."""
    (problem,) = read_inputs(("--merge", value, "--merge-expects", "2"), {}).problems
    assert problem.endswith("it must be paths of files, one on each line, maybe with wildcards (*, ?, **).")


def test_a_key_among_the_files_is_not_shown() -> None:
    """As in every other input."""
    environ = {"TESTSIGMA_API_KEY": "eyJhbGciOiJIUzI1NiJ9.abcdefgh"}
    (problem,) = read_inputs(("merge", environ["TESTSIGMA_API_KEY"]), environ).problems
    assert problem == "merge: contains an API key, or a part of one, which belongs in api-key only."


@pytest.mark.parametrize("command", SUBCOMMANDS, ids=lambda command: command.name)
def test_help_lists_subcommands(command: Subcommand) -> None:
    """With how each is written and what it does."""
    lines = [" ".join(line.split()) for line in text().splitlines()]
    assert f"{command.usage} {command.meaning}" in lines


@pytest.mark.parametrize("arguments", [("check", "--plan-id", "7"), ("--plan-id", "7", "--dry-run", "true")])
def test_check_is_a_dry_run(arguments: tuple[str, ...]) -> None:
    """`check` is the input `dry-run`, and takes the same flags."""
    reading = read_inputs(arguments, {"TESTSIGMA_API_KEY": "k"})
    assert (reading.problems, reading.inputs.dry_run, reading.inputs.plan_id) == ((), True, "7")


def test_a_merge_is_no_dry_run() -> None:
    """There is nothing to check in a merge."""
    assert any(
        "Remove dry-run" in problem for problem in read_inputs(("merge", "a.json", "--dry-run", "true"), {}).problems
    )


def test_inputs_with_problems_are_named() -> None:
    """Without their values, and also if the problem is in an entry of a list; a flag that nobody knows is no input."""
    arguments = ("--timeout", "soon", "--plans", "[{plan-id: x y}]", "--unknown", "1")
    assert read_inputs(arguments, {}).wrong == {"timeout", "plans", "api-key"}
