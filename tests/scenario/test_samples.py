"""The documented sample runs come out right in every report."""

import html

from tests.scenario.conftest import Bench
from tests.simulator import scenario


def test_sample_302_in_every_report(bench: Bench) -> None:
    """The documented run 302 (build 1.9.26_rc1, 1 of 1 failed) is told the same by all reports."""
    step = bench.run({"TESTSIGMA_BUILD_NUMBER": "1.9.26_rc1"}, server=bench.serve(scenario("sample-302")))
    assert step.exit_code == 1
    assert (
        step.outputs
        | {
            "run-id": "302",
            "status": "completed",
            "result": "failed",
            "conclusion": "failed",
            "total": "1",
            "failed": "1",
            "passed": "0",
            "error-code": "tests-failed",
            "duration": "14",
        }
        == step.outputs
    )
    assert step.junit_counts == {"tests": 1, "failures": 1, "errors": 0, "skipped": 0}
    run = step.results["runs"][0]
    assert (run["run"]["buildNumber"], run["run"]["planName"], run["counts"]["failed"]) == (
        "1.9.26_rc1",
        "Test Plan Trigger REST API",
        1,
    )
    for report in (step.log, step.summary):
        assert "Test Plan Trigger REST API" in report
        assert "1 of 1 case failed" in report
    assert "1.9.26_rc1" in html.unescape(step.summary)
    assert run["run"]["message"] == "Test plan execution failed"


def test_sample_517_in_every_report(bench: Bench) -> None:
    """The documented run 517 (4 of 8 failed) shows case 3857 with its failing step and message everywhere."""
    step = bench.run(server=bench.serve(scenario("sample-517")))
    action = "Select the radio button Mobile Number Radio Button"
    message = "Unable to perform click/check action on element, Element is not displayed."
    assert step.exit_code == 1
    assert (step.outputs["run-id"], step.outputs["total"], step.outputs["failed"]) == ("517", "8", "4")
    assert (step.junit_counts["tests"], step.junit_counts["failures"]) == (8, 4)
    failures = [failure for failure in step.junit.iter("failure") if failure.get("message") == message]
    assert any(action in (failure.text or "") for failure in failures)
    for report in (step.log, step.summary):
        assert action in report
        assert message in report
        assert "Windows Chrome" in report
    cases = [
        case
        for machine in step.results["runs"][0]["machines"]
        for suite in machine["suites"]
        for case in suite["cases"]
        if case["id"] == "3857"
    ]
    assert [len(case["steps"]) for case in cases] == [6]
    assert [entry["result"] for entry in cases[0]["steps"]] == [
        "passed",
        "passed",
        "passed",
        "failed",
        "not-executed",
        "not-executed",
    ]
