"""Several plans in one step, as a process over real sockets: one verdict, one set of reports, one cleanup."""

import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from tests.scenario.conftest import PATIENCE, ROOT, Bench, Outcome
from tests.scenario.shots import OVER, WAY_OUT
from tests.simulator import Phase, Plan, Scenario, Seen, Server, scenario

SCHEMA = json.loads((ROOT / "schemas" / "results.schema.json").read_text("utf-8"))
HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)
THREE = ("Shop smoke", "Shop regression", "plan 422")
BUSY = "The specified Test Plan is currently running."


def listed(plans: Iterable[Plan], **more: str) -> dict[str, str]:
    """The inputs that run these plans."""
    return {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": entries(plans), **more}


def entries(plans: Iterable[Plan]) -> str:
    """The list of these plans."""
    return "".join(f"- plan-id: {plan.id}\n" for plan in plans)


def held(count: int) -> Scenario:
    """A service with so many plans, whose runs go on until they are stopped."""
    plan = replace(scenario("passing").plans[0], life=HELD)
    plans = [replace(plan, id=500 + number, name=f"Plan no. {number}") for number in range(count)]
    return replace(scenario("passing"), plans=tuple(plans), runs_before=())


def post(bench: Bench, server: Server, left: Outcome) -> Outcome:
    """The post stage after a step."""
    state = {f"STATE_{name}": value for name, value in left.state.items()}
    return bench.run(state, server=server, script="post_entrypoint.py")


def runs_of(outcome: Outcome) -> list[dict[str, Any]]:
    """The runs in the outputs."""
    runs: list[dict[str, Any]] = json.loads(outcome.outputs["runs"])
    return runs


def polls_of(run_id: int) -> Callable[[Seen], bool]:
    """What holds for the polls of one run."""
    return lambda seen: seen.call == "status" and seen.path.endswith(f"/{run_id}")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A step with three plans: one passes, one fails, one cannot be started."""
    bench, served = Bench(tmp_path_factory.mktemp("three")), scenario("plans")
    try:
        outcome = bench.run(listed(served.plans), server=bench.serve(served))
    finally:
        bench.close()
    bench.check_secrecy()
    bench.check_junit()
    return outcome


def test_the_verdict(three: Outcome) -> None:
    """The worst plan gives the exit code and the error code; the last line names each plan that did not pass."""
    assert (three.exit_code, three.outputs["conclusion"], three.outputs["error-code"]) == (3, "error", "plan-busy")
    last = three.lines[-1]
    assert "exit code 3, plan-busy" in last
    assert "2 of 3 plans did not pass" in last
    assert "Shop regression: 2 of 11 cases failed" in last
    assert "plan 422: Could not start plan 422" in last


def test_the_outputs(three: Outcome) -> None:
    """Each plan has an entry, in the order of the list; totals of the step are only given where all plans have them."""
    runs = runs_of(three)
    assert [run["name"] for run in runs] == list(THREE)
    assert [run["conclusion"] for run in runs] == ["passed", "failed", "error"]
    assert [run["errorCode"] for run in runs] == ["", "tests-failed", "plan-busy"]
    assert [run["total"] for run in runs] == [5, 11, None]
    assert [run["planId"] for run in runs] == ["421", "420", "422"]
    assert isinstance(runs[0]["duration"], int)
    assert set(three.outputs["run-ids"].split(",")) == {"1001", "1002"}
    assert [run["id"] for run in runs if run["id"]] == three.outputs["run-ids"].split(",")
    assert three.outputs["total"] == ""


def test_the_junit_file(three: Outcome) -> None:
    """Suites begin with the name of their plan, and the plan that could not be started is an error of its own."""
    suites = [suite.get("name", "") for suite in three.junit]
    assert Counter(name.partition(" / ")[0] for name in suites) == {THREE[0]: 2, THREE[1]: 4, THREE[2]: 1}
    assert (three.junit_counts["failures"], three.junit_counts["errors"]) == (2, 1)
    assert {case.get("classname") for case in three.junit.iter("testcase") if case.find("error") is not None} == {
        THREE[2]
    }


def test_the_results_file(three: Outcome) -> None:
    """The results follow their schema, and have all three plans."""
    results = three.results
    jsonschema.validate(results, SCHEMA)
    assert results["verdict"]["exitCode"] == 3
    assert [run["verdict"]["conclusion"] for run in results["runs"]] == ["passed", "failed", "error"]


def test_the_summary(three: Outcome) -> None:
    """The summary has a line for each plan, and the failures below the name of theirs."""
    for name in THREE:
        assert f'<b dir="auto">{name}</b>' in three.summary
    failures = three.summary.partition("Shop regression: failed</h3>")[2]
    assert "Pay by card" in failures


def test_the_annotations(three: Outcome) -> None:
    """Each annotation names its plan."""
    titles = [line.partition("::")[2].partition("::")[0] for line in three.lines if line.startswith("::error ")]
    assert sum("plan 422" in title for title in titles) == 1
    assert sum("Shop regression / " in title for title in titles) == 2
    assert len(titles) == 3


def test_the_log(three: Outcome) -> None:
    """Each line about a run begins with its name; the service's reason for a refused start is there, too."""
    about_runs = [line for line in three.lines if " | " in line]
    prefixes = {line.partition(" | ")[0].strip() for line in about_runs}
    assert prefixes <= {*THREE, "plan 420", "plan 421"}
    assert len(prefixes) == 3
    refused = [line for line in about_runs if BUSY in line]
    assert all(line.startswith("plan 422") for line in refused)
    assert refused
    assert {line.partition(" | ")[2].partition(":")[0] for line in about_runs if "/ui/td/runs/" in line} == {
        "Run 1001",
        "Run 1002",
    }


def test_nothing_is_left(three: Outcome) -> None:
    """When the step has ended, the state says that nothing is left for the post stage."""
    assert three.state["settled"] == "true"
    assert all(run["over"] for run in three.runs_left)


def test_the_plans_of_a_file(bench: Bench) -> None:
    """A file with the list does what the list does; names of its entries are used everywhere."""
    served = replace(scenario("plans"), runs_before=())
    path = bench.folder / "plans.yml"
    named = zip(served.plans, "abc", strict=True)
    path.write_text("".join(f"- plan-id: {plan.id}\n  name: {name}\n" for plan, name in named))
    step = bench.run({"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": str(path)}, server=bench.serve(served))
    assert step.exit_code == 1
    assert [run["name"] for run in runs_of(step)] == ["a", "b", "c"]
    assert {line.partition(" | ")[0] for line in step.lines if " | " in line} == {"a", "b", "c"}
    assert {suite.get("name", "").partition(" / ")[0] for suite in step.junit} == {"a", "b", "c"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_every_run(bench: Bench, number: signal.Signals) -> None:
    """All runs that go on are stopped side by side and in time; what waits for its turn is never started."""
    served = held(6)
    server = bench.serve(served)
    step = bench.start(listed(served.plans, TESTSIGMA_MAX_PARALLEL="4"), server=server)
    server.wait_for("start", count=4, timeout=PATIENCE)
    step.send(number)
    sent = time.monotonic()
    outcome = step.wait()
    assert time.monotonic() - sent < WAY_OUT
    assert outcome.exit_code == 128 + number
    assert server.calls.count("start") == server.calls.count("stop") == 4
    assert set(server.simulator.statuses().values()) == {OVER}
    runs = runs_of(outcome)
    assert [run["conclusion"] for run in runs] == ["cancelled"] * 6
    assert [run["id"] is None for run in runs] == [False] * 4 + [True] * 2
    assert outcome.state["settled"] == "true"


def test_a_killed_step(bench: Bench) -> None:
    """After SIGKILL the outputs name every run that was started, and the post stage stops them all."""
    served = held(3)
    server = bench.serve(served)
    step = bench.start(listed(served.plans), server=server)
    for number in (1001, 1002, 1003):
        server.wait_for(polls_of(number), timeout=PATIENCE)
    step.send(signal.SIGKILL)
    left = step.wait()
    assert sorted(left.outputs["run-ids"].split(",")) == ["1001", "1002", "1003"]
    assert sorted(run["run_id"] for run in left.runs_left if not run["over"]) == ["1001", "1002", "1003"]
    assert left.junit_counts["errors"] > 0
    outcome = post(bench, server, left)
    assert outcome.exit_code == 0
    assert set(server.simulator.statuses().values()) == {OVER}
    assert all(f"Run {number} was stopped." in outcome.log for number in (1001, 1002, 1003))


def test_a_wrong_entry_starts_nothing(bench: Bench) -> None:
    """An error anywhere in the list names entry and key, and no plan is started."""
    served = scenario("plans")
    server = bench.serve(served)
    wrong = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": f"{entries(served.plans)}  environment-id: 0\n"}
    step = bench.run(wrong, server=server)
    assert (step.exit_code, step.outputs["error-code"]) == (2, "bad-input")
    assert "plans, entry 3" in step.log
    assert "environment-id" in step.log
    assert server.calls == []
