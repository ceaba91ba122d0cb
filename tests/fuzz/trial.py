"""Trying scripts, and making one that breaks a promise as small as it goes."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar

from tests.fuzz.invariants import broken
from tests.fuzz.scripts import Script
from tests.fuzz.story import Story
from tests.simulation import Outcome
from tests.simulator import Machine, Options, Plan, RunBefore, Scenario, Suite

T = TypeVar("T")
# Longest that a script is made smaller (tries).
PATIENCE = 400


def attempt(script: Script, folder: Path) -> tuple[Outcome | None, list[str]]:
    """What a script leaves, and the promises that it breaks; an exception that comes out of the step is one, too."""
    shutil.rmtree(folder, ignore_errors=True)
    world = script.world(folder)
    try:
        outcome = world.run()
        world.clock.skip(1.0)
        return outcome, broken(Story(script, world, outcome))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        return None, [f"{type(error).__name__}: {error}"]


def smallest(script: Script, folder: Path) -> Script:
    """A script that breaks the same promise, with nothing in it that can be left out."""
    wanted = _names(attempt(script, folder)[1])
    tries = PATIENCE
    smaller: Script | None = script
    while smaller:
        script, smaller = smaller, None
        for candidate in _smaller(script):
            tries -= 1
            if tries and _names(attempt(candidate, folder)[1]) & wanted:
                smaller = candidate
                break
    return script


def _names(problems: list[str]) -> set[str]:
    return {problem.partition(":")[0] for problem in problems}


def _smaller(script: Script) -> Iterator[Script]:
    """The same script with one thing less."""
    for cuts in _without_one(script.cuts):
        yield replace(script, cuts=cuts)
    for signals in _without_one(script.signals):
        yield replace(script, signals=signals)
    for jumps in _without_one(script.jumps):
        yield replace(script, jumps=jumps)
    for name in script.environ:
        yield replace(script, environ={key: value for key, value in script.environ.items() if key != name})
    if script.given("plans"):
        for entries in _smaller_lists(script.entries):
            yield replace(script, environ={**script.environ, "TESTSIGMA_PLANS": json.dumps(entries)})
    for scenario in _smaller_scenarios(script.scenario):
        yield replace(script, scenario=scenario)


def _smaller_lists(entries: Sequence[Mapping[str, str]]) -> Iterator[tuple[Mapping[str, str], ...]]:
    """Without one of the entries, or with an entry that says nothing but its plan."""
    entries = tuple(entries)
    yield from _without_one(entries)
    for at, entry in enumerate(entries):
        if len(entry) > 1:
            yield (*entries[:at], {"plan-id": entry["plan-id"]}, *entries[at + 1 :])


def _smaller_scenarios(scenario: Scenario) -> Iterator[Scenario]:
    for faults in _without_one(scenario.faults):
        yield replace(scenario, faults=faults)
    for runs_before in _without_one(scenario.runs_before):
        yield replace(scenario, runs_before=runs_before)
    plain = Options()
    for option in fields(plain):
        if getattr(scenario.options, option.name) != getattr(plain, option.name):
            yield scenario.with_options(**{option.name: getattr(plain, option.name)})
    yield from _smaller_plans(scenario)


def _smaller_plans(scenario: Scenario) -> Iterator[Scenario]:
    """With a plan less, or with less in one, and so in the runs of it that exist."""
    for plans in _without_one(scenario.plans) if len(scenario.plans) > 1 else ():
        kept = {plan.id for plan in plans}
        before = tuple(run for run in scenario.runs_before if run.plan.id in kept)
        yield replace(scenario, plans=plans, runs_before=before)
    for plan in scenario.plans:
        for smaller in _smaller_versions(plan):
            plans = tuple(smaller if one is plan else one for one in scenario.plans)
            yield replace(scenario, plans=plans, runs_before=_runs_of(smaller, scenario.runs_before))


def _runs_of(plan: Plan, runs: tuple[RunBefore, ...]) -> tuple[RunBefore, ...]:
    """These runs, with this version of their plan where they are of it."""
    return tuple(replace(run, plan=plan) if run.plan.id == plan.id else run for run in runs)


def _smaller_versions(plan: Plan) -> Iterator[Plan]:
    if plan.at_end or plan.test_run:
        yield replace(plan, at_end={}, test_run={})
    if plan.at_start or plan.while_running:
        yield replace(plan, at_start={}, while_running={})
    for life in _without_one(plan.life):
        yield replace(plan, life=life)
    for machines in _smaller_parts(plan.machines, _smaller_machines):
        yield replace(plan, machines=machines)


def _smaller_machines(machine: Machine) -> Iterator[Machine]:
    for suites in _smaller_parts(machine.suites, _smaller_suites):
        yield replace(machine, suites=suites)


def _smaller_suites(suite: Suite) -> Iterator[Suite]:
    for cases in _without_one(suite.cases):
        yield replace(suite, cases=cases)


def _smaller_parts(parts: tuple[T, ...], smaller: Callable[[T], Iterator[T]]) -> Iterator[tuple[T, ...]]:
    """Without one of the parts, or with a smaller one in its place."""
    yield from _without_one(parts)
    for at, part in enumerate(parts):
        yield from ((*parts[:at], one, *parts[at + 1 :]) for one in smaller(part))


def _without_one(parts: tuple[T, ...]) -> Iterator[tuple[T, ...]]:
    for at in range(len(parts)):
        yield (*parts[:at], *parts[at + 1 :])
