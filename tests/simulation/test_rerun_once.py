"""A rerun is asked for once, whatever happens to its answer, to the plan and to the step."""

import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Signal, World
from tests.simulation.test_rerun_failed import BROKEN, FLAKY, ONCE, plan
from tests.simulation.world import Outcome
from tests.simulator import Case, Fault, Phase, Reruns, RunBefore, Scenario, Seen

LONG = (Phase("STATUS_IN_PROGRESS", seconds=300.0),)
WAITING = ONCE | {"TESTSIGMA_ON_BUSY": "wait"}
UNLISTED = tuple(Fault(call, status=404, count=None) for call in ("newest", "index-runs"))
LOST = {
    "reset": Fault("rerun", delivery="reset", takes_effect=True),
    "an error": Fault("rerun", status=502, text="<html>Bad gateway</html>", takes_effect=True),
    "an error of the service": Fault("rerun", status=500, takes_effect=True),
    "unreadable": Fault("rerun", text="<html>Welcome</html>", takes_effect=True),
    "late": Fault("rerun", delay=90.0),
    "a redirect": Fault("rerun", status=302, headers={"Location": "https://example.com"}, takes_effect=True),
    "too many requests": Fault("rerun", status=429, text="", takes_effect=True),
    "the run itself": Fault("rerun", run=1001, takes_effect=True),
    "a stranger": Fault("rerun", run=900, takes_effect=True),
}


def ran(made: Scenario, folder: Path, environ: Mapping[str, str] = ONCE, *signals: Signal) -> tuple[World, Outcome]:
    """The world after the step, and how the step ended."""
    before = (RunBefore(900, replace(made.plans[0], automatic_rerun=False), "another"),)
    world = World(replace(made, runs_before=before), folder, environ, signals=signals)
    return world, world.run()


def reruns(world: World) -> list[int]:
    """The IDs of all reruns that the service made."""
    return [run_id for run_id, run in world.simulator.runs().items() if run.parent]


@pytest.mark.parametrize("shape", [2021, 2024])
@pytest.mark.parametrize("how", LOST)
def test_a_lost_answer(tmp_path: Path, how: str, shape: int) -> None:
    """The rerun is found by its parent, and followed; the call is not sent again."""
    world, outcome = ran(plan(FLAKY).with_options(shape=shape).with_faults(LOST[how]), tmp_path)
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    assert (outcome.calls.count("rerun"), reruns(world)) == (1, [1002])


@pytest.mark.parametrize("lists", [(), UNLISTED], ids=["listed", "unlisted"])
@pytest.mark.parametrize(
    "how", ["reset", "an error of the service", "too many requests", "unreadable", "the run itself"]
)
def test_a_lost_answer_without_a_rerun(tmp_path: Path, how: str, lists: tuple[Fault, ...]) -> None:
    """There is no second call. If no list proves that there is none, the reason says that a rerun may be going on."""
    fault = replace(LOST[how], takes_effect=False)
    world, outcome = ran(plan(FLAKY).with_faults(fault, *lists), tmp_path)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "tests-failed"), outcome.log
    assert (outcome.calls.count("rerun"), reruns(world)) == (1, [])
    uncertain = bool(lists) or how not in {"an error of the service", "too many requests"}
    assert ("may still be running" in outcome.log) is uncertain, outcome.log
    assert ("settled" in outcome.state) is not uncertain


@pytest.mark.parametrize("shown", ["first", "last"])
def test_a_call_that_is_sent_twice(tmp_path: Path, shown: str) -> None:
    """The service makes one rerun, and refuses the second call: that rerun is ours."""
    world, outcome = ran(plan(FLAKY).with_options(doubled_starts=shown), tmp_path)
    assert (outcome.exit_code, outcome.calls.count("rerun"), len(reruns(world))) == (0, 1, 1), outcome.log


def test_a_plan_that_reruns_at_the_same_time(tmp_path: Path) -> None:
    """The service refuses a second rerun of the same run: the one that exists is followed."""
    again = Reruns(after=40, shown_after=2)
    made = plan(FLAKY, rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True, reruns=again)
    hidden = Fault("status", path="*/1001", fields={"execution": None, "childResult": None}, end=55.0, count=None)
    world = World(made.with_faults(hidden), tmp_path, ONCE)

    def begin_rerun(seen: Seen) -> None:
        if seen.call == "run" and seen.path.endswith("/1001"):
            world.at(world.clock.elapsed, lambda simulator: None if reruns(world) else simulator.rerun(1001))

    # The results are collected before a rerun is asked for.
    world.simulator.recording.listen(begin_rerun)
    outcome = world.run()
    assert (outcome.exit_code, reruns(world)) == (0, [1002]), outcome.log


@pytest.mark.parametrize("environ", [ONCE, WAITING], ids=["fail", "wait"])
def test_a_busy_plan(tmp_path: Path, environ: Mapping[str, str]) -> None:
    """It is refused in words: asked for again with on-busy wait, else the reason says so."""
    made = plan(FLAKY)
    busy = Fault("rerun", status=500, text='{"error": "The specified Test Plan is currently running."}')
    world, outcome = ran(made.with_faults(busy), tmp_path, environ)
    waits = environ is WAITING
    assert (outcome.exit_code, reruns(world)) == (0 if waits else 1, [1002] if waits else []), outcome.log
    assert outcome.calls.count("rerun") == 1 + waits
    assert waits or "currently running" in outcome.log


@pytest.mark.parametrize("after", [0.0, 0.01, 1.0, 10.0, 100.0])
@pytest.mark.parametrize("how", [None, "reset", "late"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_cancelled_step_stops_the_rerun(tmp_path: Path, number: int, how: str | None, after: float) -> None:
    """At any moment after the call was sent: the main stage stops it, else the post stage."""
    made = plan(FLAKY, reruns=Reruns(life=LONG)).with_faults(*([LOST[how]] if how else []))
    world, outcome = ran(made, tmp_path, ONCE, Signal(number, after, "rerun"))
    assert outcome.exit_code == 128 + number, outcome.log
    later = world.post(later=2.0)
    assert later.exit_code == 0, later.log
    assert reruns(world) == [1002]
    assert {run.over for run in world.simulator.runs().values()} == {True}, later.log


def test_a_rerun_that_is_not_there_for_the_post_stage(tmp_path: Path) -> None:
    """A step that is killed before the call reaches the service leaves nothing to stop."""
    made = plan(FLAKY).with_faults(replace(LOST["reset"], takes_effect=False))
    world, outcome = ran(made, tmp_path, ONCE, Signal(signal.SIGKILL, 0.5, "rerun"))
    assert outcome.killed
    later = world.post(later=2.0)
    assert (later.exit_code, "stop" in later.calls) == (0, False), later.log


@pytest.mark.parametrize("on_timeout", ["stop", "leave"])
def test_the_timeout_covers_reruns(tmp_path: Path, on_timeout: str) -> None:
    """The run completed and failed, so the step fails; its rerun is stopped or left like a run."""
    environ = ONCE | {"TESTSIGMA_TIMEOUT": "60s", "TESTSIGMA_ON_TIMEOUT": on_timeout}
    world, outcome = ran(plan(FLAKY, reruns=Reruns(life=LONG)), tmp_path, environ)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "tests-failed"), outcome.log
    assert world.simulator.runs()[1002].over is (on_timeout == "stop")


def test_an_outage_when_a_rerun_is_stopped(tmp_path: Path) -> None:
    """The post stage stops a rerun whose stop failed at the timeout."""
    down = Fault("stop", status=503, end=100.0, count=None)
    environ = ONCE | {"TESTSIGMA_TIMEOUT": "60s", "TESTSIGMA_ON_TIMEOUT": "stop"}
    world, outcome = ran(plan(FLAKY, reruns=Reruns(life=LONG)).with_faults(down), tmp_path, environ)
    assert (outcome.exit_code, world.simulator.runs()[1002].over) == (1, False), outcome.log
    later = world.post(later=20.0)
    assert (later.exit_code, world.simulator.runs()[1002].stopped) == (0, True), later.log


def test_a_run_that_fails_while_its_stop_is_refused(tmp_path: Path) -> None:
    """It is over, so nothing is left to stop: no post stage sends a stop, whatever it can read."""
    life = (Phase("STATUS_IN_PROGRESS", seconds=119.0),)
    late = Reruns(after=10_000, life=LONG)
    made = plan(BROKEN, life=life, rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True, reruns=late)
    down = Fault("stop", status=503, end=121.0, count=None), Fault("status", status=503, begin=124.0, count=None)
    environ = {"TESTSIGMA_TIMEOUT": "2m", "TESTSIGMA_ON_TIMEOUT": "stop"}
    world, outcome = ran(made.with_faults(*down), tmp_path, environ)
    assert outcome.exit_code == 4, outcome.log
    assert world.post(later=10.0).calls == []


def test_no_rerun_without_time(tmp_path: Path) -> None:
    """There would be no time to wait for it."""
    world, outcome = ran(plan(FLAKY), tmp_path, ONCE | {"TESTSIGMA_TIMEOUT": "24s"})
    assert (outcome.exit_code, reruns(world)) == (1, []), outcome.log


def test_not_after_somebody_stopped_the_run(tmp_path: Path) -> None:
    """Somebody decided that it should end."""
    world = World(plan(FLAKY, life=LONG), tmp_path, ONCE)
    world.at(30.0, lambda simulator: simulator.stop(1001))
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"], reruns(world)) == (1, "run-stopped", []), outcome.log


def test_not_after_enough_failures(tmp_path: Path) -> None:
    """Failures of a run count once its last rerun is over."""
    limit = ONCE | {"TESTSIGMA_STOP_AFTER_FAILURES": "1"}
    _, outcome = ran(plan(FLAKY), tmp_path, limit)
    assert outcome.exit_code == 0, outcome.log


def test_ten_reruns_at_most(tmp_path: Path) -> None:
    """Automatic ones count."""
    again = Reruns(most=4)
    made = plan(BROKEN, rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True, reruns=again)
    world, outcome = ran(made, tmp_path, {"TESTSIGMA_RERUN_FAILED": "10"})
    assert (outcome.exit_code, len(reruns(world)), outcome.calls.count("rerun")) == (1, 10, 6), outcome.log
    assert "10 reruns" in outcome.log


def test_an_attached_run_is_rerun_too(tmp_path: Path) -> None:
    """It is the run of the step as well; a cancelled step stops the rerun that it asked for."""
    made = plan(FLAKY, reruns=Reruns(life=LONG))
    attached = ONCE | {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": "900"}
    world, outcome = ran(made, tmp_path / "passes", attached)
    assert (outcome.exit_code, outcome.outputs["run-id"], reruns(world)) == (0, "900", [1001]), outcome.log
    for number in (signal.SIGTERM, signal.SIGKILL):
        world, outcome = ran(made, tmp_path / str(number), attached, Signal(number, 20.0, "rerun"))
        assert world.post(later=2.0).exit_code == 0
        assert world.simulator.runs()[1001].over, outcome.log


OFFLINE = "Device is not online. Please check the device connection"


@pytest.mark.parametrize("troubles", [0, 1, 2])
def test_trouble_of_the_infrastructure_is_counted_apart(tmp_path: Path, troubles: int) -> None:
    """It does not use up rerun-failed, and cases that could not run are within the limit: they show no broken test."""
    said = [Fault("status", path=f"*/{1001 + number}", count=None, fields={"message": OFFLINE}) for number in range(2)]
    outcomes = [*["NOT_EXECUTED"] * troubles, "FAILURE", "SUCCESS"]
    flaky = Case("Pay", outcomes[0], rerun_result=tuple(outcomes[1:]))
    others = tuple(
        Case(f"Page {number}", outcomes[0], rerun_result="SUCCESS") for number in range(5 if troubles else 0)
    )
    _, outcome = ran(plan(*others, flaky).with_faults(*said[:troubles]), tmp_path)
    assert (outcome.exit_code, outcome.calls.count("rerun")) == (0, troubles + 1), outcome.log


def test_trouble_that_stays(tmp_path: Path) -> None:
    """Two reruns, then the error code says what it is."""
    said = "Agent is out of Sync. Please restart Agent"
    skipped = Case("Pay", "NOT_EXECUTED")
    made = plan(skipped, result="FAILURE", message=said, reruns=Reruns(result="FAILURE", message=said))
    world, outcome = ran(made, tmp_path, ONCE)
    assert (outcome.exit_code, outcome.outputs["error-code"], len(reruns(world))) == (1, "infrastructure", 2), (
        outcome.log
    )


def test_a_cancelled_step_finds_the_rerun_by_itself(tmp_path: Path) -> None:
    """It is cancelled before the answer is there, which is lost: it looks for the rerun and stops it."""
    made = plan(FLAKY, reruns=Reruns(life=LONG)).with_faults(LOST["reset"])
    world, outcome = ran(made, tmp_path, ONCE, Signal(signal.SIGTERM, 0.0, "rerun"))
    assert outcome.exit_code == 143, outcome.log
    assert world.simulator.runs()[1002].over, outcome.log
