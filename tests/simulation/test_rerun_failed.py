"""`rerun-failed`: the step asks for a rerun of the cases that failed, once, and judges the attempts together."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import World
from tests.simulation.world import Outcome
from tests.simulator import Case, Iteration, Machine, Phase, Plan, Scenario, Suite, data_driven, failed, passed

FLAKY = replace(failed("Pay", "Click on Pay", at=0, message="No such button"), rerun_result="SUCCESS")
BROKEN = failed("Search", "Click on Search", at=0, message="Nothing was found")
SKIPPED = Case("Log out", "NOT_EXECUTED", rerun_result="SUCCESS")
GOOD = tuple(passed(f"Case {number}", "Open") for number in range(1, 5))
LIFE = (Phase("STATUS_IN_PROGRESS", seconds=20.0),)
ONCE = {"TESTSIGMA_RERUN_FAILED": "1"}
TWICE = {"TESTSIGMA_RERUN_FAILED": "2"}


def plan(*cases: Case, **changes: object) -> Scenario:
    """A plan with these cases, and four that pass, that runs nothing again by itself."""
    machines = (Machine("Chrome", (Suite("Smoke", (*GOOD, *cases)),)),)
    made = replace(Plan(420, "Shop", machines, LIFE), **changes)  # type: ignore[arg-type]
    return replace(Scenario((made,)), pace="time").with_options(shape=2024)


def ran(made: Scenario, folder: Path, environ: Mapping[str, str] = ONCE) -> tuple[World, Outcome]:
    """The world after the step, and how the step ended."""
    world = World(made, folder, environ)
    return world, world.run()


def bodies(outcome: Outcome) -> list[dict[str, object]]:
    """The bodies of the rerun calls."""
    return [seen.body for seen in outcome.seen if seen.call == "rerun" and isinstance(seen.body, dict)]


def test_a_flaky_case_runs_again_and_passes(tmp_path: Path) -> None:
    """One documented call names the failed case by its result ID; the step passes, and the run's ID stays."""
    world, outcome = ran(plan(FLAKY), tmp_path)
    assert (outcome.exit_code, outcome.outputs["run-id"], outcome.outputs["flaky"]) == (0, "1001", "1"), outcome.log
    assert outcome.outputs["reruns"] == "1"
    named = outcome.lines.index("::group::1 case of Shop passed only in a rerun:")
    assert outcome.lines[named + 1] == "│ Chrome / Smoke / Pay"
    pay = next(row.id for row in world.simulator.runs()[1001].tree.cases if row.content.name == "Pay")
    assert bodies(outcome) == [
        {
            "executionId": 420,
            "executionResultId": 1001,
            "isReRun": True,
            "reRunType": "USER_PICKED",
            "testCaseResultRequests": [{"id": pay}],
        }
    ]


def test_nothing_runs_again_unless_it_is_asked_for(tmp_path: Path) -> None:
    """The default is no rerun."""
    _, outcome = ran(plan(FLAKY), tmp_path, {})
    assert (outcome.exit_code, bodies(outcome), outcome.outputs["reruns"]) == (1, [], "0"), outcome.log


def test_a_broken_case_runs_again_as_often_as_it_was_asked_for(tmp_path: Path) -> None:
    """Each rerun continues the chain from its last run, with the result IDs of that run."""
    world, outcome = ran(plan(FLAKY, BROKEN), tmp_path, TWICE)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "tests-failed"), outcome.log
    assert [body["executionResultId"] for body in bodies(outcome)] == [1001, 1002]
    assert [len(run.tree.cases) for run in world.simulator.runs().values()] == [6, 2, 1]
    assert outcome.outputs["reruns"] == "2"


def test_a_case_that_was_not_executed_runs_again(tmp_path: Path) -> None:
    """It may not have run because another one failed. It is passed afterwards, not flaky."""
    _, outcome = ran(plan(FLAKY, SKIPPED), tmp_path)
    assert (outcome.exit_code, outcome.outputs["passed"], outcome.outputs["flaky"]) == (0, "6", "1"), outcome.log


def test_only_the_failing_data_sets_run_again(tmp_path: Path) -> None:
    """Of a data-driven case those are picked by their own result IDs."""
    sets = data_driven("Sums", Iteration("one"), Iteration("two", "FAILURE", rerun_result="SUCCESS"))
    made = plan(replace(sets, rerun_result="SUCCESS"))
    world, outcome = ran(made, tmp_path)
    assert outcome.exit_code == 0, outcome.log
    first, again = (world.simulator.runs()[run_id].tree.cases[-1] for run_id in (1001, 1002))
    case = next(row for row in world.simulator.runs()[1001].tree.cases if row.iterations)
    picked = {"id": case.id, "iterationReRunType": "USER_PICKED", "iterationResultIds": [case.iterations[1].id]}
    assert bodies(outcome)[0]["testCaseResultRequests"] == [picked]
    assert (len(first.iterations), len(again.iterations)) == (2, 1)


@pytest.mark.parametrize(("limit", "exit_code"), [("1", 1), ("2", 0), ("33%", 1), ("34%", 0)])
def test_more_failures_than_the_limit(tmp_path: Path, limit: str, exit_code: int) -> None:
    """Then nothing runs again, and the reason says so."""
    other = replace(FLAKY, name="Search")
    _, outcome = ran(plan(FLAKY, other), tmp_path, ONCE | {"TESTSIGMA_RERUN_LIMIT": limit})
    assert (outcome.exit_code, len(bodies(outcome))) == (exit_code, 1 - exit_code), outcome.log
    assert ("rerun-limit" in outcome.log) is bool(exit_code)


def test_the_json_has_the_number_of_reruns(tmp_path: Path) -> None:
    """Of all kinds together."""
    _, outcome = ran(plan(FLAKY), tmp_path)
    results = json.loads((outcome.workspace / outcome.outputs["results-file"]).read_text("utf-8"))
    assert [len(run["reruns"]) for run in results["runs"]] == [1]
