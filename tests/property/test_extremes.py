"""Numbers and dates of the service, however extreme, end in a verdict: nothing in the pipeline fails on them."""

import math
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation import World
from tests.simulator import Case, Iteration, Machine, Phase, Plan, RunBefore, Scenario, Step, Suite, failed, passed

EXTREMES: tuple[object, ...] = (
    0,
    -1,
    -1e18,
    -(10**18),
    1e308,
    -1e308,
    10**12,
    10**12 - 1,
    10**30,
    10**400,
    2**63,
    253_402_300_799_999,
    253_402_300_800_000,
    -62_135_596_800_000,
    4_102_444_800_000,
    946_684_799_999,
    math.nan,
    math.inf,
    -math.inf,
    0.1,
    True,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999999Z",
    "2199-12-31T23:59:59Z",
    "2000-01-01T00:00:00Z",
    "1",
    "",
    [],
    {},
)
VALUES = st.sampled_from(EXTREMES) | st.integers() | st.floats() | st.datetimes().map(lambda one: one.isoformat() + "Z")
TIMES = ("startTime", "endTime", "duration", "consolidatedDuration")
COUNTERS = ("total", "passed", "failed", "aborted", "stopped", "notExecuted", "queued", "running")
RUN_FIELDS = (*TIMES, *(f"{name}Count" for name in COUNTERS))


def fields(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, object]]:
    """Some of these fields, with any values."""
    return st.dictionaries(st.sampled_from(names), VALUES, max_size=6)


def plan(of_run: dict[str, object], of_parts: dict[str, object]) -> Plan:
    """A plan with such numbers in every answer about its runs."""
    step = Step("Click", "FAILURE", "No such button", fields=of_parts)
    cases = (
        replace(failed("Pay", "Click on Pay", message="No such button"), fields=of_parts, steps=(step, step)),
        replace(passed("Log in", "Open"), fields=of_parts),
        Case("Search", "FAILURE", iterations=(Iteration("empty", "FAILURE", steps=(step,)),), fields=of_parts),
    )
    suite = Suite("Smoke", cases, fields=of_parts)
    machine = Machine("Chrome", (suite,), fields=of_parts)
    details = {**{name: of_run[name] for name in TIMES if name in of_run}, "metrics": of_run}
    life = (Phase("STATUS_QUEUED", seconds=5.0), Phase("STATUS_IN_PROGRESS", seconds=90.0))
    return Plan(420, "Shop", (machine,), life, at_start=of_run, while_running=of_run, at_end=of_run, test_run=details)


def ends(scenario: Scenario, **environ: str) -> None:
    """The step ends with a verdict on the run."""
    with TemporaryDirectory() as folder:
        outcome = World(scenario, Path(folder), {f"TESTSIGMA_{name}": value for name, value in environ.items()}).run()
        assert outcome.exit_code in {0, 1}, outcome.log
        assert outcome.outputs["conclusion"] in {"passed", "failed"}
        assert outcome.summary
        assert outcome.junit is not None


@settings(database=None, deadline=None, max_examples=60)
@given(of_run=fields(RUN_FIELDS), of_parts=fields(TIMES))
def test_any_number_anywhere(of_run: dict[str, object], of_parts: dict[str, object]) -> None:
    """In the answers about a run, its parts and its steps, and about the run before it."""
    made = plan(of_run, of_parts)
    ends(replace(Scenario((made,), runs_before=(RunBefore(900, made),)), pace="time"), DETAILS="all")


@pytest.mark.parametrize("value", EXTREMES, ids=lambda value: repr(value)[:20])
def test_every_extreme_everywhere_at_once(value: object) -> None:
    """The same value in all fields of all answers."""
    made = plan(dict.fromkeys(RUN_FIELDS, value), dict.fromkeys(TIMES, value))
    ends(replace(Scenario((made,), runs_before=(RunBefore(900, made),)), pace="time"), DETAILS="all")


@settings(database=None, deadline=None, max_examples=30)
@given(of_run=fields(RUN_FIELDS))
def test_any_number_of_a_run_that_is_attached_to(of_run: dict[str, object]) -> None:
    """Its age counts, too."""
    made = plan(of_run, {})
    before = RunBefore(900, made, life=made.life)
    ends(replace(Scenario((made,), runs_before=(before,)), pace="time"), RUN_ID="900", PLAN_ID="")
