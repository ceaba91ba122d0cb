"""A signal at any moment: the run is stopped, and the reports are there."""

import signal

import pytest

from tests.scenario.conftest import ALL_AT_ONCE, Bench
from tests.simulator import Fault, Phase, scenario

HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)


def test_before_the_start(bench: Bench) -> None:
    """A signal while the configuration is looked up starts nothing."""
    server = bench.serve(scenario("passing").with_faults(Fault("configs", delay=30.0)))
    outcome = bench.signalled(server, "configs", signal.SIGINT, {"TESTSIGMA_EXECUTION_CONFIG": "smoke only"})
    assert outcome.exit_code == 130
    assert server.calls == ["configs"]
    assert outcome.outputs["run-id"] == ""
    assert "Nothing was started" in outcome.log


def test_during_the_start_call(bench: Bench) -> None:
    """The start call is not cut short: its answer is used to stop the run."""
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(Fault("start", delay=1.0)))
    outcome = bench.signalled(server, "start", signal.SIGTERM)
    assert outcome.exit_code == 143
    assert server.calls.count("stop") == 1
    assert outcome.outputs["run-id"] == "1001"
    assert "Run 1001 was stopped" in outcome.log


def test_during_a_start_that_is_never_answered(bench: Bench) -> None:
    """A run whose start was not answered is found by its build number, and stopped."""
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(Fault("start", delay=30.0)))
    outcome = bench.signalled(server, "start", signal.SIGINT)
    assert outcome.exit_code == 130
    assert server.calls.count("start") == server.calls.count("stop") == 1
    assert outcome.outputs["run-id"] == "1001"


def test_during_a_blocked_read(bench: Bench) -> None:
    """A poll that hangs does not keep the step."""
    hanging = Fault("status", delay=30.0, after=1, count=1)
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(hanging))
    outcome = bench.signalled(server, "status", signal.SIGINT, count=2)
    assert outcome.exit_code == 130
    assert server.calls.count("stop") == 1


def test_both_signals_as_the_runner_sends_them(bench: Bench) -> None:
    """SIGTERM after SIGINT changes nothing: the way out goes on, with the exit code of the first."""
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(Fault("stop", delay=0.5)))
    step = bench.start(server=server)
    server.wait_for("status")
    step.send(signal.SIGINT)
    server.wait_for("stop")
    step.send(signal.SIGTERM)
    outcome = step.wait()
    assert outcome.exit_code == 130
    assert "Run 1001 was stopped" in outcome.log


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_same_signal_twice(bench: Bench, number: signal.Signals, exit_code: int) -> None:
    """Who asks twice wants out at once; the JUnit file still says that the step was not finished."""
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(Fault("stop", delay=30.0)))
    step = bench.start(server=server)
    server.wait_for("status")
    step.send(number)
    server.wait_for("stop")
    while not step.ended(within=0.05):
        step.send(number)
    outcome = step.wait()
    assert outcome.exit_code == exit_code
    assert outcome.junit_counts["errors"] == 1
    assert "settled" not in outcome.state
    assert "was stopped" not in outcome.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_is_sent_twice(bench: Bench, number: signal.Signals) -> None:
    """The same signal twice at once is one signal: the run is stopped, and the reports are written."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    step = bench.start(server=server)
    server.wait_for("status")
    step.send(number)
    step.send(number)
    outcome = step.wait()
    assert outcome.exit_code == (130 if number == signal.SIGINT else 143)
    assert f"cancelled ({number.name}). Run 1001 was stopped." in outcome.lines[-1]
    assert outcome.state["settled"] == "true"


def test_leave(bench: Bench) -> None:
    """`on-cancel: leave` leaves the run, and says where it is."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    outcome = bench.signalled(server, "status", signal.SIGINT, {"TESTSIGMA_ON_CANCEL": "leave"})
    assert outcome.exit_code == 130
    assert "stop" not in server.calls
    assert outcome.lines[-1].endswith("Run 1001 was left running.")
    assert f"Run 1001: {server.url}/ui/td/runs/1001" in outcome.lines[-5:]


def test_stop_refused(bench: Bench) -> None:
    """A stop that is refused is told, not taken for done."""
    refusing = Fault("stop", status=403, text='{"error": "not yours"}')
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(refusing))
    outcome = bench.signalled(server, "status", signal.SIGINT)
    assert outcome.exit_code == 130
    assert "may still be running" in outcome.log
    assert "not yours" in outcome.log


def test_killed(bench: Bench) -> None:
    """A step that is killed leaves the run's ID, the state for the post stage, and a JUnit file that is not green."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    outcome = bench.signalled(server, "status", signal.SIGKILL)
    assert outcome.outputs["run-id"] == "1001"
    assert [(run["plan_id"], run["run_id"], run["over"]) for run in outcome.runs_left] == [("420", "1001", False)]
    assert "settled" not in outcome.state
    assert outcome.junit_counts["errors"] == 1


def test_without_waiting(bench: Bench) -> None:
    """With `wait: false` a signal during the start leaves the run: nobody was to wait for it."""
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(Fault("start", delay=1.0)))
    outcome = bench.signalled(server, "start", signal.SIGTERM, {"TESTSIGMA_WAIT": "false"})
    assert outcome.exit_code == 143
    assert "stop" not in server.calls
    assert outcome.outputs["run-id"] == "1001"


def test_an_unanswered_start_with_a_build_number_of_the_users(bench: Bench) -> None:
    """A run that cannot be told from others is not stopped; that there may be one is said."""
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(Fault("start", delay=30.0)))
    outcome = bench.signalled(server, "start", signal.SIGINT, {"TESTSIGMA_BUILD_NUMBER": "nightly"})
    assert outcome.exit_code == 130
    assert "may have been started" in outcome.log
    assert "stop" not in server.calls


@pytest.mark.parametrize("on_cancel", ["leave", "stop"])
def test_during_the_stop_of_a_run_that_took_too_long(bench: Bench, on_cancel: str) -> None:
    """A run that was stopped because the wait was over does not go on, whatever is to happen on a signal."""
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(Fault("stop", delay=1.0)))
    environ = {"TESTSIGMA_TIMEOUT": "2s", "TESTSIGMA_ON_TIMEOUT": "stop", "TESTSIGMA_ON_CANCEL": on_cancel}
    outcome = bench.signalled(server, "stop", signal.SIGINT, environ)
    assert outcome.exit_code == 130
    assert outcome.lines[-1].endswith("Run 1001 was stopped.")
    assert server.calls.count("stop") == 1


def test_during_a_stop_that_was_not_heard(bench: Bench) -> None:
    """A run that was to be stopped and is not over is not called left, nor stopped."""
    unheard = Fault("stop", status=503, delay=1.0)
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(unheard))
    environ = {"TESTSIGMA_TIMEOUT": "2s", "TESTSIGMA_ON_TIMEOUT": "stop", "TESTSIGMA_ON_CANCEL": "leave"}
    outcome = bench.signalled(server, "stop", signal.SIGINT, environ)
    assert outcome.exit_code == 130
    assert "was to be stopped at the timeout, but that is not confirmed: it may still be running" in outcome.lines[-1]
    assert server.calls.count("stop") == 1


def test_while_an_unanswered_start_is_looked_for(bench: Bench) -> None:
    """A signal in the middle of the search does not lose the run: it is looked for again, and stopped."""
    faults = (Fault("start", delivery="reset", takes_effect=True), Fault("newest", delay=30.0, count=1))
    server = bench.serve(scenario("passing").with_plan(life=HELD).with_faults(*faults))
    outcome = bench.signalled(server, "newest", signal.SIGINT)
    assert outcome.exit_code == 130
    assert outcome.outputs["run-id"] == "1001"
    assert (server.calls.count("start"), server.calls.count("stop")) == (1, 1)


def test_while_the_plan_is_busy(bench: Bench) -> None:
    """Nothing of ours was started, so nothing is stopped; the run that keeps the plan busy least of all."""
    server = bench.serve(scenario("busy"))
    outcome = bench.signalled(
        server, "newest", signal.SIGTERM, {"TESTSIGMA_ON_BUSY": "wait", "TESTSIGMA_POLL_INTERVAL": "30s"}, count=2
    )
    assert outcome.exit_code == 143
    assert "Nothing was started" in outcome.lines[-1]
    assert set(server.calls) <= {"start", "newest", "index-runs"}


def test_while_the_results_are_collected(bench: Bench) -> None:
    """A run that is over is not stopped; what is known of it is reported, under the exit code of the signal."""
    served = scenario("failing").with_plan(life=ALL_AT_ONCE)
    server = bench.serve(served.with_faults(Fault("cases", delay=30.0)))
    outcome = bench.signalled(server, "cases", signal.SIGINT)
    assert outcome.exit_code == 130
    assert "stop" not in server.calls
    assert "Run 1001 had completed by then" in outcome.lines[-1]
    assert outcome.outputs["result"] == "failed"
    assert outcome.state["settled"] == "true"
