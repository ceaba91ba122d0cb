"""Random plans and runs of them, and random ways of the service to describe them."""

from dataclasses import fields, replace
from random import Random

from tests.simulator import (
    Case,
    Iteration,
    Lag,
    Machine,
    Options,
    Phase,
    Plan,
    Reruns,
    RunBefore,
    SavedConfiguration,
    Scenario,
    Suite,
    data_driven,
    failed,
    passed,
)

PLAN_ID, OTHER_PLAN_ID = 420, 77
# Runs that exist already: two of the plan, one of another plan.
EARLIER, GOING_ON, FOREIGN = 900, 901, 800
NAMES = (
    "Log in",
    "Pay by card",
    "",
    "<b>bold</b> | table",
    "::error::not a command",
    "##vso[task.complete result=Succeeded;]",
    "\x1b[31mred\x00\u202e",
    "a lone \ud800 surrogate",
    "]]> &amp; %0A\nnext line",
    "the key is key-for-tests",
    "x" * 3000,
)
ODD = ("ABORTED", "STOPPED", "QUEUED", "NOT_EXECUTED", "SOMETHING_NEW", None, "", "FAILED")
STATUSES = ("STATUS_QUEUED", "STATUS_PRE_FLIGHT", "STATUS_IN_PROGRESS", "STATUS_IN_PROGRESS", "STATUS_SOMETHING_NEW")
COUNTERS = ("total", "failed", "passed", "aborted", "stopped", "notExecuted", "queued")
ZEROS: dict[str, object] = {f"{name}Count": 0 for name in COUNTERS}
# What the service may say of a run that is over, true or not: the counters without the result, or the other way round,
# so that something honest is left for who looks closely.
LIES: tuple[dict[str, object], ...] = (
    {f"{name}Count": None for name in COUNTERS},
    ZEROS,
    ZEROS | {"totalCount": 9, "passedCount": 9},
    ZEROS | {"totalCount": 9, "passedCount": 8, "failedCount": 1},
    {f"{name}Count": "many" for name in COUNTERS},
    {"result": None},
    {"result": "SOMETHING_NEW"},
    {"result": "FAILURE"},
    {"result": "SUCCESS"},
    {"result": ["SUCCESS"]},
    {"message": "key-for-tests \x1b[0m::error::", "startTime": "never", "duration": -1},
    {"executionId": None, "buildNo": None},
)


def scenario(random: Random) -> Scenario:
    """A service with one plan, its runs, and perhaps runs that exist already."""
    first = _plan(random)
    made = Scenario(
        (first, replace(first, id=OTHER_PLAN_ID)),
        pace=random.choice(("polls", "time")),
        configurations=(SavedConfiguration(2, "smoke only", suites=(301,)), SavedConfiguration(3, "twice")),
        runs_before=tuple(_runs_before(random, first)),
        options=_options(random),
    )
    return replace(made, configurations=made.configurations * random.choice((1, 1, 2)))


def plan(random: Random, plan_id: int) -> Plan:
    """A plan with this ID."""
    return replace(_plan(random), id=plan_id)


def _plan(random: Random) -> Plan:
    mood = random.choices(("good", "bad", "odd"), (5, 3, 2))[0]
    machines = tuple(_machine(random, mood) for _ in range(random.choice((1, 1, 1, 2, 0))))
    plan = Plan(PLAN_ID, random.choice(NAMES), machines, _life(random))
    if random.random() < 0.25:
        plan = replace(plan, at_end=random.choice(LIES))
    elif random.random() < 0.07:
        plan = replace(plan, result=random.choice(("STOPPED", "ABORTED", "NOT_EXECUTED", "SOMETHING_NEW")))
    if random.random() < 0.1:
        plan = replace(plan, test_run=random.choice(LIES[:8]))
    if random.random() < 0.1:
        plan = replace(plan, while_running=random.choice(LIES), at_start=random.choice(LIES))
    return _with_reruns(random, plan) if random.random() < 0.15 else plan


def _machine(random: Random, mood: str) -> Machine:
    suites = (_suite(random, mood) for _ in range(random.choice((1, 1, 2))))
    return Machine(random.choice(NAMES), tuple(suites))


def _suite(random: Random, mood: str) -> Suite:
    cases = (_case(random, mood) for _ in range(random.choice((1, 2, 3, 0))))
    return Suite(random.choice(NAMES), tuple(cases), id=random.choice((301, None)))


def _case(random: Random, mood: str) -> Case:
    name = random.choice(NAMES)
    if mood == "good" or random.random() < 0.6:
        return passed(name, "Open the shop", "Click on Pay")
    if mood == "bad":
        broken = data_driven(name, Iteration("first"), Iteration("second", "FAILURE", random.choice(NAMES)))
        return random.choice((failed(name, "Open the shop", message=random.choice(NAMES)), broken))
    return Case(name, random.choice(ODD), message=random.choice(NAMES))


def _life(random: Random) -> tuple[Phase, ...]:
    longest = random.choice((2.0, 30.0, 600.0, 3000.0))
    phases = [
        Phase(random.choice(STATUSES), random.randint(1, 4), random.uniform(0.1, longest), idle=random.random() < 0.2)
        for _ in range(random.randint(0, 4))
    ]
    return (*phases, Phase("STATUS_IN_PROGRESS", hold=True)) if random.random() < 0.07 else tuple(phases)


def _with_reruns(random: Random, plan: Plan) -> Plan:
    outcome = random.choice(("SUCCESS", "FAILURE", ("FAILURE", "SUCCESS"), None))

    def again(case: Case) -> Case:
        return replace(case, rerun_result=outcome)

    machines = tuple(
        replace(each, suites=tuple(replace(one, cases=tuple(map(again, one.cases))) for one in each.suites))
        for each in plan.machines
    )
    reruns = Reruns(
        most=random.choice((1, 2, 3, 6)),
        after=random.randint(1, 3),
        shown_after=random.choice((0, 0, 1, 5, None)),
        named_by=random.choice(("object", "number", "string")),
        hidden=random.choice((0, 1, 2, 5)),
        life=_life(random) if random.random() < 0.3 else None,
        at_end=random.choice(LIES) if random.random() < 0.2 else {},
        lag=random.choice((0, 0, 2, None)),
    )
    kind = random.choice(("ONLY_FAILED_TESTS", "ONLY_FAILED_TESTS", "ALL_TESTS"))
    return replace(plan, machines=machines, rerun_type=kind, automatic_rerun=True, reruns=reruns)


def _runs_before(random: Random, plan: Plan) -> list[RunBefore]:
    going_on = (Phase("STATUS_IN_PROGRESS", random.randint(1, 6), random.uniform(1.0, 200.0)),)
    return [
        RunBefore(EARLIER, plan, random.choice(("build 900", "mine", None))),
        *([_going_on(random, plan, going_on)] if random.random() < 0.3 else []),
        RunBefore(FOREIGN, replace(plan, id=OTHER_PLAN_ID), "build 800", life=random.choice((None, going_on))),
    ]


def _lag(random: Random) -> Lag:
    """Copies of the service that are behind, less than the half minute that they are waited for."""
    return Lag(*(random.choice((0.0, 0.0, 1.5, 20.0)) for _ in fields(Lag)))


def _going_on(random: Random, plan: Plan, life: tuple[Phase, ...]) -> RunBefore:
    """A run that began before ours; `Date` headers have whole seconds, so one of the same second would look like it."""
    return RunBefore(GOING_ON, plan, "build 901", life=life, head_start=random.choice((2.0, 20.0, 600.0)))


def _options(random: Random) -> Options:
    def sometimes(share: float) -> bool:
        return random.random() < share

    return Options(
        versions=random.choice((("v2", "v3"), ("v2", "v3"), ("v2",), ("v3",), ())),
        list_of_cases=sometimes(0.9),
        index=sometimes(0.7),
        raw_cases=sometimes(0.7),
        newest_runs=sometimes(0.8),
        shape=random.choice((2021, 2023, 2024)),
        metric=sometimes(0.3),
        null_start_counters=sometimes(0.3),
        null_counters=sometimes(0.1),
        words=random.choice(("SUCCESS", "PASSED")),
        string_ids=sometimes(0.2),
        null_iterations=sometimes(0.2),
        envelope=random.choice(("paged", "spring")),
        row_key=random.choice(("content", "data")),
        page_size=random.choice((1, 2, 100)),
        first_page=random.choice((0, 1)),
        total_pages=sometimes(0.7),
        newest_first=sometimes(0.7),
        ignore_query=sometimes(0.2),
        replication_delay=random.choice((0, 0, 0, 1, 3)),
        busy_when_active=sometimes(0.2),
        unknown_plan_status=random.choice((500, 404)),
        stop_polls=random.choice((0, 0, 2)),
        stop_seconds=random.choice((0.0, 0.0, 2.0)),
        dates=sometimes(0.8),
        # Within the minute after which a complete list is proof.
        listed_after=random.choice((0.0, 0.0, 0.0, 5.0, 40.0, 55.0)),
        listed_twice=random.choice(("", "", "same", "padded")),
        doubled_starts=random.choice(("", "", "", "", "", "", "", "", "first", "last")),
        lag=_lag(random) if sometimes(0.25) else Lag(),
    )
