"""The contradictions of the API's documentation: each reading is served, and none of them makes a wrong verdict."""

from collections.abc import Callable

import pytest

from tests.scenario.conftest import Bench, Outcome, body_of
from tests.simulator import Case, Fault, Machine, Phase, Plan, Scenario, Suite, passed, scenario

NO_COUNTERS = {
    f"{name}Count": None for name in ("total", "passed", "failed", "aborted", "stopped", "notExecuted", "queued")
}


def one_case(result: str | None) -> Scenario:
    """A plan of one case with this result."""
    case = Case("Only", result=result)
    return Scenario(plans=(Plan(7, "Small", (Machine("Chrome", (Suite("Smoke", (case,)),)),)),))


@pytest.mark.parametrize(("word", "exit_code"), [("SUCCESS", 0), ("PASSED", 0), ("FAILURE", 1), ("FAILED", 1)])
def test_both_vocabularies(bench: Bench, word: str, exit_code: int) -> None:
    """SUCCESS is PASSED, and FAILURE is FAILED."""
    served = scenario("passing" if exit_code == 0 else "failing").with_plan(at_end={"result": word})
    step = bench.run(server=bench.serve(served))
    assert step.exit_code == exit_code
    assert step.outputs["result"] == ("passed" if exit_code == 0 else "failed")


@pytest.mark.parametrize("string_ids", [True, False])
def test_ids_as_numbers_and_strings(bench: Bench, string_ids: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """IDs in answers may be numbers or strings; in requests, numeric ones are numbers."""
    server = bench.serve(scenario("failing").with_options(string_ids=string_ids))
    step = bench.run({"TESTSIGMA_ENVIRONMENT_ID": "10"}, server=server)
    assert step.exit_code == 1
    assert step.outputs["run-id"] == "1001"
    assert step.outputs["failed"] == "2"
    body = body_of(server.seen_of("start")[0])
    assert (body["executionId"], body["environmentId"]) == (420, 10)
    assert isinstance(body["buildNo"], str)


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_null_counters(bench: Bench, name: str, exit_code: int) -> None:
    """Null counters do not matter where the list of cases shows what was executed."""
    step = bench.run(server=bench.serve(scenario(name).with_plan(at_end=NO_COUNTERS)))
    assert step.exit_code == exit_code
    assert step.outputs["total"] == "11"


def test_last_is_false_on_the_only_page(bench: Bench) -> None:
    """A page that says `last: false` and is the only one is asked for once."""
    server = bench.serve(scenario("sample-517"))
    bench.run(server=server)
    steps = server.seen_of("steps")
    assert len(steps) == len({request.path for request in steps}) == 4


def test_unknown_status_goes_on(bench: Bench) -> None:
    """A status that we never heard of is no end; the log names it."""
    life = (Phase("STATUS_SOMETHING_NEW", polls=2), Phase("STATUS_IN_PROGRESS"))
    step = bench.run(server=bench.serve(scenario("passing").with_plan(life=life)))
    assert step.exit_code == 0
    assert "STATUS_SOMETHING_NEW" in step.log


def test_not_executed_alone_is_tolerated(bench: Bench) -> None:
    """Cases that were not executed do not fail a run that passed, as long as others were."""
    suite = Suite("Smoke", (passed("Log in"), Case("Pay", result="NOT_EXECUTED")))
    plan = Plan(7, "Small", (Machine("Chrome", (suite,)),), at_end={"result": "SUCCESS"})
    step = bench.run(server=bench.serve(Scenario(plans=(plan,))))
    assert step.exit_code == 0
    assert (step.outputs["passed"], step.outputs["not-executed"]) == ("1", "1")


def test_nothing_executed_is_no_pass(bench: Bench) -> None:
    """A passing run of which no case was executed is no pass."""
    served = one_case("NOT_EXECUTED").with_plan(at_end={"result": "SUCCESS"})
    step = bench.run(server=bench.serve(served))
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "no-tests"


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_no_list_of_cases(bench: Bench, name: str, exit_code: int) -> None:
    """Without the list of cases the counters are the evidence; that the list is missing is said."""
    step = bench.run(server=bench.serve(scenario(name).with_options(list_of_cases=False)))
    assert step.exit_code == exit_code
    assert step.outputs["total"] == "11"
    assert "list of cases" in step.log


def test_no_evidence_is_no_pass(bench: Bench) -> None:
    """A passing run without counters, list of cases or metrics is no pass."""
    served = scenario("passing").with_plan(at_end=NO_COUNTERS).with_options(list_of_cases=False, versions=())
    step = bench.run(server=bench.serve(served))
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "no-evidence"
    assert step.junit_counts["errors"] == 1


@pytest.mark.parametrize("versions", [("v2", "v3"), ("v2",), ("v3",), ("v1",), ()])
def test_versions(run_scenario: Callable[..., Outcome], versions: tuple[str, ...]) -> None:
    """Any version of the detailed calls will do; without any the verdict is the same, and the gap is said."""
    step = run_scenario(scenario("failing").with_options(versions=versions))
    assert step.exit_code == 1
    assert step.outputs["failed"] == "2"
    assert ("Unable to perform click action" in step.log) is bool(versions)
    assert ("Not available" in step.log) is not bool(versions)


def test_the_version_that_answers_is_remembered(bench: Bench) -> None:
    """Only the first detailed call, and the first for a list, asks the version that is missing."""
    server = bench.serve(scenario("failing").with_options(versions=("v3",)))
    bench.run(server=server)
    assert [seen.path for seen in server.seen if seen.path.startswith("/api/v2/")] == [
        "/api/v2/test_runs/1001",
        "/api/v2/test_runs/1001/test_case_results",
    ]


def test_unknown_at_first(bench: Bench) -> None:
    """A run that the service does not know right after its start is waited for."""
    step = bench.run(server=bench.serve(scenario("passing").with_faults(Fault("status", status=404, count=2))))
    assert step.exit_code == 0


def test_counters_of_another_run(bench: Bench) -> None:
    """Details that are about another run are no evidence."""
    other = Fault("run", text='{"id": 5, "result": "FAILURE", "metrics": {"failedCount": 3}}', count=2)
    step = bench.run(server=bench.serve(scenario("passing").with_faults(other)))
    assert step.exit_code == 0
