"""Whose run an answer describes: strangers in the answers to a start, in statuses, as reruns, and in comparisons."""

import json
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Outcome, Signal, World
from tests.simulator import Fault, Machine, Phase, Plan, RunBefore, Scenario, Suite, failed, passed, scenario

LONG = (Phase("STATUS_IN_PROGRESS", seconds=400.0),)
SHORT = (Phase("STATUS_IN_PROGRESS", seconds=20.0),)
OURS, OLD, ACTIVE, FOREIGN = 1001, 900, 901, 800
BUILD = {"TESTSIGMA_BUILD_NUMBER": "nightly"}
NAMELESS = {"buildNo": None, "executionId": None, "startTime": None}
# What a run, a minute of looking, collecting and reports take at most.
LOOKED = 100.0


def account(**options: object) -> Scenario:
    """A plan with a run that passed a year ago and one that goes on, and another plan with a run that goes on."""
    plan = replace(scenario("passing").plans[0], life=SHORT)
    other = replace(plan, id=77, name="Another plan")
    before = (
        RunBefore(OLD, plan, "nightly", age=365 * 86_400.0),
        RunBefore(ACTIVE, plan, "another", life=LONG, head_start=100.0),
        RunBefore(FOREIGN, other, "foreign", life=LONG, head_start=100.0),
    )
    made = Scenario(plans=(plan, other), pace="time", runs_before=before)
    return made.with_options(**options) if options else made


def stopped(outcome: Outcome) -> set[str]:
    """The runs that a stop was sent to."""
    return {seen.path.rpartition("/")[2] for seen in outcome.seen if seen.call == "stop"}


@pytest.mark.parametrize("environ", [{}, BUILD], ids=["derived", "of the user's"])
@pytest.mark.parametrize("stranger", [OLD, ACTIVE, FOREIGN])
def test_a_start_that_is_answered_with_a_strangers_run(
    tmp_path: Path, stranger: int, environ: Mapping[str, str]
) -> None:
    """It is never accepted as ours: with a derived build number ours is found, else nobody can tell which one it is."""
    fault = Fault("start", run=stranger, takes_effect=True)
    world = World(account().with_faults(fault), tmp_path, environ)
    outcome = world.run()
    assert outcome.ended == ((3, "start-uncertain", "") if environ else (0, "", "1001")), outcome.log
    assert outcome.calls.count("start") == 1


@pytest.mark.parametrize("stranger", [OLD, ACTIVE, FOREIGN])
def test_a_stranger_where_nothing_was_started(tmp_path: Path, stranger: int) -> None:
    """The look finds no run of ours, and the run in the answer is none either: nobody knows."""
    outcome = World(account().with_faults(Fault("start", run=stranger)), tmp_path).run()
    assert outcome.ended == (3, "start-uncertain", "")
    assert str(stranger) in outcome.log
    assert outcome.duration < LOOKED


@pytest.mark.parametrize("plan", [{}, {"executionId": None}], ids=["plan", "no plan"])
def test_an_answer_without_a_build_number_is_confirmed_by_the_status(
    tmp_path: Path, plan: Mapping[str, object]
) -> None:
    """The published answer to a start has none: the first status names plan and build number, at once."""
    outcome = World(account().with_faults(Fault("start", fields={"buildNo": None, **plan})), tmp_path).run()
    assert outcome.ended == (0, "", "1001"), outcome.log
    assert outcome.calls[:2] == ["start", "status"]
    assert outcome.duration < LOOKED


@pytest.mark.parametrize("stranger", [OLD, ACTIVE, FOREIGN])
def test_a_stranger_without_plan_and_build_number(tmp_path: Path, stranger: int) -> None:
    """Its status shows that it is not ours; then ours is looked for."""
    fault = Fault("start", run=stranger, takes_effect=True, fields=NAMELESS)
    outcome = World(account().with_faults(fault), tmp_path).run()
    assert outcome.ended == (0, "", "1001"), outcome.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("environ", [{}, BUILD], ids=["derived", "of the user's"])
@pytest.mark.parametrize("fields", [{}, NAMELESS], ids=["named", "not"])
def test_a_signal_never_stops_a_stranger(
    tmp_path: Path, fields: Mapping[str, object], environ: Mapping[str, str], number: int
) -> None:
    """Neither the step nor its post stage stops a run that was not confirmed; a run that was found is stopped."""
    answer = Fault("start", run=ACTIVE, takes_effect=True, fields=fields)
    # The confirmation and the lists take longer than the signal.
    slow = Fault("[!s]*", delay=2.5, count=None), Fault("status", delay=2.0, count=2)
    world = World(account().with_faults(answer, *slow), tmp_path, environ, signals=[Signal(number, 1.0)])
    outcome = world.run()
    later = world.post(later=2.0)
    assert stopped(outcome) | stopped(later) <= {"1001"}
    assert not world.simulator.runs()[ACTIVE].stopped
    assert world.simulator.runs()[OURS].over is not bool(environ), outcome.log + later.log


RENAMED = {"buildNo": "kept-by-nobody"}


def renaming(fields: Mapping[str, object]) -> Scenario:
    """A service that says something else of our build number, whenever it speaks of a run of our plan."""
    made = account(index=False)
    return made.with_plan(at_start=fields, while_running=fields, at_end=fields)


@pytest.mark.parametrize("fields", [RENAMED, {"buildNo": None}], ids=["another", "none"])
def test_a_service_that_does_not_keep_our_build_number(tmp_path: Path, fields: Mapping[str, object]) -> None:
    """After a look that proves that no run has it, the run that was named counts, and the log says so."""
    made = renaming(fields)
    # Of the runs before only their own build numbers are known, as they were given.
    outcome = World(replace(made, runs_before=account().runs_before), tmp_path).run()
    assert outcome.ended == (0, "", "1001"), outcome.log
    assert "accepted as ours" in outcome.log


@pytest.mark.parametrize(
    "made",
    [
        replace(renaming(RENAMED), runs_before=account().runs_before).with_options(dates=False),
        replace(renaming(RENAMED), runs_before=account().runs_before).with_options(newest_runs=False),
        replace(renaming({**RENAMED, "startTime": None}), runs_before=account().runs_before),
        replace(renaming({**RENAMED, "startTime": 1_600_000_000_000}), runs_before=account().runs_before),
        replace(renaming({**RENAMED, "status": "STATUS_COMPLETED"}), runs_before=account().runs_before),
    ],
    ids=["no-dates", "no-proof", "no-start", "earlier", "over"],
)
def test_what_does_not_show_that_a_run_is_ours_is_uncertain(tmp_path: Path, made: Scenario) -> None:
    """Another build number counts only with the service's own clock, a proof, and a run that was not over."""
    outcome = World(made, tmp_path).run()
    assert outcome.ended == (3, "start-uncertain", ""), outcome.log


def test_an_old_date_of_a_cached_answer_proves_nothing(tmp_path: Path) -> None:
    """The answer to the start may come from a cache, with its date: the newest date of all answers counts."""
    date = {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    cached = Fault("start", run=OLD, headers=date, fields={"status": "STATUS_CREATED"})
    outcome = World(account().with_faults(cached), tmp_path).run()
    assert outcome.ended == (3, "start-uncertain", "")


WRONG: list[Mapping[str, object]] = [{"executionId": 77, "execution": None}, {"buildNo": "another"}]


@pytest.mark.parametrize("wrong", WRONG, ids=["plan", "build"])
def test_a_status_of_another_run_is_no_news(tmp_path: Path, wrong: Mapping[str, object]) -> None:
    """It is waited out like an outage: the end that it tells of is not the end of our run."""
    lie = {**wrong, "status": "STATUS_COMPLETED", "result": "FAILURE"}
    outcome = World(account().with_faults(Fault("status", fields=lie, count=3)), tmp_path).run()
    assert outcome.ended == (0, "", "1001"), outcome.log
    assert "describes a run" in outcome.log


def test_a_status_of_another_plan_for_good(tmp_path: Path) -> None:
    """Then nothing is known of the run until the deadline, and no verdict is made of it."""
    lie = Fault("status", fields={**WRONG[0], "status": "STATUS_COMPLETED", "result": "SUCCESS"}, count=None)
    outcome = World(account().with_faults(lie), tmp_path, {"TESTSIGMA_TIMEOUT": "5m"}).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (4, "api-unreachable")


def test_a_run_that_is_attached_to_keeps_its_plan(tmp_path: Path) -> None:
    """The first answer says which plan it is; what names another one later is not believed."""
    lie = Fault("status", fields={**WRONG[0], "status": "STATUS_COMPLETED", "result": "FAILURE"}, after=1, count=3)
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": str(ACTIVE)}
    outcome = World(account().with_faults(lie), tmp_path, environ).run()
    assert outcome.ended == (0, "", str(ACTIVE)), outcome.log


@pytest.mark.parametrize("how", ["same", "padded"])
@pytest.mark.parametrize("lists", [{}, {"index": False}, {"newest_runs": False}], ids=["both", "newest", "index"])
def test_a_run_that_is_listed_twice_is_one_run(tmp_path: Path, lists: Mapping[str, object], how: str) -> None:
    """Also where the second row spells its ID with zeros."""
    lost = Fault("start", delivery="reset", takes_effect=True)
    outcome = World(account(listed_twice=how, **lists).with_faults(lost), tmp_path).run()
    assert outcome.ended == (0, "", "1001"), outcome.log


def test_a_run_of_another_plan_is_not_compared_with(tmp_path: Path) -> None:
    """The report says so; nothing is called new or known."""
    made = replace(account(), runs_before=(*account().runs_before, RunBefore(700, account().plans[1])))
    outcome = World(made, tmp_path, {"TESTSIGMA_COMPARE": "700"}).run()
    assert outcome.exit_code == 0
    assert "Run 700 belongs to another plan (77)" in outcome.log
    assert "Compared with" not in outcome.log


def test_the_run_before_is_one_of_the_same_plan(tmp_path: Path) -> None:
    """A list that claims that a run is one of our plan is not enough: the run itself says which plan it belongs to."""
    lie = Fault("status", path="*/900", fields={"executionId": 77, "execution": None}, count=None)
    outcome = World(account().with_faults(lie), tmp_path).run()
    assert outcome.exit_code == 0
    assert "Compared with" not in outcome.log


FLAKY = replace(failed("Pay", "Click on Pay", at=0), rerun_result="SUCCESS")


def rerunning(child: int, **reruns: object) -> Scenario:
    """A plan whose run fails, and names a stranger as its rerun; `reruns` says whether there is a real one."""
    cases = (passed("Log in", "Open"), FLAKY)
    machines = (Machine("Chrome", (Suite("Smoke", cases),)),)
    real = bool(reruns)
    plan = Plan(420, "Shop", machines, SHORT, rerun_type="ONLY_FAILED_TESTS", automatic_rerun=real)
    plan = replace(plan, at_end={"childResult": child}) if not real else plan
    all_passed = (Suite("Smoke", (cases[0], passed("Pay", "Click on Pay"))),)
    good = replace(scenario("passing").plans[0], machines=(Machine("Chrome", all_passed),))
    other = replace(good, id=77, life=LONG)
    before = (
        RunBefore(OLD, replace(good, id=420), "old", age=365 * 86_400.0),
        RunBefore(FOREIGN, other, "foreign", life=LONG),
        RunBefore(ACTIVE, replace(good, id=420), "another", life=LONG, head_start=-5.0),
    )
    return Scenario(plans=(plan, other), pace="time", runs_before=before)


# Another plan, begun before its parent, and a parent that is not in the chain.
PARENT = Fault("status", path=f"*/{ACTIVE}", fields={"reRunParentId": 555}, count=None)
STRANGERS = {FOREIGN: "belongs to plan 77", OLD: "began before run 1001", ACTIVE: "is a rerun of run 555"}


@pytest.mark.parametrize("child", STRANGERS)
def test_a_stranger_that_is_named_as_the_rerun(tmp_path: Path, child: int) -> None:
    """It makes good for nothing, is not waited for, and the log says why."""
    world = World(rerunning(child).with_faults(PARENT), tmp_path)
    outcome = world.run()
    assert outcome.ended == (1, "tests-failed", "1001"), outcome.log
    assert STRANGERS[child] in outcome.log
    assert outcome.log.count("It is ignored") == 1
    assert [entry["run_id"] for entry in json.loads(outcome.state["runs"])] == ["1001"]
    assert outcome.duration < LOOKED
    assert not stopped(outcome)


def test_a_later_run_of_our_plan_without_a_parent_is_a_stranger(tmp_path: Path) -> None:
    """Somebody else may start the same plan later: without our build number, its pass makes good for nothing."""
    nobody = Fault("status", path="*/1002", fields={"reRunParentId": None, "buildNo": "another"}, count=None)
    plan = rerunning(OLD, real=True)
    outcome = World(plan.with_faults(nobody), tmp_path).run()
    assert outcome.exit_code == 1
    assert "has another build number" in outcome.log


def test_the_rerun_that_is_named_after_a_stranger(tmp_path: Path) -> None:
    """A wrong name is no end of the wait for the right one."""
    wrong = Fault("status", path="*/1001", fields={"childResult": OLD}, begin=20.0, count=2)
    outcome = World(rerunning(OLD, most=1).with_faults(wrong), tmp_path).run()
    assert outcome.ended == (0, "", "1001"), outcome.log
    assert STRANGERS[OLD] in outcome.log


def test_a_stranger_whose_id_is_spelled_with_zeros_is_ignored_once(tmp_path: Path) -> None:
    """Neither the step nor its post stage asks for it again and again, whichever spelling the answers have."""
    padded = Fault("status", path="*/1001", fields={"childResult": f"0{FOREIGN}"}, begin=20.0, count=None)
    stranger = Fault("status", path=f"*/0{FOREIGN}", run=FOREIGN, count=None)
    made = rerunning(FOREIGN).with_faults(padded, stranger)
    outcome = World(made, tmp_path / "step").run()
    assert outcome.ended == (1, "tests-failed", "1001"), outcome.log
    assert outcome.log.count("It is ignored") == 1
    killed = World(made, tmp_path / "killed", signals=[Signal(signal.SIGKILL, 22.0)])
    killed.run()
    assert killed.post(later=2.0).log.count("It is ignored") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("after", [20.5, 22.0, 24.0, 28.0])
@pytest.mark.parametrize("child", [FOREIGN, ACTIVE])
def test_a_stranger_that_is_named_as_the_rerun_is_never_stopped(
    tmp_path: Path, child: int, after: float, number: int
) -> None:
    """Neither by the step, whenever the signal comes, nor by its post stage."""
    slow = replace(PARENT, delay=1.5)
    world = World(rerunning(child).with_faults(slow), tmp_path, signals=[Signal(number, after)])
    outcome = world.run()
    later = world.post(later=2.0)
    assert stopped(outcome) | stopped(later) <= {"1001"}
    assert not any(world.simulator.runs()[one].stopped for one in (FOREIGN, ACTIVE))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("child", ["0900", "01001"])
def test_a_rerun_that_is_named_with_zeros(tmp_path: Path, child: str, number: int) -> None:
    """It is the run without them: a stranger, or our run itself, is asked about once, not for ever."""
    made = rerunning(OLD).with_plan(at_end={"childResult": child})
    world = World(made, tmp_path, {"TESTSIGMA_TIMEOUT": "5m"}, signals=[Signal(number, 30.0)])
    outcome = world.run()
    later = world.post(later=2.0)
    assert max(outcome.calls.count("status"), later.calls.count("status")) < 40
    # It is also read as the previous run of the plan.
    assert sum(seen.path.endswith(f"/{OLD}") for seen in outcome.seen) <= 2


NOBODYS = {"executionId": None, "execution": None, "startTime": None, "reRunParentId": None}


def test_a_rerun_that_does_not_say_whose_it_is(tmp_path: Path) -> None:
    """An ID alone proves nothing: without a plan and a parent it is not followed, and never stopped."""
    nameless = Fault("status", path=f"*/{FOREIGN}", fields=NOBODYS, count=None)
    world = World(rerunning(FOREIGN).with_faults(nameless), tmp_path, signals=[Signal(signal.SIGTERM, 50.0)])
    outcome = world.run()
    assert not stopped(outcome), outcome.log
    assert "does not say to which plan it belongs" in outcome.log


def test_a_run_that_is_over_when_the_start_is_answered(tmp_path: Path) -> None:
    """With a build number of the user's and no clock of the service, it is a run of another day."""
    fault = Fault("start", run=OLD, takes_effect=True)
    outcome = World(account(dates=False).with_faults(fault), tmp_path, BUILD).run()
    assert outcome.ended == (3, "start-uncertain", ""), outcome.log
