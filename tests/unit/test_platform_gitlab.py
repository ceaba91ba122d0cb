"""GitLab CI: sections, and the files for `artifacts:reports:dotenv` and `artifacts:reports:annotations`."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests import ci_readers, samples
from tests.untrusted import texts
from testsigma_action.domain.build import Build
from testsigma_action.domain.names import named
from testsigma_action.inputs.options import Inputs
from testsigma_action.platforms.gitlab import GitLab
from testsigma_action.platforms.log import Log
from testsigma_action.platforms.variables import ENV_FILE
from testsigma_action.reporting import outputs
from testsigma_action.reporting.publish import Publisher
from testsigma_action.reporting.report_files import ReportFiles
from testsigma_action.secret import Secret

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
        pipeline_run="99001",
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


FILES = {f"TESTSIGMA_OUTPUT_{name}_FILE" for name in ("JUNIT", "RESULTS", "CTRF", "AGENT")}
LEFT_OUT = {*FILES, "TESTSIGMA_OUTPUT_UPLOAD_VERSION_IDS"}


def test_the_outputs_of_a_step_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is within the limits of a self-managed GitLab: 20 variables, less than 5 KiB. Few are missing."""
    monkeypatch.chdir(tmp_path)
    values = outputs.render(samples.failing())
    assert GitLab(BRANCH).write_outputs(values | {"runs": "x" * 6000}) == []
    found = ci_readers.gitlab_dotenv(tmp_path, [])
    assert {f"TESTSIGMA_OUTPUT_{name.upper().replace('-', '_')}" for name in values} - found.keys() == LEFT_OUT
    assert found["TESTSIGMA_OUTPUT_RUNS"] == ""
    assert found["TESTSIGMA_OUTPUT_RESULT"] == values["result"]
    assert (tmp_path / ENV_FILE).read_text("utf-8").count("\n") == len(values) - len(LEFT_OUT)


PAGE = "https://app.testsigma.com/ui/td/runs/1"


def links(folder: Path) -> list[tuple[str, str]]:
    """The links that GitLab shows on the page of the job."""
    (found,) = ci_readers.gitlab_annotations(folder).values()
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of the step."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_of_the_job_links_to_each_run(folder: Path) -> None:
    """As soon as runs exist, and at the end; a run that could not be started has no page."""
    first, second, missing = (samples.failing().runs[0],) * 2 + (samples.run_report(samples.UNREACHABLE),)
    runs = named((first, second, missing))
    publisher = Publisher(ReportFiles(Inputs(), GitLab(BRANCH)), Log(io.StringIO()))
    publisher.write_early(runs[:1])
    assert links(folder) == [(f"Testsigma: {runs[0].title}", samples.RUN_URL)]
    publisher.publish(replace(samples.report(*runs), junit_file="", results_file=""))
    assert links(folder) == [(f"Testsigma: {run.title}", samples.RUN_URL) for run in runs[:2]]


def test_links_of_an_earlier_job_are_removed(folder: Path) -> None:
    """A step that starts no run in a folder that was used before shows no link."""
    gitlab = GitLab(BRANCH)
    gitlab.write_links([("smoke", PAGE)])
    assert links(folder) == [("Testsigma: smoke", PAGE)]
    assert gitlab.problems(summary=True) == []
    assert links(folder) == []


@pytest.mark.parametrize("text", texts.TEXTS, ids=range(len(texts.TEXTS)))
def test_any_text_is_a_label(folder: Path, text: str) -> None:
    """GitLab accepts the file, and the label is one line without the key."""
    gitlab = GitLab(BRANCH)
    gitlab.secret = Secret("key-for-tests")
    gitlab.write_links([(f"{text} key-for-tests", PAGE), ("smoke", PAGE)])
    (label, page), other = links(folder)
    assert label.startswith("Testsigma: ")
    assert label.isprintable()
    assert "key-for-tests" not in label
    assert (page, other) == (PAGE, ("Testsigma: smoke", PAGE))


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", 'https://a.example/" onclick=x', "ftp://a.example"])
def test_an_unsafe_page_is_no_link(folder: Path, address: str) -> None:
    """Only addresses of the web become links."""
    GitLab(BRANCH).write_links([("smoke", address), ("other", PAGE)])
    assert links(folder) == [("Testsigma: other", PAGE)]


def test_too_many_links_are_cut_off(folder: Path) -> None:
    """GitLab refuses a file that is too large, and with it all links: the first ones are kept."""
    GitLab(BRANCH).write_links([(f"{number} {'漢' * 150}", PAGE) for number in range(2000)])
    found = links(folder)
    assert 100 < len(found) < 1000
    assert [label.split()[1] for label, _ in found] == [str(number) for number in range(len(found))]
