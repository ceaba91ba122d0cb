"""For every text: each CI system reads back the outputs that were written, and no command of somebody else."""

import re
import tempfile
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import ci_readers as readers
from tests import samples
from tests.untrusted import runner, texts
from testsigma_action.platforms import PLATFORMS
from testsigma_action.platforms.azure import Azure
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.bitbucket import Bitbucket
from testsigma_action.platforms.build import LONGEST_FACT, BuildFacts
from testsigma_action.platforms.buildkite import Buildkite
from testsigma_action.platforms.circleci import CircleCI
from testsigma_action.platforms.cloud_build import CloudBuild
from testsigma_action.platforms.drone import Drone
from testsigma_action.platforms.gitlab import LEFT_OUT, GitLab
from testsigma_action.platforms.jenkins import Jenkins
from testsigma_action.platforms.teamcity import TeamCity
from testsigma_action.platforms.tekton import Tekton
from testsigma_action.platforms.variables import LONGEST_VALUE, variable_name
from testsigma_action.platforms.woodpecker import Woodpecker
from testsigma_action.reporting import outputs
from testsigma_action.text import one_line, web_link


@dataclass(frozen=True)
class System:
    """A CI system as its documentation describes it."""

    adapter: type[Platform]
    outputs: Callable[[Path, list[str]], dict[str, str]]
    native: str = ""
    """The variable that leads to a file or folder."""
    is_folder: bool = False
    commands: Callable[[str], list[str]] = readers.nothing
    of_group: tuple[str, ...] = ()
    of_annotation: tuple[str, ...] = ()


SYSTEMS = [
    System(GitLab, readers.gitlab_dotenv, commands=readers.gitlab_commands, of_group=("start", "end")),
    System(
        Azure,
        readers.azure_variables,
        commands=readers.azure_commands,
        of_group=("group", "endgroup"),
        of_annotation=("task.logissue",),
    ),
    System(Jenkins, readers.shell_file),
    System(Bitbucket, readers.assignments, "BITBUCKET_PIPELINES_VARIABLES_PATH"),
    System(CircleCI, readers.bash_env, "BASH_ENV"),
    System(Buildkite, readers.shell_file, commands=readers.buildkite_commands, of_group=("+++",)),
    System(
        TeamCity,
        readers.teamcity_variables,
        commands=readers.teamcity_commands,
        of_group=("blockOpened", "blockClosed"),
    ),
    System(Woodpecker, readers.shell_file),
    System(Drone, readers.assignments, "DRONE_OUTPUT"),
    System(CloudBuild, readers.builder_output, "BUILDER_OUTPUT", is_folder=True),
    System(Tekton, readers.tekton_results, "TEKTON_RESULTS", is_folder=True),
]
EACH = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.adapter.__name__)
NAMES = ["run-id", "run-url", "runs", "result", "error-code"]
SPECIAL = st.text(st.sampled_from("ab=$(){}%`'\"\\|[];:#!<>&+- \n\r\t\x1b\x00é\u2028\U0001f600\ud800"), max_size=30)
# What a system would replace by the value of a variable, or decode.
REFERENCES = ("$CI_JOB_TOKEN", "${CI_JOB_TOKEN}", "%CI_JOB_TOKEN%", "$(SYSTEM_ACCESSTOKEN)", "<+x>")
CODES = ("a%3Bb", "a%0ab", "a%0Ab", "a%0Db", "a%5Db", "a%AZP25b", "a%25b")
TEXT = st.one_of(
    st.sampled_from(REFERENCES + CODES),
    st.sampled_from([text for text in texts.TEXTS if len(text) < 2000]),
    SPECIAL,
    st.text(max_size=30),
)
# As many as fit into the results of a task of Tekton, the smallest place of all, whatever their texts are.
OUTPUTS = st.dictionaries(st.sampled_from(NAMES), TEXT, max_size=3)
ANY_LENGTH = 10**8


def written(system: System, folder: Path, *writes: dict[str, str]) -> dict[str, str]:
    """What later steps see after these outputs were set one after the other."""
    path = folder / readers.NATIVE
    if system.is_folder:
        path.mkdir()
    platform = system.adapter({system.native: str(path)})
    with chdir(folder):
        assert platform.problems(summary=True) == []
        lines = [line for write in writes for line in platform.write_outputs(write)]
    if system.commands is readers.nothing:
        assert lines == []
    return system.outputs(folder, lines)


def expected(system: System, text: str) -> str:
    """The value on one line; where a system would take a part of it as a reference, it is empty instead."""
    line = one_line(text, ANY_LENGTH)
    return "" if any(mark in line.upper() for mark in system.adapter.references) else line


@EACH
@given(early=OUTPUTS, late=OUTPUTS)
def test_outputs_are_read_back(system: System, early: dict[str, str], late: dict[str, str]) -> None:
    """All of them and no others, each with its value, whatever the values are; those that were written last count."""
    with tempfile.TemporaryDirectory() as folder:
        found = written(system, Path(folder), early, early | late)
    values = {f"TESTSIGMA_OUTPUT_{name.upper().replace('-', '_')}": text for name, text in (early | late).items()}
    assert found == {name: expected(system, text) for name, text in values.items()}


@EACH
def test_the_outputs_of_a_step_arrive(system: System, tmp_path: Path) -> None:
    """Numbers, words, pages and paths of a real report are unchanged on every system."""
    values = outputs.render(samples.failing()) | {
        "junit-file": "my results/TEST-é.xml",
        "run-url": "https://app.testsigma.com/ui/td/runs/1?a=b&c=d#e",
    }
    found = written(system, tmp_path, values)
    lost = {name for name, text in values.items() if found.get(variable_name(name)) != text}
    assert lost <= {"runs", *(LEFT_OUT if system.adapter is GitLab else ())}


@EACH
@pytest.mark.parametrize("length", [1000, 6000, LONGEST_VALUE, LONGEST_VALUE + 1, 200_000])
def test_long_values_hurt_no_others(system: System, length: int, tmp_path: Path) -> None:
    """A value that does not fit becomes empty; the other outputs are there, and the system accepts them all."""
    found = written(system, tmp_path, {"run-id": "302", "runs": "&" * length, "result": "failed"})
    assert found["TESTSIGMA_OUTPUT_RUN_ID"] == "302"
    assert found["TESTSIGMA_OUTPUT_RESULT"] == "failed"
    assert found["TESTSIGMA_OUTPUT_RUNS"] in {"", "&" * length}
    assert found["TESTSIGMA_OUTPUT_RUNS"] == "" or length <= LONGEST_VALUE


@pytest.mark.parametrize("platform", [*PLATFORMS, Platform], ids=lambda platform: platform.__name__)
@given(text=TEXT)
def test_facts_about_the_build_are_short_lines(platform: type[Platform], text: str) -> None:
    """Whatever the variables are, and a branch can have any name; the page of the job is a web page or unknown."""
    sources = [Template(source) for fact in BuildFacts.__annotations__ for source in getattr(platform, fact)]
    names = {name for source in sources for name in source.get_identifiers()}
    build = platform(dict.fromkeys(names, text)).build
    for fact in (build.label, build.commit, build.branch, build.pull_request, build.job_url):
        assert fact.encode() is not None
        assert len(fact.splitlines()) <= 1
        assert len(fact) <= 4 * LONGEST_FACT
        assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f]", fact)
    assert build.job_url == web_link(build.job_url)


@EACH
@given(text=TEXT)
def test_the_log_has_our_commands_only(system: System, text: str) -> None:
    """In a group and in an annotation: the commands of the adapter, and no others of any system within a group."""
    platform = system.adapter({system.native: readers.NATIVE})
    group = platform.group(text, [text, f"a {text}"])
    assert tuple(readers.commands(group, system.commands)) == system.of_group
    assert not any("\n" in line for line in group)
    for line in group[1:3]:
        assert (runner.markers(line), runner.commands(line), system.commands(line)) == ([], [], [])
    for level in ("error", "warning"):
        lines = platform.annotation(level, text, text)
        assert tuple(readers.commands(lines, system.commands)) == system.of_annotation
        assert not any("\n" in line or "\r" in line for line in lines)
