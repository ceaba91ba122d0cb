"""The start: what is sent, once, and what becomes of it when the answer is lost."""

import json
import signal
from dataclasses import replace

import pytest

from tests.scenario.conftest import Bench, body_of
from tests.simulator import Fault, SavedConfiguration, scenario

ALL_INPUTS = {
    "INPUT_ENVIRONMENT-ID": "10",
    "INPUT_BUILD-NUMBER": "2026.11",
    "INPUT_EXECUTION-CONFIG": "smoke only",
    "INPUT_RUNTIME-DATA": "preview_url: https://pr-7.example.com\nversion: 1.10\nflag: yes",
    "INPUT_UPLOAD-VERSIONS": json.dumps({"31": 68, "32": "69"}),
}


def test_everything_is_sent(bench: Bench) -> None:
    """All inputs of the start arrive: numeric IDs as numbers, the build number and all values as strings."""
    server = bench.serve(scenario("passing"))
    step = bench.run(ALL_INPUTS, server=server)
    assert step.exit_code == 0
    (start,) = server.seen_of("start")
    assert body_of(start) == {
        "executionId": 420,
        "environmentId": 10,
        "buildNo": "2026.11",
        "executionConfig": {"id": 2},
        "runtimeData": {"preview_url": "https://pr-7.example.com", "version": "1.10", "flag": "yes"},
        "uploadVersions": {"31": "68", "32": "69"},
    }
    assert "pr-7.example.com" not in step.everything
    assert "preview_url" in step.log


def test_the_sources_of_inputs(bench: Bench) -> None:
    """A flag comes before INPUT_, that before PLUGIN_, that before TESTSIGMA_; an empty value is not given."""
    environ = {
        "INPUT_BUILD-NUMBER": "from-input",
        "PLUGIN_BUILD_NUMBER": "from-plugin",
        "TESTSIGMA_BUILD_NUMBER": "from-variable",
        "INPUT_ENVIRONMENT-ID": "",
        "PLUGIN_ENVIRONMENT_ID": "11",
        "TESTSIGMA_ENVIRONMENT_ID": "12",
        "INPUT_SUMMARY_TITLE": "Nightly",
    }
    server = bench.serve(scenario("passing"))
    step = bench.run(environ, server=server, arguments=("--build-number", "from-flag", "--details=none"))
    (start,) = server.seen_of("start")
    assert (body_of(start)["buildNo"], body_of(start)["environmentId"]) == ("from-flag", 11)
    assert "Nightly" in step.summary


def test_the_derived_build_number(bench: Bench) -> None:
    """Without a build number of the user's, one is made from the CI's, and no two are alike."""
    server = bench.serve(scenario("passing"))
    for _ in range(2):
        bench.run(server=server)
    first, second = (body_of(seen)["buildNo"] for seen in server.seen_of("start"))
    assert first.startswith("acme/shop#812.1-")
    assert first != second


def test_an_ambiguous_configuration(bench: Bench) -> None:
    """A name that no configuration has is an input error that lists the candidates; nothing is started."""
    server = bench.serve(scenario("passing"))
    step = bench.run({"TESTSIGMA_EXECUTION_CONFIG": "no such"}, server=server)
    assert step.exit_code == 2
    assert server.calls == ["configs"]
    assert "'smoke only' (ID 2)" in step.log


@pytest.mark.parametrize(
    "fault",
    [
        Fault("start", delivery="reset", takes_effect=True),
        Fault("start", delivery="close", takes_effect=True),
        Fault("start", status=502, text="<html>Bad gateway</html>", takes_effect=True),
        Fault("start", text="[]", takes_effect=True),
        Fault("start", delivery="truncate", takes_effect=True),
    ],
    ids=["reset", "close", "502", "wrong type", "truncated"],
)
def test_a_lost_answer(bench: Bench, fault: Fault) -> None:
    """A run whose start was not answered is found by its build number, adopted, and never started again."""
    server = bench.serve(scenario("passing").with_faults(fault))
    step = bench.run(server=server)
    assert step.exit_code == 0
    assert server.calls.count("start") == 1
    assert step.outputs["run-id"] == "1001"
    assert "by its build number; continuing with it" in step.log


def test_a_lost_answer_with_a_build_number_of_the_users(bench: Bench) -> None:
    """A build number that is not ours proves nothing: the candidates are listed, and nobody is waited for."""
    fault = Fault("start", delivery="reset", takes_effect=True)
    server = bench.serve(scenario("passing").with_faults(fault))
    step = bench.run({"TESTSIGMA_BUILD_NUMBER": "nightly"}, server=server)
    assert step.exit_code == 3
    assert step.outputs["error-code"] == "start-uncertain"
    assert "1001" in step.log
    assert server.calls.count("start") == 1


def test_a_lost_answer_and_nowhere_to_look(bench: Bench) -> None:
    """Where the service offers no list of runs, the step says that it does not know."""
    fault = Fault("start", delivery="reset", takes_effect=True)
    served = scenario("passing").with_faults(fault).with_options(index=False, newest_runs=False)
    server = bench.serve(served)
    step = bench.run(server=server)
    assert step.exit_code == 3
    assert step.outputs["error-code"] == "start-uncertain"
    assert server.calls.count("start") == 1


def test_an_adopted_run_is_known_before_its_status(bench: Bench) -> None:
    """Its ID is in the outputs and in the state at once, even if its status cannot be read for long."""
    faults = (Fault("start", delivery="reset", takes_effect=True), Fault("status", delay=30.0, count=1))
    server = bench.serve(scenario("passing").with_faults(*faults))
    left = bench.signalled(server, "status", signal.SIGKILL)
    assert (left.outputs["run-id"], left.runs_left[0]["run_id"]) == ("1001", "1001")
    assert left.outputs["run-url"] == f"{server.url}/ui/td/runs/1001"
    assert "by its build number; continuing with it" in left.log


def test_an_adopted_run_that_cannot_be_read(bench: Bench) -> None:
    """The reason is told, and the run is named in message and outputs."""
    faults = (Fault("start", delivery="reset", takes_effect=True), Fault("status", status=403, count=None))
    step = bench.run(server=bench.serve(scenario("passing").with_faults(*faults)))
    assert step.exit_code == 3
    assert (step.outputs["error-code"], step.outputs["run-id"]) == ("api-forbidden", "1001")
    assert "Run 1001 was left as it is: its status is not known." in step.lines[-1]


def test_busy_fails(bench: Bench) -> None:
    """A plan that is running already is told as such, and not waited for."""
    step = bench.run(server=bench.serve(scenario("busy")))
    assert step.exit_code == 3
    assert step.outputs["error-code"] == "plan-busy"
    assert "on-busy" in step.log


def test_wait_false_leaves_no_state(bench: Bench) -> None:
    """A run that nobody waits for is no business of the post stage."""
    step = bench.run({"TESTSIGMA_WAIT": "false"}, server=bench.serve(scenario("passing")))
    assert step.state == {"settled": "true"}


def test_a_proxy_that_talks_of_running_maintenance(bench: Bench) -> None:
    """Words on a page of a proxy are no answer of the service: the plan is not taken for busy, nor started again."""
    page = Fault("start", status=502, text="<h1>The test plan is currently running maintenance</h1>", takes_effect=True)
    server = bench.serve(scenario("passing").with_faults(page))
    step = bench.run({"TESTSIGMA_ON_BUSY": "wait"}, server=server)
    assert step.exit_code == 0
    assert server.calls.count("start") == 1
    assert "by its build number; continuing with it" in step.log


def test_another_thing_that_is_not_found(bench: Bench) -> None:
    """An error about an ID that merely contains the plan's is no refusal of the plan."""
    other = Fault("start", status=500, text='{"error": "Could not find resource with id:14200"}', takes_effect=True)
    server = bench.serve(scenario("passing").with_faults(other))
    step = bench.run(server=server)
    assert step.exit_code == 0
    assert server.calls.count("start") == 1


def test_a_bundle_that_cannot_be_read(bench: Bench) -> None:
    """A file of certificates that is not there is bad input; nothing is asked."""
    server = bench.serve(scenario("passing"))
    step = bench.run({"TESTSIGMA_CA_BUNDLE": "no/such.pem"}, server=server)
    assert step.exit_code == 2
    assert "ca-bundle: 'no/such.pem'" in step.log
    assert server.seen == []


def test_two_configurations_of_one_name(bench: Bench) -> None:
    """A name that two configurations have is an input error that lists both."""
    twins = (SavedConfiguration(2, "smoke"), SavedConfiguration(3, "smoke"))
    server = bench.serve(replace(scenario("passing"), configurations=twins))
    step = bench.run({"TESTSIGMA_EXECUTION_CONFIG": "smoke"}, server=server)
    assert step.exit_code == 2
    assert "'smoke' (ID 2), 'smoke' (ID 3)" in step.log
    assert server.calls == ["configs"]
