"""Outputs: all names on every way out, plain values, the worst run counts."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests import samples
from tests.samples import case, machine, run, run_report, suite, tree
from testsigma_action.domain.compare import compare
from testsigma_action.domain.names import named
from testsigma_action.domain.report import Verdict
from testsigma_action.domain.run import Counts, Result, Status, Timing
from testsigma_action.domain.uploads import Uploaded
from testsigma_action.reporting import outputs

NAMES = {
    "run-id",
    "run-url",
    "run-ids",
    "runs",
    "status",
    "result",
    "conclusion",
    "total",
    "passed",
    "failed",
    "aborted",
    "stopped",
    "not-executed",
    "tolerated",
    "flaky",
    "reruns",
    "new-failures",
    "known-failures",
    "duration",
    "junit-file",
    "results-file",
    "ctrf-file",
    "agent-file",
    "upload-version-ids",
    "error-code",
}


@pytest.mark.parametrize("verdict", samples.VERDICTS, ids=lambda verdict: str(verdict.conclusion))
def test_all_outputs_on_every_way_out(verdict: Verdict) -> None:
    """Every output is there whichever way the step ends, on one line; without a run most are empty."""
    found = outputs.render(samples.report(verdict=verdict))
    assert set(found) == NAMES
    assert all(len(value.splitlines()) <= 1 for value in found.values())
    assert (found["conclusion"], found["error-code"]) == (verdict.conclusion.value, verdict.code)
    assert (found["run-id"], found["result"], found["total"], found["duration"], found["runs"]) == (
        "",
        "",
        "",
        "",
        "[]",
    )


def test_uploads() -> None:
    """The version of each file as JSON, however many there are; empty without uploads."""
    uploads = tuple(Uploaded(f"build/{number}.apk", "62", str(number), "1") for number in range(200))
    found = outputs.render(replace(samples.report(run_report()), uploads=uploads))["upload-version-ids"]
    assert json.loads(found) == {f"build/{number}.apk": str(number) for number in range(200)}
    assert outputs.render(samples.report(run_report()))["upload-version-ids"] == ""


def test_realistic_run() -> None:
    """Numbers are plain integers that count cases, the duration whole seconds of the run."""
    found = outputs.render(samples.failing())
    del found["runs"]
    assert found == {
        "run-id": "9001",
        "run-url": samples.RUN_URL,
        "run-ids": "9001",
        "status": "completed",
        "result": "failed",
        "conclusion": "failed",
        "total": "6",
        "passed": "3",
        "failed": "2",
        "aborted": "0",
        "stopped": "0",
        "not-executed": "1",
        "tolerated": "0",
        "flaky": "0",
        "reruns": "0",
        "new-failures": "",
        "known-failures": "",
        "duration": "252",
        "junit-file": "test-results/TEST-testsigma-12.xml",
        "results-file": "test-results/testsigma-12.json",
        "ctrf-file": "",
        "agent-file": "",
        "upload-version-ids": "",
        "error-code": "tests-failed",
    }


def test_runs() -> None:
    """`runs` tells the numbers of each run as JSON."""
    assert json.loads(outputs.render(samples.failing())["runs"]) == [
        {
            "name": "Checkout",
            "id": "9001",
            "url": samples.RUN_URL,
            "planId": "12",
            "planName": "Checkout",
            "buildNumber": "acme/shop#812.1-k3f9q2",
            "status": "completed",
            "result": "failed",
            "conclusion": "failed",
            "errorCode": "tests-failed",
            "total": 6,
            "passed": 3,
            "failed": 2,
            "aborted": 0,
            "stopped": 0,
            "notExecuted": 1,
            "tolerated": 0,
            "flaky": 0,
            "queued": None,
            "duration": 252,
        }
    ]


def test_early() -> None:
    """IDs and links are known the moment a run exists, those of the first run that exists among them."""
    asked = [run_report(samples.UNREACHABLE), run_report(remote=run()), run_report(remote=run(number=9002))]
    found = outputs.early(named(asked))
    assert (found["run-id"], found["run-url"], found["run-ids"]) == ("9001", samples.RUN_URL, "9001,9002")
    told = [(one["name"], one["id"], one["conclusion"]) for one in json.loads(found["runs"])]
    assert told == [("Checkout", None, "error"), ("Checkout (2)", "9001", "failed"), ("Checkout (3)", "9002", "failed")]
    assert outputs.early([]) == {"run-id": "", "run-url": "", "run-ids": "", "runs": "[]"}
    final = outputs.render(samples.report(*named(asked)))
    assert found == {name: final[name] for name in found}


def test_queue_time_and_duration() -> None:
    """Each run has them in whole seconds; null where they are not known."""
    waited = replace(run_report(remote=run()), queued=timedelta(seconds=90.6))
    waiting = run_report(samples.TIMED_OUT, remote=run(Result.QUEUED, Status.IN_PROGRESS))
    found = json.loads(outputs.render(samples.report(waited, waiting))["runs"])
    assert [(one["queued"], one["duration"]) for one in found] == [(91, 252), (None, None)]


def test_several_runs() -> None:
    """Status and result are those of the worst run; numbers are sums; ID and link are those of the first."""
    good = run_report(samples.PASSED, tree(machine(suite(case())), remote=run(Result.PASSED, number=1)))
    bad = run_report(samples.FAILED, tree(machine(suite(case(result=Result.FAILED))), remote=run(number=2)))
    found = outputs.render(samples.report(good, bad, verdict=samples.FAILED))
    assert (found["run-id"], found["run-ids"], found["result"], found["status"]) == ("1", "1,2", "failed", "completed")
    assert (found["total"], found["passed"], found["failed"]) == ("2", "1", "1")
    assert found["duration"] == "252"


def test_worst_by_verdict_then_by_result() -> None:
    """A run that timed out is worse than one that failed; of equal verdicts the worse result counts."""
    waiting = run_report(samples.TIMED_OUT, remote=run(Result.QUEUED, Status.IN_PROGRESS))
    failed = run_report(samples.FAILED)
    stopped = run_report(samples.FAILED, remote=run(Result.STOPPED))
    both = outputs.render(samples.report(run_report(samples.FAILED, remote=run()), waiting))
    assert (both["status"], both["result"]) == ("in-progress", "queued")
    assert outputs.render(samples.report(stopped, run_report(samples.FAILED, remote=run())))["result"] == "failed"
    assert outputs.render(samples.report(stopped, failed))["result"] == ""


def test_unknown_parts_make_a_sum_unknown() -> None:
    """A sum of which a part is missing is not shown, nor is a span of time without an end."""
    good = run_report(samples.PASSED, remote=run(Result.PASSED, counts=Counts(total=3, passed=3)))
    running = run_report(samples.TIMED_OUT, remote=run(Result.QUEUED, Status.IN_PROGRESS))
    found = outputs.render(samples.report(good, running, verdict=samples.TIMED_OUT))
    assert (found["total"], found["passed"], found["duration"]) == ("", "", "")


def test_zeros_that_say_nothing() -> None:
    """The service's initial zeros are unknown; zeros that we counted in a list are zeros."""
    zeros = Counts(total=0, passed=0, failed=0)
    remote = run(Result.NOT_EXECUTED, counts=zeros)
    assert outputs.render(samples.report(run_report(samples.FAILED, remote=remote)))["total"] == ""
    listed = replace(tree(remote=remote), listed=True)
    assert outputs.render(samples.report(run_report(samples.FAILED, listed)))["total"] == "0"


def test_duration_from_begin_to_end() -> None:
    """Without the service's own account a duration is the time between begin and end, never negative."""
    begin = samples.BEGIN
    remote = replace(run(), timing=Timing(begin, begin.replace(minute=1)))
    assert outputs.render(samples.report(run_report(samples.FAILED, remote=remote)))["duration"] == "60"
    backwards = replace(run(), timing=Timing(begin.replace(minute=1), begin))
    assert outputs.render(samples.report(run_report(samples.FAILED, remote=backwards)))["duration"] == "0"


def test_hostile_names_stay_on_one_line() -> None:
    """No text of the service breaks the line of an output."""
    remote = replace(run(), id="1\n2", url="https://x\r\ny", plan_name="a\u2028b\ud800")
    report = replace(samples.report(run_report(samples.FAILED, remote=remote)), junit_file="a\nb.xml")
    found = outputs.render(report)
    assert all(len(value.splitlines()) <= 1 for value in found.values())
    assert json.loads(found["runs"])[0]["planName"] == "a ⏎ b\ufffd"


def test_new_failures() -> None:
    """The new failures of all runs; unknown where one of them was not compared with the run before it."""
    now = tree(machine(suite(case("A", Result.FAILED), case("B"))))
    compared = replace(run_report(results=now), comparison=compare(run(number=900), (), now.machines))
    assert outputs.render(samples.report(compared, compared))["new-failures"] == "2"
    assert outputs.render(samples.report(compared, compared))["known-failures"] == "0"
    assert outputs.render(samples.report(compared, run_report(results=now)))["new-failures"] == ""
    green = replace(compared, comparison=compare(run(number=900), now.machines, now.machines))
    assert outputs.render(samples.report(green))["new-failures"] == "0"


def test_flaky() -> None:
    """Cases that passed only when they ran again are counted; without a list of cases nobody knows."""
    found = outputs.render(samples.flaky())
    assert (found["flaky"], found["passed"], found["result"]) == ("3", "4", "passed")
    assert json.loads(found["runs"])[0]["flaky"] == 3
    assert outputs.render(samples.report(run_report(samples.TIMED_OUT, remote=run())))["flaky"] == ""
