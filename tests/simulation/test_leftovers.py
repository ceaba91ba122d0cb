"""The post stage after a kill: whatever happens while it looks and stops, nothing goes on unsaid."""

import signal
from pathlib import Path

import pytest

from tests.simulation import Signal, World
from tests.simulation.plans import listed, plan, service
from tests.simulation.test_stop_after_failures import BROKEN, rerunning
from tests.simulator import Fault


def test_a_run_that_completes_before_its_stop_and_runs_again(tmp_path: Path) -> None:
    """Its failed cases run again in a run that began after the look: that one is stopped, too."""
    plans = (rerunning(1, BROKEN), plan(2, seconds=3000.0))
    late = Fault("status", begin=52.0, end=60.0, count=None, delay=4.5)
    made = service(*plans).with_options(shape=2024).with_faults(late)
    world = World(made, tmp_path, listed(*plans), signals=[Signal(signal.SIGKILL, 50.0)])
    assert world.run().killed
    later = world.post(later=6.0)
    assert later.exit_code == 0, later.log
    assert [one.id for one in world.simulator.runs().values() if one.parent]
    assert all(one.over for one in world.simulator.runs().values()), later.log


def test_a_run_that_is_listed_late(tmp_path: Path) -> None:
    """A run whose start was not answered before the kill is looked for until every run is listed, and stopped."""
    made = service(plan(1, seconds=3000.0)).with_options(listed_after=57.0)
    answer = Fault("start", delay=5.0, takes_effect=True)
    world = World(
        made.with_faults(answer), tmp_path, listed(plan(1)), signals=[Signal(signal.SIGKILL, 1.0)], travel=0.3
    )
    assert world.run().killed
    later = world.post(later=1.0)
    assert later.exit_code == 0, later.log
    assert all(one.over for one in world.simulator.runs().values())


@pytest.mark.parametrize(
    "state",
    [
        "[" * 50_000,
        "{}",
        '[{"plan_id": 5, "build_number": "812"}]',
        '[{"plan_id": ["501"], "build_number": "812"}]',
        '[{"plan_id": "501", "build_number": null}]',
        '[{"plan_id": "501", "build_number": "812", "over": "no"}]',
        '[{"plan_id": "501", "build_number": "812", "run_id": 1001}]',
    ],
    ids=range(7),
)
def test_a_state_that_is_none(state: str, tmp_path: Path) -> None:
    """It says that a run may go on: no traceback, and never that nothing is left."""
    world = World(service(plan(1)), tmp_path, {"STATE_runs": state})
    later = world.post()
    assert later.exit_code == 3, later.log
    assert "The state of the step cannot be read." in later.log
    assert "Traceback" not in later.log
    assert not later.calls
