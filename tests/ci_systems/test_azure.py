"""Azure Pipelines: the files pass its schema, and run as its agent runs them. The containers are real."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems.agent import Agent, started_with
from tests.ci_systems.azure import Job, expanded, load
from tests.ci_systems.conftest import ROOT
from tests.e2e.conftest import give_away, serving
from tests.e2e.image import IMAGE
from tests.e2e.secrecy import assert_not_in, files
from tests.simulator import Server, scenario

EXAMPLE = ROOT / "examples/ci/azure/azure-pipelines.yml"
TEMPLATE = ROOT / "ci/azure/testsigma.yml"
# Predefined variables of a build of a pull request.
BUILD = {
    "TF_BUILD": "True",
    "System.TeamProject": "shop",
    "System.TeamFoundationCollectionUri": "https://dev.azure.com/acme/",
    "System.JobAttempt": "2",
    "Build.DefinitionName": "checkout",
    "Build.BuildId": "77",
    "Build.BuildNumber": "20261126.3",
    "Build.SourceVersion": "a" * 40,
    "Build.SourceBranch": "refs/pull/7/merge",
}
# Seconds from the first signal to the second one.
GRACE = 7.5


@pytest.fixture
def job(agent: Agent, folder: Path, key: str) -> Job:
    """A job on an agent with Docker."""
    variables = {**BUILD, "System.DefaultWorkingDirectory": str(folder)}
    return Job(agent, folder, variables, {"TESTSIGMA_API_KEY": key})


def lead_to(job: Job, server: Server) -> None:
    """Variables of the pipeline that lead the step to the simulator."""
    job.variables |= {"TESTSIGMA_BASE_URL": server.url, "TESTSIGMA_POLL_INTERVAL": "0.2s"}


def example() -> list[dict[str, Any]]:
    """The steps of the example."""
    (only,) = load(EXAMPLE)["jobs"]
    steps: list[dict[str, Any]] = only["steps"]
    return steps


def template(server: Server, **given: str) -> list[dict[str, Any]]:
    """The steps of the template."""
    default = {"image": IMAGE, "planId": "431", "baseUrl": server.url, "pollInterval": "0.2s"}
    return expanded(load(TEMPLATE), default | given)


def assert_secret(job: Job, key: str) -> None:
    """The key is not in the log, in no command line, and in no file."""
    texts = (path.read_text("utf-8", "replace") for path in files(job.sources))
    assert_not_in(key, [*job.log, job.agent.command_lines, *texts])


@pytest.mark.parametrize("path", [EXAMPLE, TEMPLATE], ids=lambda path: path.name)
def test_the_schema(path: Path, tmp_path: Path) -> None:
    """The files are valid. The schema wants texts as scalars, and no expressions: the template has its parameters."""
    document = load(path)
    plain = tmp_path / "pipeline.json"
    plain.write_text(json.dumps(document if path == EXAMPLE else {"steps": expanded(document, {"planId": "431"})}))
    program = str(Path(sys.executable).with_name("check-jsonschema"))
    # One of the patterns of the schema is no regular expression for Unicode.
    line = [program, "--builtin-schema=vendor.azure-pipelines", "--regex-variant=nonunicode", str(plain)]
    done = subprocess.run(line, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("name", "result"), [("passing", "passed"), ("failing", "failed")])
def test_the_example(job: Job, key: str, name: str, result: str) -> None:
    """The job has the verdict of the run. JUnit and summary are published, outputs reach a later step."""
    with serving(scenario(name).with_plan(id=431), key) as server:
        lead_to(job, server)
        job.run(example())
    assert job.failed is (result == "failed"), job.log
    assert job.published == ["test-results/TEST-testsigma-431.xml"]
    assert [path.is_file() for path in job.summaries] == [True]
    assert f"{result} {server.url}/ui/td/runs/1001" in job.log
    assert started_with(server)["buildNo"].startswith("shop/checkout#20261126.3.2")
    assert_secret(job, key)


@pytest.mark.parametrize(("name", "result"), [("passing", "passed"), ("failing", "failed")])
def test_the_template(job: Job, key: str, name: str, result: str) -> None:
    """The same holds for the template, whose step has another name here."""
    with serving(scenario(name).with_plan(id=431), key) as server:
        job.run(template(server, stepName="smoke"))
    assert job.failed is (result == "failed"), job.log
    assert job.published == ["test-results/TEST-testsigma-431.xml"]
    assert [path.is_file() for path in job.summaries] == [True]
    assert job.variables["smoke.TESTSIGMA_OUTPUT_RESULT"] == result
    assert_secret(job, key)


def test_values_stay_data(job: Job, key: str) -> None:
    """No shell, template or agent reads what is in a parameter."""
    hostile = '\'; touch hijacked; $(touch hijacked) `touch hijacked` "$HOME" \\ --privileged ##vso[task.complete]'
    data = {"first": hostile, "second": "a\nb: ü ${{ parameters.planId }}"}
    with serving(scenario("passing").with_plan(id=431), key) as server:
        job.run(template(server, buildNumber=hostile, runtimeData=json.dumps(data), image=IMAGE))
    assert not job.failed, job.log
    assert started_with(server)["buildNo"] == hostile
    assert started_with(server)["runtimeData"] == data
    assert not list(job.sources.rglob("hijacked"))


@pytest.mark.parametrize("image", ["--privileged", "$(touch hijacked)", "x; touch hijacked"])
def test_a_hostile_image_is_a_name(job: Job, key: str, image: str) -> None:
    """A parameter that is not the name of an image fails the step, and does nothing else."""
    with serving(scenario("passing").with_plan(id=431), key) as server:
        job.run(template(server, image=image))
    assert job.failed
    assert not server.calls
    assert not list(job.sources.rglob("hijacked"))


@pytest.mark.parametrize("steps", ["example", "template"])
def test_results_of_an_earlier_build_are_not_published(job: Job, key: str, steps: str) -> None:
    """An agent of one's own keeps its folders: a JUnit file of another plan may still be there."""
    (job.sources / "test-results").mkdir()
    (job.sources / "test-results/TEST-testsigma-1.xml").touch()
    give_away(job.sources)
    with serving(scenario("passing").with_plan(id=431), key) as server:
        lead_to(job, server)
        job.run(example() if steps == "example" else template(server))
    assert not job.failed, job.log
    assert job.published == ["test-results/TEST-testsigma-431.xml"]


def test_no_junit_file(job: Job, key: str) -> None:
    """Without a JUnit file nothing is published, and that fails nothing; old files are left alone."""
    (job.sources / "test-results").mkdir()
    (job.sources / "test-results/TEST-testsigma-1.xml").touch()
    give_away(job.sources)
    with serving(scenario("passing").with_plan(id=431), key) as server:
        job.run(template(server, junitFile="off"))
    assert not job.failed, job.log
    assert not job.published


def test_a_secret_that_is_not_there(job: Job, key: str) -> None:
    """In a pull request from a fork there is no secret: the step says so, and starts nothing."""
    job.secrets.clear()
    with serving(scenario("passing").with_plan(id=431), key) as server:
        job.run(template(server))
    assert job.failed
    assert any("Azure Pipelines leaves $(NAME) as it is" in line for line in job.log)
    assert not server.calls


@pytest.mark.parametrize("steps", ["example", "template"])
def test_a_cancel_stops_the_run(job: Job, key: str, steps: str) -> None:
    """The agent sends SIGINT to the task, and that SIGTERM to the shell: the run is stopped before the next signal."""
    with serving(scenario("slow").with_plan(id=431), key) as server:
        lead_to(job, server)
        first = (example() if steps == "example" else template(server))[0]
        with job.start(first) as process:
            server.wait_for("status", timeout=60)
            process.send_signal(signal.SIGTERM)
            server.wait_for("stop", timeout=GRACE)
            output, _ = process.communicate(timeout=60)
        job.read(output, "testsigma")
    assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
    assert job.variables["testsigma.TESTSIGMA_OUTPUT_CONCLUSION"] == "cancelled"


def test_the_page_shows_the_example() -> None:
    """The first block of the page is a part of the example; the second one uses the template with its parameters."""
    core, use = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci/azure.md").read_text("utf-8"), re.DOTALL)
    shown = [line.strip() for line in core.splitlines()]
    assert set(shown) <= {line.strip() for line in EXAMPLE.read_text("utf-8").splitlines()}
    given = set(yaml.safe_load(use)["steps"][0]["parameters"])
    assert {"planId"} <= given <= {each["name"] for each in load(TEMPLATE)["parameters"]}
