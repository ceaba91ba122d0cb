"""CTRF: tests, statuses and numbers as tools that read the format take them."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests import ctrf_rules, samples
from tests.samples import broken_steps, case, machine, of_cases, rerun, run, run_report, suite, tree
from testsigma_action.domain.compare import compare
from testsigma_action.domain.history import History, Mark
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.domain.results import Iteration
from testsigma_action.domain.run import Result, RunSpec
from testsigma_action.domain.tolerance import Quarantined, QuarantineEntry, Share, WithinLimit
from testsigma_action.reporting.ctrf import document as ctrf

Test = dict[str, Any]


def rendered(report: Report) -> dict[str, Any]:
    """The document, once it is known to keep the rules of all readers."""
    document: dict[str, Any] = json.loads("".join(ctrf.render(report)).encode())
    assert ctrf_rules.broken(document) == []
    return document


def found_in(report: Report) -> list[Test]:
    """The tests of a document."""
    found: list[Test] = rendered(report)["results"]["tests"]
    return found


def only_test(report: Report) -> Test:
    """The test of a document, if it is the only one."""
    (found,) = found_in(report)
    return found


def test_realistic_run() -> None:
    """Each case is a test of its suite, each data set a test of its own, and the counts are those of the tests."""
    document = rendered(samples.failing())
    tests = document["results"]["tests"]
    assert [test["name"] for test in tests] == [
        "Checkout / Chrome / Login / Sign in with a valid password",
        "Checkout / Chrome / Login / Wrong password is refused",
        "Checkout / Chrome / Login / Remember me",
        "Checkout / Chrome / Basket / Totals are right [EUR]",
        "Checkout / Chrome / Basket / Totals are right [JPY]",
        "Checkout / Chrome / Basket / Totals are right [USD]",
        "Checkout / Chrome / Basket / Empty basket",
        "Checkout / Safari on macOS / Login / Sign in with a valid password",
    ]
    expected = {"tests": 8, "passed": 4, "failed": 3, "skipped": 1, "pending": 0, "other": 0}
    assert ctrf_rules.counts(document) == expected
    assert tests[4]["parameters"] == {"dataSet": "JPY"}
    assert tests[5] | {"status": "failed", "rawStatus": "aborted"} == tests[5]


def test_a_failure_has_what_people_need() -> None:
    """Path, machine, times, message, trace, steps up to the failure, IDs and links."""
    failure = found_in(samples.failing())[1]
    wanted = {
        "suite": ["Checkout", "Chrome", "Login"],
        "status": "failed",
        "rawStatus": "failed",
        "duration": 12300,
        "start": 1772618400000,
        "stop": 1772618412300,
        "browser": "Chrome 131",
        "device": "Chrome",
        "message": 'Expected "Wrong password" to be displayed.\nFound: "Something went wrong (500)"',
    }
    assert failure | wanted == failure
    assert failure["trace"].startswith(failure["message"])
    assert [step["status"] for step in failure["steps"]] == ["passed", "passed", "passed", "failed"]
    ids = {"planId": "12", "runId": "9001", "caseId": "7", "resultId": "71", "os": "Windows 11"}
    links = {"runUrl": samples.RUN_URL, "url": "https://app.testsigma.com/ui/td/test_case_results/71"}
    assert failure["extra"] | ids | links == failure["extra"]


def test_the_build_is_the_environment() -> None:
    """Build, commit, branch and page of the job; what is not known is left out."""
    environment = rendered(samples.failing())["results"]["environment"]
    assert environment == {
        "reportName": "Checkout",
        "buildName": samples.BUILD.label,
        "buildUrl": samples.BUILD.job_url,
        "commit": samples.BUILD.commit,
        "branchName": samples.BUILD.branch,
        "healthy": False,
        "extra": {"ciSystem": "GitHub Actions", "attempt": 2, "pullRequest": "5"},
    }
    assert rendered(samples.flaky())["results"]["environment"] == {"reportName": "Checkout", "healthy": True}


def test_the_environment_of_the_tests() -> None:
    """By name, or by ID; of several runs all of them."""
    found = [
        replace(run_report(samples.FAILED, tree(machine(suite(case("A"))))), spec=RunSpec("12", environment_id=number))
        for number in ("11", "10", "10")
    ]
    named_one = replace(found[0], spec=replace(found[0].spec, environment_name="staging"))
    for runs, words in ((found, "10, 11"), ([named_one], "staging (11)")):
        document = rendered(samples.report(*named(runs)))
        assert document["results"]["environment"]["testEnvironment"] == words


@pytest.mark.parametrize("result", Result)
def test_no_bad_result_looks_green(result: Result) -> None:
    """Tools know red only by `failed`, so only a pass and a case that was not executed are something else."""
    statuses = {Result.PASSED: "passed", Result.NOT_EXECUTED: "skipped"}
    found = found_in(of_cases(case("A", result)))[0]
    assert (found["status"], found["rawStatus"]) == (statuses.get(result, "failed"), result.value)


def test_attempts_of_flaky_tests() -> None:
    """A test that passed at last is flaky, and has its earlier attempts in their order."""
    tests = {test["name"].rpartition(" / ")[2]: test for test in found_in(samples.flaky())}
    assert [name for name, test in tests.items() if test.get("flaky")] == ["Pay", "Search", "Totals [JPY]"]
    attempts = tests["Search"]["retryAttempts"]
    raw = [one["extra"]["rawStatus"] for one in attempts]
    assert [(one["attempt"], one["status"]) for one in attempts] == [(1, "failed"), (2, "failed")]
    assert raw == ["aborted", "failed"]
    assert tests["Pay"]["retryAttempts"][0]["message"] == "No such button"
    assert "retries" not in tests["Totals [EUR]"]
    assert rendered(samples.flaky())["results"]["summary"]["flaky"] == 3


def test_attempts_of_a_test_that_failed_at_last() -> None:
    """It is its last attempt, and no flaky test."""
    bad = case("Pay", Result.FAILED, broken_steps("No such button"))
    found = found_in(of_cases(rerun(case("Pay", Result.ABORTED), bad)))[0]
    assert (found["status"], found["rawStatus"], found["retries"]) == ("failed", "aborted", 1)
    assert "flaky" not in found


def test_a_pass_after_passes_is_not_flaky() -> None:
    """A data set that ran again since another one failed: tools would count its attempts as flaky."""
    found = only_test(of_cases(rerun(case("A"), case("A")), verdict=samples.PASSED))
    assert not found.keys() & {"retries", "retryAttempts", "flaky"}


ENTRY = QuarantineEntry("Pay", "The bank is down.", samples.BEGIN.date(), owner="team-payments")


@pytest.mark.parametrize(
    ("tolerance", "tags", "why"),
    [
        (Quarantined((ENTRY,)), ["tolerated", "quarantine"], "In quarantine until 2026-03-04 (owner: team-payments)"),
        (WithinLimit(Share(2)), ["tolerated"], "Tolerated: no more cases failed than max-failures (2) allows"),
    ],
)
def test_a_tolerated_failure_is_not_red(tolerance: Quarantined | WithinLimit, tags: list[str], why: str) -> None:
    """It is `other`, with tags, the reason and the failure; its own status stays the plain fact."""
    bad = replace(case("Pay", Result.FAILED, broken_steps("No such button")), tolerance=tolerance)
    found = only_test(of_cases(bad, verdict=samples.PASSED))
    assert (found["status"], found["rawStatus"], found["tags"]) == ("other", "failed", tags)
    assert found["message"].startswith(why)
    assert found["message"].endswith("No such button")
    assert found["extra"]["treatment"] == "tolerated"


def test_what_is_new_and_since_when() -> None:
    """Failures are tagged as new or known, and have their history in words."""
    old, new = case("Old", Result.FAILED), replace(case("New", Result.FAILED), case_id="8")
    now = (machine(suite(old, new)),)
    before = [run(number=number) for number in (8999, 9000)]
    comparison = compare(before[-1], (machine(suite(old)),), now)
    marks = {"8999": (Mark.FAILED, Mark.PASSED), "9000": (Mark.FAILED, Mark.PASSED)}
    told = replace(
        run_report(samples.FAILED, tree(*now)), comparison=comparison, history=History.of(before, now, marks)
    )
    found = {test["name"][-3:]: test for test in found_in(samples.report(told))}
    assert (found["Old"]["tags"], found["New"]["tags"]) == (["known"], ["new"])
    assert "since run 8999" in found["Old"]["extra"]["history"]


@pytest.mark.parametrize("verdict", samples.VERDICTS, ids=lambda verdict: str(verdict.conclusion))
def test_every_way_out_without_results(verdict: Verdict) -> None:
    """A verdict that is no pass is a failed test, so that no tool shows a green file; a started run is pending."""
    found = only_test(samples.report(run_report(verdict)))
    expected = {samples.PASSED: "skipped", samples.STARTED: "pending"}.get(verdict, "failed")
    assert found["status"] == expected
    assert found["name"].endswith("Test plan run")
    assert found["message"]


def test_runs_have_their_names() -> None:
    """The same case in two runs is two tests with names and IDs of their own."""
    one = run_report(samples.FAILED, tree(machine(suite(case("A", Result.FAILED)))))
    tests = found_in(samples.report(*named((one, one))))
    assert [test["suite"][0] for test in tests] == ["Checkout", "Checkout (2)"]


def test_an_identity_survives_a_new_name() -> None:
    """A case that was renamed keeps its ID; another case, data set or machine has another one."""
    sets = (Iteration("81", "EUR", Result.PASSED), Iteration("82", "JPY", Result.PASSED))
    pay, other = case("Pay"), replace(case("Other"), case_id="8")
    cases = (pay, other, replace(case("Totals", iterations=sets), case_id="9"))
    report = samples.report(
        run_report(samples.PASSED, tree(machine(suite(*cases)), machine(suite(pay), title="Safari")))
    )
    ids = [test["id"] for test in found_in(report)]
    assert set(Counter(ids).values()) == {1}
    assert only_test(of_cases(replace(pay, name="Pay by card"), verdict=samples.PASSED))["id"] == ids[0]


def test_a_large_file_stays_small() -> None:
    """Thousands of long failures: every test is there with its message, the last ones without trace and steps."""
    long = "word " * 2000
    cases = [case(f"A{number}", Result.FAILED, broken_steps(long, 30)) for number in range(600)]
    size, traces = 0, 0
    for piece in ctrf.render(of_cases(*cases)):
        size += len(piece)
        traces += '"trace"' in piece
    assert size < 7_000_000
    assert 0 < traces < 600
