"""Where the step runs, and what the plain console offers."""

import re
import shutil
from pathlib import Path

import pytest

from testsigma_action import platforms as ci
from testsigma_action.domain.build import Build
from testsigma_action.inputs.reading import read_inputs
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.files import Workspace
from testsigma_action.platforms.github import GitHub
from testsigma_action.secret import Secret


def test_github_is_recognised() -> None:
    """The runner sets GITHUB_ACTIONS to true for every step."""
    assert isinstance(ci.detect({"GITHUB_ACTIONS": "true"}), GitHub)


# The variables of each system by its documentation, and of systems within others.
ENVIRONMENTS: list[tuple[str, dict[str, str]]] = [
    ("GitHub Actions", {"CI": "true", "GITHUB_ACTIONS": "true"}),
    ("GitHub Actions", {"CI": "true", "GITHUB_ACTIONS": "true", "ACT": "true"}),
    ("GitHub Actions", {"GITHUB_ACTIONS": "true", "JENKINS_URL": "https://jenkins.example/", "CIRCLECI": ""}),
    ("GitLab CI", {"CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_IID": "1", "CI_COMMIT_SHA": "abc"}),
    ("Azure Pipelines", {"TF_BUILD": "True", "BUILD_BUILDID": "1"}),
    ("Jenkins", {"CI": "true", "JENKINS_URL": "https://jenkins.example/", "BUILD_URL": "https://jenkins.example/1"}),
    ("Jenkins", {"BUILD_TAG": "jenkins-shop-main-812"}),
    ("GitLab CI", {"CI": "true", "GITLAB_CI": "true", "JENKINS_URL": "https://jenkins.example/"}),
    ("Bitbucket Pipelines", {"CI": "true", "BITBUCKET_BUILD_NUMBER": "1"}),
    ("CircleCI", {"CI": "true", "CIRCLECI": "true"}),
    ("Buildkite", {"CI": "true", "BUILDKITE": "true"}),
    ("TeamCity", {"TEAMCITY_VERSION": "2026.1", "BUILD_URL": "https://teamcity.example/build/1"}),
    ("Woodpecker", {"CI": "woodpecker", "CI_PIPELINE_NUMBER": "1", "CI_COMMIT_SHA": "abc"}),
    ("Drone", {"CI": "true", "DRONE": "true"}),
    ("Drone", {"CI": "drone", "DRONE": "true", "HARNESS_PIPELINE_ID": "x"}),
    ("Google Cloud Build", {"BUILDER_OUTPUT": "/builder/outputs"}),
    ("Tekton", {"TEKTON_RESULTS": "/tekton/results"}),
    ("Gitea Actions", {"CI": "true", "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true"}),
    ("Gitea Actions", {"CI": "true", "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "FORGEJO_ACTIONS": "true"}),
    ("", {"CI": "true", "CI_COMMIT_SHA": "abc"}),
    ("", {"CI": "true", "BUILD_TAG": "v1.2"}),
]


@pytest.mark.parametrize(("name", "environ"), ENVIRONMENTS)
def test_each_system_is_recognised(name: str, environ: dict[str, str]) -> None:
    """By its own variable, whatever variables of other systems there are."""
    assert ci.detect(environ).name == name


def test_every_adapter_is_recognised() -> None:
    """The table above has each of them."""
    assert {name for name, _ in ENVIRONMENTS} == {Platform.name, *(platform.name for platform in ci.PLATFORMS)}


@pytest.mark.parametrize("environ", [{}, {"GITHUB_ACTIONS": ""}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_OUTPUT": "/x"}])
def test_anything_else_is_a_console(environ: dict[str, str]) -> None:
    """What nobody recognises is the plain console."""
    assert type(ci.detect(environ)) is Platform


def test_the_console_has_a_log_and_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles are lines, the workspace is where we are, outputs are files, and there is nothing else."""
    monkeypatch.chdir(tmp_path)
    platform = ci.detect({})
    assert platform.workspace == tmp_path
    assert platform.group("Failures", ["one", "two"]) == ["Failures", "one", "two"]
    assert platform.mask(Secret("key-for-tests")) == []
    assert platform.annotation("error", "Title", "Message") == []
    assert platform.build == Build()
    assert platform.write_outputs({"run-id": "1001"}) == []
    platform.write_state({"a": "b"})
    assert platform.write_summary("text") == []
    written = {path.name: path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()}
    assert written.keys() == {"testsigma-outputs.env", "testsigma-outputs.json"}
    assert written["testsigma-outputs.env"] == "TESTSIGMA_OUTPUT_RUN_ID=1001\n"


@pytest.mark.parametrize(
    ("environ", "watched"), [({}, True), ({"TERM": "dumb"}, False), ({"CI": "1"}, False), ({"TF_BUILD": "True"}, False)]
)
def test_a_person_watches_a_console_only(environ: dict[str, str], watched: bool) -> None:  # noqa: FBT001 - a parameter
    """Neither in CI nor on a dumb terminal; and some CI systems that are known do not set CI."""
    assert ci.detect(environ).watched is watched


def test_outputs_of_an_earlier_step_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the console too: before anything is started, nothing is left that a later step could take for outputs."""
    monkeypatch.chdir(tmp_path)
    ci.detect({}).write_outputs({"conclusion": "passed"})
    assert ci.detect({}).problems(summary=True) == []
    assert [path.read_text("utf-8").strip() for path in sorted(tmp_path.rglob("*.*"))] == ["", "{}"]


def test_a_working_folder_that_is_gone_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said in words, whatever asks for it; and nothing is written anywhere else instead."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    assert ci.detect({}).problems(summary=True) == []
    shutil.rmtree(gone)
    for environ in ({}, {"GITHUB_ACTIONS": "true"}):
        [problem] = ci.detect(environ).problems(summary=True)
        assert problem.startswith("working folder: ")
    with pytest.raises(FileNotFoundError):
        Workspace(ci.detect({}).workspace).write("a/report.xml", ["x"])
    assert list(tmp_path.iterdir()) == []


# What only the advice of this system says when there is no key.
KEY_ADVICE = {
    "": "`docker run` passes it",
    "GitHub Actions": "Dependabot",
    "Gitea Actions": "api-key: ${{ secrets.TESTSIGMA_API_KEY }}",
    "GitLab CI": "protected variable",
    "Azure Pipelines": "`env` of this step",
    "Bitbucket Pipelines": "secured variable",
    "CircleCI": "`context`",
    "Buildkite": "`secrets: [TESTSIGMA_API_KEY]`",
    "Woodpecker": "allow the secret for this event",
    "Drone": "unless the secret allows it",
    "TeamCity": "env.TESTSIGMA_API_KEY",
    "Google Cloud Build": "`secretEnv`",
    "Tekton": "secret-name",
    "Jenkins": "`withCredentials`",
}


@pytest.mark.parametrize(("name", "environ"), ENVIRONMENTS)
def test_a_missing_key_has_the_advice_of_the_system(name: str, environ: dict[str, str]) -> None:
    """Only the system that the step runs on is named."""
    platform = ci.detect(environ)
    reading = read_inputs((), environ | {"TESTSIGMA_PLAN_ID": "420"}, key_advice=platform.key_advice)
    [problem] = reading.problems
    assert problem == f"api-key: not given. {platform.key_advice}"
    assert KEY_ADVICE[name] in problem
    others = {each for each in KEY_ADVICE if each and each != name}
    assert not any(re.search(rf"\b{other.split()[0]}\b", problem) for other in others - {"Google Cloud Build"})
