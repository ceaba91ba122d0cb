"""The post stage: it stops what a killed step left behind, and nothing else."""

import json
import signal
from collections.abc import Mapping

import pytest

from tests.scenario.conftest import Bench, Outcome
from tests.simulator import Fault, Phase, Server, scenario

HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)


def serve_held(bench: Bench, *faults: Fault) -> Server:
    """A service whose run goes on until it is stopped."""
    return bench.serve(scenario("passing").with_plan(life=HELD).with_faults(*faults))


def post(bench: Bench, server: Server, state: Mapping[str, str], **environ: str) -> Outcome:
    """Run the post stage with the state that the main stage left."""
    given = {f"STATE_{name}": value for name, value in state.items()} | environ
    return bench.run(given, server=server, script="post_entrypoint.py")


def state_of(**run: str) -> dict[str, str]:
    """The state of a step that left one run."""
    return {"runs": json.dumps([run])}


def killed(bench: Bench, server: Server, call: str, **environ: str) -> Outcome:
    """A main stage that was killed after this call."""
    step = bench.start(environ, server=server)
    server.wait_for(call)
    step.send(signal.SIGKILL)
    return step.wait()


def test_a_killed_step(bench: Bench) -> None:
    """The run of a step that was killed is stopped."""
    server = serve_held(bench)
    left = killed(bench, server, "status")
    outcome = post(bench, server, left.state)
    assert outcome.exit_code == 0
    assert server.calls.count("stop") == 1
    assert "Run 1001 was stopped." in outcome.log


def test_killed_during_the_start(bench: Bench) -> None:
    """A run whose start was not answered before the kill is found by its build number, and stopped."""
    server = serve_held(bench, Fault("start", delay=30.0))
    left = killed(bench, server, "start")
    assert left.runs_left[0]["run_id"] == ""
    outcome = post(bench, server, left.state)
    assert outcome.exit_code == 0
    assert server.calls.count("stop") == 1


def test_killed_during_the_start_with_a_build_number_of_the_users(bench: Bench) -> None:
    """A build number that is not ours proves nothing: nothing is stopped, and the candidates are named."""
    server = serve_held(bench, Fault("start", delay=30.0))
    left = killed(bench, server, "start", TESTSIGMA_BUILD_NUMBER="nightly")
    outcome = post(bench, server, left.state, TESTSIGMA_BUILD_NUMBER="nightly")
    assert outcome.exit_code == 3
    assert "stop" not in server.calls
    assert "1001" in outcome.log


LEFT = state_of(plan_id="420", build_number="b", run_id="1001")


@pytest.mark.parametrize(
    ("state", "environ"),
    [
        ({**LEFT, "settled": "true"}, {}),
        ({}, {}),
        (LEFT, {"TESTSIGMA_ON_CANCEL": "leave"}),
    ],
    ids=["settled", "nothing started", "leave"],
)
def test_nothing_to_do(bench: Bench, state: dict[str, str], environ: dict[str, str]) -> None:
    """Without a run that was left over, or when it is to be left, nothing is asked."""
    server = serve_held(bench)
    assert post(bench, server, state, **environ).exit_code == 0
    assert server.calls == []


def test_a_run_that_is_over(bench: Bench) -> None:
    """No stop is sent to a run that is over."""
    server = bench.serve(scenario("sample-302"))
    outcome = post(bench, server, state_of(plan_id="274", build_number="1.9.26_rc1", run_id="302"))
    assert outcome.exit_code == 0
    assert "stop" not in server.calls
    assert "Run 302 completed before it could be stopped, with the result failed." in outcome.log
    assert "This is the cleanup, not a test result." in outcome.log


def test_a_run_that_ends_by_itself_meanwhile(bench: Bench) -> None:
    """A run that was over before the stop reached it was not stopped, and is not called so."""
    ignored = Fault("stop", text="{}")
    server = bench.serve(
        scenario("failing").with_plan(life=(Phase("STATUS_IN_PROGRESS", polls=3),)).with_faults(ignored)
    )
    left = killed(bench, server, "start", TESTSIGMA_POLL_INTERVAL="30s")
    outcome = post(bench, server, left.state)
    assert outcome.exit_code == 0
    assert server.calls.count("stop") == 1
    assert "Run 1001 completed before it could be stopped, with the result failed." in outcome.log
    assert "was stopped" not in outcome.log


def test_a_stop_that_is_refused(bench: Bench) -> None:
    """What may still go on is told by the exit code, too."""
    server = serve_held(bench, Fault("stop", status=403))
    left = killed(bench, server, "status")
    outcome = post(bench, server, left.state)
    assert outcome.exit_code == 3
    assert "may still be running" in outcome.log


def test_an_unknown_run(bench: Bench) -> None:
    """An error of the service ends the post stage with its exit code and message."""
    outcome = post(bench, serve_held(bench), state_of(plan_id="420", build_number="b", run_id="5"))
    assert outcome.exit_code == 3
    assert "run 5" in outcome.log
    assert "key-for-tests" not in "\n".join(outcome.lines[1:])


def test_a_stop_that_was_not_confirmed(bench: Bench) -> None:
    """What a cancelled step could not stop in its few seconds is left to the post stage."""
    server = serve_held(bench, Fault("stop", status=503, count=6))
    left = bench.signalled(server, "status", signal.SIGINT)
    assert left.exit_code == 130
    assert "settled" not in left.state
    assert post(bench, server, left.state).exit_code == 0
    assert server.simulator.statuses()[1001] == "STATUS_COMPLETED"


def test_a_service_that_hangs(bench: Bench) -> None:
    """A look that is not answered does not keep the stop from being sent."""
    server = serve_held(bench, Fault("status", delay=20.0, after=1, count=1))
    step = bench.start({"TESTSIGMA_POLL_INTERVAL": "30s"}, server=server)
    server.wait_for("status")
    step.send(signal.SIGKILL)
    outcome = post(bench, server, step.wait().state)
    assert outcome.exit_code == 0
    assert server.calls.count("stop") == 1
