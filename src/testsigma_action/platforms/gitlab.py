"""GitLab CI: sections in the log, and files for `artifacts:reports:dotenv` and `artifacts:reports:annotations`.

Sources: docs.gitlab.com, "GitLab CI/CD artifacts reports types" and "CI/CD job logs"; gitlabhq:
parse_dotenv_artifact_service.rb, expand_variables.rb, parse_annotations_artifact_service.rb,
ci_job_annotation_data.json.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.variables import named, plain
from testsigma_action.text import no_command, one_line, web_link

# A job fails if its file has 5 KiB or more.
LONGEST_FILE = 5 * 1024 - 1
# A self-managed GitLab accepts 20 variables in a dotenv report, so the outputs that repeat inputs are left out,
# and the one that few steps have. It is in the file with all outputs.
LEFT_OUT = frozenset({"junit-file", "results-file", "ctrf-file", "agent-file", "upload-version-ids"})
ANNOTATIONS_FILE = "test-results/testsigma-annotations.json"
"""Links to the runs, for the page of the job."""
# GitLab refuses a larger file (bytes), and a longer list.
LONGEST_ANNOTATIONS = 80 * 1024
MOST_LINKS = 1000
_ERASE = "\x1b[0K"


class GitLab(Platform):
    """GitLab CI. Sections are not collapsed: GitLab has no other place that shows failures of a job at once."""

    name = "GitLab CI"
    markers = (("GITLAB_CI", "true"),)
    own_files = (*Platform.own_files, ANNOTATIONS_FILE)
    key_advice = (
        "Add the CI/CD variable TESTSIGMA_API_KEY to the project. A protected variable is empty in branches that are "
        "not protected, and in most merge requests."
    )
    project = ("$CI_PROJECT_PATH",)
    number = ("$CI_PIPELINE_IID", "$CI_PIPELINE_ID")
    commit = ("$CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "$CI_COMMIT_SHA")
    branch = ("$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "$CI_COMMIT_BRANCH")
    pull_request = ("$CI_MERGE_REQUEST_IID",)
    job_url = ("$CI_JOB_URL", "$CI_PIPELINE_URL")
    pipeline_run = ("$CI_PIPELINE_ID",)
    # The variables of a dotenv report are expanded in later jobs: `$NAME`, `${NAME}`, `%NAME%`.
    references = ("$", "%")
    _sections = 0

    def group(self, title: str, lines: list[str]) -> list[str]:
        """A section."""
        self._sections += 1
        mark = f"{int(time.time())}:testsigma_{self._sections}\r{_ERASE}"
        begin = f"{_ERASE}section_start:{mark}{no_command(title)}"
        return [begin, *map(no_command, lines), f"{_ERASE}section_end:{mark}"]

    def write_links(self, links: Sequence[tuple[str, str]]) -> None:
        """Write the file for the annotations report. A name becomes a label on one line."""
        safe = [(one_line(self.secret.hidden_in(name)), page) for name, url in links if (page := web_link(url))]
        self.write_file(ANNOTATIONS_FILE, _annotations(safe))

    def _env_file(self, outputs: Mapping[str, str]) -> Iterable[str]:
        """GitLab does not interpret quotes."""
        kept = {name: value for name, value in outputs.items() if name not in LEFT_OUT}
        return plain(named(kept, self.secret, self.references), LONGEST_FILE)


def _annotations(links: Sequence[tuple[str, str]]) -> Iterator[str]:
    """One list of links. Those at the end that GitLab would not accept are left out."""
    entries: list[object] = []
    size = len('{"Testsigma": []}')
    for name, page in links[:MOST_LINKS]:
        entry = {"external_link": {"label": f"Testsigma: {name}", "url": page}}
        size += len(f"{json.dumps(entry, ensure_ascii=False)}, ".encode("utf-8", "replace"))
        if size > LONGEST_ANNOTATIONS:
            break
        entries.append(entry)
    yield json.dumps({"Testsigma": entries}, ensure_ascii=False)
