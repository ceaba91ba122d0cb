"""Policies together with reruns of all kinds and with the history: what runs again, what is tolerated, what is told."""

import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests import junit_rules
from tests.simulation import Outcome, Signal, World
from tests.simulation.plans import listed, runs_of
from tests.simulation.test_job_rerun import attempt, sent
from tests.simulation.test_policies import entries
from tests.simulation.test_rerun_failed import BROKEN, FLAKY, ONCE, SKIPPED, TWICE, plan, ran
from tests.simulation.test_rerun_once import LOST, UNLISTED
from tests.simulator import (
    Case,
    Fault,
    Iteration,
    Machine,
    Phase,
    Reruns,
    RunBefore,
    Scenario,
    Suite,
    data_driven,
    failed,
    passed,
)

KNOWN = failed("Print", "Click on Print", at=0, message="No paper")
EXCUSED = {"TESTSIGMA_QUARANTINE": entries("Print")}
ONE = {"TESTSIGMA_MAX_FAILURES": "1"}
STRICT = {"TESTSIGMA_FAIL_ON_FLAKY": "true"}
CONTINUED = {"TESTSIGMA_ON_JOB_RERUN": "failed"}
ITSELF = {"rerun_type": "ONLY_FAILED_TESTS", "automatic_rerun": True}


def again(world: World) -> list[list[str]]:
    """The names of the cases of each rerun, the oldest first."""
    runs = world.simulator.runs().values()
    return [[row.content.name for row in run.tree.cases] for run in runs if run.parent]


def green(outcome: Outcome) -> bool:
    """Whether the step is green, in its exit code, outputs, JUnit file and results file, whose numbers must agree."""
    found, counts = outcome.outputs, junit_rules.counts(outcome.junit)
    assert junit_rules.broken(outcome.junit) == []
    [run], [told] = runs_of(outcome), outcome.results["runs"]
    cases = [case for machine in told["machines"] for suite in machine["suites"] for case in suite["cases"]]
    of_cases = [
        sum(case["treatment"] == "tolerated" for case in cases),
        sum(case["result"] == "failed" for case in cases),
    ]
    assert of_cases == [int(found["tolerated"]), int(found["failed"])]
    verdicts = {
        outcome.exit_code == 0,
        found["conclusion"] == "passed",
        run["conclusion"] == "passed",
        counts["failures"] + counts["errors"] == 0,
        outcome.lines[-1].startswith("PASSED"),
    }
    assert len(verdicts) == 1, (outcome.log, counts)
    return verdicts.pop()


@pytest.mark.parametrize("real", [FLAKY, BROKEN])
def test_only_failures_that_count_run_again(tmp_path: Path, real: Case) -> None:
    """A case in quarantine stays as it is; the step is green once the other one passes."""
    world, outcome = ran(plan(KNOWN, real), tmp_path, ONCE | EXCUSED)
    assert (green(outcome), again(world)) == (real is FLAKY, [[real.name]]), outcome.log
    assert outcome.outputs["tolerated"] == "1"


def test_nothing_runs_again_if_no_failure_counts(tmp_path: Path) -> None:
    """The quarantine excuses all of them."""
    world, outcome = ran(plan(KNOWN), tmp_path, ONCE | EXCUSED)
    assert (green(outcome), again(world)) == (True, []), outcome.log


def test_a_case_that_is_aborted_when_it_runs_again_is_not_excused(tmp_path: Path) -> None:
    """Its last result counts, although the quarantine excused the one before."""
    case = replace(KNOWN, rerun_result="ABORTED")
    world, outcome = ran(plan(case, **ITSELF), tmp_path, EXCUSED | ONE)
    assert (green(outcome), again(world)) == (False, [["Print"]]), outcome.log


def test_data_sets_in_quarantine(tmp_path: Path) -> None:
    """One failing data set is excused, the other one has to pass in the end."""
    sets = (Iteration("EUR", "FAILURE"), Iteration("JPY", "FAILURE", rerun_result="SUCCESS"))
    quarantine = "[{case: Sums, data-set: EUR, reason: r, expires: 2023-12-01}]"
    world, outcome = ran(plan(data_driven("Sums", *sets)), tmp_path, ONCE | {"TESTSIGMA_QUARANTINE": quarantine})
    assert (green(outcome), again(world)) == (True, [["Sums"]]), outcome.log


@pytest.mark.parametrize("lag", [0, 3])
@pytest.mark.parametrize(("most", "passes"), [("0", False), ("1", True)])
def test_max_failures_is_about_what_is_left_after_the_reruns(
    tmp_path: Path, most: str, lag: int, *, passes: bool
) -> None:
    """The counters of the first run show two failures until it is read again; they may be late."""
    made = plan(FLAKY, BROKEN, reruns=Reruns(lag=lag))
    world, outcome = ran(made, tmp_path, ONCE | {"TESTSIGMA_MAX_FAILURES": most})
    assert (green(outcome), again(world)) == (passes, [["Pay", "Search"]]), outcome.log


@pytest.mark.parametrize("lag", [0, 3])
@pytest.mark.parametrize("policy", [EXCUSED, ONE, EXCUSED | ONCE], ids=["quarantine", "limit", "rerun-failed"])
@pytest.mark.parametrize("cases", [(KNOWN,), (KNOWN, FLAKY)], ids=["all fail again", "one passes"])
def test_a_plan_that_reruns_what_is_tolerated(
    tmp_path: Path, cases: tuple[Case, ...], policy: Mapping[str, str], lag: int
) -> None:
    """The rerun of the plan itself fails, and the run is green once the service has taken it into account."""
    world, outcome = ran(plan(*cases, **ITSELF, reruns=Reruns(lag=lag)), tmp_path, policy)
    assert (green(outcome), len(again(world))) == (True, 1), outcome.log


def test_counters_that_never_agree_are_no_pass(tmp_path: Path) -> None:
    """The service counts one more failure than is tolerated, whatever the list of cases says."""
    made = plan(KNOWN, FLAKY, **ITSELF, reruns=Reruns(lag=None))
    _, outcome = ran(made, tmp_path, EXCUSED)
    assert not green(outcome), outcome.log


@pytest.mark.parametrize(("most", "passes"), [("1", False), ("2", True)])
def test_too_many_to_run_again(tmp_path: Path, most: str, *, passes: bool) -> None:
    """Failures beyond rerun-limit do not run again; max-failures may tolerate them all the same."""
    environ = ONCE | {"TESTSIGMA_MAX_FAILURES": most, "TESTSIGMA_RERUN_LIMIT": "1"}
    world, outcome = ran(plan(FLAKY, BROKEN), tmp_path, environ)
    assert (green(outcome), again(world)) == (passes, []), outcome.log
    assert passes or "2 of 6 cases would have to run again, and rerun-limit is 1." in outcome.log


@pytest.mark.parametrize("limit", ["50%", "0"])
@pytest.mark.parametrize("rerun_failed", ["0", "1"])
def test_a_rerun_that_was_announced_may_still_begin(tmp_path: Path, rerun_failed: str, limit: str) -> None:
    """The plan is set to run failed cases again, and has not: no failure is tolerated, unless we run it again."""
    inputs = {"TESTSIGMA_RERUN_FAILED": rerun_failed, "TESTSIGMA_RERUN_LIMIT": limit}
    world, outcome = ran(plan(KNOWN, rerun_type="ONLY_FAILED_TESTS"), tmp_path, inputs | ONE)
    asked = (rerun_failed, limit) == ("1", "50%")
    assert (green(outcome), again(world)) == (asked, [["Print"]] if asked else []), outcome.log
    assert asked or "no rerun has started" in outcome.log


@pytest.mark.parametrize("how", LOST)
def test_a_lost_answer_that_is_found(tmp_path: Path, how: str) -> None:
    """Only the case that is not in quarantine runs again, once."""
    made = plan(KNOWN, FLAKY).with_faults(LOST[how])
    before = RunBefore(900, made.plans[0], "another")
    world, outcome = ran(replace(made, runs_before=(before,)), tmp_path, ONCE | EXCUSED)
    assert (green(outcome), again(world), outcome.calls.count("rerun")) == (True, [["Pay"]], 1), outcome.log


@pytest.mark.parametrize("policy", [EXCUSED, ONE | EXCUSED, {"TESTSIGMA_MAX_FAILURES": "9"}])
@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_lost_answer_that_is_not_found(tmp_path: Path, policy: dict[str, str], *, takes_effect: bool) -> None:
    """A rerun may be going on, so nothing is tolerated, and no second one is asked for."""
    nameless = Fault("status", path="*/1001", fields={"childResult": None}, count=None)
    lost = replace(LOST["reset"], takes_effect=takes_effect)
    _, outcome = ran(plan(KNOWN, FLAKY).with_faults(lost, *UNLISTED, nameless), tmp_path, TWICE | policy)
    assert (green(outcome), outcome.calls.count("rerun")) == (False, 1), outcome.log
    assert "may still be running" in outcome.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_cancelled_step_stops_the_rerun_beside_a_quarantine(tmp_path: Path, number: int) -> None:
    """Failures that are tolerated are no reason to leave it running."""
    made = plan(KNOWN, FLAKY, reruns=Reruns(life=(Phase("STATUS_IN_PROGRESS", seconds=300.0),)))
    world = World(made, tmp_path, ONCE | EXCUSED, signals=[Signal(number, 20.0, "rerun")])
    assert world.run().exit_code == 128 + number
    assert world.post(later=2.0).exit_code == 0
    assert {run.over for run in world.simulator.runs().values()} == {True}


def test_a_second_attempt_of_a_run_whose_failures_are_all_tolerated(tmp_path: Path) -> None:
    """It is judged again, and nothing runs again: the first attempt failed for another reason."""
    world = World(plan(KNOWN), tmp_path, EXCUSED)
    first = attempt(world, 1, CONTINUED | {"TESTSIGMA_MIN_TESTS": "99"})
    assert (green(first), first.outputs["error-code"]) == (False, "too-few-tests")
    second = attempt(world, 2, CONTINUED | {"TESTSIGMA_MIN_TESTS": "1"})
    assert (green(second), sent(second)) == (True, (0, 0)), second.log


def test_later_attempts_beside_a_quarantine(tmp_path: Path) -> None:
    """The second one runs the real failure again, the third one judges both runs."""
    world = World(plan(KNOWN, FLAKY), tmp_path, EXCUSED)
    assert not green(attempt(world, 1, CONTINUED))
    second, third = (attempt(world, number, CONTINUED) for number in (2, 3))
    assert (green(second), sent(second), again(world)) == (True, (0, 1), [["Pay"]]), second.log
    assert (green(third), sent(third)) == (True, (0, 0)), third.log


def test_a_flaky_case_stays_flaky_in_later_attempts(tmp_path: Path) -> None:
    """With fail-on-flaky, a rerun of the job is no way around it."""
    world = World(plan(FLAKY), tmp_path, STRICT)
    codes = [attempt(world, number, CONTINUED).outputs["error-code"] for number in (1, 2, 3)]
    assert codes == ["tests-failed", "flaky", "flaky"]
    assert again(world) == [["Pay"]]


def test_a_flaky_case_in_quarantine_is_accepted(tmp_path: Path) -> None:
    """The plan runs it again by itself, and it passes: its failure was excused before."""
    flaky = replace(FLAKY, name="Print")
    _, outcome = ran(plan(flaky, **ITSELF), tmp_path, STRICT | EXCUSED)
    assert green(outcome), outcome.log


def recalled(*earlier: Case, now: Case = KNOWN) -> Scenario:
    """A plan in which one case fails now and the other is in quarantine; it was like this in earlier runs."""
    made = plan(now, passed("Log in", "Open"))
    before = [replace(plan(KNOWN, case).plans[0]) for case in earlier]
    return replace(
        made, runs_before=tuple(RunBefore(900 + n, one, "before", seconds=50) for n, one in enumerate(before))
    )


@pytest.mark.parametrize(("bad", "named"), [(False, True), (True, False)])
def test_an_entry_whose_case_passes_is_named(tmp_path: Path, *, bad: bool, named: bool) -> None:
    """If it passed in all runs of the history; it does not matter what failed beside it."""
    good = passed("Log in", "Open")
    earlier = [good, replace(failed("Log in", "Open", at=0, message="No")) if bad else good, good]
    _, outcome = ran(recalled(*earlier), tmp_path, {"TESTSIGMA_QUARANTINE": entries("Log in")})
    for text in (outcome.log, outcome.summary):
        assert ("may not be needed: all that it names passed in all recent runs." in text) is named, text


@pytest.mark.parametrize("result", ["NOT_EXECUTED", "SUCCESS"])
def test_no_agent_is_no_run_without_tests(tmp_path: Path, result: str) -> None:
    """`min-tests: 0` allows a plan that has nothing to run, not an agent that is away."""
    machines = (Machine("Chrome", (Suite("Smoke", (Case("Pay", "NOT_EXECUTED"),)),)),)
    said = "Agent is out of Sync. Please restart Agent"
    made = plan().with_plan(machines=machines, result=result, message=said)
    _, outcome = ran(made, tmp_path, {"TESTSIGMA_MIN_TESTS": "0"})
    assert not green(outcome), outcome.log
    assert said in outcome.log


def test_cases_that_were_left_out_run_again_beside_a_quarantine(tmp_path: Path) -> None:
    """A failure in quarantine may be why they did not run: they have to, and it does not run again."""
    world, outcome = ran(plan(KNOWN, SKIPPED), tmp_path, ONCE | EXCUSED)
    assert (green(outcome), again(world)) == (True, [["Log out"]]), outcome.log


@pytest.mark.parametrize("policy", [{}, {"TESTSIGMA_QUARANTINE": entries("Nobody")}], ids=["none", "a quarantine"])
def test_stop_after_failures_counts_what_max_failures_tolerates(tmp_path: Path, policy: dict[str, str]) -> None:
    """Only the quarantine takes a failure out of that number, and having one changes nothing for other cases."""
    later = tuple(passed(f"Later {number}", "Open") for number in range(20))
    made = plan(FLAKY, *later).with_plan(life=(Phase("STATUS_IN_PROGRESS", seconds=600.0),))
    limits = {"TESTSIGMA_STOP_AFTER_FAILURES": "1", "TESTSIGMA_MAX_FAILURES": "3"}
    _, outcome = ran(made, tmp_path, limits | policy)
    assert (outcome.outputs["error-code"], outcome.duration < 300.0) == ("stopped-after-failures", True), outcome.log


@pytest.mark.parametrize("how", [None, "reset", "late", "the run itself"])
@pytest.mark.parametrize("begins", [0.0, 30.0])
def test_enough_failures_elsewhere_stop_a_rerun(tmp_path: Path, how: str | None, begins: float) -> None:
    """The rerun that was asked for is stopped with the other runs, and its run is not green by what is tolerated."""
    long = (Phase("STATUS_IN_PROGRESS", seconds=300.0),)
    [ours] = plan(KNOWN, FLAKY, reruns=Reruns(life=long)).plans
    life = (Phase("STATUS_IN_PROGRESS", seconds=22.0 + begins),)
    other = replace(ours, id=421, machines=(Machine("Safari", (Suite("Shop", (BROKEN,)),)),), life=life)
    made = replace(plan(), plans=(ours, other))
    made = made.with_faults(*([LOST[how]] if how else []))
    environ = ONCE | EXCUSED | listed(ours, other) | {"TESTSIGMA_STOP_AFTER_FAILURES": "1"}
    world = World(made, tmp_path, environ)
    outcome = world.run()
    world.post(later=1.0)
    assert outcome.exit_code == 1
    assert [run["conclusion"] for run in runs_of(outcome)] == ["failed", "failed"]
    assert {run.over for run in world.simulator.runs().values()} == {True}, outcome.log
    assert outcome.calls.count("rerun") == 1


@pytest.mark.parametrize("policy", [EXCUSED | ONE, {"TESTSIGMA_MAX_FAILURES": "2"}], ids=["both", "max-failures"])
def test_a_second_attempt_of_a_run_that_passed_by_policy(tmp_path: Path, policy: dict[str, str]) -> None:
    """It is judged again, and nothing runs again, also where more reruns are allowed."""
    world = World(plan(KNOWN, FLAKY), tmp_path, policy)
    first = attempt(world, 1, CONTINUED)
    second = attempt(world, 2, CONTINUED | TWICE)
    assert (green(first), green(second), sent(second)) == (True, True, (0, 0)), second.log
