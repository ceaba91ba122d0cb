"""`stop-after-failures` and plans that run failed cases again: nothing is stopped too early, nothing is left unsaid."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Outcome, World
from tests.simulation.plans import listed, plan, runs_of, service
from tests.simulator import Lag, Machine, Phase, Plan, Reruns, Suite, failed, passed

FLAKY = replace(failed("Pay", "Click on Pay"), rerun_result="SUCCESS")
BROKEN = failed("Search", "Click on Search")


def rerunning(number: int, *cases: object, seconds: float = 60.0, after: int = 1) -> Plan:
    """A plan that runs its failed cases again by itself."""
    machines = (Machine("Chrome", (Suite("Smoke", (passed("Log in", "Open"), *cases)),)),)  # type: ignore[arg-type]
    life = (Phase("STATUS_IN_PROGRESS", seconds=seconds),)
    name, again = f"Plan no. {number}", Reruns(after=after)
    return Plan(500 + number, name, machines, life, rerun_type="ALL", automatic_rerun=True, reruns=again)


def step(folder: Path, *plans: Plan) -> tuple[World, Outcome]:
    """A step that stops after the first failure, and what it leaves."""
    made = service(*plans).with_options(shape=2024)
    world = World(made, folder, listed(*plans) | {"TESTSIGMA_STOP_AFTER_FAILURES": "1"})
    return world, world.run()


def test_failures_that_run_again(tmp_path: Path) -> None:
    """A case that passes when its plan runs it again has not failed: nothing is stopped."""
    _, outcome = step(tmp_path, rerunning(1, FLAKY, after=3), plan(2, seconds=400.0))
    assert outcome.exit_code == 0, outcome.log
    assert "stop" not in outcome.calls


@pytest.mark.parametrize("after", [1, 3, 10_000])
def test_failures_that_stay(after: int, tmp_path: Path) -> None:
    """What failed in the last attempt counts as soon as no other one is to come: the other run is stopped then."""
    world, outcome = step(tmp_path, rerunning(1, BROKEN, after=after), plan(2, seconds=3000.0))
    assert [one["errorCode"] for one in runs_of(outcome)] == ["tests-failed", "stopped-after-failures"], outcome.log
    assert outcome.duration < 300.0
    assert all(one.over or one.stopped for one in world.simulator.runs().values())


def test_a_rerun_that_may_still_begin(tmp_path: Path) -> None:
    """Where the others are stopped while a run waits for its rerun, the report says that it may still begin."""
    waiting, failing = rerunning(1, BROKEN, seconds=100.0, after=10_000), plan(2, "failing", seconds=210.0)
    _, outcome = step(tmp_path, waiting, failing)
    assert outcome.exit_code == 1
    assert runs_of(outcome)[0]["errorCode"] == "tests-failed"
    assert "Its plan may still run failed cases again." in outcome.log


@pytest.mark.parametrize("seconds", [27.0, 32.0, 37.0, 42.0])
def test_a_result_that_lags(seconds: float, tmp_path: Path) -> None:
    """A run that had completed when the others were stopped is judged by its result, even if that comes later."""
    made = service(plan(1, seconds=seconds), plan(2, "failing", seconds=120.0)).with_options(lag=Lag(result=20.0))
    environ = listed(*made.plans) | {"TESTSIGMA_STOP_AFTER_FAILURES": "1", "TESTSIGMA_POLL_INTERVAL": "5s"}
    outcome = World(made, tmp_path, environ).run()
    assert [one["conclusion"] for one in runs_of(outcome)] == ["passed", "failed"], outcome.log
