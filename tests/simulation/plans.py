"""Steps that start several plans: content of the service, the inputs, and what the outputs say of each run."""

import json
from dataclasses import replace

from tests.simulation import Outcome
from tests.simulator import Phase, Plan, Scenario, scenario

RUNS = "/api/v1/execution_results/"


def plan(number: int, content: str = "passing", *, seconds: float = 600.0) -> Plan:
    """Plan 500 + number, whose runs take some time."""
    life = (Phase("STATUS_QUEUED", seconds=20.0), Phase("STATUS_IN_PROGRESS", seconds=seconds))
    return replace(scenario(content).plans[0], id=500 + number, name=f"Plan no. {number}", life=life)


def service(*plans: Plan, **options: object) -> Scenario:
    """A service with these plans, paced by time."""
    return replace(scenario("passing"), plans=plans, pace="time").with_options(**options)


def listed(*plans: Plan, more: str = "") -> dict[str, str]:
    """The input that starts these plans."""
    return {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": "".join(f"- plan-id: {one.id}\n{more}" for one in plans)}


def runs_of(outcome: Outcome) -> list[dict[str, object]]:
    """The runs in the outputs."""
    found: list[dict[str, object]] = json.loads(outcome.outputs["runs"])
    return found
