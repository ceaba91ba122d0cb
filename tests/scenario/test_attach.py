"""The step attaches to a run that exists already: nothing is started, and nobody else's run is stopped."""

import signal
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.scenario.conftest import Bench, Outcome, Step
from tests.simulator import Fault, Phase, RunBefore, Server, scenario

HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)
# The variables of the plan that every other test starts, taken away.
NO_PLAN = {"TESTSIGMA_PLAN_ID": ""}


def serve(bench: Bench, *faults: Fault, name: str = "passing", life: tuple[Phase, ...] = ()) -> Server:
    """A service that has run 900 of a plan, over unless it has a life."""
    content = scenario(name).with_faults(*faults)
    return bench.serve(replace(content, runs_before=(RunBefore(900, content.plans[0], "nightly", life=life),)))


def attach(bench: Bench, server: Server, environ: Mapping[str, str] | None = None) -> Step:
    """Start a step that attaches to run 900."""
    return bench.start({**NO_PLAN, "TESTSIGMA_RUN_ID": "900", **(environ or {})}, server=server)


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_a_run_of_the_past(bench: Bench, name: str, exit_code: int) -> None:
    """It is judged at once; plan, build number and names come from the run, files are named after it."""
    server = serve(bench, name=name)
    step = attach(bench, server, {"TESTSIGMA_POLL_INTERVAL": "30s"}).wait()
    assert step.exit_code == exit_code
    assert (server.calls.count("status"), server.calls.count("start")) == (1, 0)
    assert step.outputs["run-id"] == "900"
    assert step.junit_path.name == "TEST-testsigma-900.xml"
    spec = step.results["runs"][0]["spec"]
    assert (spec["planId"], spec["buildNumber"]) == ("420", "nightly")
    assert server.simulator.scenario.plans[0].name in step.summary
    assert "Attached to run 900" in step.log
    assert step.state == {"settled": "true"}


def test_a_run_that_goes_on(bench: Bench) -> None:
    """It is waited for like one of our own."""
    server = serve(bench, life=HELD)
    step = attach(bench, server)
    server.wait_for("status", count=3)
    server.release()
    outcome = step.wait()
    assert outcome.exit_code == 0
    assert "start" not in server.calls


def test_a_run_that_was_started_without_waiting(bench: Bench) -> None:
    """One step starts and leaves, the next attaches by the output of the first."""
    server = bench.serve(scenario("failing"))
    first = bench.run({"TESTSIGMA_WAIT": "false", "TESTSIGMA_ENVIRONMENT_ID": "10"}, server=server)
    second = bench.run({**NO_PLAN, "TESTSIGMA_RUN_ID": first.outputs["run-id"]}, server=server)
    assert (first.exit_code, second.exit_code) == (0, 1)
    assert second.outputs["run-id"] == first.outputs["run-id"]
    assert second.results["runs"][0]["spec"]["environmentId"] == "10"
    assert server.calls.count("start") == 1


def test_a_run_that_does_not_exist(bench: Bench) -> None:
    """Said after a few seconds, with the ID, and no sooner than its files say so."""
    server = serve(bench)
    step = attach(bench, server, {"TESTSIGMA_RUN_ID": "901"}).wait()
    assert step.exit_code == 3
    assert step.outputs["error-code"] == "not-found"
    assert step.outputs["run-id"] == ""
    assert "901" in step.lines[-1]
    assert "start" not in server.calls


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("on_cancel", "stops"), [("", 0), ("leave", 0), ("stop", 1)])
def test_a_signal(bench: Bench, number: signal.Signals, on_cancel: str, stops: int) -> None:
    """A run that is not ours is left, unless `on-cancel` was given."""
    server = serve(bench, life=HELD)
    step = attach(bench, server, {"TESTSIGMA_ON_CANCEL": on_cancel})
    server.wait_for("status", count=2)
    step.send(number)
    outcome = step.wait()
    assert outcome.exit_code == 128 + number
    assert server.calls.count("stop") == stops
    assert outcome.outputs["run-id"] == "900"
    assert ("Run 900 was stopped." if stops else "Run 900 was left running.") in outcome.lines[-1]
    assert f"Run 900: {server.url}/ui/td/runs/900" in outcome.lines[-5:]


def test_a_signal_before_the_run_was_seen_once(bench: Bench) -> None:
    """A run that may be over for long gets no stop without a look."""
    server = serve(bench, Fault("status", delay=30.0, count=1))
    step = attach(bench, server, {"TESTSIGMA_ON_CANCEL": "stop"})
    server.wait_for("status")
    step.send(signal.SIGINT)
    outcome = step.wait()
    assert outcome.exit_code == 130
    assert "stop" not in server.calls
    assert "Run 900 completed before it could be stopped, with the result passed." in outcome.lines[-1]


@pytest.mark.parametrize(("on_timeout", "stops"), [("", 0), ("stop", 1)])
def test_the_wait_is_over(bench: Bench, on_timeout: str, stops: int) -> None:
    """`on-timeout` means the same as for a run of our own."""
    server = serve(bench, life=HELD)
    outcome = attach(bench, server, {"TESTSIGMA_TIMEOUT": "1s", "TESTSIGMA_ON_TIMEOUT": on_timeout}).wait()
    assert outcome.exit_code == 4
    assert server.calls.count("stop") == stops


def test_a_killed_step_leaves_nothing_to_the_post_stage(bench: Bench) -> None:
    """The post stage stops what the step started, never what it attached to, whatever `on-cancel` says."""
    server = serve(bench, life=HELD)
    step = attach(bench, server, {"TESTSIGMA_ON_CANCEL": "stop"})
    server.wait_for("status", count=2)
    step.send(signal.SIGKILL)
    left = step.wait()
    assert (left.outputs["run-id"], left.state) == ("900", {})
    assert post(bench, server, left).exit_code == 0
    assert "stop" not in server.calls


def post(bench: Bench, server: Server, left: Outcome) -> Outcome:
    """Run the post stage of a step that attached to run 900."""
    state = {f"STATE_{name}": value for name, value in left.state.items()}
    environ = {**NO_PLAN, "TESTSIGMA_RUN_ID": "900", "TESTSIGMA_ON_CANCEL": "stop", **state}
    return bench.run(environ, server=server, script="post_entrypoint.py")


def test_a_run_that_was_left_can_be_attached_to(bench: Bench) -> None:
    """Who gave up on a run is told how to wait for it again, and that works."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    left = bench.run({"TESTSIGMA_TIMEOUT": "1s"}, server=server)
    assert left.exit_code == 4
    assert "attach to it (run-id: 1001)" in left.log
    server.release()
    step = bench.run({**NO_PLAN, "TESTSIGMA_RUN_ID": "1001"}, server=server)
    assert step.exit_code == 0
    assert server.calls.count("start") == 1
