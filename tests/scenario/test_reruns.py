"""Plans that run failed cases again by themselves: the step waits for those runs, and says what passed only then."""

import signal
from dataclasses import replace

import pytest

from tests.scenario.conftest import Bench, Outcome
from tests.simulator import Case, Machine, Phase, Plan, Reruns, Scenario, Server, Suite, failed, passed, scenario

QUICK = (Phase("STATUS_IN_PROGRESS"),)
HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)
FLAKY = replace(failed("Pay", "Open the shop", "Click on Pay", at=1, message="No such button"), rerun_result="SUCCESS")
BROKEN = failed("Search", "Open the shop", "Click on Search", at=1, message="Nothing was found")


def plan(*cases: Case, **behaviour: object) -> Scenario:
    """A plan with these cases, and one that passes, that runs what failed again."""
    machines = (Machine("Chrome", (Suite("Smoke", (passed("Log in", "Open the shop"), *cases)),)),)
    again = Reruns(**behaviour)  # type: ignore[arg-type]
    made = Plan(420, "Shop", machines, QUICK, rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True, reruns=again)
    return Scenario((made,)).with_options(shape=2024)


def tags(outcome: Outcome, name: str) -> list[str]:
    """What stands in the testcase of that name."""
    (found,) = (case for case in outcome.junit.iter("testcase") if case.get("name") == name)
    return [child.tag for child in found]


def test_a_rerun_that_passes(bench: Bench) -> None:
    """Exit code 0; log, outputs, JUnit and JSON say which case passed only then, and what it said before."""
    outcome = bench.run(server=bench.serve(plan(FLAKY)))
    assert outcome.exit_code == 0
    assert "All cases passed, 1 of them only in a rerun." in outcome.lines[-1]
    assert any("Run 1001: its failed cases run again as run 1002: http" in line for line in outcome.lines)
    told = {name: outcome.outputs[name] for name in ("run-id", "result", "conclusion", "total", "passed", "flaky")}
    assert told == {
        "run-id": "1001",
        "result": "passed",
        "conclusion": "passed",
        "total": "2",
        "passed": "2",
        "flaky": "1",
    }
    assert tags(outcome, "Pay") == ["flakyFailure"]
    assert (outcome.junit_counts["tests"], outcome.junit_counts["failures"]) == (2, 0)
    (run,) = outcome.results["runs"]
    assert [rerun["id"] for rerun in run["reruns"]] == ["1002"]
    assert outcome.state["settled"] == "true"


def test_a_rerun_that_fails_again(bench: Bench) -> None:
    """Exit code 1; what failed twice is one failure with what happened in each run."""
    outcome = bench.run({"TESTSIGMA_TIMEOUT": "6s"}, server=bench.serve(plan(FLAKY, BROKEN)))
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "tests-failed")
    assert "1 of 3 cases failed, also in the rerun (run 1002)." in outcome.lines[-1]
    assert (outcome.outputs["result"], outcome.outputs["failed"], outcome.outputs["flaky"]) == ("failed", "1", "1")
    assert (tags(outcome, "Search"), tags(outcome, "Pay")) == (["failure", "rerunFailure"], ["flakyFailure"])
    assert outcome.junit_counts["failures"] == 1


def test_a_rerun_that_never_comes(bench: Bench) -> None:
    """The run is over, so this is no timeout: it failed."""
    server = bench.serve(plan(FLAKY, after=10_000))
    outcome = bench.run({"TESTSIGMA_TIMEOUT": "3s"}, server=server)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "tests-failed")
    assert "no rerun has started" in outcome.lines[-1]


@pytest.mark.parametrize(("on_timeout", "said"), [("leave", "Run 1002 was left running"), ("stop", "was stopped")])
def test_the_wait_is_over_while_a_rerun_goes_on(bench: Bench, on_timeout: str, said: str) -> None:
    """Once a run is over its step cannot time out: it failed, and the rerun is left or stopped as asked for."""
    server = bench.serve(plan(FLAKY, life=HELD))
    outcome = bench.run({"TESTSIGMA_TIMEOUT": "3s", "TESTSIGMA_ON_TIMEOUT": on_timeout}, server=server)
    assert (outcome.exit_code, outcome.outputs["conclusion"]) == (1, "failed")
    assert "Run 1002 had not finished" in outcome.lines[-1]
    assert said in outcome.lines[-1]
    assert stopped(server) == (["1002"] if on_timeout == "stop" else [])
    assert outcome.outputs["run-id"] == "1001"


def test_cancelled_while_a_rerun_goes_on(bench: Bench) -> None:
    """The rerun is stopped, not the run that is over."""
    server = bench.serve(plan(FLAKY, life=HELD))
    step = bench.start(server=server)
    server.wait_for(lambda seen: seen.path.endswith("1002"))
    step.send(signal.SIGTERM)
    outcome = step.wait()
    assert outcome.exit_code == 143
    assert stopped(server) == ["1002"]
    assert "Run 1002 was stopped." in outcome.log


def test_killed_while_a_rerun_goes_on(bench: Bench) -> None:
    """The post stage finds the rerun in the state, and stops it."""
    server = bench.serve(plan(FLAKY, life=HELD))
    step = bench.start(server=server)
    server.wait_for(lambda seen: seen.path.endswith("1002"))
    step.send(signal.SIGKILL)
    state = {f"STATE_{name}": value for name, value in step.wait().state.items()}
    outcome = bench.run(state, server=server, script="post_entrypoint.py")
    assert outcome.exit_code == 0
    assert stopped(server) == ["1002"]


def test_a_plan_without_reruns_is_asked_no_more(bench: Bench) -> None:
    """A run that failed is not asked about again after its end."""
    server = bench.serve(scenario("failing"))
    outcome = bench.run(server=server)
    assert (outcome.exit_code, outcome.outputs["flaky"]) == (1, "0")
    assert server.simulator.runs()[1001].polls_after_end == 0
    assert "Its plan runs failed cases again" not in outcome.log


def stopped(server: Server) -> list[str]:
    """The runs that were asked to stop."""
    return [seen.path.rsplit("/", 1)[1] for seen in server.seen_of("stop")]
