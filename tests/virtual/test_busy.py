"""A plan that is said to be busy: by another run, or by our own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulator import Fault, Phase, Request, Response, RunBefore, Scenario, scenario
from tests.virtual import Cut, World

LONG = (Phase("STATUS_IN_PROGRESS", seconds=400.0),)
WAITING = {"TESTSIGMA_ON_BUSY": "wait"}


def busy(*before: RunBefore) -> Scenario:
    """A plan that runs once at a time, and as long as the runs that were there before."""
    made = replace(scenario("passing").with_plan(life=LONG), pace="time", runs_before=before)
    return made.with_options(busy_when_active=True)


def running() -> RunBefore:
    """A run of somebody else that goes on for some minutes."""
    return RunBefore(900, busy().plans[0], "another", life=LONG)


def sent_twice(world: World) -> World:
    """The world with a proxy that sends each POST again, and shows the last answer."""
    once: Callable[[Request], Response] = world.simulator.answer

    def answer(request: Request) -> Response:
        if request.method == "POST":
            once(request)
        return once(request)

    world.simulator.answer = answer  # type: ignore[method-assign]
    return world


@pytest.mark.parametrize("environ", [{}, WAITING])
def test_a_start_that_a_proxy_sends_twice(tmp_path: Path, environ: Mapping[str, str]) -> None:
    """Our own run keeps the plan busy: it is found by its build number, and not started again."""
    world = sent_twice(World(busy(), tmp_path, environ))
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    assert set(world.simulator.runs()) == {1001}


def test_a_start_that_is_sent_twice_after_a_wait(tmp_path: Path) -> None:
    """Every start may be sent twice, not the first one only."""
    world = sent_twice(World(busy(running()), tmp_path, WAITING))
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    assert set(world.simulator.runs()) == {900, 1001}


def test_a_build_number_of_the_users_tells_nothing(tmp_path: Path) -> None:
    """A run with that number may be somebody else's: the service is believed."""
    same = replace(running(), build_no="nightly")
    outcome = World(busy(same), tmp_path, {"TESTSIGMA_BUILD_NUMBER": "nightly"}).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "plan-busy")
    assert outcome.outputs["run-id"] == ""
    assert outcome.calls == ["start"]


def test_a_plan_that_is_busy_with_another_run(tmp_path: Path) -> None:
    """It is said within seconds, and the other run goes on."""
    world = World(busy(running()), tmp_path)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "plan-busy")
    assert outcome.duration < 5
    assert {run_id: run.over for run_id, run in world.simulator.runs().items()} == {900: False}


@pytest.mark.parametrize("trouble", ["too many", "refused"])
def test_trouble_in_a_long_wait(tmp_path: Path, trouble: str) -> None:
    """While the plan is waited for, a service that is gone for a moment is tried again, however long we have waited."""
    late = Fault("start", begin=300.0, end=320.0, status=429 if trouble == "too many" else None, count=None)
    faults = (late,) if trouble == "too many" else ()
    cuts = () if faults else (Cut("refused", late),)
    world = World(busy(running()).with_faults(*faults), tmp_path, WAITING, cuts=cuts)
    outcome = world.run()
    assert outcome.exit_code == 0, outcome.log
    assert set(world.simulator.runs()) == {900, 1001}
