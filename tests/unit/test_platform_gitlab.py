"""GitLab CI: sections, and the file for `artifacts:reports:dotenv`."""

import re
from pathlib import Path

import pytest

from tests import ci_readers, samples
from testsigma_action.domain.build import Build
from testsigma_action.platforms.gitlab import GitLab
from testsigma_action.platforms.variables import ENV_FILE
from testsigma_action.reporting import outputs

BRANCH = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "acme/shop",
    "CI_PIPELINE_IID": "812",
    "CI_PIPELINE_ID": "99001",
    "CI_COMMIT_SHA": "merged",
    "CI_COMMIT_REF_NAME": "main",
    "CI_COMMIT_BRANCH": "main",
    "CI_JOB_URL": "https://gitlab.example/acme/shop/-/jobs/7",
    "CI_PIPELINE_URL": "https://gitlab.example/acme/shop/-/pipelines/99001",
}
MERGE_REQUEST = BRANCH | {
    "CI_MERGE_REQUEST_IID": "5",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "source",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix",
    "CI_COMMIT_BRANCH": "",
}
TAG = BRANCH | {"CI_COMMIT_REF_NAME": "v1.2", "CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "v1.2"}


def test_facts_of_a_branch() -> None:
    """Project, number of the pipeline in the project, and the job."""
    assert GitLab(BRANCH).build == Build(
        system="GitLab CI",
        label="acme/shop#812",
        commit="merged",
        branch="main",
        job_url="https://gitlab.example/acme/shop/-/jobs/7",
    )


def test_facts_of_a_merge_request() -> None:
    """The commit and branch of its author, where GitLab knows them."""
    build = GitLab(MERGE_REQUEST).build
    assert (build.commit, build.branch, build.pull_request) == ("source", "fix", "5")


def test_a_tag_is_no_branch() -> None:
    """CI_COMMIT_REF_NAME is the name of either."""
    assert GitLab(TAG).build.branch == ""


def test_sections() -> None:
    """Each has a name of its own; its lines are no commands."""
    gitlab = GitLab(BRANCH)
    names = set()
    for _ in range(2):
        begin, line, end = gitlab.group("Failures\x1b[0K", ["\x1b[0Ksection_end:1:testsigma_1\r\x1b[0K"])
        found = re.fullmatch("\x1b\\[0Ksection_start:\\d{10}:(\\w+)\r\x1b\\[0KFailures", begin)
        assert found
        assert re.fullmatch(f"\x1b\\[0Ksection_end:\\d{{10}}:{found[1]}\r\x1b\\[0K", end)
        assert "\x1b" not in line
        names.add(found[1])
    assert len(names) == 2


def test_the_outputs_of_a_step_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All outputs are in the file, within the limits of a self-managed GitLab: 20 variables, less than 5 KiB."""
    monkeypatch.chdir(tmp_path)
    values = outputs.render(samples.failing())
    assert GitLab(BRANCH).write_outputs(values | {"runs": "x" * 6000}) == []
    found = ci_readers.gitlab_dotenv(tmp_path, [])
    assert len(found) == len(values)
    assert found["TESTSIGMA_OUTPUT_RUNS"] == ""
    assert found["TESTSIGMA_OUTPUT_RESULT"] == values["result"]
    assert (tmp_path / ENV_FILE).read_text("utf-8").count("\n") == len(values)
