"""The simulator's bodies have the keys and the types of the bodies that the vendor published."""

import json
from typing import Any

import pytest

from tests.simulator import NAMES, Simulator, scenario
from tests.simulator.caller import RUNS, Caller
from tests.simulator.samples import BODIES


def sample(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((BODIES / f"{name}.json").read_text("utf-8"))


def shape(value: object) -> object:
    """Keys and types all the way down; of a list the shape of its first item."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


@pytest.fixture
def finished() -> tuple[Caller, int, list[dict[str, Any]]]:
    """A failing run that is complete, and its list of cases."""
    caller = Caller(Simulator(scenario("failing")))
    run_id = caller.start(buildNo="build 901")["id"]
    caller.finish(run_id)
    return caller, run_id, caller.get(f"{RUNS}/{run_id}/test_case_results")["testCases"]


def test_start_answer_is_the_published_one() -> None:
    """The answer to a start has the keys and types of the published one, in the same order and with the same words."""
    body, published = Caller(Simulator(scenario("passing"))).start(), sample("seed000_trigger_response")
    assert shape(body) == shape(published)
    assert list(body) == list(published)
    kept = ("result", "status", "message", "triggeredType", "totalCount", "endTime", "execution", "executionDetails")
    assert {key: body[key] for key in kept} == {key: published[key] for key in kept}


def test_status_at_the_end_has_the_published_keys(finished: tuple[Caller, int, list[dict[str, Any]]]) -> None:
    """A complete run has the keys and types of the published status, and those of the plan in it."""
    caller, run_id, _cases = finished
    body, published = caller.poll(run_id), sample("seed000_run_status_response")
    assert body["execution"].keys() == published["execution"].keys()
    plain = {key: shape(value) for key, value in body.items() if key != "execution"}
    assert plain == {key: shape(value) for key, value in published.items() if key != "execution"}


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_results_at_all_levels_have_the_published_keys(
    finished: tuple[Caller, int, list[dict[str, Any]]], version: str
) -> None:
    """Run, machine, suite, case and steps look like the published ones under both versions."""
    caller, run_id, cases = finished
    bad = next(case for case in cases if case["result"] == "FAILURE")
    base = f"/api/{version}/test_runs/{run_id}"
    single = f"{base}/test_case_results/{bad['testCaseResultId']}"
    run = caller.get(base)
    assert shape(run | {"buildNo": None}) == shape(sample("seed004_test_run"))
    machine = caller.get(f"{base}/test_machine_results/{bad['machineResultId']}")
    assert shape(machine) == shape(sample("seed004_test_machine_result"))
    suite = caller.get(f"{base}/test_suite_results/{bad['testSuiteResultId']}")
    assert shape(suite) == shape(sample("seed004_test_suite_result"))
    assert shape(caller.get(single)) == shape(sample("seed004_test_case_result"))
    assert shape(caller.get(f"{single}/step_results/")) == shape(sample("seed004_step_results_page"))


def test_sample_302_is_served_as_published() -> None:
    """Run 302 has exactly the published body at its end, attached to or started, and a list with its one case."""
    caller = Caller(Simulator(scenario("sample-302")))
    published = sample("seed000_run_status_response")
    assert caller.poll(302) == published
    assert caller.start()["id"] == 302
    assert caller.poll(302)["status"] == "STATUS_CREATED"
    assert caller.finish(302) == published
    assert [case["result"] for case in caller.get(f"{RUNS}/302/test_case_results")["testCases"]] == ["FAILURE"]
    assert caller.get("/api/v1/saved_execution_configs") == sample("seed000_saved_execution_configs_response")


def test_sample_517_is_served_as_published() -> None:
    """Run 517, machine 1434, suite 1383, case 3857 and its steps are exactly the published bodies, started too."""
    caller = Caller(Simulator(scenario("sample-517")))
    for started in (False, True):
        if started:
            assert caller.start()["id"] == 517
        assert caller.finish(517)["failedCount"] == 4
        base = "/api/v3/test_runs/517"
        assert caller.get(base) == sample("seed004_test_run")
        assert caller.get(f"{base}/test_machine_results/1434") == sample("seed004_test_machine_result")
        assert caller.get(f"{base}/test_suite_results/1383") == sample("seed004_test_suite_result")
        assert caller.get(f"{base}/test_case_results/3857") == sample("seed004_test_case_result")
        assert caller.get(f"{base}/test_case_results/3857/step_results") == sample("seed004_step_results_page")


@pytest.mark.parametrize("name", NAMES)
def test_numbers_of_a_built_in_agree(name: str) -> None:
    """In every built-in scenario that ends, the counters of the run count the cases of its list."""
    caller = Caller(Simulator(scenario(name)))
    if name in {"slow", "queued"}:
        return
    while caller.raw("POST", RUNS, {"executionId": caller.simulator.scenario.plans[0].id}).status != 200:
        pass
    run_id = max(caller.simulator.statuses())
    body = caller.finish(run_id)
    cases = caller.get(f"{RUNS}/{run_id}/test_case_results")["testCases"]
    assert (body["totalCount"], body["failedCount"]) == (
        len(cases),
        sum(case["result"] == "FAILURE" for case in cases),
    )


def test_data_driven_case_lists_its_iterations(finished: tuple[Caller, int, list[dict[str, Any]]]) -> None:
    """A case with data sets lists them with results, and each has steps under its own ID; others list none."""
    caller, run_id, cases = finished
    parent = next(case for case in cases if case["isDataDrivenCase"] and case["result"] == "FAILURE")
    results = [each["result"] for each in parent["iterationResults"]]
    assert results == ["SUCCESS", "FAILURE", "SUCCESS"]
    iteration_id = parent["iterationResults"][1]["iterationResultId"]
    steps = caller.get(f"/api/v2/test_runs/{run_id}/test_case_results/{iteration_id}/step_results")["content"]
    assert [step["result"] for step in steps] == ["SUCCESS", "SUCCESS", "FAILURE"]
    assert all(case["iterationResults"] == [] for case in cases if not case["isDataDrivenCase"])
    assert len({case["testCaseResultId"] for case in cases}) == len(cases) == 11
