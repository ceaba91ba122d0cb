"""Real workflow files, run with the action's real container."""

import json
import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.conftest import serving
from tests.e2e.workspace import Workspace
from tests.simulator import Machine, Plan, Scenario, Suite, UploadBefore, failed, passed, scenario


def assert_owned(folder: Path) -> None:
    """What is in the folder of reports belongs to the owner of the workspace."""
    owner = (folder.stat().st_uid, folder.stat().st_gid)
    reports = folder / "test-results"
    assert {(path.stat().st_uid, path.stat().st_gid) for path in (reports, *reports.iterdir())} == {owner}


def test_a_passing_plan_leaves_its_outputs_to_a_later_step(workspace: Workspace) -> None:
    """The job passes, and a step after the action finds the early and the final outputs."""
    with serving(scenario("passing"), workspace.key) as server:
        told = workspace.run("passing", server)
    assert told.exit_code == 0
    assert told.results() == {"testsigma": "success", "check": "success", "post": "success"}
    assert server.calls.count("start") == 1
    assert "stop" not in server.calls
    assert "passed" in told.summary()


def test_a_failing_plan_fails_the_job(workspace: Workspace) -> None:
    """Exit code 1, annotations, and a JUnit file on the host that belongs to the owner of the workspace."""
    with serving(scenario("failing"), workspace.key) as server:
        told = workspace.run("failing", server)
    assert told.failed_jobs() == ["test"]
    assert told.step_exit_code() == 1
    assert told.results() == {"testsigma": "failure", "check": "success", "post": "success"}
    assert told.commands("error")
    junit = ET.parse(workspace.folder / told.outputs()["junit-file"])
    assert len(junit.findall(".//failure")) == 2
    assert_owned(workspace.folder)


def test_several_plans_are_one_step(workspace: Workspace) -> None:
    """One plan passes, one fails, one cannot be started: one exit code, annotations of all, one file with all."""
    with serving(scenario("plans"), workspace.key) as server:
        told = workspace.run("plans", server)
    assert told.failed_jobs() == ["test"]
    assert told.step_exit_code() == 3
    assert told.results() == {"testsigma": "failure", "check": "success", "post": "success"}
    runs = json.loads(told.outputs()["runs"])
    assert [run["name"] for run in runs] == ["Shop smoke", "Shop regression", "mobile"]
    assert [run["conclusion"] for run in runs] == ["passed", "failed", "error"]
    assert len(told.commands("error")) == 3
    assert "Shop regression" in told.summary()
    junit = ET.parse(workspace.folder / told.outputs()["junit-file"])
    assert (len(junit.findall(".//failure")), len(junit.findall(".//error"))) == (2, 1)
    assert told.state()["settled"] == "true"
    assert "stop" not in server.calls
    assert_owned(workspace.folder)


def test_a_wrong_key_fails_before_anything_is_started(workspace: Workspace) -> None:
    """Exit code 3; no run exists."""
    with serving(scenario("passing"), "another-key") as server:
        told = workspace.run("wrong-key", server)
    assert told.step_exit_code() == 3
    assert told.results() == {"testsigma": "failure", "check": "success", "post": "success"}
    assert not [seen for seen in server.seen if seen.status == 200]


def test_without_secrets_the_job_fails_and_nothing_is_sent(workspace: Workspace) -> None:
    """Pull requests from forks and from Dependabot get no secrets: exit code 2, and no request."""
    with serving(scenario("passing"), workspace.key) as server:
        told = workspace.run("no-key", server)
    assert told.failed_jobs() == ["test"]
    assert told.step_exit_code() == 2
    assert told.results() == {"testsigma": "failure", "check": "success", "post": "success"}
    assert "forks" in told.log()
    assert server.seen == []


def test_an_unknown_plan_fails_without_a_run(workspace: Workspace) -> None:
    """Exit code 3 after one attempt to start it."""
    with serving(scenario("passing"), workspace.key) as server:
        told = workspace.run("unknown-plan", server)
    assert told.step_exit_code() == 3
    assert told.results() == {"testsigma": "failure", "check": "success", "post": "success"}
    assert server.calls.count("start") == 1


def test_a_partial_run_is_asked_for_by_the_name_of_its_configuration(workspace: Workspace) -> None:
    """The name is looked up, and only the cases of that configuration are run."""
    with serving(scenario("passing"), workspace.key) as server:
        told = workspace.run("partial", server)
    assert told.results() == {"testsigma": "success", "check": "success", "post": "success"}
    assert server.calls.index("configs") < server.calls.index("start")


@pytest.mark.parametrize(("devices", "warnings"), [("[211]", 0), ("[211, 212]", 1)])
def test_the_build_of_this_commit_is_uploaded_and_tested(devices: str, warnings: int, workspace: Workspace) -> None:
    """The version is pinned for the machine; a device that is no machine of the plan is a warning."""
    machine = Machine("Pixel", (Suite("Smoke", (passed("Log in"),)),), id=211, upload=62)
    service = replace(scenario("passing"), runs_before=(), uploads_before=(UploadBefore(62),))
    with serving(service.with_plan(machines=(machine,)), workspace.key) as server:
        told = workspace.run("uploads", server, "--var", f"DEVICES={devices}")
        assert [run.apps for run in server.simulator.runs().values()] == [{211: 9031}]
    assert told.results() == {"testsigma": "success", "check": "success", "post": "success"}
    assert json.loads(told.outputs()["upload-version-ids"]) == {"build/*.apk": "9031"}
    assert server.calls.count("upload-version") == 1
    assert len(told.commands("warning")) == warnings
    assert ("Device 212 is not a machine of the run." in told.summary()) is bool(warnings)


def test_a_timeout_stops_the_run(workspace: Workspace) -> None:
    """Exit code 4, and exactly one stop, by the main stage: the post stage has nothing to do."""
    with serving(scenario("slow"), workspace.key) as server:
        told = workspace.run("timeout", server)
        assert server.simulator.statuses() == {900: "STATUS_COMPLETED", 1001: "STATUS_COMPLETED"}
    assert told.step_exit_code() == 4
    assert told.results() == {"testsigma": "failure", "check": "success", "post": "success"}
    assert server.calls.count("stop") == 1


def test_without_waiting_nothing_stops_the_run(workspace: Workspace) -> None:
    """The step ends when the run is started, and neither stage stops it."""
    with serving(scenario("slow"), workspace.key) as server:
        told = workspace.run("no-wait", server)
        assert server.simulator.statuses()[1001] != "STATUS_COMPLETED"
    assert told.results() == {"testsigma": "success", "check": "success", "post": "success"}
    assert "stop" not in server.calls


def test_a_hostile_workspace_changes_nothing(workspace: Workspace) -> None:
    """Modules, programs and logins in the workspace, and variables that point to them, are never used."""
    with serving(scenario("passing"), workspace.key) as server:
        told = workspace.run("hostile", server)
    assert told.results() == {"plant": "success", "testsigma": "success", "post": "success"}
    assert told.outputs()["conclusion"] == "passed"
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {workspace.key}"}
    assert "HIJACKED" not in told.log("Main") + told.log("Post")
    assert (workspace.folder / "requests.py").exists()
    assert not (workspace.folder / "HIJACKED").exists()


def test_a_second_attempt_of_a_job_runs_what_failed_again(workspace: Workspace) -> None:
    """The first attempt is red with 2 of 11 failed cases; the second one runs these two again, and is green.

    Both are workflow runs of act, which takes the number of the attempt as a variable; all else is the same.
    """
    flaky = [replace(failed(name, "Click", at=0, message="?"), rerun_result="SUCCESS") for name in ("Pay", "Search")]
    cases = (*(passed(f"Case {number}", "Open") for number in range(1, 10)), *flaky)
    plan = Plan(420, "Shop regression", (Machine("Chrome", (Suite("Checkout", cases),)),))
    with serving(Scenario((plan,)), workspace.key) as server:
        first = workspace.run("second-attempt", server, "--env", "GITHUB_RUN_ATTEMPT=1")
        calls = len(server.calls)
        second = workspace.run("second-attempt", server, "--env", "GITHUB_RUN_ATTEMPT=2")
        again = server.calls[calls:]
        assert [len(run.tree.cases) for run in server.simulator.runs().values()] == [11, 2]
    assert (first.step_exit_code(), first.outputs()["failed"]) == (1, "2")
    assert (again.count("start"), again.count("rerun"), again.count("stop")) == (0, 1, 0)
    assert second.results() == {"testsigma": "success", "post": "success"}
    found = {name: second.outputs()[name] for name in ("run-id", "total", "passed", "failed", "flaky", "reruns")}
    assert found == {"run-id": "1001", "total": "11", "passed": "11", "failed": "0", "flaky": "2", "reruns": "1"}
    assert "Run 1001 of attempt 1 did not pass in Testsigma." in second.log()
    assert "run of attempt 1 of the job" in second.summary()


def test_two_jobs_keep_their_files_apart(workspace: Workspace) -> None:
    """Two jobs of one workflow, at the same time in one folder: each finds its own results."""
    plans = scenario("passing").plans
    both = replace(scenario("passing"), plans=(*plans, replace(plans[0], id=421, name="Shop smoke")))
    with serving(both, workspace.key) as server:
        told = workspace.run("two-jobs", server)
    assert told.exit_code == 0
    for job, plan in (("first", "Shop regression"), ("second", "Shop smoke")):
        outputs = told.outputs(job)
        assert plan in (workspace.folder / outputs["junit-file"]).read_text("utf-8")
        assert f'"{outputs["run-id"]}"' in (workspace.folder / outputs["results-file"]).read_text("utf-8")
    assert len(os.listdir(workspace.folder / "test-results")) == 4  # noqa: PTH208 - names are enough
