"""Plans that run failed cases again by themselves, with the waits as they are."""

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Signal, World
from tests.simulator import Fault, Lag, Machine, Phase, Plan, Reruns, Scenario, Suite, failed, passed
from testsigma_action.lifecycle.time_limits import TimeLimits

FLAKY = replace(failed("Pay", "Click on Pay", at=0, message="No such button"), rerun_result="SUCCESS")
BROKEN = failed("Search", "Click on Search", at=0, message="Nothing was found")
LIFE = (Phase("STATUS_QUEUED", seconds=2.0), Phase("STATUS_IN_PROGRESS", seconds=20.0))
SHORT = sum(phase.seconds for phase in LIFE)
LONG = (Phase("STATUS_IN_PROGRESS", seconds=3600.0),)
LONG_ENOUGH = (Phase("STATUS_IN_PROGRESS", seconds=40.0),)
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
    assert SHORT + TimeLimits().rerun / 2 < outcome.duration < SHORT + TimeLimits().rerun + BESIDES


def test_a_rerun_that_is_never_named_costs_little_more(tmp_path: Path) -> None:
    """Where the service says that the whole goes on, it is waited for a little longer, but not for ever."""
    held = (Phase("STATUS_IN_PROGRESS", hold=True),)
    outcome = World(plan(FLAKY, shown_after=None, life=held), tmp_path).run()
    assert outcome.exit_code == 1
    assert SHORT + TimeLimits().rerun < outcome.duration < SHORT + TimeLimits().announced_rerun + BESIDES


def test_a_rerun_that_fails_costs_less(tmp_path: Path) -> None:
    """Another one after it is not to be expected."""
    outcome = World(plan(BROKEN), tmp_path).run()
    assert outcome.exit_code == 1
    assert outcome.duration < 2 * SHORT + TimeLimits().next_rerun + BESIDES


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
    # A run that failed just before its stop arrived has one, too.
    assert max(known) in stops if stops else "was over" in outcome.log


def back_at_work(**fields: object) -> str:
    """An answer about run 1001 that takes its end back."""
    plan_of_it = {"id": 420, "name": "Shop", "reRunType": "ONLY_FAILED_TESTS"}
    return json.dumps(
        {"id": 1001, "executionId": 420, "status": "STATUS_IN_PROGRESS", "result": "QUEUED", "execution": plan_of_it}
        | fields
    )


@pytest.mark.parametrize("count", [1, 5, None])
@pytest.mark.parametrize("after", [10_000, 1])
def test_an_end_is_not_taken_back(tmp_path: Path, after: int, count: int | None) -> None:
    """A copy of the service that is behind costs the reruns at most: a run that was over has its results."""
    behind = Fault("status", path="*/1001", begin=SHORT + 6, count=count, text=back_at_work())
    outcome = World(plan(FLAKY, after=after, shown_after=4).with_faults(behind), tmp_path).run()
    rerun = after == 1 and count is not None
    assert outcome.exit_code == (0 if rerun else 1), outcome.log
    assert "over" not in outcome.outputs["error-code"]
    assert (outcome.outputs["run-id"], outcome.outputs["total"]) == ("1001", "2")


def test_a_run_that_is_reopened_for_its_rerun(tmp_path: Path) -> None:
    """Where the service sets the first run back to work until its rerun is over, that is followed as it is named."""
    reopened = Fault("status", path="*/1001", begin=SHORT + 5, end=2 * SHORT, count=None)
    faults = (replace(reopened, text=back_at_work(childResult=1002)),)
    outcome = World(plan(FLAKY, shown_after=None).with_faults(*faults), tmp_path).run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.outputs["flaky"] == "1"


@pytest.mark.parametrize(("case", "exit_code"), [(FLAKY, 0), (BROKEN, 1)])
def test_a_run_that_is_called_passed_after_its_rerun(tmp_path: Path, case: object, exit_code: int) -> None:
    """The service may give the first run the result of the whole: the cases decide all the same."""
    said = back_at_work(status="STATUS_COMPLETED", result="SUCCESS", childResult=1002, totalCount=2, passedCount=2)
    passed_now = Fault("status", path="*/1001", begin=SHORT + 8, count=None, text=said)
    outcome = World(plan(case).with_faults(passed_now), tmp_path).run()
    assert outcome.exit_code == exit_code, outcome.log


@pytest.mark.parametrize("after", [SHORT + 1, SHORT + 3, SHORT + 6])
@pytest.mark.parametrize("shown_after", [1, 4])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_step_that_ends_before_it_knows_of_the_rerun(
    tmp_path: Path, number: int, shown_after: int, after: float
) -> None:
    """The post stage stops the rerun, as the main stage would have; where it has to wait for that, it has the time."""
    life = (Phase("STATUS_IN_PROGRESS", seconds=600.0),)
    world = World(plan(FLAKY, life=life, shown_after=shown_after), tmp_path, signals=[Signal(number, after)])
    known = "1002" in world.run().log
    if known:
        assert {run.over for run in world.simulator.runs().values()} == {True}
        return
    later = world.post(later=2.0)
    assert later.exit_code == 0
    assert [seen.path.rsplit("/", 1)[1] for seen in later.seen if seen.call == "stop"] == ["1002"]
    assert "Run 1002 was stopped." in later.log


@pytest.mark.parametrize(("shown_after", "hidden"), [(7, 1), (1, 7)])
def test_a_step_that_is_killed_and_whose_plan_runs_again_and_again(
    tmp_path: Path, shown_after: int, hidden: int
) -> None:
    """The post stage waits as long for each rerun as for the first one: none is given up because others came before."""
    again = plan(BROKEN, most=3, shown_after=shown_after, hidden=hidden, life=())
    world = World(again, tmp_path, signals=[Signal(signal.SIGKILL, SHORT + 3)])
    assert world.run().killed
    later = world.post(later=2.0)
    assert [run.over for run in world.simulator.runs().values()] == [True] * 4
    assert later.exit_code == 0
    assert later.duration > TimeLimits().rerun


def test_a_step_that_is_killed_and_whose_plan_does_not_run_again(tmp_path: Path) -> None:
    """The post stage waits for a rerun no longer than the main stage, and stops nothing."""
    world = World(plan(FLAKY, after=10_000), tmp_path, signals=[Signal(signal.SIGKILL, SHORT + 3)])
    assert world.run().killed
    later = world.post(later=2.0)
    assert (later.exit_code, "stop" in later.calls) == (0, False)
    assert later.duration < TimeLimits().rerun + BESIDES


@pytest.mark.parametrize("environ", [{}, {"TESTSIGMA_MAX_FAILURES": "1"}], ids=["strict", "tolerant"])
@pytest.mark.parametrize("seconds", [3.0, 20.0])
def test_a_rerun_whose_result_is_late(tmp_path: Path, seconds: float, environ: dict[str, str]) -> None:
    """Whether another rerun follows is decided by its result, so that is waited for: no run goes on unnoticed."""
    at_last = replace(BROKEN, rerun_result=("FAILURE", "SUCCESS"))
    late = plan(at_last, most=2, life=LONG_ENOUGH).with_options(lag=Lag(result=seconds))
    world = World(late, tmp_path, environ)
    outcome = world.run()
    assert [run.over for run in world.simulator.runs().values()] == [True] * 3
    assert (outcome.exit_code, outcome.outputs["reruns"]) == (0, "2"), outcome.log


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_step_that_ends_before_the_result_is_known(tmp_path: Path, number: int) -> None:
    """A run that has completed may have failed: the post stage waits for its rerun, and stops it."""
    life = (Phase("STATUS_IN_PROGRESS", seconds=600.0),)
    late = plan(FLAKY, life=life).with_options(lag=Lag(result=8.0))
    environ = {"TESTSIGMA_POLL_INTERVAL": "20s"}
    world = World(late, tmp_path, environ, signals=[Signal(number, SHORT + 0.5)])
    world.run()
    later = world.post(later=2.0)
    assert later.exit_code == 0, later.log
    assert [run.over for run in world.simulator.runs().values()] == [True] * 2


def killed(content: Scenario, folder: Path, *faults: Fault) -> World:
    """A step that was killed just after its run had completed, with faults from then on."""
    world = World(content.with_faults(*faults), folder, signals=[Signal(signal.SIGKILL, SHORT + 3)])
    assert world.run().killed
    return world


def test_a_run_that_fails_while_the_post_stage_stops_it(tmp_path: Path) -> None:
    """Its end is known from then on: a stale answer leads to no second stop, but its rerun is stopped."""
    stale = Fault("status", path="*/1001", begin=SHORT + 0.39, end=SHORT + 3, count=None, text=back_at_work())
    made = plan(FLAKY, shown_after=4, life=LONG).with_faults(stale)
    world = World(made, tmp_path, signals=[Signal(signal.SIGKILL, SHORT - 2)])
    assert world.run().killed
    later = world.post(later=1.97)
    assert [seen.path.rsplit("/", 1)[1] for seen in later.seen if seen.call == "stop"] == ["1001", "1002"]
    assert later.exit_code == 0, later.log


def test_a_run_that_fails_when_all_are_stopped_early(tmp_path: Path) -> None:
    """Its rerun, which has no name yet, is left for the post stage, though the run has failed by itself."""
    [failing] = plan(FLAKY, after=2, shown_after=1, life=LONG).plans
    failing = replace(failing, life=(Phase("STATUS_IN_PROGRESS", seconds=7.4),))
    [other] = plan(BROKEN).plans
    other = replace(other, id=421, life=(Phase("STATUS_IN_PROGRESS", seconds=7.0),), rerun_type="NONE")
    made = replace(plan(), plans=(failing, replace(other, automatic_rerun=False))).with_options(lag=Lag(result=3.0))
    plans = json.dumps([{"plan-id": "420"}, {"plan-id": "421"}])
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": plans, "TESTSIGMA_STOP_AFTER_FAILURES": "1"}
    world = World(made, tmp_path, environ)
    assert "1 run may still be running" in world.run().log
    later = world.post(later=2.0)
    assert later.exit_code == 0, later.log
    assert [run.over for run in world.simulator.runs().values()] == [True] * 3


def test_a_killed_step_and_a_rerun_that_is_announced(tmp_path: Path) -> None:
    """While the service says that the whole goes on, the post stage waits as long as the main stage."""
    world = killed(plan(FLAKY, shown_after=20, life=LONG), tmp_path)
    later = world.post(later=2.0)
    assert TimeLimits().rerun < later.duration < TimeLimits().announced_rerun
    assert later.exit_code == 0, later.log
    assert [run.stopped for run in world.simulator.runs().values()] == [False, True]


def test_a_killed_step_and_a_rerun_that_is_never_named(tmp_path: Path) -> None:
    """The service says that the whole goes on: the post stage says so, and does not end well."""
    later = killed(plan(FLAKY, shown_after=None, life=LONG), tmp_path).post(later=2.0)
    assert (later.exit_code, "stop" in later.calls) == (3, False)
    assert "A rerun of run 1001 may still be running." in later.log


@pytest.mark.parametrize("fields", [{"status": 503}, {"status": 404}, {"delay": 3600.0}])
def test_a_killed_step_and_an_outage(tmp_path: Path, fields: dict[str, float]) -> None:
    """If the wait ends without an answer, a rerun may have begun: the post stage says so, each error once."""
    outage = Fault("status", begin=SHORT + 5.5, count=None, **fields)  # type: ignore[arg-type]
    later = killed(plan(FLAKY, shown_after=4, life=LONG), tmp_path, outage).post(later=2.0)
    assert later.exit_code == 3
    assert "A rerun of run 1001 may still be running." in later.log
    assert len(later.lines) == len(set(later.lines))


def test_a_killed_step_and_a_name_that_is_taken_back(tmp_path: Path) -> None:
    """A rerun that was named once is looked at until it can be read; if it cannot be, the post stage names it."""
    unread = Fault("status", path="*/1002", status=503, count=None)
    stale = Fault("status", path="*/1001", begin=SHORT + 25, count=None, fields={"childResult": None})
    later = killed(plan(FLAKY, shown_after=1, life=LONG), tmp_path, unread, stale).post(later=2.0)
    assert later.exit_code == 3
    assert "Run 1002 may be a rerun that is still running" in later.log


def test_a_killed_step_and_an_end_that_is_taken_back(tmp_path: Path) -> None:
    """A stop may hit any run of the plan, so none is sent to a run that has completed, whatever a stale copy says."""
    stale = Fault("status", path="*/1001", begin=SHORT + 8, count=1, text=back_at_work())
    world = killed(plan(FLAKY, shown_after=6, life=LONG), tmp_path, stale)
    later = world.post(later=2.0)
    assert [seen.path.rsplit("/", 1)[1] for seen in later.seen if seen.call == "stop"] == ["1002"]
    assert later.exit_code == 0, later.log


def test_a_signal_in_the_post_stage(tmp_path: Path) -> None:
    """It names the run that may be left."""
    world = killed(plan(FLAKY, shown_after=10, life=LONG), tmp_path)
    later = world.post(Signal(signal.SIGTERM, 10.0), later=2.0)
    assert later.exit_code == 143
    assert "These may still be running: run 1001." in later.log
