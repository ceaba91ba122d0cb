"""Every exit code of the contract, and which one counts when several hold."""

import os
import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.scenario.conftest import ALL_AT_ONCE, ROOT, Bench, Outcome, Step
from tests.simulator import Fault, Phase, Scenario, Server, scenario

HELD = (Phase("STATUS_QUEUED"), Phase("STATUS_IN_PROGRESS", hold=True))


def held(name: str = "passing") -> Scenario:
    """A scenario whose run goes on until the test releases it."""
    return scenario(name).with_plan(life=HELD)


def refused() -> Scenario:
    """A service that does not accept the key."""
    return scenario("passing").with_faults(Fault("start", status=401, text="Invalid JWT token"))


def block_reports(step: Step) -> None:
    """Put a file where the folder of the reports was."""
    folder = step.workspace / "test-results"
    shutil.rmtree(folder)
    folder.write_text("in the way")


def run_with_blocked_reports(bench: Bench, server: Server, **environ: str) -> Outcome:
    """Run a step whose reports become unwritable while the remote run goes on."""
    step = bench.start(environ, server=server)
    server.wait_for("status", count=2)
    block_reports(step)
    server.release()
    return step.wait()


def run_and_lose(bench: Bench, served: Scenario, variable: str, environ: Mapping[str, str] | None = None) -> Outcome:
    """Run a step that cannot write a file of the runner any more once it has asked the service for something."""
    server = bench.serve(served.with_faults(Fault("configs", delay=0.5)))
    step = bench.start({"TESTSIGMA_EXECUTION_CONFIG": "smoke only", **(environ or {})}, server=server)
    server.wait_for("configs")
    (step.commands / variable).unlink()
    (step.commands / variable).mkdir()
    return step.wait()


def sabotaged(folder: Path, module: str = "reporting/summary/document.py", function: str = "render") -> Path:
    """A copy of the project in which a function has a bug."""
    root = folder / "sabotaged"
    root.mkdir()
    shutil.copy(ROOT / "entrypoint.py", root)
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    path = root / "src" / "testsigma_action" / module
    bug = f"\n\ndef {function}(*_, **__):\n    raise RuntimeError('sabotage')\n"
    path.write_text(path.read_text("utf-8") + bug, "utf-8")
    return root


def check_reports(step: Outcome, exit_code: int, conclusion: str, error_code: str) -> None:
    """The exit code, and the same story in outputs, results and summary."""
    assert step.exit_code == exit_code, step.log
    assert (step.outputs["conclusion"], step.outputs["error-code"]) == (conclusion, error_code)
    assert f"exit code {exit_code}" in step.lines[-1]


def test_0_passed(run_scenario: Callable[..., Outcome]) -> None:
    """A run that completed and passed with executed cases is the pass."""
    step = run_scenario(scenario("passing"))
    check_reports(step, 0, "passed", "")
    assert (step.outputs["total"], step.outputs["passed"], step.outputs["failed"]) == ("11", "11", "0")
    assert step.results["verdict"]["exitCode"] == 0
    assert {step.junit_counts[key] for key in ("failures", "errors")} == {0}


def test_0_started(run_scenario: Callable[..., Outcome]) -> None:
    """`wait: false` starts the run, sets the outputs, and does not claim that anything passed."""
    step = run_scenario(scenario("passing"), {"TESTSIGMA_WAIT": "false"})
    check_reports(step, 0, "started", "")
    assert (step.outputs["run-id"], step.outputs["result"]) == ("1001", "queued")


@pytest.mark.parametrize(
    ("name", "code"),
    [("failing", "tests-failed"), ("no-tests", "no-tests"), ("stopped", "run-stopped"), ("aborted", "infrastructure")],
)
def test_1_failed(run_scenario: Callable[..., Outcome], name: str, code: str) -> None:
    """A run that completed and is no pass fails the step, and no report looks green."""
    step = run_scenario(scenario(name))
    check_reports(step, 1, "failed", code)
    assert step.junit_counts["failures"] + step.junit_counts["errors"] > 0


def test_2_bad_input(bench: Bench) -> None:
    """Bad input starts nothing, names every problem at once, and still leaves reports and outputs."""
    server = bench.serve(scenario("passing"))
    step = bench.run({"TESTSIGMA_WAIT": "perhaps", "INPUT_TIMEOUT": "soon"}, server=server)
    check_reports(step, 2, "error", "bad-input")
    assert server.calls == []
    assert "wait: 'perhaps'" in step.log
    assert "timeout: 'soon'" in step.log
    assert step.junit_counts["errors"] == 1
    assert step.results["verdict"]["code"] == "bad-input"


def test_2_unwritable_report(bench: Bench) -> None:
    """A JUnit file that cannot be written is found out before anything is started."""
    server = bench.serve(scenario("passing"))
    step = bench.run({"TESTSIGMA_JUNIT_FILE": "/proc/no/such/report.xml"}, server=server)
    check_reports(step, 2, "error", "bad-input")
    assert server.calls == []
    assert "junit-file" in step.log


def test_2_no_permission(bench: Bench) -> None:
    """The user of the step and what to do are named, once; the message of the second file is not repeated."""
    server = bench.serve(scenario("passing"))
    # Nobody may create a file there, not even root.
    files = {"TESTSIGMA_JUNIT_FILE": "/sys/report.xml", "TESTSIGMA_RESULTS_FILE": "/sys/report.json"}
    step = bench.run(files, server=server)
    assert (step.exit_code, server.calls) == (2, [])
    [junit, results] = [line for line in step.lines if line.startswith("- ")]
    assert f"The step runs as user {os.geteuid()}. " in junit
    assert '--user "$(id -u):$(id -g)"' in junit
    assert "emptyDir" in junit
    assert "junit-file: off" in junit
    assert "The step runs as user" not in results


def test_3_refused(run_scenario: Callable[..., Outcome]) -> None:
    """A refused key ends at once, says what to check, and nothing was started."""
    step = run_scenario(refused())
    check_reports(step, 3, "error", "api-key-rejected")
    assert "region" in step.log
    assert "Nothing was started" in step.log
    assert step.junit_counts["errors"] == 1


def test_4_timed_out(bench: Bench) -> None:
    """At the deadline the step ends and says how the run is left."""
    server = bench.serve(held())
    step = bench.run({"TESTSIGMA_TIMEOUT": "3s"}, server=server)
    check_reports(step, 4, "timed-out", "timed-out")
    assert "Run 1001 was left running." in step.log
    assert "stop" not in server.calls


def test_4_stopped_at_the_deadline(bench: Bench) -> None:
    """`on-timeout: stop` stops this run, and only this one, and shows the results so far."""
    server = bench.serve(held())
    step = bench.run({"TESTSIGMA_TIMEOUT": "3s", "TESTSIGMA_ON_TIMEOUT": "stop"}, server=server)
    check_reports(step, 4, "timed-out", "timed-out")
    (stop,) = server.seen_of("stop")
    assert stop.path.endswith("/execution_results/1001")
    assert stop.body == {"canStopAll": False, "result": "STOPPED"}
    assert "Run 1001 was stopped" in step.log
    assert step.outputs["result"] == "stopped"


def test_4_cut_short_by_us(bench: Bench) -> None:
    """A run that we asked to stop is no pass, whatever it says of itself afterwards."""
    server = bench.serve(held().with_faults(Fault("stop", text="{}", takes_effect=False)))
    step = bench.start({"TESTSIGMA_TIMEOUT": "3s", "TESTSIGMA_ON_TIMEOUT": "stop"}, server=server)
    server.wait_for("stop")
    server.release()
    outcome = step.wait()
    check_reports(outcome, 4, "timed-out", "timed-out")
    assert outcome.outputs["result"] == "passed"
    assert "Run 1001 completed before it could be stopped, with the result passed." in outcome.log


def test_2_one_file_for_two_reports(bench: Bench) -> None:
    """Two reports in one file would be one report lost."""
    both = {"TESTSIGMA_JUNIT_FILE": "out/report", "TESTSIGMA_RESULTS_FILE": "out/report"}
    server = bench.serve(scenario("passing"))
    step = bench.run(both, server=server)
    assert step.exit_code == 2
    assert server.calls == []


def test_4_queue(bench: Bench) -> None:
    """A run that does not leave the queue in time has a deadline and a name of its own."""
    step = bench.run({"TESTSIGMA_QUEUE_TIMEOUT": "0.5s"}, server=bench.serve(scenario("queued")))
    check_reports(step, 4, "timed-out", "queue-timed-out")


def test_5_report_lost(bench: Bench) -> None:
    """A pass whose report cannot be written any more is no green step."""
    step = run_with_blocked_reports(bench, bench.serve(held()))
    check_reports(step, 5, "error", "report-unwritable")
    assert step.outputs["result"] == "passed"
    assert "Files: " not in step.log


def test_5_summary_lost(bench: Bench) -> None:
    """The summary is a report that was asked for, too."""
    step = run_and_lose(bench, scenario("passing"), "GITHUB_STEP_SUMMARY")
    check_reports(step, 5, "error", "report-unwritable")


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 5), ("failing", 1)])
def test_5_outputs_lost(bench: Bench, name: str, exit_code: int) -> None:
    """Outputs that cannot be written fail a pass, and hide no failure."""
    step = run_and_lose(bench, scenario(name), "GITHUB_OUTPUT")
    assert step.exit_code == exit_code
    assert "the outputs" in step.log


def test_state_lost(bench: Bench) -> None:
    """State that cannot be written is a warning: the verdict does not hang on it."""
    step = run_and_lose(bench, scenario("passing"), "GITHUB_STATE")
    assert step.exit_code == 0
    assert "Warning: Could not write the state" in step.log
    assert "exit code 0" in step.lines[-1]


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_143_cancelled(bench: Bench, number: signal.Signals, exit_code: int) -> None:
    """A signal stops the run, and the reports say so."""
    server = bench.serve(held())
    step = bench.start(server=server)
    server.wait_for("status", count=2)
    step.send(number)
    outcome = step.wait()
    check_reports(outcome, exit_code, "cancelled", "cancelled")
    assert len(server.seen_of("stop")) == 1
    assert "Run 1001 was stopped" in outcome.log
    assert outcome.state["settled"] == "true"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_cancelled_outputs(bench: Bench, number: signal.Signals) -> None:
    """A step that is cancelled has the outputs of what it knew."""
    server = bench.serve(held())
    step = bench.start(server=server)
    server.wait_for("status", count=2)
    step.send(number)
    assert step.wait().outputs["result"] == "stopped"


def test_70_bug_in_a_stage(bench: Bench) -> None:
    """A bug before the reports ends in reports, too: none of them looks like a pass."""
    step = bench.run(
        server=bench.serve(scenario("passing")), root=sabotaged(bench.folder, "lifecycle/collect.py", "collect")
    )
    check_reports(step, 70, "error", "bug")
    assert step.junit_counts["errors"] == 1
    assert "RuntimeError" in step.log


def test_70_bug(bench: Bench) -> None:
    """A bug of ours has a traceback, a place to report it, and never the exit code of a pass."""
    step = bench.run(server=bench.serve(scenario("passing")), root=sabotaged(bench.folder))
    check_reports(step, 70, "error", "bug")
    assert "RuntimeError" in step.log
    assert "issues" in step.log
    assert "Traceback" in step.log


@pytest.mark.parametrize(
    ("module", "function"), [("inputs/reading.py", "read_inputs"), ("platforms/build.py", "filled")]
)
def test_70_bug_before_the_step(bench: Bench, module: str, function: str) -> None:
    """A bug before there can be reports has the exit code of a bug, not 1 as the interpreter does: no test failed."""
    server = bench.serve(scenario("passing"))
    step = bench.run(server=server, root=sabotaged(bench.folder, module, function))
    assert step.exit_code == 70
    assert "RuntimeError: sabotage" in step.log
    assert server.calls == []


class TestPrecedence:
    """When several exit codes hold, the first of 70, cancelled, 2, 3, 4, 1, 5, 0 counts."""

    @pytest.mark.parametrize(
        ("served", "environ"),
        [
            (scenario("failing"), {}),
            (refused(), {}),
            (held(), {"TESTSIGMA_TIMEOUT": "3s"}),
            (scenario("passing"), {"TESTSIGMA_WAIT": "perhaps"}),
        ],
        ids=["1", "3", "4", "2"],
    )
    def test_70_before(self, bench: Bench, served: Scenario, environ: dict[str, str]) -> None:
        """A bug comes before a failed run, a refusal, a timeout, and bad input."""
        step = bench.run(environ, server=bench.serve(served), root=sabotaged(bench.folder))
        check_reports(step, 70, "error", "bug")

    def test_70_before_5(self, bench: Bench) -> None:
        """A bug comes before a lost report."""
        server = bench.serve(held())
        step = bench.start(server=server, root=sabotaged(bench.folder))
        server.wait_for("status", count=2)
        block_reports(step)
        server.release()
        check_reports(step.wait(), 70, "error", "bug")

    def test_70_before_cancelled(self, bench: Bench) -> None:
        """A bug comes before a signal."""
        server = bench.serve(held())
        step = bench.start(server=server, root=sabotaged(bench.folder))
        server.wait_for("status", count=2)
        step.send(signal.SIGINT)
        outcome = step.wait()
        check_reports(outcome, 70, "error", "bug")
        assert "cancelled" in outcome.log

    @pytest.mark.parametrize("name", ["passing", "failing"])
    def test_cancelled_before_0_and_1(self, bench: Bench, name: str) -> None:
        """A signal after the end of the run comes before its verdict; no stop is sent any more."""
        served = scenario(name).with_plan(life=ALL_AT_ONCE)
        server = bench.serve(served.with_faults(Fault("cases", delay=30.0)))
        step = bench.start(server=server)
        server.wait_for("cases")
        step.send(signal.SIGTERM)
        outcome = step.wait()
        check_reports(outcome, 143, "cancelled", "cancelled")
        assert "stop" not in server.calls
        assert outcome.outputs["result"] == {"passing": "passed", "failing": "failed"}[name]

    def test_cancelled_before_3(self, bench: Bench) -> None:
        """A signal comes before an unanswered start; that a run may exist is said."""
        faults = (Fault("start", delay=30.0), Fault("index-runs", status=404), Fault("newest", status=404))
        server = bench.serve(scenario("passing").with_faults(*faults))
        step = bench.start(server=server)
        server.wait_for("start")
        step.send(signal.SIGINT)
        outcome = step.wait()
        check_reports(outcome, 130, "cancelled", "cancelled")
        assert "may have been started" in outcome.log

    def test_cancelled_before_4(self, bench: Bench) -> None:
        """A signal that comes while the run is stopped at the deadline comes before the timeout."""
        server = bench.serve(held().with_faults(Fault("stop", delay=30.0, takes_effect=False, count=1)))
        step = bench.start({"TESTSIGMA_TIMEOUT": "3s", "TESTSIGMA_ON_TIMEOUT": "stop"}, server=server)
        server.wait_for("stop")
        step.send(signal.SIGINT)
        check_reports(step.wait(), 130, "cancelled", "cancelled")

    def test_cancelled_before_5(self, bench: Bench) -> None:
        """A signal comes before a lost report."""
        server = bench.serve(held())
        step = bench.start(server=server)
        server.wait_for("status", count=2)
        block_reports(step)
        step.send(signal.SIGINT)
        check_reports(step.wait(), 130, "cancelled", "cancelled")

    @pytest.mark.parametrize(
        ("served", "environ", "exit_code", "error_code"),
        [
            (refused(), {}, 3, "api-key-rejected"),
            (held(), {"TESTSIGMA_TIMEOUT": "3s"}, 4, "timed-out"),
            (scenario("failing"), {}, 1, "tests-failed"),
        ],
        ids=["3", "4", "1"],
    )
    def test_before_5(
        self, bench: Bench, served: Scenario, environ: dict[str, str], exit_code: int, error_code: str
    ) -> None:
        """Whatever is wrong with the run comes before a lost summary, which is still told."""
        step = run_and_lose(bench, served, "GITHUB_STEP_SUMMARY", environ)
        assert step.exit_code == exit_code
        assert step.outputs["error-code"] == error_code
        assert "the step summary" in step.log

    def test_2_before_5(self, bench: Bench) -> None:
        """A report that cannot be written from the start is bad input, and nothing is started."""
        server = bench.serve(scenario("passing"))
        step = bench.run({"GITHUB_STEP_SUMMARY": "/proc/no/such/summary"}, server=server)
        check_reports(step, 2, "error", "bad-input")
        assert server.calls == []
