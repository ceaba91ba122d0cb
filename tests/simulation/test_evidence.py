"""What cannot be read is no pass, what is missing changes nothing: the whole step, for every field of every answer."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Outcome, World
from tests.simulator import Case, Iteration, Machine, Plan, Scenario, Suite, passed

COUNTERS = (
    "totalCount",
    "passedCount",
    "failedCount",
    "preRequisiteFailedCount",
    "abortedCount",
    "stoppedCount",
    "notExecutedCount",
    "queuedCount",
    "runningCount",
)
TOGETHER = tuple(f"consolidatedPlan{name[0].upper()}{name[1:]}" for name in COUNTERS)
NO_COUNTS: tuple[object, ...] = (" 1", -1, 1.5, True, "many", {}, [], "", 10**13, "-1", float("nan"), float("inf"))
NO_RESULTS: tuple[object, ...] = ("SOMETHING_NEW", "", 1, True, {}, [], ["SUCCESS"])
NO_LISTS: tuple[object, ...] = ("x", {}, 7, True, [7], [None], [[]], ["SUCCESS"])
RESULT_FIELDS = ("run", "consolidated", "details", "machine", "suite", "case", "listed case", "data set")


def plan(at_end: dict[str, object] | None = None, details: dict[str, object] | None = None) -> Scenario:
    """A plan that passes, with a case and a data-driven one."""
    cases = (passed("Log in", "Open"), Case("Search", iterations=(Iteration("empty"), Iteration("umlauts"))))
    machines = (Machine("Chrome", (Suite("Smoke", cases),)),)
    made = Plan(420, "Shop", machines, at_end=at_end or {}, test_run=details or {})
    return replace(Scenario((made,)), pace="time").with_options(shape=2024, metric=True)


def with_result(place: str, value: object) -> Scenario:
    """The same with something else for a result, somewhere."""
    at_end = {"run": {"result": value}, "consolidated": {"consolidatedResult": value}}.get(place, {})
    scenario = plan(at_end, {"result": value} if place == "details" else {})
    [machine] = scenario.plans[0].machines
    [suite] = machine.suites
    case, sets = suite.cases
    fields = {"result": value}
    case = replace(case, fields=fields) if place == "case" else case
    case = replace(case, listed=fields) if place == "listed case" else case
    row = {"iterationResultId": 7, "setName": "empty", "result": value}
    sets = replace(sets, listed={"iterationResults": [row]}) if place == "data set" else sets
    suite = replace(suite, cases=(case, sets), fields=fields if place == "suite" else {})
    machine = replace(machine, suites=(suite,), fields=fields if place == "machine" else {})
    return scenario.with_plan(machines=(machine,))


def counted(place: str, name: str, value: object) -> Scenario:
    """The same with something else for a counter, in one of the sets."""
    if place == "run":
        return plan({name: value})
    if place == "metric":
        return plan({"testPlanResultMetric": {name: value}})
    return plan({}, {"metrics": {name: value}})


def run(scenario: Scenario, folder: Path) -> Outcome:
    """The step, to its end."""
    return World(scenario, folder).run()


def places() -> Iterator[tuple[str, str]]:
    """Every counter of every set."""
    yield from (("run", name) for name in (*COUNTERS, *TOGETHER))
    yield from (("metric", name) for name in (*COUNTERS, *TOGETHER))
    yield from (("details", name) for name in (*COUNTERS, *TOGETHER))


@pytest.mark.parametrize(("place", "name"), list(places()))
def test_a_counter_that_cannot_be_read_is_no_pass(place: str, name: str, tmp_path: Path) -> None:
    """Whichever counter it is; the reason names it."""
    for number, value in enumerate(NO_COUNTS):
        outcome = run(counted(place, name, value), tmp_path / str(number))
        assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction"), value
        assert name in outcome.lines[-1]
        assert "cannot be read" in outcome.lines[-1]


@pytest.mark.parametrize(("place", "name"), list(places()))
def test_a_counter_that_is_missing_changes_nothing(place: str, name: str, tmp_path: Path) -> None:
    """Null is neutral, whichever counter it is."""
    assert run(counted(place, name, None), tmp_path).exit_code == 0


@pytest.mark.parametrize("value", [2, 2.0, "2"])
def test_numbers_that_can_be_read(value: object, tmp_path: Path) -> None:
    """A number, the same as a float without a fraction, and in quotes."""
    assert run(counted("run", "passedCount", value), tmp_path).exit_code == 0


@pytest.mark.parametrize("place", RESULT_FIELDS)
def test_a_result_that_cannot_be_read_is_no_pass(place: str, tmp_path: Path) -> None:
    """Whatever it is the result of: a word that we do not know, or no word at all."""
    for number, value in enumerate(NO_RESULTS):
        outcome = run(with_result(place, value), tmp_path / str(number))
        expected = "result-unknown" if place == "run" else "contradiction"
        assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, expected), value
        assert "result" in outcome.lines[-1].lower()


@pytest.mark.parametrize("place", ["consolidated", "details", "machine", "suite", "case"])
def test_a_missing_result_of_a_part_is_neutral(place: str, tmp_path: Path) -> None:
    """Details without a result say nothing."""
    assert run(with_result(place, None), tmp_path).exit_code == 0


@pytest.mark.parametrize("place", ["run", "listed case", "data set"])
def test_no_result_is_no_pass(place: str, tmp_path: Path) -> None:
    """A run, a listed case or a data set without a result has not passed."""
    assert run(with_result(place, None), tmp_path).exit_code == 1


@pytest.mark.parametrize("value", NO_LISTS, ids=repr)
def test_data_sets_that_cannot_be_read_are_no_pass(value: object, tmp_path: Path) -> None:
    """They may hide a failure; the reason names the field, and the case is shown as failed."""
    scenario = plan()
    [machine] = scenario.plans[0].machines
    [suite] = machine.suites
    case = replace(suite.cases[1], listed={"iterationResults": value})
    suite = replace(suite, cases=(suite.cases[0], case))
    outcome = run(scenario.with_plan(machines=(replace(machine, suites=(suite,)),)), tmp_path)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction")
    assert "Search" in outcome.lines[-1]
    assert outcome.junit.findall(".//failure") or outcome.junit.findall(".//error")


@pytest.mark.parametrize("value", ["x", [], 7, True])
@pytest.mark.parametrize("place", ["metric", "details"])
def test_counters_that_are_no_object_are_no_pass(place: str, value: object, tmp_path: Path) -> None:
    """The object that should hold the counters, and is something else."""
    scenario = plan({"testPlanResultMetric": value}) if place == "metric" else plan({}, {"metrics": value})
    outcome = run(scenario, tmp_path)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction")


def test_a_case_that_is_listed_twice_makes_up_for_none(tmp_path: Path) -> None:
    """Two rows with the same ID are one case: the other one is missing."""
    twice = (replace(passed("Log in"), result_id=71), replace(passed("Pay"), listed={"testCaseResultId": 71}))
    machines = (Machine("Chrome", (Suite("Smoke", twice),)),)
    counters = {"passedCount": None, "consolidatedPlanPassedCount": None}
    made = Plan(420, "Shop", machines, at_end=counters, test_run={"metrics": counters})
    outcome = run(replace(Scenario((made,)), pace="time").with_options(shape=2024), tmp_path)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction")
    assert "nothing is known of" in outcome.lines[-1]


@pytest.mark.parametrize("name", ["queuedCount", "runningCount"])
def test_counters_of_unfinished_cases(name: str, tmp_path: Path) -> None:
    """They are stale where the list is complete and all of it passed; without the list they are no pass."""
    assert run(plan({name: 1}), tmp_path / "complete").exit_code == 0
    outcome = run(plan({name: 1}).with_options(list_of_cases=False), tmp_path / "unlisted")
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (1, "contradiction")
    only = dict.fromkeys((*COUNTERS, *TOGETHER), None) | {name: 1}
    nothing = plan({**only, "testPlanResultMetric": None}, {"metrics": only}).with_options(metric=False)
    assert run(nothing, tmp_path / "without a total").exit_code == 1


def test_not_executed_although_cases_passed(tmp_path: Path) -> None:
    """The reason says what was executed, not that nothing was."""
    outcome = run(plan({"result": "NOT_EXECUTED"}), tmp_path)
    assert outcome.exit_code == 1
    assert "The run's result is NOT_EXECUTED although 2 of 2 cases passed." in outcome.lines[-1]
    assert "No case was executed" not in outcome.log
