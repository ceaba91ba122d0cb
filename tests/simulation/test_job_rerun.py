"""`on-job-rerun: failed`: a second attempt of the CI job continues with the run of an earlier attempt."""

import json
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Outcome, Signal, World
from tests.simulator import Case, Environment, Fault, Machine, Phase, Plan, RunBefore, Scenario, Suite, failed, passed

FLAKY = replace(failed("Pay", "Click on Pay", at=0, message="No such button"), rerun_result="SUCCESS")
SEARCH = replace(FLAKY, name="Search")
BROKEN = failed("Search", "Click on Search", at=0, message="Nothing was found")
GOOD = tuple(passed(f"Case {number}", "Open") for number in range(1, 10))
LIFE = (Phase("STATUS_IN_PROGRESS", seconds=20.0),)
LONG = (Phase("STATUS_IN_PROGRESS", seconds=600.0),)
FAILED = {"TESTSIGMA_ON_JOB_RERUN": "failed"}


def plan(*cases: Case, life: tuple[Phase, ...] = LIFE) -> Scenario:
    """A plan with these cases, and nine that pass."""
    made = Plan(420, "Shop", (Machine("Chrome", (Suite("Smoke", (*GOOD, *cases)),)),), life)
    return replace(Scenario((made,)), pace="time", environments=(Environment(10, "Staging"),)).with_options(shape=2024)


def attempt(world: World, number: int, environ: Mapping[str, str] = FAILED) -> Outcome:
    """The step in this attempt of the job, a minute after the one before."""
    world.clock.skip(60.0)
    world.environ.update({"GITHUB_RUN_ATTEMPT": str(number), **environ})
    return world.run()


def sent(outcome: Outcome) -> tuple[int, int]:
    """How many starts and reruns were sent."""
    return outcome.calls.count("start"), outcome.calls.count("rerun")


def earlier_attempt(outcome: Outcome) -> object:
    """What the results file says of the attempt that started the run."""
    [run] = json.loads((outcome.workspace / outcome.outputs["results-file"]).read_text("utf-8"))["runs"]
    return run["earlierAttempt"]


def ids(world: World) -> list[int]:
    """The IDs of all runs that exist."""
    return list(world.simulator.runs())


def test_failed_cases_run_once_again(tmp_path: Path) -> None:
    """Two of eleven cases run again, and the run keeps its ID; log, summary and results file say so."""
    world = World(plan(FLAKY, SEARCH), tmp_path)
    first = attempt(world, 1)
    assert (first.exit_code, sent(first), earlier_attempt(first)) == (1, (1, 0), None), first.log
    second = attempt(world, 2)
    assert (second.exit_code, sent(second)) == (0, (0, 1)), second.log
    assert (second.outputs["run-id"], second.outputs["total"], second.outputs["flaky"]) == ("1001", "11", "2")
    assert len(world.simulator.runs()[1002].tree.cases) == 2
    assert "This is attempt 2 of the job. Run 1001 of attempt 1 did not pass in Testsigma. Unless its" in second.log
    assert "run of attempt 1 of the job" in second.summary
    assert earlier_attempt(second) == 1


def test_more_failures_than_the_limit_run_again_all_the_same(tmp_path: Path) -> None:
    """`rerun-limit` is for reruns that nobody asked for."""
    world = World(plan(FLAKY, SEARCH), tmp_path, {"TESTSIGMA_RERUN_LIMIT": "0"})
    attempt(world, 1)
    assert attempt(world, 2).exit_code == 0


def test_rerun_failed_comes_on_top(tmp_path: Path) -> None:
    """A broken case runs again twice: once for the attempt, once for the input."""
    world = World(plan(BROKEN), tmp_path)
    attempt(world, 1)
    second = attempt(world, 2, FAILED | {"TESTSIGMA_RERUN_FAILED": "1"})
    assert (second.exit_code, sent(second)) == (1, (0, 2)), second.log


def test_a_third_attempt_continues_the_chain(tmp_path: Path) -> None:
    """It takes the run of the first attempt with the rerun of the second one, and runs only what is left again."""
    stubborn = replace(BROKEN, rerun_result=("FAILURE", "SUCCESS"))
    world = World(plan(FLAKY, stubborn), tmp_path)
    assert [attempt(world, number).exit_code for number in (1, 2)] == [1, 1]
    third = attempt(world, 3)
    assert (third.exit_code, sent(third), third.outputs["run-id"]) == (0, (0, 1), "1001"), third.log
    assert [len(run.tree.cases) for run in world.simulator.runs().values()] == [11, 2, 1]
    assert third.outputs["flaky"] == "2"


def test_a_run_that_passed_is_judged_again(tmp_path: Path) -> None:
    """Nothing is started, however often; the chain with its rerun, too."""
    world = World(plan(FLAKY), tmp_path)
    assert [attempt(world, number).exit_code for number in (1, 2)] == [1, 0]
    third = attempt(world, 3)
    assert (third.exit_code, sent(third), ids(world)) == (0, (0, 0), [1001, 1002]), third.log
    assert "judged again" in third.log


@pytest.mark.parametrize(("case", "exit_code"), [(GOOD[0], 0), (BROKEN, 1)])
def test_a_run_that_goes_on_is_waited_for(tmp_path: Path, case: Case, exit_code: int) -> None:
    """The step of the first attempt was killed. Nothing is started, also if the run fails."""
    world = World(plan(replace(case, name="Last"), life=LONG), tmp_path, signals=[Signal(signal.SIGKILL, 30.0)])
    assert attempt(world, 1).killed
    world.send()
    second = attempt(world, 2)
    assert (second.exit_code, sent(second), ids(world)) == (exit_code, (0, 0), [1001]), second.log
    assert "waits for it and starts nothing" in second.log
    assert earlier_attempt(second) == 1


def test_a_run_whose_start_was_never_answered_is_found(tmp_path: Path) -> None:
    """The first attempt was killed before it knew the ID of its run: the build number was chosen before."""
    signals = [Signal(signal.SIGKILL, call="start")]
    world = World(plan(life=LONG), tmp_path, signals=signals)
    attempt(world, 1)
    world.send()
    second = attempt(world, 2)
    assert (second.exit_code, sent(second), ids(world)) == (0, (0, 0), [1001]), second.log


@pytest.mark.parametrize("fault", [Fault("rerun", status=502, takes_effect=True), Fault("rerun", delay=70.0)])
def test_a_lost_answer_to_the_rerun_of_a_second_attempt(tmp_path: Path, fault: Fault) -> None:
    """It runs once: the rerun is found by its parent, and the next attempt finds both."""
    world = World(plan(FLAKY).with_faults(fault), tmp_path)
    attempt(world, 1)
    second = attempt(world, 2)
    assert (second.exit_code, sent(second), ids(world)) == (0, (0, 1), [1001, 1002]), second.log
    assert sent(attempt(world, 3)) == (0, 0)


def test_reruns_of_the_plan_itself_are_part_of_the_chain(tmp_path: Path) -> None:
    """The second attempt reruns what the last of them left."""
    stubborn = replace(BROKEN, rerun_result=("FAILURE", "SUCCESS"))
    world = World(plan(stubborn).with_plan(rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True), tmp_path)
    assert attempt(world, 1).exit_code == 1
    second = attempt(world, 2)
    assert (second.exit_code, sent(second), ids(world)) == (0, (0, 1), [1001, 1002, 1003]), second.log


def test_failures_of_a_first_attempt_stop_the_step_while_it_runs(tmp_path: Path) -> None:
    """`stop-after-failures` does not wait for reruns that the first attempt never asks for."""
    world = World(plan(FLAKY, *(replace(GOOD[0], name=f"Later {n}") for n in range(20)), life=LONG), tmp_path)
    first = attempt(world, 1, FAILED | {"TESTSIGMA_STOP_AFTER_FAILURES": "1"})
    assert (first.exit_code, first.outputs["error-code"]) == (1, "stopped-after-failures"), first.log
    assert first.duration < LONG[0].seconds - 60


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_was_taken_over_is_stopped_like_ours(tmp_path: Path, how: int) -> None:
    """By the step if it is cancelled, by its post stage if it is killed."""
    world = World(plan(FLAKY, life=LONG), tmp_path, signals=[Signal(signal.SIGKILL, 30.0)])
    attempt(world, 1)
    world.send(Signal(how, 20.0))
    attempt(world, 2)
    later = world.post(later=1.0)
    assert world.simulator.runs()[1001].stopped, later.log


def test_a_run_that_was_stopped_counts_for_nothing(tmp_path: Path) -> None:
    """The attempt was cancelled: a new run is started, and the log says why."""
    world = World(plan(life=LONG), tmp_path, signals=[Signal(signal.SIGTERM, 30.0)])
    attempt(world, 1)
    world.send()
    second = attempt(world, 2)
    assert (second.exit_code, second.outputs["run-id"], earlier_attempt(second)) == (0, "1002", None), second.log
    assert "A new run is started: run 1001 of an earlier attempt was stopped." in second.log


def test_the_newest_attempt_counts(tmp_path: Path) -> None:
    """The first attempt was cancelled, the second one failed: the third one continues with the second."""
    world = World(plan(FLAKY), tmp_path, signals=[Signal(signal.SIGTERM, 10.0)])
    attempt(world, 1)
    world.send()
    assert attempt(world, 2).exit_code == 1
    third = attempt(world, 3)
    assert (third.exit_code, third.outputs["run-id"], earlier_attempt(third)) == (0, "1002", 2), third.log


@pytest.mark.parametrize(
    "environ",
    [
        {"TESTSIGMA_ENVIRONMENT_ID": "10"},
        {"TESTSIGMA_RUNTIME_DATA": "{browser: firefox}"},
        {"TESTSIGMA_SUMMARY_TITLE": "Firefox"},
        {"TESTSIGMA_UPLOAD_VERSIONS": "{211: 9031}"},
        {"GITHUB_RUN_ID": "7"},
        {"GITHUB_RUN_NUMBER": "8123"},
        {"GITHUB_SHA": "another"},
        {"GITHUB_JOB": "more"},
        {"GITHUB_ACTION": "again"},
        {"GITHUB_REPOSITORY": "acme/shop2"},
    ],
    ids=lambda environ: next(iter(environ)),
)
def test_the_run_of_another_leg_step_or_ci_run_is_never_taken(tmp_path: Path, environ: Mapping[str, str]) -> None:
    """Whatever tells them apart; a new run is started."""
    world = World(plan(FLAKY), tmp_path)
    attempt(world, 1)
    second = attempt(world, 2, {**FAILED, **environ})
    assert (second.exit_code, sent(second), second.outputs["run-id"]) == (1, (1, 0), "1002"), second.log
    assert "A new run is started: no run of an earlier attempt is among" in second.log


@pytest.mark.parametrize("environ", [{"TESTSIGMA_ON_JOB_RERUN": "start"}, {"TESTSIGMA_ON_JOB_RERUN": ""}])
def test_by_default_each_attempt_starts_a_run(tmp_path: Path, environ: Mapping[str, str]) -> None:
    """Without a look at the list of runs, and without a word."""
    world = World(plan(FLAKY), tmp_path)
    attempt(world, 1, environ)
    second = attempt(world, 2, environ)
    assert (second.exit_code, sent(second), second.calls[0]) == (1, (1, 0), "start"), second.log
    assert "attempt" not in second.log


def test_a_system_that_does_not_tell_the_step(tmp_path: Path) -> None:
    """The log says once that the input has no effect."""
    environ = {"TESTSIGMA_ON_JOB_RERUN": "failed", "CIRCLECI": "true"}
    outcome = World(plan(), tmp_path, environ, github=False).run()
    assert outcome.exit_code == 0
    assert outcome.log.count("on-job-rerun: failed has no effect here. CircleCI does not tell") == 1


def listing(world: World, build_numbers: Mapping[int, str], made: Scenario) -> World:
    """The same world with runs of its plan that existed before, by their build numbers."""
    before = tuple(RunBefore(run_id, made.plans[0], number) for run_id, number in build_numbers.items())
    return World(replace(made, runs_before=before), world.workspace.parent, world.environ)


def number_of(world: World, run_id: int = 1001) -> str:
    """The build number of a run."""
    return str(world.simulator.runs()[run_id].build_no)


def test_two_runs_of_one_attempt_are_ambiguous(tmp_path: Path) -> None:
    """Two legs with the same inputs cannot be told apart, so a new run is started."""
    made = plan(FLAKY)
    first = World(made, tmp_path / "first")
    attempt(first, 1)
    ours = number_of(first)
    both = {901: ours, 902: f"{ours[:-6]}aaaaaa"}
    second = attempt(listing(first, both, made), 2)
    assert (sent(second), second.outputs["run-id"]) == ((1, 0), "1001"), second.log
    assert "more than one run with the same inputs" in second.log


@pytest.mark.parametrize("change", ["x{}", "{}x", " {}", "{}-2", "acme/shop#1812{}"])
def test_a_build_number_that_only_looks_like_ours(tmp_path: Path, change: str) -> None:
    """It is that of a stranger's run."""
    made = plan(FLAKY)
    first = World(made, tmp_path / "first")
    attempt(first, 1)
    stranger = {901: change.format(number_of(first))}
    second = attempt(listing(first, stranger, made), 2)
    assert (sent(second), second.outputs["run-id"]) == ((1, 0), "1001"), second.log


@pytest.mark.parametrize(
    ("faults", "duration"),
    [
        ((Fault("newest", status=503, begin=60.0, count=None), Fault("index-runs", status=503, count=None)), 31.0),
        ((Fault("newest", status=404, begin=60.0, count=None), Fault("index-runs", status=404, count=None)), 2.0),
        ((Fault("newest", text="[]", begin=60.0, count=None), Fault("index-runs", status=404, count=None)), 2.0),
        ((Fault("status", path="*/1001", status=404, begin=60.0, count=None),), 2.0),
        ((Fault("status", path="*/1001", fields={"buildNo": None}, begin=60.0, count=None),), 2.0),
        (
            (Fault("status", path="*/1001", fields={"executionId": None, "execution": None}, begin=60.0, count=None),),
            2.0,
        ),
        ((Fault("status", path="*/1001", fields={"executionId": 421}, begin=60.0, count=None),), 31.0),
        ((Fault("status", path="*/1001", fields={"result": None}, begin=60.0, count=None),), 2.0),
    ],
    ids=["down", "refused", "empty", "unknown", "no number", "no plan", "another plan", "no result"],
)
def test_what_cannot_be_read_is_not_used(tmp_path: Path, faults: tuple[Fault, ...], duration: float) -> None:
    """A new run is started after half a minute at most, and the log says why."""
    world = World(plan(FLAKY).with_faults(*faults), tmp_path)
    first = attempt(world, 1)
    second = attempt(world, 2)
    assert (sent(second), second.outputs["run-id"]) == ((1, 0), "1002"), second.log
    assert "A new run is started: " in second.log
    assert second.duration < first.duration + duration


def test_a_list_that_is_available_again_is_used(tmp_path: Path) -> None:
    """A short outage costs nothing but time."""
    down = Fault("*", status=503, begin=100.0, end=155.0, count=None)
    world = World(plan(FLAKY).with_faults(down), tmp_path)
    attempt(world, 1)
    second = attempt(world, 2)
    assert (second.exit_code, sent(second)) == (0, (0, 1)), second.log


def test_a_rerun_that_the_run_does_not_name_is_found_by_its_parent(tmp_path: Path) -> None:
    """The list of runs names the parent of each rerun."""
    nameless = Fault("status", path="*/1001", fields={"childResult": None}, begin=100.0, count=None)
    world = World(plan(FLAKY).with_faults(nameless), tmp_path)
    assert [attempt(world, number).exit_code for number in (1, 2)] == [1, 0]
    third = attempt(world, 3)
    assert (third.exit_code, sent(third)) == (0, (0, 0)), third.log


def test_equal_entries_of_plans_keep_their_runs(tmp_path: Path) -> None:
    """Each entry continues with its own run of the first attempt, and their outputs stay in order."""
    environ = FAILED | {"TESTSIGMA_PLANS": "[{plan-id: 420}, {plan-id: 420}]", "TESTSIGMA_PLAN_ID": ""}
    world = World(plan(FLAKY), tmp_path, {"TESTSIGMA_ON_BUSY": "wait"})
    first = attempt(world, 1, environ)
    second = attempt(world, 2, environ)
    assert (second.exit_code, sent(second)) == (0, (0, 2)), second.log
    assert second.outputs["run-ids"] == first.outputs["run-ids"]
    assert set(second.outputs["run-ids"].split(",")) == {"1001", "1002"}
