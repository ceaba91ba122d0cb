"""Several plans in one step: turns a script with one plan into one that has the input `plans`."""

import json
import signal
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from tests.fuzz import content, trouble
from tests.simulation import Signal
from tests.simulator import Fault, Phase, Plan, RunBefore, Scenario

MORE_PLANS = (421, 422)
NO_SUCH_PLAN = 40_404
# IDs of the first runs that a step starts.
STARTED = (1001, 1002, 1003)
GOING_ON = 902
MAX_ENTRIES = 4
RISKY = {"TESTSIGMA_BUILD_NUMBER", "TESTSIGMA_EXECUTION_CONFIG", "TESTSIGMA_ENVIRONMENT_ID"}
# Names in one list must be unique, so each is used once.
NAMES = (
    "smoke",
    "mobile (2)",
    "<b>bold</b> | table",
    "::error::not a command",
    "x" * 100,
    "\u6d4b\u8bd5",
)


def scenario_of(random: Random, one: Scenario) -> Scenario:
    """The same service with up to two more plans, and more trouble that concerns single runs."""
    more = tuple(content.plan(random, plan_id) for plan_id in MORE_PLANS[: random.choice((0, 1, 1, 2, 2))])
    before = (_busy(random, more[0]),) if more and random.random() < 0.15 else ()
    # With several plans more can go wrong, so trouble that concerns all of them comes less often.
    everywhere = one.faults if random.random() < 0.5 else ()
    return replace(
        one,
        plans=(*one.plans, *more),
        runs_before=(*one.runs_before, *before),
        faults=(*_faults(random), *everywhere),
    )


def inputs_of(random: Random, scenario: Scenario, given: dict[str, str]) -> dict[str, str]:
    """The inputs with a list of entries in the place of the plan."""
    plans = [plan.id for plan in scenario.plans if plan.id in {content.PLAN_ID, *MORE_PLANS}]
    asked = {"TESTSIGMA_MAX_PARALLEL": random.choice(("", "", "1", "2", "5"))}
    stop_after = random.choice(("", "", "", "1", "2"))
    if given.get("TESTSIGMA_WAIT") != "false":
        asked["TESTSIGMA_STOP_AFTER_FAILURES"] = stop_after
    entries = json.dumps(_entries(random, plans))
    listed = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": entries}
    # As a default for all entries these start nothing, more often than not.
    given = {name: value for name, value in given.items() if name not in RISKY or random.random() < 0.2}
    return given | {name: value for name, value in asked.items() if value} | listed


def signals_of(random: Random, given: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """What came anyway; more often than with one plan the step is killed while its runs go on."""
    killed = Signal(signal.SIGKILL, random.choice((0.0, 0.5, 5.0)), "status", random.randint(2, 8))
    return (killed,) if random.random() < 0.1 else given


def _entries(random: Random, plans: Sequence[int]) -> list[dict[str, str]]:
    chosen = [*plans]
    if len(chosen) == 1 or random.random() < 0.25:
        # The same plan twice; rarely a list with one entry.
        chosen += [random.choice(plans)] if random.random() < 0.9 else []
    if random.random() < 0.15:
        chosen.append(NO_SUCH_PLAN)
    random.shuffle(chosen)
    names = random.sample(NAMES, len(NAMES))
    return [_entry(random, plan_id, names.pop()) for plan_id in chosen[:MAX_ENTRIES]]


def _entry(random: Random, plan_id: int, name: str) -> dict[str, str]:
    entry = {"plan-id": str(plan_id)}
    if random.random() < 0.3:
        entry["name"] = name if random.random() < 0.98 else "the key is key-for-tests"
    if random.random() < 0.15:
        entry["build-number"] = random.choice(("mine", "mine too"))
    if random.random() < 0.08:
        entry["execution-config"] = random.choice(("smoke only", "3"))
    if random.random() < 0.04:
        entry["environment-id"] = "10"
    return entry


def _faults(random: Random) -> tuple[Fault, ...]:
    """Usually none; or everything about one run goes wrong, or a run is answered in the place of another."""
    kind = random.choices(("none", "one run", "another"), (60, 25, 15))[0]
    if kind == "one run":
        return (_of_one_run(random, random.choice(STARTED)),)
    return (trouble.strange(random, random.choice(STARTED)),) if kind == "another" else ()


def _of_one_run(random: Random, run_id: int) -> Fault:
    kind = random.choice(("hangs", "hangs", "status", "reset"))
    return Fault(
        path=aim(run_id),
        after=random.choice((0, 0, 1, 3)),
        count=random.choice((1, 5, None, None)),
        delay=3600.0 if kind == "hangs" else 0.0,
        status=random.choice((404, 500, 503)) if kind == "status" else None,
        delivery="reset" if kind == "reset" else "whole",
    )


def aim(run_id: int) -> str:
    """The pattern of the paths of everything about a run."""
    return f"*{run_id}*"


def _busy(random: Random, plan: Plan) -> RunBefore:
    going_on = (Phase("STATUS_IN_PROGRESS", random.randint(1, 6), random.uniform(1.0, 200.0)),)
    return RunBefore(GOING_ON, plan, "build 902", life=going_on, head_start=20.0)
