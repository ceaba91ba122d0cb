"""Jenkins: the files, run by a real Groovy with imitations of the steps; the containers are real."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ci_systems.agent import Agent, started_with
from tests.ci_systems.conftest import ROOT
from tests.e2e.conftest import give_away, serving
from tests.e2e.image import IMAGE
from tests.e2e.secrecy import assert_not_in, files
from tests.simulator import Server, scenario
from tools.ci_files import project

EXAMPLE = ROOT / "examples/ci/jenkins/Jenkinsfile"
LIBRARY = ROOT / "ci/jenkins/vars"
STEPS = Path(__file__).with_name("jenkins.groovy")
# The class path of another Groovy than that of npm-groovy-lint. Jenkins has 2.4.21, as Debian's package groovy has
# (/usr/share/java/groovy-all.jar).
GROOVY = os.environ.get("GROOVY")
CREDENTIAL = "testsigma-api-key"
# What Jenkins sets for a build of a pull request (CoreEnvironmentContributor.java, branch-api).
BUILD = {
    "JENKINS_URL": "https://jenkins.example.com/",
    "JOB_NAME": "shop/PR-7",
    "BUILD_NUMBER": "812",
    "BUILD_TAG": "jenkins-shop-PR-7-812",
    "BUILD_URL": "https://jenkins.example.com/job/shop/job/PR-7/812/",
    "BRANCH_NAME": "PR-7",
    "CHANGE_ID": "7",
    "CHANGE_BRANCH": "feature/pay",
}
# Seconds: Jenkins kills what has not ended by then (ProcessTree.java).
GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Jenkins:
    """Runs pipelines in a workspace that belongs to the user of the agent."""

    agent: Agent
    groovy: str
    workspace: Path
    key: str

    def start(self, pipeline: Path, variables: Mapping[str, str]) -> "subprocess.Popen[str]":
        """Start a pipeline with these variables of the build."""
        java = ["java", "-XX:TieredStopAtLevel=1", "-cp", self.groovy, "groovy.ui.GroovyMain"]
        process = subprocess.Popen(
            [*java, str(STEPS), str(pipeline), str(LIBRARY)],
            cwd=self.workspace,
            env=self.agent.environ({**BUILD, **variables}),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdin
        process.stdin.write(json.dumps({CREDENTIAL: self.key}))
        process.stdin.close()
        process.stdin = None
        return process

    def run(self, pipeline: Path, variables: Mapping[str, str]) -> "tuple[int, str]":
        """Exit code (0 or 1) and log of a pipeline. The key is in none of its traces."""
        with self.start(pipeline, variables) as process:
            log, _ = process.communicate(timeout=90)
        self.assert_secret(log)
        return process.returncode, log

    def assert_secret(self, log: str) -> None:
        """The key is not in the log, in no command line, and in no file."""
        texts = (path.read_text("utf-8", "replace") for path in files(self.workspace))
        assert_not_in(self.key, [log, self.agent.command_lines, *texts])

    def pipeline(self, text: str) -> Path:
        """A scripted pipeline beside the workspace."""
        path = self.workspace.with_name("Jenkinsfile")
        path.write_text(text, "utf-8")
        return path


@pytest.fixture
def jenkins(agent: Agent, programs: Path, folder: Path, key: str) -> Jenkins:
    """A Jenkins with an empty workspace."""
    jars = (programs.parent / "npm-groovy-lint/lib/java/groovy/lib").glob("*.jar")
    return Jenkins(agent, GROOVY or ":".join(map(str, jars)), folder, key)


def variables(server: Server) -> dict[str, str]:
    """Variables of the agent, which lead the step to the simulator."""
    return {"TESTSIGMA_BASE_URL": server.url, "TESTSIGMA_POLL_INTERVAL": "0.2s"}


def test_the_linter_finds_nothing(programs: Path) -> None:
    """npm-groovy-lint (CodeNarc) has no complaint, and the code compiles."""
    paths = [EXAMPLE, *LIBRARY.glob("*.groovy")]
    line = [
        str(programs / "npm-groovy-lint"),
        "--noserver",
        "--failon=info",
        f"--config={STEPS.parent}",
        *map(str, paths),
    ]
    done = subprocess.run(line, check=False, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"results in {len(paths)} linted files" in re.sub(r"\x1b\[[0-9]+m", "", done.stdout)


LIBRARY_STEP = """
node {{
    try {{
        Map outputs = testsigma({inputs})
        echo "returned ${{outputs['result']}}"
    }} finally {{
        echo "later ${{testsigma.outputs()['conclusion']}}"
    }}
}}
"""


def library_step(**inputs: str) -> str:
    """A pipeline with the step of the library; values are expressions of Groovy."""
    given = {"credentialsId": f"'{CREDENTIAL}'", "image": f"'{IMAGE}'", "planId": "431"} | inputs
    return LIBRARY_STEP.format(inputs=", ".join(f"{name}: {value}" for name, value in given.items()))


@pytest.mark.parametrize(("name", "result"), [("passing", "passed"), ("failing", "failed")])
def test_the_example(jenkins: Jenkins, key: str, name: str, result: str) -> None:
    """The build has the verdict of the run. JUnit is published and outputs reach the next step, passed or not."""
    with serving(scenario(name).with_plan(id=431), key) as server:
        code, log = jenkins.run(EXAMPLE, variables(server))
    assert code == (result == "failed"), log
    assert "[junit] test-results/TEST-testsigma-431.xml" in log
    error = {"passed": "", "failed": "tests-failed"}[result]
    assert f"{result} {error} {server.url}/ui/td/runs/1001" in log.splitlines()


def test_the_example_does_not_take_files_of_an_earlier_build(jenkins: Jenkins) -> None:
    """If the container does not start, the build fails and shows neither outputs nor tests, though some were left."""
    results = jenkins.workspace / "test-results"
    results.mkdir()
    (results / "TEST-testsigma-431.xml").write_text("<testsuites/>")
    (results / "testsigma-outputs.env").write_text("TESTSIGMA_OUTPUT_CONCLUSION=passed\n")
    (results / "TEST-of-another-tool.xml").write_text("<testsuites/>")
    for path in (results, *results.iterdir()):
        os.chown(path, jenkins.workspace.stat().st_uid, jenkins.workspace.stat().st_gid)
    (jenkins.agent.tools / "docker").write_text("#!/bin/sh\nexit 125\n")
    code, log = jenkins.run(EXAMPLE, {})
    assert code == 1
    assert "script returned exit code 125" in log
    assert "passed" not in log
    assert [path.name for path in results.iterdir()] == ["TEST-of-another-tool.xml"]


def test_a_jenkins_without_an_address(jenkins: Jenkins, key: str) -> None:
    """Jenkins is recognised by the tag of the build, so the run is named after the job."""
    with serving(scenario("passing").with_plan(id=431), key) as server:
        code, log = jenkins.run(EXAMPLE, {**variables(server), "JENKINS_URL": ""})
    assert code == 0, log
    assert started_with(server)["buildNo"].startswith("shop/PR-7#812")


@pytest.mark.parametrize(("name", "result"), [("passing", "passed"), ("failing", "failed")])
def test_the_step_of_the_library(jenkins: Jenkins, key: str, name: str, result: str) -> None:
    """It returns the outputs, fails if the tests did not pass, and then `outputs()` still has them."""
    with serving(scenario(name).with_plan(id=431), key) as server:
        code, log = jenkins.run(jenkins.pipeline(library_step()), variables(server))
    assert code == (result == "failed"), log
    assert ("returned passed" in log) is (code == 0)
    assert f"later {result}" in log
    assert "[junit] test-results/TEST-testsigma-431.xml" in log
    assert started_with(server)["buildNo"].startswith("shop/PR-7#812")


def test_values_stay_data(jenkins: Jenkins, key: str) -> None:
    """Neither Groovy nor a shell reads what is in a value; maps and lists become JSON."""
    hostile = '\'; touch hijacked; $(touch hijacked) `touch hijacked` "$HOME" \\\\ --privileged'
    quoted = "'" + hostile.replace("'", "\\'").replace("$", "\\$") + "'"
    inputs = {
        "planId": "null",
        "plans": f"[[('plan-id'): 431, ('build-number'): {quoted}]]",
        "runtimeData": f'[first: {quoted}, second: "a\\nb ü"]',
    }
    with serving(scenario("passing").with_plan(id=431), key) as server:
        code, log = jenkins.run(jenkins.pipeline(library_step(**inputs)), variables(server))
    assert code == 0, log
    body = started_with(server)
    assert body["buildNo"] == hostile.replace("\\\\", "\\")
    assert body["runtimeData"] == {"first": hostile.replace("\\\\", "\\"), "second": "a\nb ü"}
    assert not list(jenkins.workspace.rglob("hijacked"))


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"plamId": "1", "browser": "2"}, "no input is called plamId or browser"),
        ({"credentialsId": "null"}, "credentialsId is missing"),
        ({"credentialsId": "'other'"}, "no credential 'other'"),
    ],
)
def test_mistakes_in_the_inputs(jenkins: Jenkins, key: str, inputs: dict[str, str], message: str) -> None:
    """A misspelt input is an error, not a step with a default; nothing is started."""
    with serving(scenario("passing").with_plan(id=431), key) as server:
        code, log = jenkins.run(jenkins.pipeline(library_step(**inputs)), variables(server))
    assert code == 1
    assert message in log
    assert not server.calls


def test_outputs_of_an_earlier_build_are_not_taken(jenkins: Jenkins) -> None:
    """If the container does not start, the step has no outputs, though an earlier build left some."""
    (jenkins.workspace / "test-results").mkdir()
    (jenkins.workspace / "test-results/testsigma-outputs.json").write_text('{"conclusion": "passed"}')
    code, log = jenkins.run(jenkins.pipeline(library_step(image="'localhost/no-such-image:0'")), {})
    assert code == 1
    assert "later null" in log


def test_the_example_shows_nothing_of_an_earlier_build(jenkins: Jenkins, key: str) -> None:
    """Jenkins keeps the workspace: neither the JUnit file of another plan nor old outputs are those of this build."""
    old = jenkins.workspace / "test-results"
    old.mkdir()
    (old / "TEST-testsigma-1.xml").touch()
    (old / "testsigma-outputs.env").write_text("TESTSIGMA_OUTPUT_RESULT=old\nTESTSIGMA_OUTPUT_RUN_URL=old\n")
    give_away(jenkins.workspace)
    with serving(scenario("passing").with_plan(id=431), key) as server:
        code, log = jenkins.run(EXAMPLE, variables(server))
    assert code == 0, log
    assert "TEST-testsigma-1.xml\n" not in log
    assert "Testsigma: old" not in log


def test_an_abort_stops_the_run(jenkins: Jenkins, key: str) -> None:
    """Jenkins sends SIGTERM to the processes of the build, and SIGKILL 5 seconds later: the run is stopped by then."""
    with serving(scenario("slow").with_plan(id=431), key) as server:
        with jenkins.start(jenkins.pipeline(library_step()), variables(server)) as process:
            server.wait_for("status", timeout=60)
            process.send_signal(signal.SIGTERM)
            server.wait_for("stop", timeout=GRACE)
            log, _ = process.communicate(timeout=60)
        jenkins.assert_secret(log)
        assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"


DOCKER_AGENT = """
pipeline {
    agent { docker { image '@IMAGE@'; args '@ARGS@' } }
    environment { TESTSIGMA_API_KEY = credentials('testsigma-api-key') }
    stages { stage('Testsigma') { steps { sh 'testsigma-action --plan-id 431' } } }
    post { always { junit 'test-results/TEST-*.xml' } }
}
"""


@pytest.mark.parametrize("arguments", ["", "--entrypoint="])
@pytest.mark.parametrize(("name", "code"), [("passing", 0), ("failing", 1)])
def test_a_docker_agent(jenkins: Jenkins, key: str, name: str, code: int, arguments: str) -> None:
    """The image works as an agent: `cat` as its command, steps through `docker exec`, as the user of the agent.

    The entry point may be cleared, and need not be.
    """
    pipeline = DOCKER_AGENT.replace("@IMAGE@", project.IMAGE).replace("@ARGS@", arguments)
    with (
        serving(scenario(name).with_plan(id=431), key) as server,
        jenkins.start(jenkins.pipeline(pipeline), variables(server)) as process,
    ):
        log, _ = process.communicate(timeout=90)
    assert process.returncode == code, log
    assert "[junit] test-results/TEST-testsigma-431.xml" in log
    # Jenkins itself puts the variables into the command line of `docker exec`.
    assert_not_in(key, [log])


def test_the_page(jenkins: Jenkins, key: str) -> None:
    """The page shows the core of the example; its pipeline with the library works."""
    page = (ROOT / "docs/ci/jenkins.md").read_text("utf-8")
    core, library = re.findall(r"```groovy\n(.*?)```", page, re.DOTALL)
    example = [line.strip() for line in EXAMPLE.read_text("utf-8").splitlines()]
    assert {line.strip() for line in core.splitlines()} <= set(example)
    with serving(scenario("failing").with_plan(id=431), key) as server:
        code, log = jenkins.run(jenkins.pipeline(library), variables(server))
    assert code == 1
    assert f"Run: {server.url}/ui/td/runs/1001" in log
    assert started_with(server)["runtimeData"] == {"browser": "chrome"}
