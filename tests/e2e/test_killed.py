"""The step is killed in the middle, in real workflow runs: the run that it started does not go on."""

import json
from dataclasses import replace
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from tests.e2e.act import Told
from tests.e2e.conftest import serving
from tests.e2e.engine import Engine
from tests.e2e.workspace import Workspace
from tests.simulator import Fault, Seen, Server, scenario

# Seconds after its SIGINT at which the runner sends SIGTERM.
PATIENCE = 7.5
AS_EXPECTED = {"testsigma": "failure", "check": "success", "post": "success"}


def test_an_interrupted_step_stops_its_run(workspace: Workspace, engine: Engine) -> None:
    """SIGINT alone ends the step in time, with exit code 130: the run is stopped, nothing is left to the post stage."""
    with serving(scenario("slow"), workspace.key) as server, workspace.start("interrupted", server) as going:
        server.wait_for("status", count=2, timeout=30)
        name = going.container()
        engine.signal(name, "INT")
        engine.run("wait", name, check=False, timeout=PATIENCE)
        told = workspace.end(going)
        assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
    assert told.step_exit_code() == 130
    assert told.results() == AS_EXPECTED
    assert told.state()["settled"] == "true"
    assert server.calls.count("stop") == 1


def test_a_killed_step_is_cleaned_up_by_the_post_stage(workspace: Workspace, engine: Engine) -> None:
    """SIGKILL leaves the early outputs and a JUnit file that is no pass; the post stage stops the run."""
    with serving(scenario("slow"), workspace.key) as server:
        told = kill(workspace, engine, "killed", server, after="status")
        assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
    assert told.results() == AS_EXPECTED
    assert [run["run_id"] for run in runs_left(told)] == ["1001"]
    assert server.calls.count("stop") == 1
    junit = ET.parse(workspace.folder / "test-results/TEST-testsigma-420.xml")
    assert len(junit.findall(".//error")) == 1


def test_a_start_that_was_never_answered_is_cleaned_up(workspace: Workspace, engine: Engine) -> None:
    """Killed before the start call was answered: the post stage finds the run by its build number, and stops it."""
    with serving(scenario("slow").with_faults(Fault("start", delay=60)), workspace.key) as server:
        told = kill(workspace, engine, "killed-at-start", server, after="start")
        assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"
    assert told.results() == AS_EXPECTED
    assert [run["run_id"] for run in runs_left(told)] == [""]
    assert server.calls.count("start") == 1
    assert server.calls.count("stop") == 1


def test_an_interrupted_step_stops_the_runs_of_all_plans(workspace: Workspace, engine: Engine) -> None:
    """Runs that go on are stopped in time; the plan that waits for its turn is never started."""
    plan = scenario("slow").plans[0]
    plans = tuple(replace(plan, id=number, name=f"Plan {number}") for number in (501, 502, 503))
    served = replace(scenario("slow"), plans=plans)
    with serving(served, workspace.key) as server, workspace.start("plans-interrupted", server) as going:
        for number in ("1001", "1002"):
            server.wait_for(partial(polls, number), timeout=30)
        name = going.container()
        engine.signal(name, "INT")
        engine.run("wait", name, check=False, timeout=PATIENCE)
        told = workspace.end(going)
        assert {server.simulator.statuses()[number] for number in (1001, 1002)} == {"STATUS_COMPLETED"}
    assert told.step_exit_code() == 130
    assert told.results() == AS_EXPECTED
    assert [run["conclusion"] for run in json.loads(told.outputs()["runs"])] == ["cancelled"] * 3
    assert told.state()["settled"] == "true"
    assert server.calls.count("start") == server.calls.count("stop") == 2


def polls(run_id: str, seen: Seen) -> bool:
    """Whether this request asks for the status of a run."""
    return seen.call == "status" and seen.path.endswith(f"/{run_id}")


def runs_left(told: Told) -> list[dict[str, Any]]:
    """The runs that the post stage was told of."""
    runs: list[dict[str, Any]] = json.loads(told.state()["runs"])
    return runs


def kill(workspace: Workspace, engine: Engine, name: str, server: Server, *, after: str) -> Told:
    """Kill the action's container with SIGKILL after a call, and let the workflow end."""
    with workspace.start(name, server) as going:
        server.wait_for(after, timeout=30)
        engine.signal(going.container(), "KILL")
        told = workspace.end(going)
    assert told.step_exit_code() == 137
    assert not told.outputs().get("conclusion")
    return told
