"""Azure Pipelines: logging commands."""

from pathlib import Path

import pytest

from testsigma_action.domain.build import Build
from testsigma_action.platforms.azure import SUMMARY_FILE, Azure
from testsigma_action.secret import NO_SECRET, Secret

BRANCH = {
    "TF_BUILD": "True",
    "SYSTEM_TEAMPROJECT": "My Shop",
    "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/acme/",
    "SYSTEM_JOBATTEMPT": "2",
    "BUILD_DEFINITIONNAME": "nightly",
    "BUILD_BUILDNUMBER": "20261126.1",
    "BUILD_BUILDID": "4711",
    "BUILD_SOURCEVERSION": "merged",
    "BUILD_SOURCEBRANCH": "refs/heads/main",
}
PULL_REQUEST = BRANCH | {
    "SYSTEM_PULLREQUEST_SOURCECOMMITID": "source",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/fix",
    "SYSTEM_PULLREQUEST_PULLREQUESTID": "5",
}


def test_facts_of_a_branch() -> None:
    """The name of a project may have blanks, which a URL may not."""
    assert Azure(BRANCH).build == Build(
        system="Azure Pipelines",
        label="My Shop/nightly#20261126.1.2",
        attempt=2,
        commit="merged",
        branch="main",
        job_url="https://dev.azure.com/acme/My%20Shop/_build/results?buildId=4711",
        pipeline_run="https://dev.azure.com/acme/My Shop 4711",
    )


def test_facts_of_a_pull_request() -> None:
    """The commit and branch of its author; the number of a GitHub repository before the ID of Azure."""
    build = Azure(PULL_REQUEST).build
    assert (build.commit, build.branch, build.pull_request) == ("source", "fix", "5")
    assert Azure(PULL_REQUEST | {"SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "7"}).build.pull_request == "7"


def test_the_key_is_masked() -> None:
    """The command is escaped; without a key there is none."""
    assert Azure({}).mask(Secret("key;for]tests")) == ["##vso[task.setsecret]key%3Bfor%5Dtests"]
    assert Azure({}).mask(NO_SECRET) == []


def test_groups() -> None:
    """Folded, with lines that are no commands."""
    group = Azure({}).group("Failures", ["##vso[task.complete result=Succeeded;]"])
    assert group == ["##[group]Failures", "# #vso[task.complete result=Succeeded;]", "##[endgroup]"]


def test_annotations() -> None:
    """One issue in one line, whose text has no key."""
    azure = Azure({})
    azure.secret = Secret("key;for;tests")
    assert azure.annotation("error", "T", "a\r\nb]; key;for;tests") == [
        "##vso[task.logissue type=error]T: a%0D%0Ab%5D%3B ***"
    ]
    assert azure.annotation("warning", "T", "a") == ["##vso[task.logissue type=warning]T: a"]


def test_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Output variables; a macro is left out."""
    monkeypatch.chdir(tmp_path)
    assert Azure({}).write_outputs({"run-id": "30;2]", "runs": "$(SYSTEM_ACCESSTOKEN)"}) == [
        "##vso[task.setvariable variable=TESTSIGMA_OUTPUT_RUN_ID;isOutput=true]30%3B2%5D",
        "##vso[task.setvariable variable=TESTSIGMA_OUTPUT_RUNS;isOutput=true]",
    ]


@pytest.mark.parametrize("variable", ["PIPELINE_WORKSPACE", "SYSTEM_DEFAULTWORKINGDIRECTORY"])
def test_the_summary_is_uploaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """If the workspace is a folder of the agent."""
    folder = tmp_path / "1" / "s"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    [line] = Azure({variable: str(tmp_path / "1")}).write_summary("# Title\n")
    assert line == f"##vso[task.uploadsummary]{folder / SUMMARY_FILE}"
    assert (folder / SUMMARY_FILE).read_text("utf-8") == "# Title\n"


def test_a_summary_that_the_agent_cannot_see_is_not_uploaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container with another mount, its path leads nowhere, and the agent would fail the step."""
    monkeypatch.chdir(tmp_path)
    assert Azure({"PIPELINE_WORKSPACE": "/home/vsts/work/1"}).write_summary("# Title\n") == []
    assert (tmp_path / SUMMARY_FILE).exists()
