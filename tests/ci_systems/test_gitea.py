"""Gitea and Forgejo: their workflow, run by act, which the runners of both are forks of."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems.conftest import ROOT
from tests.ci_systems.container_steps import assert_schema, server_of
from tests.e2e.act import Told, WorkflowRun
from tests.e2e.conftest import act, workspace
from tests.e2e.engine import Engine
from tests.e2e.workspace import Workspace
from tests.simulator import Server
from testsigma_action.errors import REPOSITORY
from tools.ci_files import project

__all__ = ["act", "workspace"]

FILE = ROOT / "examples/ci/gitea/testsigma.yml"
NAME = "ci-gitea"
SERVER = "https://github.com/"
ACTION = f"{REPOSITORY}@v{project.VERSION}"
# Variables that tell the two from GitHub. Sources: gitea.com/gitea/act_runner and forgejo-runner, runner.go.
SYSTEMS = ("GITEA_ACTIONS", "FORGEJO_ACTIONS")
# Seconds from SIGTERM to SIGKILL when the container of a step is stopped: the default of Docker.
GRACE = 10


def adapted(target: Path) -> Path:
    """The example with the action of the checkout, the address of the simulator, and a short interval."""
    workflow: dict[Any, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    step = workflow["jobs"]["test"]["steps"][0]
    assert step["uses"] == ACTION
    step["uses"] = "./"
    step["with"] |= {"base-url": "${{ vars.BASE_URL }}", "poll-interval": "0.2s"}
    # YAML 1.1 reads `on` as true.
    workflow["on"] = workflow.pop(True)
    # Containers are named after the workflow.
    workflow["name"] = NAME
    path = target / f"{NAME}.yml"
    path.write_text(yaml.safe_dump(workflow), "utf-8")
    return path


@contextmanager
def started(workspace: Workspace, server: Server, folder: Path, system: str) -> Iterator[WorkflowRun]:
    """The workflow, in the environment of one of the systems."""
    path = adapted(folder)
    options = ("--env", f"{system}=true")
    starting = workspace.act.start_file(path, workspace.folder, *options, key=workspace.key, base_url=server.url)
    with starting as going:
        yield going


def printed(told: Told) -> str:
    """What all steps printed."""
    return "".join(event["msg"] for event in told.events if event.get("raw_output"))


def test_the_example_keeps_the_schema() -> None:
    """The schema of GitHub's workflows, which both systems read."""
    assert_schema("vendor.github-workflows", FILE)


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """Apart from the whole address of an action, which is an addition of these systems, it is a workflow of GitHub."""
    path = tmp_path / FILE.name
    path.write_text(FILE.read_text("utf-8").replace(SERVER, ""), "utf-8")
    program = Path(sys.executable).parent / "actionlint"
    done = subprocess.run([program, path], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_pass_is_passed_on(workspace: Workspace, tmp_path: Path, system: str) -> None:
    """The job passes, and the next step prints the outputs."""
    with server_of("passing", workspace.key) as server, started(workspace, server, tmp_path, system) as going:
        told = workspace.end(going)
    assert (told.exit_code, told.results()) == (0, {"testsigma": "success", "post": "success"})
    assert f"passed {server.url}/ui/td/runs/1001" in printed(told)
    assert (workspace.folder / told.outputs()["junit-file"]).is_file()


def test_a_failing_plan_fails_the_job(workspace: Workspace, tmp_path: Path) -> None:
    """Exit code 1, and the next step, which always runs, prints the outputs."""
    with server_of("failing", workspace.key) as server, started(workspace, server, tmp_path, SYSTEMS[0]) as going:
        told = workspace.end(going)
    assert told.failed_jobs() == ["test"]
    assert told.step_exit_code() == 1
    assert f"failed {server.url}/ui/td/runs/1001" in printed(told)


def test_a_cancel_stops_the_run(workspace: Workspace, engine: Engine, tmp_path: Path) -> None:
    """SIGTERM ends the step in time, and the run is stopped."""
    with server_of("slow", workspace.key) as server, started(workspace, server, tmp_path, SYSTEMS[0]) as going:
        server.wait_for("status", timeout=60)
        engine.run("stop", "--time", str(GRACE), going.container(), check=False)
        told = workspace.end(going)
        assert server.calls.count("stop") == 1
    assert told.step_exit_code() == 143
