"""GitLab CI: the component and the example, checked by GitLab's schema, and run in pipelines."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests import ci_readers
from tests.ci_systems import gitlab
from tests.ci_systems.checkers import assert_valid
from tests.ci_systems.conftest import ROOT
from tests.ci_systems.gitlab import COMPONENT, EXAMPLE, FAN_OUT, GitLabCI, Told, with_our_image
from tests.e2e.conftest import serving
from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE
from tests.e2e.secrecy import assert_not_in, files
from tests.e2e.test_image import variables
from tests.simulator import Scenario, Server, scenario
from tools.ci_files import project

SCHEMA = ("--builtin-schema", "vendor.gitlab-ci")
FROM_THE_PROJECT = {"component": "$CI_SERVER_FQDN/$CI_PROJECT_PATH/testsigma@$CI_COMMIT_SHA"}
REPORT = """
stages: [test, report]
report:
  stage: report
  when: always
  script:
    - env | grep ^TESTSIGMA_OUTPUT_
"""


@pytest.fixture(scope="session")
def helper(engine: Engine) -> None:
    """The helper image is there."""
    gitlab.build_helper(engine)


@pytest.fixture
def ci(engine: Engine, helper: None, programs: Path, tmp_path: Path) -> GitLabCI:  # noqa: ARG001 - it must be there
    """What runs a pipeline in a new repository."""
    home, folder = tmp_path / "home", tmp_path / "repository"
    home.mkdir()
    folder.mkdir()
    return GitLabCI(programs / "gitlab-ci-local", engine, home, folder)


def include(source: Mapping[str, str] = FROM_THE_PROJECT, **inputs: str) -> str:
    """A pipeline that includes the component with these inputs, and a later job that prints the outputs."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()} | {"image": IMAGE}
    return REPORT + yaml.safe_dump({"include": [{**source, "inputs": given}]})


def run(ci: GitLabCI, server: Server, pipeline: str, **variables: str) -> Told:
    """Run a pipeline against a simulator. The key is in no line of the log, and in no file of the repository."""
    known = {"TESTSIGMA_API_KEY": server.key, "TESTSIGMA_BASE_URL": server.url, "TESTSIGMA_POLL_INTERVAL": "0.2s"}
    told = ci.run(pipeline, known | variables)
    print(told.log)
    assert_not_in(server.key, [told.log, *(path.read_text("utf-8", "replace") for path in files(told.folder))])
    return told


def outputs(told: Told) -> dict[str, str]:
    """The outputs that the later job found in its environment, by their names."""
    pairs = (line.removeprefix("TESTSIGMA_OUTPUT_").partition("=") for line in told.lines("report"))
    return {name.lower().replace("_", "-"): value for name, equals, value in pairs if equals}


def junit(told: Told, job: str) -> ET.Element:
    """The JUnit file among the artifacts of a job."""
    (path,) = told.artifacts(job).glob("test-results/TEST-*.xml")
    return ET.parse(path).getroot()


def title(root: ET.Element) -> str:
    """What the names of all suites begin with."""
    (found,) = {suite.get("name", "").partition(" / ")[0] for suite in root}
    return found


@pytest.mark.parametrize("example", [EXAMPLE, FAN_OUT], ids=lambda path: path.name)
def test_the_example_is_valid(example: Path) -> None:
    """GitLab's schema accepts it."""
    assert_valid(example, *SCHEMA)


def test_the_component_is_valid(tmp_path: Path) -> None:
    """GitLab's schema accepts both parts of it; the header is a document of its own."""
    for document in yaml.safe_load_all(COMPONENT.read_text("utf-8")):
        path = tmp_path / ".gitlab-ci.yml"
        path.write_text(yaml.safe_dump(document), "utf-8")
        assert_valid(path, *SCHEMA)


def test_the_component_passes_outputs_to_a_later_job(ci: GitLabCI, key: str) -> None:
    """A plan that passes: outputs through the dotenv report, the JUnit file as an artifact, a link to the run."""
    with serving(scenario("passing"), key) as server:
        told = run(ci, server, include(plan_id="420", summary_title='It\'s 100 "sure"'))
    assert told.exit_code == 0
    found = outputs(told)
    assert (found["conclusion"], found["total"], found["run-id"]) == ("passed", "11", "1001")
    assert found["run-url"] == f"{server.url}/ui/td/runs/1001"
    assert title(junit(told, "testsigma")) == 'It\'s 100 "sure"'
    (links,) = ci_readers.gitlab_annotations(told.artifacts("testsigma")).values()
    assert links == [("Testsigma: Shop regression", found["run-url"])]


@pytest.fixture
def address() -> Iterator[str]:
    """The folder of the component, served as files of a repository are."""
    handler = partial(SimpleHTTPRequestHandler, directory=COMPONENT.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_several_plans_are_one_input(ci: GitLabCI, key: str, address: str) -> None:
    """A list with line breaks, quotes and a dollar sign arrives as it is meant; the file is included by its address."""
    given = {"plans": '- plan-id: 421\n  name: "it\'s $$5"\n- plan-id: 420\n', "job_name": "both"}
    with serving(scenario("plans"), key) as server:
        told = run(ci, server, include({"remote": f"{address}/{COMPONENT.name}"}, **given))
    assert told.exit_code_of("both") == 1
    assert server.calls.count("start") == 2
    runs = json.loads((told.artifacts("both") / ci_readers.JSON_FILE).read_text("utf-8"))["runs"]
    assert [each["name"] for each in json.loads(runs)] == ["it's $5", "Shop regression"]


def test_a_pipeline_adds_to_the_job_of_the_component(ci: GitLabCI, key: str) -> None:
    """A job of the same name adds rules and a secret; a variable of the project counts where no input is given.

    Inputs win over variables of the project, and the job inherits no script of other jobs.
    """
    pipeline = yaml.safe_load(include(plan_id="420", runtime_data="{password: '$PASSWORD'}"))
    pipeline["testsigma"] = {"rules": [{"if": "$CI_COMMIT_BRANCH"}]}
    pipeline["report"]["before_script"] = []
    pipeline["default"] = {"before_script": ["exit 9"]}
    project = {"TESTSIGMA_PLAN_ID": "999", "TESTSIGMA_SUMMARY_TITLE": "of the project", "PASSWORD": '"a": b'}
    with serving(scenario("passing"), key) as server:
        told = run(ci, server, yaml.safe_dump(pipeline), **project)
    assert told.exit_code == 0
    assert title(junit(told, "testsigma")) == "of the project"
    (start,) = (seen for seen in server.seen if seen.call == "start")
    assert project["PASSWORD"] in str(start.body)


def test_the_example_fails_if_its_plan_fails(ci: GitLabCI, key: str) -> None:
    """The example as it is: the job has the exit code of the step, and a later job and GitLab get the results."""
    with serving(scenario("failing"), key) as server:
        told = run(ci, server, with_our_image(EXAMPLE.read_text("utf-8")))
    assert (told.exit_code, told.exit_code_of("testsigma"), told.exit_code_of("report")) == (1, 1, 0)
    found = json.loads((told.artifacts("testsigma") / ci_readers.JSON_FILE).read_text("utf-8"))
    assert len(junit(told, "testsigma").findall(".//failure")) == int(found["failed"])
    assert f"failed tests-failed {server.url}/ui/td/runs/1001" in told.lines("report")
    assert f"{found['passed']} of {found['total']} cases passed" in told.lines("report")


def test_an_error_before_the_run(ci: GitLabCI, key: str) -> None:
    """The later job says what went wrong, and no sentence with gaps."""
    with serving(scenario("passing"), key) as server:
        told = run(ci, server, with_our_image(EXAMPLE.read_text("utf-8")), TESTSIGMA_TIMEOUT="soon")
    assert (told.exit_code_of("testsigma"), told.exit_code_of("report"), server.calls) == (2, 0, [])
    assert [line.strip() for line in told.lines("report")] == ["error bad-input"]


def test_the_job_that_prints_failed_runs(ci: GitLabCI, key: str) -> None:
    """The jobs of the page for several plans: the run that failed is printed, and the one that passed is not."""
    page = (ROOT / "docs/ci/gitlab.md").read_text("utf-8").partition("## Several plans")[2].partition("\n## ")[0]
    several, failed = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", page, re.DOTALL))
    example = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    job = example["testsigma"] | several["testsigma"] | {"image": IMAGE}
    job["variables"]["TESTSIGMA_PLANS"] = "[{plan-id: 421, name: smoke}, {plan-id: 420, name: regression}]"
    failed["failed-runs"]["image"] = gitlab.HELPER
    pipeline = yaml.safe_dump({"stages": example["stages"], "testsigma": job} | failed)
    with serving(scenario("plans"), key) as server:
        told = run(ci, server, pipeline)
    assert told.exit_code_of("failed-runs") == 0
    printed = [line for line in told.lines("failed-runs") if "/ui/td/runs/" in line]
    assert [line.split()[:3] for line in printed] == [["regression", "failed", "tests-failed"]]


def fan_out(ci: GitLabCI, server: Server, before: str = "", after: str = "") -> Told:
    """Run the example with a job for each plan, with another text in one place."""
    text = FAN_OUT.read_text("utf-8").replace(project.IMAGE, IMAGE).replace(before, after)
    # A variable of the whole project about runs would be refused by the job that merges.
    return run(ci, server, text, TESTSIGMA_POLL_INTERVAL="")


def three_plans(*failing: int) -> Scenario:
    """The plans of the example with a job for each; some of them fail. Their runs end at once."""
    good, bad = (scenario(name).plans[0] for name in ("passing", "failing"))
    made = (replace(bad if number in failing else good, id=number, life=()) for number in (431, 432, 433))
    return replace(scenario("passing"), plans=tuple(made))


def test_a_job_for_each_plan(ci: GitLabCI, key: str) -> None:
    """Three plans pass in three jobs: the last one merges their files, and has all cases."""
    with serving(three_plans(), key) as server:
        told = fan_out(ci, server)
        assert server.calls.count("start") == 3
    assert told.exit_code == 0
    # Eleven cases for each plan; two of them have three data sets, which are cases of their own in the file.
    merged = ET.parse(told.artifacts("verdict") / "test-results/TEST-testsigma-merged.xml")
    assert len(merged.findall(".//testcase")) == 3 * 15


def test_a_job_for_each_plan_and_one_is_missing(ci: GitLabCI, key: str) -> None:
    """A plan that left no results, and one that failed: the last job names both, with an exit code of its own."""
    with serving(three_plans(432), key) as server:
        told = fan_out(ci, server, before='["431", "432", "433"]', after='["431", "432"]')
    assert told.exit_code_of("verdict") == 3
    log = "\n".join(told.lines("verdict"))
    assert "test-results/testsigma-433.json. No results file was found at this path." in log
    assert "2 of 11 cases failed" in log


def test_an_entry_point_that_was_cleared(ci: GitLabCI, key: str) -> None:
    """Pipelines that clear the entry point of their image work as well."""
    pipeline = yaml.safe_load(with_our_image(EXAMPLE.read_text("utf-8")))
    pipeline["testsigma"]["image"] = {"name": pipeline["testsigma"]["image"], "entrypoint": [""]}
    with serving(scenario("passing"), key) as server:
        told = run(ci, server, yaml.safe_dump(pipeline))
    assert told.exit_code == 0
    assert "passed" in " ".join(told.lines("report"))


# What the runner pipes into the shell of the job: the script is run by a shell of its own, below the first process.
SCRIPT = "trap 'exit 1' TERM; set -o pipefail -o errexit; : | eval testsigma-action; exit 0"
# What the runner runs in the container on a cancel: SIGTERM to all processes but the first one and its own shell, those
# with the highest numbers first, each of which has 6 seconds to end.
CANCEL = """
for process in $(ls /proc | grep '^[0-9]*$' | sort -rn); do
    if [ "$process" -ne 1 ] && [ "$process" -ne $$ ] && kill -TERM "$process" 2>/dev/null; then
        seconds=6
        while [ -e "/proc/$process" ] && [ "$seconds" -gt 0 ]; do sleep 1; seconds=$((seconds - 1)); done
    fi
done
"""
# Seconds: how long the runner waits for that, and for the container to stop.
GRACE = 10
# The exit code after SIGKILL.
KILLED = 137


def test_a_cancelled_job_stops_its_run(engine: Engine, key: str) -> None:
    """As the runner cancels a job: the step stops its run, says so, and leaves nothing to SIGKILL."""
    container = "testsigma-action-gitlab-cancel"
    with serving(scenario("slow"), key) as server:
        environ = variables(server, key) | {"GITLAB_CI": "true", "SCRIPT": SCRIPT}
        names = [word for each in environ for word in ("--env", each)]
        shell = ("bash", "-c", 'exec bash <<<"$SCRIPT"')
        line = ("--detach", "--name", container, "--network=host", "--entrypoint=", *names, IMAGE, *shell)
        try:
            engine.run("run", *line, environ=environ)
            server.wait_for("status", timeout=60)
            engine.run("exec", container, "sh", "-c", CANCEL, check=False, timeout=3 * GRACE)
            exit_code = int(engine.run("wait", container, timeout=GRACE).stdout)
            log = engine.run("logs", container).stdout
            assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
        finally:
            engine.remove(container)
    print(log)
    assert exit_code not in {0, KILLED}
    assert server.calls.count("stop") == 1
    assert "(exit code 143, cancelled)" in log
