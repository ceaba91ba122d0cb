"""Sessions side by side when something goes wrong around them: signals amid a stop, files, lists, unreadable state."""

import json
import signal
from pathlib import Path

import pytest

from tests.simulation import Signal, World
from tests.simulation.plans import RUNS, listed, plan, runs_of, service
from tests.simulator import Fault

STOP_EARLY = {"TESTSIGMA_STOP_AFTER_FAILURES": "1"}


def block(path: Path) -> None:
    """Put a folder in place of a file: nothing can be written there any more."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_runs_are_stopped_for_failures(number: int, tmp_path: Path) -> None:
    """It ends the stop, decides the exit code, and leaves nothing running."""
    plans = [plan(1, "failing", seconds=100.0), plan(2, seconds=3000.0), plan(3, seconds=3000.0)]
    amid = Signal(number, after=0.5, call="stop")
    slow = service(*plans).with_faults(Fault("stop", delay=3.0, count=1))
    world = World(slow, tmp_path, listed(*plans) | STOP_EARLY, signals=[amid])
    outcome = world.run()
    assert outcome.exit_code == 128 + number
    assert outcome.duration - outcome.signalled[0][0] < 7.0
    assert all(one.over or one.stopped for one in world.simulator.runs().values())
    assert outcome.state["settled"] == "true"


@pytest.mark.parametrize("look", range(6))
@pytest.mark.parametrize("parallel", ["1", "3"])
def test_a_signal_just_before_runs_are_stopped_for_failures(look: int, parallel: str, tmp_path: Path) -> None:
    """Each session is cancelled twice. Every run is stopped at the same time, and the log tells of each run once."""
    plans = [plan(1, "failing", seconds=100.0), plan(2, seconds=3000.0), plan(3, seconds=3000.0)]
    environ = listed(*plans) | STOP_EARLY | {"TESTSIGMA_MAX_PARALLEL": parallel}
    slow = service(*plans).with_faults(Fault("stop", delay=1.5, count=None))
    world = World(slow, tmp_path, environ, signals=[Signal(signal.SIGTERM, said="Stopping all runs", look=look)])
    outcome = world.run()
    assert (outcome.exit_code, outcome.state["settled"]) == (143, "true"), outcome.log
    assert outcome.duration - outcome.signalled[0][0] < 3.0
    assert all(one.over or one.stopped for one in world.simulator.runs().values())
    told = [line.split("Stopped run ")[1] for line in outcome.lines if "Stopped run " in line]
    assert sorted(told) == ["1001.", "1002.", "1003."][: int(parallel)]
    assert " error" not in outcome.log


def test_a_stop_for_failures_that_is_refused_is_told(tmp_path: Path) -> None:
    """The run that could not be stopped is named as one that may go on; the step fails for its failures."""
    plans = [plan(1, "failing", seconds=100.0), plan(2, seconds=3000.0)]
    refusing = service(*plans).with_faults(Fault("stop", status=403, count=None))
    outcome = World(refusing, tmp_path, listed(*plans) | STOP_EARLY).run()
    assert outcome.exit_code == 1
    assert runs_of(outcome)[1]["errorCode"] == "stopped-after-failures"
    assert "1002" in outcome.log


def test_outputs_that_cannot_be_written(tmp_path: Path) -> None:
    """All runs are waited for and judged; a step that passed otherwise ends with the code of a lost report."""
    plans = [plan(1, seconds=60.0), plan(2, seconds=60.0)]
    world = World(service(*plans), tmp_path, listed(*plans))
    outputs = world.commands / "GITHUB_OUTPUT"
    world.at(0.01, lambda _: block(outputs))
    exit_code, seen = world.run().exit_code, world.simulator.runs()
    assert exit_code == 5
    assert all(one.over for one in seen.values())


def test_a_state_that_cannot_be_written(tmp_path: Path) -> None:
    """The log says so, and no verdict depends on it."""
    plans = [plan(1, seconds=60.0), plan(2, seconds=60.0)]
    world = World(service(*plans), tmp_path, listed(*plans))
    state = world.commands / "GITHUB_STATE"
    world.at(0.01, lambda _: block(state))
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["conclusion"]) == (0, "passed")
    assert "the state of the step" in outcome.log


def test_a_live_list_that_is_refused(tmp_path: Path) -> None:
    """It is asked for once a run while the run goes on; the results are collected as ever."""
    plans = [plan(1, "failing", seconds=1200.0), plan(2, "failing", seconds=1200.0)]
    refusing = service(*plans).with_faults(Fault("cases", path=f"{RUNS}*", status=403, count=None, end=1150.0))
    outcome = World(refusing, tmp_path, listed(*plans)).run()
    during = [each.request.path for each in outcome.exchanges if each.call == "cases" and each.arrived < 1150.0]
    assert len(during) == len(set(during)) == 2
    assert outcome.exit_code == 1
    assert all(one["conclusion"] == "failed" for one in runs_of(outcome))


@pytest.mark.parametrize("runs", ["{", "[1]", '[{"plan": "501"}]', "{}x", "null", "1", '"runs"', "[null]"])
def test_a_state_that_cannot_be_read(runs: str, tmp_path: Path) -> None:
    """The post stage says that a run may go on, asks for nothing, and does not pass."""
    world = World(service(plan(1)), tmp_path, {"STATE_runs": runs})
    outcome = world.post()
    assert outcome.exit_code == 3
    assert "state of the step cannot be read" in outcome.log
    assert outcome.calls == []


@pytest.mark.parametrize("runs", ["", "[]"])
def test_a_step_that_started_nothing(runs: str, tmp_path: Path) -> None:
    """It leaves nothing to do."""
    outcome = World(service(plan(1)), tmp_path, {"STATE_runs": runs}).post()
    assert (outcome.exit_code, outcome.calls) == (0, [])
    assert [line for line in outcome.lines if not line.startswith("::add-mask::")] == []


def test_queue_time_and_duration_of_each_run(tmp_path: Path) -> None:
    """They are in the results file and in the outputs, run by run, in seconds."""
    plans = [plan(1, seconds=60.0), plan(2, seconds=120.0)]
    environ = listed(*plans) | {"TESTSIGMA_RESULTS_FILE": "results.json"}
    outcome = World(service(*plans), tmp_path, environ).run()
    written = json.loads((outcome.workspace / "results.json").read_text("utf-8"))["runs"]
    for told in (written, json.loads(outcome.outputs["runs"])):
        assert told[1]["duration"] - told[0]["duration"] == pytest.approx(60.0, abs=1.0)
        assert all(15.0 <= one["queued"] <= 25.0 for one in told)
