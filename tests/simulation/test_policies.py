"""Whole steps with policies: green with tolerated failures in every report, red for anything else."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import junit_rules
from tests.simulation import Outcome, World
from tests.simulation.clock import BEGIN
from tests.simulation.plans import listed, runs_of, service
from tests.simulator import Case, Machine, Phase, Plan, Suite, failed, passed, scenario

HOSTILE = "<script>alert(1)</script> ::error::x ![y](z)"
TODAY = datetime.fromtimestamp(BEGIN, UTC).date()


def entries(*cases: str, reason: str = "The bank is down.", days: int = 30, issue: str = "PAY-7") -> str:
    """A quarantine of these cases, in JSON."""
    more = {"reason": reason, "expires": str(TODAY + timedelta(days=days)), "owner": "team-pay", "issue": issue}
    return json.dumps([{"case": case} | more for case in cases])


def shop(number: int, *cases: Case, seconds: float = 60.0) -> Plan:
    """A plan with these cases."""
    machines = (Machine("Chrome", (Suite("Shop", cases),)),)
    life = (Phase("STATUS_IN_PROGRESS", seconds=seconds),)
    return Plan(500 + number, f"Plan no. {number}", machines, life)


PAY, SEARCH, GOOD = failed("Pay", "Click on Pay"), failed("Search", "Click on Search"), passed("Log in", "Open")


def step(folder: Path, *plans: Plan, **inputs: str) -> Outcome:
    """A step that runs these plans with these inputs."""
    given = {f"TESTSIGMA_{name.upper()}": text for name, text in inputs.items()}
    environ = listed(*plans) if len(plans) > 1 else {"TESTSIGMA_PLAN_ID": str(plans[0].id)}
    return World(service(*plans), folder, environ | given).run()


def test_every_report_says_that_the_pass_is_one_by_policy(tmp_path: Path) -> None:
    """Log, summary, JUnit, results file and outputs: green, with the numbers and the reasons."""
    plan = shop(1, PAY, SEARCH, GOOD)
    issue = "https://example.com/PAY-7"
    outcome = step(tmp_path, plan, quarantine=entries("P*y", issue=issue), max_failures="1")
    assert outcome.exit_code == 0, outcome.log
    said = "Passed by policy: 1 of 3 cases passed; 2 failures are tolerated (1 in quarantine, 1 by max-failures)."
    assert outcome.lines[-1] == f"PASSED (exit code 0): Plan no. 1. {said}"
    assert "Failed (in quarantine): Pay" in outcome.log
    last = TODAY + timedelta(days=30)
    assert f"In quarantine until {last} (owner: team-pay, issue: {issue}): The bank is down." in outcome.log
    assert said in outcome.summary
    assert "2 tolerated failures" in outcome.summary
    assert f'issue <a href="{issue}">' in outcome.summary
    found = outcome.outputs
    assert (found["failed"], found["tolerated"], found["conclusion"], found["result"]) == ("2", "2", "passed", "failed")
    counts = junit_rules.counts(outcome.junit)
    assert (counts["failures"], counts["errors"], counts["skipped"], counts["tests"]) == (0, 0, 2, 3)
    assert junit_rules.broken(outcome.junit) == []
    assert "::error" not in outcome.log


def test_untrusted_reasons_are_harmless(tmp_path: Path) -> None:
    """A pull request may change the file: its texts are no commands and no markup."""
    outcome = step(tmp_path, shop(1, PAY, GOOD), quarantine=entries("Pay", reason=HOSTILE, issue="javascript:alert(1)"))
    assert outcome.exit_code == 0, outcome.log
    assert "<script>" not in outcome.summary
    assert 'href="javascript' not in outcome.summary
    assert not [line for line in outcome.lines if line.startswith("::error")]


def test_a_case_that_did_not_run_is_not_excused(tmp_path: Path) -> None:
    """The failing demo has one: the quarantine excuses its failures, and the step stays red, as its JUnit file does."""
    names = ("Pay by card", "Log in with every kind of account", "Print the receipt")
    world = World(scenario("failing"), tmp_path, {"TESTSIGMA_QUARANTINE": entries(*names)})
    outcome = world.run()
    assert outcome.exit_code == 1, outcome.log
    assert "The run is not a pass, because 1 case of it was not executed." in outcome.lines[-1]
    assert "::group::1 case of Shop regression was not executed:" in outcome.lines
    assert "│ Windows Chrome / Checkout / Print the receipt" in outcome.lines
    assert "<h3>1 case not executed</h3>" in outcome.summary
    assert "Print the receipt" in outcome.summary
    assert junit_rules.counts(outcome.junit)["errors"] == 1


@pytest.mark.parametrize("bad", ["ABORTED", "STOPPED", "QUEUED", "SOMETHING_NEW"])
def test_other_results_are_not_excused(bad: str, tmp_path: Path) -> None:
    """A case that was aborted, was stopped, or has no known result counts, although an entry names it."""
    cases = (PAY, replace(GOOD, result=bad))
    outcome = step(tmp_path, shop(1, *cases), quarantine=entries("Pay", "Log in"), max_failures="100%")
    assert outcome.exit_code == 1, outcome.log


def test_expired_and_stale_entries_are_named(tmp_path: Path) -> None:
    """An expired entry excuses nothing any more; one that names no case should go."""
    given = json.dumps([*json.loads(entries("Pay", days=-1)), *json.loads(entries("Gone"))])
    outcome = step(tmp_path, shop(1, PAY, GOOD), quarantine=given)
    assert outcome.exit_code == 1
    for text in (outcome.log, outcome.summary):
        assert f"(owner: team-pay) expired on {TODAY - timedelta(days=1)}. Its failures count again." in text
        assert "(owner: team-pay) names no case. Remove or correct it." in text


def test_wrong_entries_start_nothing(tmp_path: Path) -> None:
    """An entry that lasts too long is an input error."""
    outcome = step(tmp_path, shop(1, PAY), quarantine=entries("Pay", days=181))
    assert outcome.exit_code == 2
    assert "start" not in outcome.calls
    assert "quarantine, entry 1 (Pay), expires: " in outcome.log


def test_a_file_in_the_workspace(tmp_path: Path) -> None:
    """The list may be in a file, as that of plans."""
    plan = shop(1, PAY, GOOD)
    environ = {"TESTSIGMA_PLAN_ID": "501", "TESTSIGMA_QUARANTINE": "ci/quarantine.json"}
    world = World(service(plan), tmp_path, environ)
    (world.workspace / "ci").mkdir()
    (world.workspace / "ci/quarantine.json").write_text(entries("Pay"), encoding="utf-8")
    assert world.run().exit_code == 0


def test_too_few_tests(tmp_path: Path) -> None:
    """The step fails with a code of its own, and the JUnit file is not green."""
    outcome = step(tmp_path, shop(1, GOOD), min_tests="2")
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "too-few-tests")
    assert junit_rules.counts(outcome.junit)["errors"] == 1


def test_a_run_without_tests_may_pass(tmp_path: Path) -> None:
    """With `min-tests: 0` only, and the last line says so."""
    world = World(scenario("no-tests"), tmp_path, {"TESTSIGMA_MIN_TESTS": "0"})
    outcome = world.run()
    assert outcome.exit_code == 0
    assert outcome.lines[-1].endswith("No case was executed, which min-tests: 0 allows.")


def test_several_plans_are_summed_up(tmp_path: Path) -> None:
    """Each run has its own budget; outputs and the last line have the sums."""
    outcome = step(tmp_path, shop(1, PAY, GOOD), shop(2, SEARCH, GOOD), max_failures="1")
    assert outcome.exit_code == 0, outcome.log
    assert (outcome.outputs["failed"], outcome.outputs["tolerated"]) == ("2", "2")
    assert outcome.lines[-1].endswith("All 2 plans passed (2 cases; 2 failures tolerated).")


@pytest.mark.parametrize(("excused", "stopped"), [("Pay", False), ("Search", True)])
def test_stopping_after_failures(excused: str, stopped: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Failures in quarantine do not count: the lists of cases decide, during the run."""
    plans = (shop(1, PAY, GOOD, seconds=300.0), shop(2, GOOD, seconds=3000.0))
    outcome = step(tmp_path, *plans, quarantine=entries(excused), stop_after_failures="1")
    codes = [one["errorCode"] for one in runs_of(outcome)]
    assert ("stopped-after-failures" in codes) == stopped, outcome.log
    assert (outcome.exit_code, "stop" in outcome.calls) == ((1, True) if stopped else (0, False))
