"""A plan that is said to be busy: by another run, or by our own."""

import itertools
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Cut, Signal, World
from tests.simulator import Fault, Phase, RunBefore, Scenario, scenario
from testsigma_action.lifecycle.time_limits import TimeLimits

LONG = (Phase("STATUS_IN_PROGRESS", seconds=400.0),)
WAITING = {"TESTSIGMA_ON_BUSY": "wait"}
OWN = {"TESTSIGMA_BUILD_NUMBER": "nightly"}


def busy(*before: RunBefore) -> Scenario:
    """A plan that runs once at a time, and as long as the runs that were there before."""
    made = replace(scenario("passing").with_plan(life=LONG), pace="time", runs_before=before)
    return made.with_options(busy_when_active=True)


def running() -> RunBefore:
    """A run of somebody else that goes on for some minutes."""
    return RunBefore(900, busy().plans[0], "another", life=LONG)


@pytest.mark.parametrize("environ", [{}, WAITING])
def test_a_start_that_a_proxy_sends_twice(tmp_path: Path, environ: Mapping[str, str]) -> None:
    """Our own run keeps the plan busy: it is found by its build number, and not started again."""
    world = World(busy().with_options(doubled_starts="last"), tmp_path, environ)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    assert set(world.simulator.runs()) == {1001}


def test_a_start_that_is_sent_twice_after_a_wait(tmp_path: Path) -> None:
    """Every start may be sent twice, not the first one only."""
    world = World(busy(running()).with_options(doubled_starts="last"), tmp_path, WAITING)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    assert set(world.simulator.runs()) == {900, 1001}


@pytest.mark.parametrize("environ", [OWN, {**OWN, **WAITING}], ids=["fail", "wait"])
@pytest.mark.parametrize("build_no", ["nightly", "another"])
def test_a_build_number_of_the_users_and_a_plan_that_was_busy_before(
    tmp_path: Path, build_no: str, environ: Mapping[str, str]
) -> None:
    """A run that began before the start keeps the plan busy, whatever its number is: it is named, none is started."""
    before = replace(running(), build_no=build_no, head_start=60.0)
    outcome = World(busy(before), tmp_path, environ).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "plan-busy"), outcome.log
    assert "Run 900 of this plan is still running" in outcome.log
    assert outcome.calls.count("start") == 1
    assert outcome.duration < 5


@pytest.mark.parametrize("doubled", ["first", "last"])
@pytest.mark.parametrize("environ", [OWN, {**OWN, **WAITING}], ids=["fail", "wait"])
def test_a_build_number_of_the_users_and_a_start_that_is_doubled(
    tmp_path: Path, environ: Mapping[str, str], doubled: str
) -> None:
    """The plan may be busy with our own run, which cannot be told from others: no second start, and it is said."""
    world = World(busy().with_options(doubled_starts=doubled), tmp_path, environ)
    outcome = world.run()
    expected = (0, "") if doubled == "first" else (3, "start-uncertain")
    assert (outcome.exit_code, outcome.outputs["error-code"]) == expected, outcome.log
    assert outcome.calls.count("start") == 1
    assert set(world.simulator.runs()) == {1001}


@pytest.mark.parametrize("environ", [{}, WAITING], ids=["fail", "wait"])
@pytest.mark.parametrize("seconds", [1.0, 40.0, 58.0])
def test_our_own_run_that_is_listed_late(tmp_path: Path, seconds: float, environ: Mapping[str, str]) -> None:
    """The look lasts as long as a new run may be invisible: it is found, and the plan is not started again."""
    late = busy().with_options(doubled_starts="last", listed_after=seconds)
    world = World(late, tmp_path, environ)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    assert outcome.calls.count("start") == 1
    assert set(world.simulator.runs()) == {1001}


UNREADABLE = {
    "missing": {"status": 404},
    "broken": {"status": 503},
    "silent": {"delay": 60.0},
    "empty": {"text": '{"content": [], "last": false}'},
    "no list": {"text": "<html>Welcome</html>"},
}


@pytest.mark.parametrize("environ", [{}, WAITING], ids=["fail", "wait"])
@pytest.mark.parametrize("how", UNREADABLE)
def test_a_busy_plan_whose_runs_cannot_be_listed(tmp_path: Path, how: str, environ: Mapping[str, str]) -> None:
    """Nothing proves that our own run is not the reason: no second start, and a run may have been started."""
    faults = [Fault(call, count=None, **UNREADABLE[how]) for call in ("newest", "index-runs")]  # type: ignore[arg-type]
    made = busy().with_options(doubled_starts="last").with_faults(*faults)
    if how == "empty":
        made = made.with_options(newest_runs=False)
    world = World(made, tmp_path, {**environ, "TESTSIGMA_TIMEOUT": "10m"})
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "start-uncertain"), outcome.log
    assert outcome.calls.count("start") == 1
    assert set(world.simulator.runs()) == {1001}


def test_an_outage_of_the_lists_while_a_plan_is_waited_for(tmp_path: Path) -> None:
    """The next start waits for the proof, as long as there is time."""
    faults = [Fault(call, status=503, begin=5.0, end=600.0, count=None) for call in ("newest", "index-runs")]
    world = World(busy(running()).with_faults(*faults), tmp_path, WAITING)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    second = [seen.time for seen in outcome.seen if seen.call == "start"][1]
    assert second - outcome.seen[0].time > 600.0


@pytest.mark.parametrize("status", [404, 503])
def test_lists_that_are_gone_for_good_while_a_plan_is_waited_for(tmp_path: Path, status: int) -> None:
    """Without a proof that nothing of ours exists the plan is never started again, and the reason is said."""
    faults = [Fault(call, status=status, begin=1.0, count=None) for call in ("newest", "index-runs")]
    world = World(busy(running()).with_faults(*faults), tmp_path, {**WAITING, "TESTSIGMA_TIMEOUT": "10m"})
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "plan-busy"), outcome.log
    assert "the list of the plan's runs, which could not be read" in outcome.log
    assert outcome.calls.count("start") == 1


def test_a_plan_is_not_started_again_before_a_run_would_be_visible(tmp_path: Path) -> None:
    """Between two starts there is a minute at least, however short the interval is."""
    environ = {**WAITING, "TESTSIGMA_POLL_INTERVAL": "5s"}
    outcome = World(busy(running()), tmp_path, environ).run()
    starts = [seen.time for seen in outcome.seen if seen.call == "start"]
    assert outcome.exit_code == 0
    assert len(starts) > 2
    assert all(later - earlier >= TimeLimits().replication for earlier, later in itertools.pairwise(starts))


def test_too_many_requests_after_a_start_that_is_doubled(tmp_path: Path) -> None:
    """429 says nothing of an earlier copy of the request: our run is found before the start is sent again."""
    limited = Fault("start", status=429, takes_effect=True)
    world = World(busy().with_faults(limited), tmp_path)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["run-id"]) == (0, "1001"), outcome.log
    assert set(world.simulator.runs()) == {1001}


def test_a_signal_while_another_run_keeps_the_plan_busy(tmp_path: Path) -> None:
    """Once it is clear that another run is the reason, nothing is in doubt."""
    world = World(busy(running()), tmp_path, WAITING, signals=[Signal(signal.SIGTERM, 30.0)])
    outcome = world.run()
    assert outcome.exit_code == 143
    assert "Nothing was started" in outcome.log
    assert "stop" not in outcome.calls


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


def test_the_log_says_that_the_plan_is_busy(tmp_path: Path) -> None:
    """With which run, and how long the step waits; once a run, with heartbeats after that."""
    outcome = World(busy(running()), tmp_path, {**WAITING, "TESTSIGMA_TIMEOUT": "30m"}).run()
    assert outcome.exit_code == 0, outcome.log
    told = [line for line in outcome.lines if "is busy" in line]
    assert told == [
        "Plan 420 is busy with run 900. Waiting until it can be started, for up to 30 min 00 s (timeout).",
    ], outcome.log
    assert any(line.endswith("] still waiting until the plan is free") for line in outcome.lines), outcome.log
    assert "retrying" not in outcome.log


@pytest.mark.parametrize("timeout", ["30s", "90s"])
def test_no_time_to_wait_for_the_plan(timeout: str, tmp_path: Path) -> None:
    """The advice is not what the user has done already."""
    outcome = World(busy(running()), tmp_path, {**WAITING, "TESTSIGMA_TIMEOUT": timeout}).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "plan-busy"), outcome.log
    assert "What to do: The next try would be too late. Increase timeout" in outcome.log
    assert "set on-busy" not in outcome.log
