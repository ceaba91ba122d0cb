"""Several plans in one step: each run is judged by itself, none waits for another, and nothing is lost."""

import json
import signal
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.simulation import Outcome, Signal, World
from tests.simulation.plans import RUNS, listed, plan, runs_of, service
from tests.simulator import Fault, Plan

# Counters show no failure before all runs are over.
SILENT_FAILURES = Fault("status", path=f"{RUNS}*", count=None, end=121.0, fields={"failedCount": 0})


def run(folder: Path, *plans: Plan, environ: dict[str, str] | None = None, faults: tuple[Fault, ...] = ()) -> Outcome:
    """A step that runs all these plans."""
    return World(service(*plans).with_faults(*faults), folder, listed(*plans) | (environ or {})).run()


def test_all_passed(tmp_path: Path) -> None:
    """The step passes when every run passed; outputs name all runs, in the order of the list."""
    outcome = run(tmp_path, plan(1), plan(2), plan(3))
    assert outcome.exit_code == 0
    assert outcome.calls.count("start") == 3
    assert [one["planId"] for one in runs_of(outcome)] == ["501", "502", "503"]
    assert outcome.outputs["run-ids"] == ",".join(str(one["id"]) for one in runs_of(outcome))
    assert outcome.outputs["total"] == "33"


def test_one_failed(tmp_path: Path) -> None:
    """One failed run fails the step, and the others are waited for and reported all the same."""
    outcome = run(tmp_path, plan(1), plan(2, "failing", seconds=60.0), plan(3))
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "tests-failed")
    assert [one["conclusion"] for one in runs_of(outcome)] == ["passed", "failed", "passed"]
    assert "Plan no. 2" in outcome.summary


def test_one_cannot_be_started(tmp_path: Path) -> None:
    """A plan that does not exist costs its own run only."""
    world = World(service(plan(1), plan(3)), tmp_path, listed(plan(1), plan(2), plan(3)))
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "start-refused")
    assert [one["conclusion"] for one in runs_of(outcome)] == ["passed", "error", "passed"]
    assert len(world.simulator.statuses()) == 2 + 1


def test_the_same_plan_twice(tmp_path: Path) -> None:
    """Each start has its own build number, and each run its own name."""
    outcome = run(tmp_path, plan(1), plan(1))
    assert outcome.exit_code == 0
    ids = [one["id"] for one in runs_of(outcome)]
    builds = [one["buildNumber"] for one in runs_of(outcome)]
    assert len(set(ids)) == len(set(builds)) == 2
    assert [one["name"] for one in runs_of(outcome)] == ["Plan no. 1", "Plan no. 1 (2)"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all(number: int, tmp_path: Path) -> None:
    """Twenty runs are stopped and verified side by side, in less than 7 s."""
    plans = [plan(one) for one in range(20)]
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "20"}
    world = World(service(*plans), tmp_path, environ, signals=[Signal(number, 100.0)])
    outcome = world.run()
    assert outcome.exit_code == 128 + number
    assert outcome.duration - outcome.signalled[0][0] < 7.0
    ours = [one for one in world.simulator.runs().values() if one.id != 900]
    assert len(ours) == 20
    assert all(one.stopped for one in ours)
    assert outcome.state["settled"] == "true"


def test_a_signal_while_some_wait_for_their_turn(tmp_path: Path) -> None:
    """What goes on is stopped; what was not started never is."""
    plans = [plan(one) for one in range(6)]
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "2"}
    world = World(service(*plans), tmp_path, environ, signals=[Signal(signal.SIGTERM, 100.0)])
    outcome = world.run()
    assert outcome.exit_code == 143
    assert outcome.calls.count("start") == outcome.calls.count("stop") == 2
    assert [one["errorCode"] for one in runs_of(outcome)] == ["cancelled"] * 6


def test_max_parallel(tmp_path: Path) -> None:
    """No more runs than that go on at the same time, and they are started in the order of the list."""
    plans = [plan(one, seconds=60.0) for one in range(7)]
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "3"}
    world = World(service(*plans), tmp_path, environ)
    outcome = world.run()
    assert outcome.exit_code == 0
    starts = [one for one in outcome.exchanges if one.call == "start"]
    order = [json.loads(one.request.body)["executionId"] for one in starts]
    assert [sorted(order[:3]), order[3:]] == [[500, 501, 502], [503, 504, 505, 506]]
    assert starts[3].arrived > 80.0 > starts[2].arrived


def test_a_hanging_path_delays_its_own_run_only(tmp_path: Path) -> None:
    """A service that never answers about one run keeps no other run waiting."""
    plans = [plan(one, "failing", seconds=120.0) for one in range(20)]
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "20", "TESTSIGMA_TIMEOUT": "30m"}
    alone = World(service(*plans), tmp_path / "alone", environ).run()
    slow = Fault("*", path=f"{RUNS}1001*", delay=3600.0, count=None)
    slow_details = Fault("*", path="*1001*", delay=3600.0, count=None)
    outcome = World(service(*plans).with_faults(slow, slow_details), tmp_path / "slow", environ).run()
    assert Counter(one["conclusion"] for one in runs_of(outcome)) == {"failed": 19, "timed-out": 1}
    last = [one.arrived for one in outcome.exchanges if "1001" not in one.request.path][-1]
    assert last < 1.1 * alone.duration + 5.0


def test_requests_are_few(tmp_path: Path) -> None:
    """While 20 runs go on, there are at most 1.3 requests a poll, and a list of cases every 30 s a run."""
    plans = [plan(one, "failing", seconds=1200.0) for one in range(20)]
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "20"}
    outcome = World(service(*plans), tmp_path, environ).run()
    during = [one for one in outcome.exchanges if 10.0 < one.arrived < 1200.0]
    polls = sum(one.call == "status" for one in during)
    assert len(during) <= 1.3 * polls
    for number in range(1001, 1021):
        lists = [one.arrived for one in during if one.request.path == f"{RUNS}{number}/test_case_results"]
        assert lists
        assert all(later - earlier >= 30.0 for earlier, later in pairwise(lists))


def test_stop_after_failures(tmp_path: Path) -> None:
    """As soon as so many cases have failed, what goes on is stopped, and nothing else is started."""
    plans = [plan(1, "failing", seconds=100.0), plan(2, seconds=3000.0), plan(3)]
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "2", "TESTSIGMA_STOP_AFTER_FAILURES": "1"}
    world = World(service(*plans), tmp_path, environ)
    outcome = world.run()
    assert outcome.exit_code == 1
    assert outcome.calls.count("start") == 2
    assert [one["errorCode"] for one in runs_of(outcome)][1:] == ["stopped-after-failures"] * 2
    assert sum("Stopping all runs" in line for line in outcome.lines) == 1
    assert outcome.duration < 300.0
    assert all(one.over or one.stopped for one in world.simulator.runs().values())


def test_a_run_that_is_over_is_not_stopped_for_failures(tmp_path: Path) -> None:
    """Runs that were over before anything could be stopped keep their own results, and get no stop."""
    plans = [plan(1, "failing", seconds=100.0), *(plan(number, seconds=100.0) for number in (2, 3, 4))]
    outcome = run(tmp_path, *plans, environ={"TESTSIGMA_STOP_AFTER_FAILURES": "1"}, faults=(SILENT_FAILURES,))
    assert [one["conclusion"] for one in runs_of(outcome)] == ["failed", "passed", "passed", "passed"]
    assert "stop" not in outcome.calls


def test_stop_after_failures_of_one_run(tmp_path: Path) -> None:
    """It holds for a single plan, too: its run is stopped, and what failed until then is reported."""
    one = plan(1, "failing", seconds=3000.0)
    environ = {"TESTSIGMA_PLAN_ID": "501", "TESTSIGMA_STOP_AFTER_FAILURES": "1"}
    world = World(service(one), tmp_path, environ)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "stopped-after-failures")
    assert outcome.calls.count("stop") == 1
    assert "cases" in outcome.calls


def test_the_time_ends_before_the_turn(tmp_path: Path) -> None:
    """A plan whose turn never comes is not started, and the step says so."""
    plans = [plan(one, seconds=3000.0) for one in range(3)]
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "2", "TESTSIGMA_TIMEOUT": "10m"}
    outcome = World(service(*plans), tmp_path, environ).run()
    assert outcome.exit_code == 4
    assert outcome.calls.count("start") == 2
    assert [one["id"] is None for one in runs_of(outcome)] == [False, False, True]


def test_without_waiting(tmp_path: Path) -> None:
    """`wait: false` starts all plans at once, whatever `max-parallel` says."""
    plans = [plan(one) for one in range(6)]
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "1", "TESTSIGMA_WAIT": "false"}
    outcome = World(service(*plans), tmp_path, environ).run()
    assert (outcome.exit_code, outcome.outputs["conclusion"]) == (0, "started")
    assert outcome.calls.count("start") == 6


def test_the_post_stage_stops_all(tmp_path: Path) -> None:
    """After a kill, all runs are stopped by the post stage; those that had completed are left alone."""
    plans = [plan(1, seconds=20.0), plan(2), plan(3)]
    world = World(service(*plans), tmp_path, listed(*plans), signals=[Signal(signal.SIGKILL, 120.0)])
    assert world.run().killed
    later = world.post(later=2.0)
    assert later.exit_code == 0
    assert later.calls.count("stop") == 2
    assert all(one.over or one.stopped for one in world.simulator.runs().values())


def test_a_wrong_entry_starts_nothing(tmp_path: Path) -> None:
    """An error anywhere in the list names its entry and key, and no plan is started."""
    wrong = "- plan-id: 501\n- plan-id: 502\n  environment-id: 0\n"
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": wrong}
    outcome = World(service(plan(1), plan(2)), tmp_path, environ).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (2, "bad-input")
    assert "entry 2" in outcome.log
    assert "environment-id" in outcome.log
    assert not outcome.calls


def test_an_unknown_configuration_starts_nothing(tmp_path: Path) -> None:
    """So does the name of a saved configuration that does not exist."""
    plans = "- plan-id: 501\n- plan-id: 502\n  execution-config: no such one\n"
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": plans}
    outcome = World(service(plan(1), plan(2)), tmp_path, environ).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (2, "bad-input")
    assert "entry 2" in outcome.log
    assert "start" not in outcome.calls


def test_live_failures(tmp_path: Path) -> None:
    """A failed case gets its line while the run goes on, once."""
    one = plan(1, "failing", seconds=3000.0)
    outcome = World(service(one), tmp_path, {"TESTSIGMA_PLAN_ID": "501"}).run()
    lists = [each.arrived for each in outcome.exchanges if each.call == "cases"]
    assert lists[0] < 2500.0
    assert sum("Failed: " in line and "Pay by card" in line for line in outcome.lines) == 1


@pytest.mark.parametrize("seed", range(2))
def test_the_same_seed_the_same_story_of_several_plans(seed: int, tmp_path: Path) -> None:
    """Sessions take their turns in the same order every time, but for the nonces of the build numbers."""
    plans = [plan(1), plan(2, "failing"), plan(3, "failing", seconds=60.0), plan(1)]
    faults = Fault("status", status=503, after=9, count=3), Fault("steps", delay=1.0), Fault("*", delivery="reset")
    stories = []
    for attempt in ("first", "second"):
        made = service(*{one.id: one for one in plans}.values()).with_faults(*faults)
        outcome = World(made, tmp_path / attempt, listed(*plans), seed=seed).run()
        told = outcome.log
        for one in runs_of(outcome):
            told = told.replace(str(one["buildNumber"]), "")
        stories.append(([(seen.time, seen.call, seen.path) for seen in outcome.seen], told))
    assert stories[0] == stories[1]


def test_lost_answers_of_the_same_plan(tmp_path: Path) -> None:
    """Where the answers to all starts of one plan are lost, each entry finds its own run and none is started twice."""
    lost = Fault("start", delivery="reset", takes_effect=True, count=3)
    outcome = run(tmp_path, plan(1), plan(1), plan(1), faults=(lost,))
    assert outcome.exit_code == 0, outcome.log
    assert sorted(str(one["id"]) for one in runs_of(outcome)) == ["1001", "1002", "1003"]
    assert outcome.calls.count("start") == 3


@pytest.mark.parametrize(("parallel", "codes"), [("1", ["", ""]), ("2", ["", "plan-busy"])])
def test_a_plan_that_runs_once_at_a_time(parallel: str, codes: list[str], tmp_path: Path) -> None:
    """Its second entry is refused while the first one goes on; one after the other, both pass."""
    world = World(
        service(plan(1), busy_when_active=True),
        tmp_path,
        listed(plan(1), plan(1)) | {"TESTSIGMA_MAX_PARALLEL": parallel},
    )
    outcome = world.run()
    assert sorted(str(one["errorCode"]) for one in runs_of(outcome)) == codes, outcome.log
    ours = [one for one in world.simulator.runs().values() if one.id != 900]
    assert len(ours) == codes.count("")


def test_the_post_stage_stops_what_the_step_could_not(tmp_path: Path) -> None:
    """A stop that the service refused is left to the post stage, which lets the runs alone that were stopped."""
    plans = [plan(1), plan(2), plan(3)]
    refused = Fault("stop", path=f"{RUNS}1002*", status=500, end=110.0, count=None)
    world = World(
        service(*plans).with_faults(refused), tmp_path, listed(*plans), signals=[Signal(signal.SIGTERM, 100.0)]
    )
    outcome = world.run()
    assert outcome.exit_code == 143
    assert "settled" not in outcome.state
    left = [entry["run_id"] for entry in json.loads(outcome.state["runs"]) if not entry["over"]]
    assert left == ["1002"]
    later = world.post(later=20.0)
    assert [seen.path for seen in later.seen if seen.call == "stop"] == [f"{RUNS}1002"]
    assert all(one.over or one.stopped for one in world.simulator.runs().values())


def test_a_start_that_hangs_delays_no_other(tmp_path: Path) -> None:
    """While one start has no answer the next ones are sent; the run of the lost answer is found and judged, too."""
    plans = [plan(one, seconds=60.0) for one in range(4)]
    hangs = Fault("start", delay=3600.0)
    outcome = run(tmp_path, *plans, environ={"TESTSIGMA_TIMEOUT": "30m"}, faults=(hangs,))
    assert outcome.exit_code == 0, outcome.log
    assert sorted(str(one["id"]) for one in runs_of(outcome)) == ["1001", "1002", "1003", "1004"]
    assert outcome.log.count("by its build number; continuing with it") == 1
    starts = [one.arrived for one in outcome.exchanges if one.call == "start"]
    assert len(starts) == 4
    assert max(starts) < 1.0


def test_the_timeout_stops_all(tmp_path: Path) -> None:
    """`timeout` is that of the step: all runs that go on then are stopped side by side."""
    plans = [plan(one, seconds=3000.0) for one in range(20)]
    environ = {"TESTSIGMA_MAX_PARALLEL": "20", "TESTSIGMA_TIMEOUT": "10m", "TESTSIGMA_ON_TIMEOUT": "stop"}
    world = World(service(*plans), tmp_path, listed(*plans) | environ)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (4, "timed-out")
    assert all(one.stopped for one in world.simulator.runs().values() if one.id != 900)
    stops = [one.arrived for one in outcome.exchanges if one.call == "stop"]
    assert len(stops) == 20
    assert max(stops) - min(stops) < 5.0
    assert outcome.duration < 600.0 + 40.0


def test_the_queue_of_a_run_begins_with_its_start(tmp_path: Path) -> None:
    """A plan that had to wait for its turn has all of `queue-timeout` for the queue."""
    plans = [plan(one, seconds=300.0) for one in range(3)]
    environ = {"TESTSIGMA_MAX_PARALLEL": "1", "TESTSIGMA_QUEUE_TIMEOUT": "1m"}
    outcome = run(tmp_path, *plans, environ=environ)
    assert outcome.exit_code == 0, outcome.log
    assert outcome.duration > 3 * 300.0


def test_a_plan_that_runs_failed_cases_again(tmp_path: Path) -> None:
    """Its session follows the rerun, and the other runs neither wait for it nor take part in it."""
    again = replace(plan(2, "failing", seconds=60.0), rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True)
    world = World(service(plan(1), again, plan(3)), tmp_path, listed(plan(1), again, plan(3)))
    outcome = world.run()
    assert [one["conclusion"] for one in runs_of(outcome)] == ["passed", "failed", "passed"], outcome.log
    assert [len(one["reruns"]) for one in outcome.results["runs"]] == [0, 1, 0]
    assert outcome.calls.count("start") == 3
