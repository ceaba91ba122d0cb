"""Plans that run failed cases again by themselves, with the waits as they are."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulator import Fault, Machine, Phase, Plan, Reruns, Scenario, Suite, failed, passed
from tests.virtual import Signal, World
from testsigma_action.reruns import GRACE, LONG_GRACE, SHORT_GRACE

FLAKY = replace(failed("Pay", "Click on Pay", at=0, message="No such button"), rerun_result="SUCCESS")
BROKEN = failed("Search", "Click on Search", at=0, message="Nothing was found")
LIFE = (Phase("STATUS_QUEUED", seconds=2.0), Phase("STATUS_IN_PROGRESS", seconds=20.0))
SHORT = sum(phase.seconds for phase in LIFE)
# What polling, collecting and reports take besides.
BESIDES = 30.0


def plan(*cases: object, **behaviour: object) -> Scenario:
    """A plan with these cases, and one that passes, that runs what failed again."""
    machines = (Machine("Chrome", (Suite("Smoke", (passed("Log in", "Open"), *cases)),)),)  # type: ignore[arg-type]
    again = Reruns(**behaviour)  # type: ignore[arg-type]
    made = Plan(420, "Shop", machines, LIFE, rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True, reruns=again)
    return replace(Scenario((made,)), pace="time").with_options(shape=2024)


def test_a_rerun_that_never_comes_costs_little(tmp_path: Path) -> None:
    """The step ends as failed after the grace, hours before its timeout."""
    outcome = World(plan(FLAKY, after=10_000), tmp_path).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "tests-failed")
    assert SHORT + GRACE / 2 < outcome.duration < SHORT + GRACE + BESIDES


def test_a_rerun_that_is_never_named_costs_little_more(tmp_path: Path) -> None:
    """Where the service says that the whole goes on, it is waited for a little longer, but not for ever."""
    held = (Phase("STATUS_IN_PROGRESS", hold=True),)
    outcome = World(plan(FLAKY, shown_after=None, life=held), tmp_path).run()
    assert outcome.exit_code == 1
    assert SHORT + GRACE < outcome.duration < SHORT + LONG_GRACE + BESIDES


def test_a_rerun_that_fails_costs_less(tmp_path: Path) -> None:
    """Another one after it is not to be expected."""
    outcome = World(plan(BROKEN), tmp_path).run()
    assert outcome.exit_code == 1
    assert outcome.duration < 2 * SHORT + SHORT_GRACE + BESIDES


@pytest.mark.parametrize("begin", [SHORT, SHORT + 3, SHORT + 30])
def test_an_outage_while_a_rerun_goes_on(tmp_path: Path, begin: float) -> None:
    """A rerun of an hour outlives it, also one that begins when the rerun is waited for."""
    faults = (Fault("*", status=503, begin=begin, end=begin + 20.0, count=None),)
    life = (Phase("STATUS_IN_PROGRESS", seconds=3600.0),)
    outcome = World(plan(FLAKY, life=life).with_faults(*faults), tmp_path).run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.outputs["flaky"] == "1"


@pytest.mark.parametrize("after", [*range(3, 90, 3)])
def test_a_signal_at_any_time(tmp_path: Path, after: float) -> None:
    """What the step knows of is stopped, the rerun too; what was over is left alone."""
    life = (Phase("STATUS_IN_PROGRESS", seconds=60.0),)
    world = World(plan(FLAKY, life=life), tmp_path, signals=[Signal(signal.SIGTERM, float(after))])
    outcome = world.run()
    assert outcome.exit_code == 143
    known = {seen.path.rsplit("/", 1)[1] for seen in outcome.seen if seen.call == "status"}
    assert {str(run_id): run.over for run_id, run in world.simulator.runs().items() if str(run_id) in known} == (
        dict.fromkeys(known, True)
    )
    stops = {seen.path.rsplit("/", 1)[1] for seen in outcome.seen if seen.call == "stop"}
    assert stops == {max(known)} if stops else "was over" in outcome.log
