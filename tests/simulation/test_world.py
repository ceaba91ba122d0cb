"""The virtual world behaves like the real one, and the same every time."""

import gc
import json
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Signal, World
from tests.simulator import Fault, Phase, scenario

IDLE = "STATUS_IN_PROGRESS"


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1), ("aborted", 1)])
def test_a_step_ends_as_it_does_in_a_process(tmp_path: Path, name: str, exit_code: int) -> None:
    """The whole step runs, and leaves all that it leaves."""
    outcome = World(scenario(name), tmp_path).run()
    assert outcome.exit_code == exit_code
    assert outcome.calls[:2] == ["start", "status"]
    assert outcome.outputs["run-id"] == "1001"
    assert [run["run_id"] for run in json.loads(outcome.state["runs"])] == ["1001"]
    assert outcome.state["settled"] == "true"
    assert outcome.junit.tag == "testsuites"
    assert outcome.results
    assert outcome.summary
    assert not outcome.killed


def test_hours_pass_at_once(tmp_path: Path) -> None:
    """A run of a day is watched for two hours of the virtual clock, and by the simulator's clock it takes them, too."""
    found = scenario("passing").with_plan(life=(Phase(IDLE, seconds=7000.0),))
    outcome = World(replace(found, pace="time"), tmp_path).run()
    assert outcome.exit_code == 0
    assert 7000 < outcome.duration < 7200


def test_a_killed_step_does_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it was at when it was killed, it runs no cleanup, and no later collection of memory tells of it."""
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    for look in range(20, 80, 5):
        World(scenario("failing"), tmp_path / str(look), signals=[Signal(signal.SIGKILL, look=look)]).run()
    gc.collect()
    assert not told


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_the_same_story(tmp_path: Path, seed: int) -> None:
    """Requests of several workers, their faults and delays: all is as it was, but for the nonce of the build number."""
    faults = [Fault("steps", delay=1.0, after=1), Fault("suite", status=503, count=3), Fault("*", delivery="reset")]
    stories = []
    for attempt in ("first", "second"):
        world = World(scenario("failing").with_faults(*faults), tmp_path / attempt, seed=seed)
        outcome = world.run()
        [run] = json.loads(outcome.state["runs"])
        told = outcome.log.replace(run["build_number"], "")
        stories.append(([(seen.time, seen.call, seen.path) for seen in outcome.seen], told))
    assert stories[0] == stories[1]


def test_other_seeds_other_stories(tmp_path: Path) -> None:
    """Whose turn it is, is a matter of the seed."""
    outcomes = [World(scenario("failing"), tmp_path / str(seed), seed=seed).run() for seed in range(5)]
    assert len({tuple(seen.path for seen in outcome.seen) for outcome in outcomes}) > 1


def test_a_signal_at_an_instant(tmp_path: Path) -> None:
    """The step is cancelled at that instant, and its run is stopped."""
    outcome = World(scenario("slow"), tmp_path, signals=[Signal(signal.SIGTERM, 300.0)]).run()
    assert outcome.exit_code == 143
    assert outcome.signalled == ((300.0, signal.SIGTERM),)
    assert outcome.seen[-2].call == "stop"
    assert 300 < outcome.duration < 302


def test_a_signal_on_a_request(tmp_path: Path) -> None:
    """It comes when the request has arrived, before its answer."""
    outcome = World(scenario("slow"), tmp_path, signals=[Signal(signal.SIGINT, call="status", count=2)]).run()
    assert outcome.exit_code == 130
    assert outcome.calls[:5] == ["start", "status", "newest", "status", "stop"]


def test_a_signal_amid_the_work(tmp_path: Path) -> None:
    """It comes while the step is at work; at the first look at the clock nothing was asked yet."""
    outcome = World(scenario("slow"), tmp_path, signals=[Signal(signal.SIGINT, look=1)]).run()
    assert outcome.exit_code == 130
    assert outcome.calls == []


def test_the_same_signal_twice(tmp_path: Path) -> None:
    """The second one ends the step where it is, unless it is the first one that was sent twice."""
    signals = [Signal(signal.SIGINT, 30.0), Signal(signal.SIGINT, 30.2), Signal(signal.SIGINT, 30.4)]
    outcome = World(scenario("slow").with_faults(Fault("stop", delay=1.0)), tmp_path, signals=signals).run()
    assert (outcome.exit_code, outcome.killed) == (130, True)
    assert "settled" not in outcome.state
    assert 30.3 < outcome.duration < 30.41


def test_the_post_stage_of_a_killed_step(tmp_path: Path) -> None:
    """It gets the state that the main stage left, and stops the run."""
    world = World(scenario("slow"), tmp_path, signals=[Signal(signal.SIGKILL, 30.0)])
    assert world.run().exit_code == 137
    assert world.simulator.statuses()[1001] != "STATUS_COMPLETED"
    outcome = world.post(later=5.0)
    assert outcome.exit_code == 0
    assert "stopped" in outcome.log
    assert outcome.calls == ["status", "stop", "status"]
    assert world.simulator.statuses()[1001] == "STATUS_COMPLETED"


def test_things_happen_to_the_service(tmp_path: Path) -> None:
    """A run that is held is released after an hour."""
    world = World(scenario("queued"), tmp_path)
    world.at(3600.0, lambda simulator: simulator.release())
    outcome = world.run()
    assert outcome.exit_code == 0
    assert 3600 < outcome.duration < 3700


def test_the_wall_clock_jumps(tmp_path: Path) -> None:
    """A day forwards or backwards: waiting goes by the other clock."""
    for name, seconds in (("forwards", 86_400.0), ("backwards", -86_400.0)):
        outcome = World(scenario("passing"), tmp_path / name, jumps=[(3.0, seconds)]).run()
        assert outcome.exit_code == 0
        assert outcome.duration < 600


def test_off_github(tmp_path: Path) -> None:
    """On a plain console the files are in the working folder."""
    outcome = World(scenario("passing"), tmp_path, github=False).run()
    assert outcome.exit_code == 0
    assert outcome.junit_path.is_relative_to(tmp_path / "workspace")


def test_no_threads_are_left(tmp_path: Path) -> None:
    """Those that were at work when the step ended are gone with it."""
    before = threading.active_count()
    signals = [Signal(signal.SIGKILL, call="machine")]
    assert World(scenario("failing"), tmp_path, signals=signals).run().killed
    assert threading.active_count() == before
