"""Outputs as variables, and facts about a build: the rules that all CI systems share."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests import samples
from testsigma_action import platforms as ci
from testsigma_action.domain.build import Build
from testsigma_action.inputs.options import BY_NAME
from testsigma_action.platforms import variables
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.build import BuildFacts, filled
from testsigma_action.reporting import outputs
from testsigma_action.secret import NO_SECRET, Secret

KEY = Secret("key-for-tests")
LONG = "x" * (variables.LONGEST_VALUE + 1)


def test_no_output_is_an_input() -> None:
    """A later step that sees the outputs as variables does not take them as its inputs."""
    taken = {f"TESTSIGMA_{name.upper().replace('-', '_')}" for name in BY_NAME}
    names = set(map(variables.variable_name, outputs.render(samples.failing())))
    assert not names & taken
    assert "TESTSIGMA_OUTPUT_RUN_ID" in names
    assert all(name.isidentifier() and name.isupper() for name in names)


def test_values_are_one_line_without_the_key() -> None:
    """Line breaks become visible; the key is hidden; a value that is too long for a variable becomes empty."""
    found = variables.named({"run-id": "1\r\n2", "run-url": "a key-for-tests", "runs": LONG}, KEY)
    assert found == {
        "TESTSIGMA_OUTPUT_RUN_ID": "1 ⏎ 2",
        "TESTSIGMA_OUTPUT_RUN_URL": "a ***",
        "TESTSIGMA_OUTPUT_RUNS": "",
    }


def test_a_value_with_a_reference_becomes_empty() -> None:
    """The system would replace it by the value of another variable."""
    found = variables.named({"a": "x $HOME", "b": "50%0a"}, NO_SECRET, ("$", "%0A"))
    assert list(found.values()) == ["", ""]


def test_the_longest_values_are_left_out_first() -> None:
    """A file of limited size keeps its short values, and names all variables."""
    text = "".join(variables.plain({"A": "1" * 50, "B": "2", "C": "3" * 10}, 22))
    assert text == "A=\nB=2\nC=3333333333\n"
    assert len(text) <= 22


def test_the_first_known_source_of_a_fact_counts() -> None:
    """A source counts if all its variables have a value; a value is one line, and `false` is none."""
    environ = {"A": "", "B": "x\ny", "C": "c", "D": "false"}
    assert filled(("$A", "$B/$A", "$D", "$B/$C", "$C"), environ) == "x ⏎ y/c"
    assert filled(("$A",), environ) == filled((), environ) == ""


def test_the_facts_of_a_console_are_unknown() -> None:
    """Nothing is made up."""
    assert ci.detect({}).build == Build()


@pytest.mark.parametrize(
    ("ref", "branch"),
    [
        ("main", "main"),
        ("refs/heads/feature/x", "feature/x"),
        ("refs/tags/v1.2", ""),
        ("refs/pull/5/merge", ""),
        ("references", "references"),
    ],
)
def test_a_branch_has_its_short_name(ref: str, branch: str) -> None:
    """Whether a system gives the name or the ref; a tag or the merge of a pull request is no branch."""

    class System(BuildFacts):
        branch = ("$REF",)

    assert System({"REF": ref}).build.branch == branch


def test_attempts_count_from_one() -> None:
    """Whether a system counts attempts or retries; anything but a number is no number."""

    class System(BuildFacts):
        attempt, retries = ("$ATTEMPT",), ("$RETRIES",)

    given = [{"ATTEMPT": "1"}, {"RETRIES": "0"}, {"ATTEMPT": "3", "RETRIES": "7"}, {"ATTEMPT": "x"}, {"RETRIES": "-1"}]
    assert [System(environ).build.attempt for environ in given] == [1, 1, 3, None, None]


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """What all adapters begin with, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    made = Platform({})
    made.secret = KEY
    return made


def test_outputs_are_in_two_files(system: Platform, tmp_path: Path) -> None:
    """A shell reads one, any program the other; each write replaces the file."""
    system.write_outputs({"old": "x"})
    assert system.write_outputs({"run-id": "3 02", "runs": f"{LONG} key-for-tests"}) == []
    assert json.loads((tmp_path / variables.JSON_FILE).read_text("utf-8")) == {"run-id": "3 02", "runs": f"{LONG} ***"}
    text = (tmp_path / variables.ENV_FILE).read_text("utf-8")
    assert text == "TESTSIGMA_OUTPUT_RUN_ID='3 02'\nTESTSIGMA_OUTPUT_RUNS=''\n"


def test_a_shell_reads_the_file_back(system: Platform, tmp_path: Path) -> None:
    """Quotes, references and commands in a value stay text."""
    value = """a'b"c $(touch x) `touch x` $HOME \\ ; touch x # !"""
    system.write_outputs({"run-id": value})
    script = f'. ./{variables.ENV_FILE}; printf %s "$TESTSIGMA_OUTPUT_RUN_ID"'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode() == value
    assert not (tmp_path / "x").exists()


def test_outputs_of_an_earlier_build_are_removed(system: Platform, tmp_path: Path) -> None:
    """A step that is killed leaves no outputs of another run in the same workspace."""
    system.write_outputs({"conclusion": "passed"})
    assert system.problems(summary=True) == []
    assert (tmp_path / variables.ENV_FILE).read_text("utf-8") == ""
    assert json.loads((tmp_path / variables.JSON_FILE).read_text("utf-8")) == {}


@pytest.mark.parametrize("system", ci.PLATFORMS, ids=lambda system: system.__name__)
def test_nobody_watches(system: type[Platform]) -> None:
    """Lines are never redrawn, whether the system sets CI or not."""
    assert not system({}).watched
    assert ci.detect({}).watched


def test_files_that_cannot_be_written_are_a_problem(system: Platform, tmp_path: Path) -> None:
    """Found before anything is started."""
    (tmp_path / "test-results").write_text("a file", encoding="utf-8")
    [problem] = system.problems(summary=True)
    assert problem.startswith("outputs: the files cannot be written (")


def test_a_folder_without_permission_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user of the step is named, and how a container gets a folder that it can write to."""
    # Nobody may create a file there, not even root.
    monkeypatch.chdir("/sys")
    [problem] = Platform({}).problems(summary=True)
    assert f"The step runs as user {os.geteuid()}. " in problem
    assert '--user "$(id -u):$(id -g)"' in problem
    assert "emptyDir" in problem
