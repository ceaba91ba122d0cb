"""Comparison of two runs: what is new, known and fixed, whatever moved, was renamed, came or went."""

import gc
import time
from dataclasses import replace

from tests.samples import machine, run, suite
from testsigma_action.domain.compare import Comparison, compare
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult
from testsigma_action.domain.run import Result

GOOD, BAD, LEFT_OUT = Result.PASSED, Result.FAILED, Result.NOT_EXECUTED
BEFORE = run(number=900)


def case(identity: str, result: Result = GOOD, name: str = "", **sets: Result) -> CaseResult:
    """A case, with data sets by name where there are any."""
    iterations = tuple(Iteration("", key, value) for key, value in sets.items())
    return CaseResult("", identity, name or f"Case {identity}", result, iterations=iterations)


def chrome(*cases: CaseResult) -> tuple[MachineResult, ...]:
    """One machine with one suite."""
    return (machine(suite(*cases)),)


def told(comparison: Comparison) -> dict[str, list[str]]:
    """The names of the cases, by what became of them."""
    kinds = {"new": comparison.new, "known": comparison.known, "fixed": comparison.fixed}
    return {kind: [placed[2].name for placed in found] for kind, found in kinds.items() if found}


def test_new_known_and_fixed() -> None:
    """A failure is new unless the case failed before; what failed before and passes is fixed; passes are nothing."""
    then = chrome(case("1"), case("2", BAD), case("3", BAD), case("4"))
    now = chrome(case("1", BAD), case("2", BAD), case("3"), case("4"))
    found = compare(BEFORE, then, now)
    assert told(found) == {"new": ["Case 1"], "known": ["Case 2"], "fixed": ["Case 3"]}
    assert (found.before, found.not_run) == (BEFORE, 0)
    assert found.new[0] == (now[0], now[0].suites[0], now[0].suites[0].cases[0])


def test_any_failure_is_one() -> None:
    """A case that was aborted, stopped or has no known result failed, before as well as now."""
    for bad in set(Result) - {GOOD, LEFT_OUT}:
        assert told(compare(BEFORE, chrome(case("1", bad)), chrome(case("1", BAD)))) == {"known": ["Case 1"]}
        assert told(compare(BEFORE, chrome(case("1")), chrome(case("1", bad)))) == {"new": ["Case 1"]}
        assert told(compare(BEFORE, chrome(case("1", bad)), chrome(case("1")))) == {"fixed": ["Case 1"]}


def test_cases_that_came_and_went() -> None:
    """A case that was added is new where it fails; one that was removed, or not executed this time, is nothing."""
    then = chrome(case("1", BAD), case("2", BAD), case("5"))
    found = compare(BEFORE, then, chrome(case("2", LEFT_OUT), case("3", BAD), case("4")))
    assert told(found) == {"new": ["Case 3"]}
    assert found.not_run == 2


def test_case_that_was_not_executed_before() -> None:
    """A failure of a case that was left out before is new."""
    assert told(compare(BEFORE, chrome(case("1", LEFT_OUT)), chrome(case("1", BAD)))) == {"new": ["Case 1"]}


def test_renamed_case() -> None:
    """The ID of a case counts, not its name; the name counts where there is no ID."""
    then = chrome(case("1", BAD, "Pay"), case("", BAD, "Search"), case("", BAD, "Leave"))
    now = chrome(case("1", BAD, "Pay by card"), case("2", BAD, "Pay"), case("", BAD, "Search"))
    assert told(compare(BEFORE, then, now)) == {"new": ["Pay"], "known": ["Pay by card", "Search"]}


def test_machines_are_told_apart() -> None:
    """The same case is another one on another machine; machines are known by their titles, wherever they stand."""
    suites = suite(case("1", BAD)), suite(case("1"))
    then = (machine(suites[0], title="Chrome"), machine(suites[1], title="Safari"))
    now = (machine(suites[0], title="Safari"), machine(suites[0], title="Edge"), machine(suites[0], title="Chrome"))
    found = compare(BEFORE, then, now)
    assert [placed[0].title for placed in found.new] == ["Safari", "Edge"]
    assert [placed[0].title for placed in found.known] == ["Chrome"]


def test_title_in_the_list_counts() -> None:
    """The title that the details of a machine have is not that of the list, which is all there is of the run before."""
    now = replace(chrome(case("1", BAD))[0], title="Windows Chrome", listed_as="Chrome")
    assert told(compare(BEFORE, chrome(case("1", BAD)), (now,))) == {"known": ["Case 1"]}


def test_case_that_moved() -> None:
    """A case is found in another suite of the same machine, if it is not in its own any more."""
    then = (machine(suite(case("1", BAD), name="Login"), suite(case("1"), name="Checkout")),)
    same = (machine(suite(case("1"), name="Checkout"), suite(case("1", BAD), name="Login")),)
    assert told(compare(BEFORE, then, same)) == {"known": ["Case 1"]}
    moved = (machine(suite(case("1", BAD), name="Basket"), suite(case("1"), name="Checkout")),)
    assert told(compare(BEFORE, then, moved)) == {"known": ["Case 1"]}


def test_equal_names_are_matched_in_order() -> None:
    """Machines and suites of the same name are matched in their order, the first with the first."""
    then = chrome(case("1", BAD)) + chrome(case("1"))
    now = chrome(case("1")) + chrome(case("1", BAD))
    found = compare(BEFORE, then, now)
    assert ([placed[0] for placed in found.new], [placed[0] for placed in found.fixed]) == ([now[1]], [now[0]])
    assert told(compare(BEFORE, then, then)) == {"known": ["Case 1"]}


def test_data_sets() -> None:
    """A data-driven failure is known if each set that broke it broke it before; one set more makes it new."""
    then = chrome(case("1", BAD, JPY=BAD, EUR=GOOD, USD=BAD))
    assert told(compare(BEFORE, then, chrome(case("1", BAD, JPY=BAD, EUR=GOOD, USD=GOOD)))) == {"known": ["Case 1"]}
    assert told(compare(BEFORE, then, chrome(case("1", BAD, JPY=BAD, EUR=BAD)))) == {"new": ["Case 1"]}
    assert told(compare(BEFORE, then, chrome(case("1", GOOD, JPY=GOOD, EUR=BAD)))) == {"new": ["Case 1"]}


def test_data_sets_that_are_not_told() -> None:
    """Where one of the two runs does not say which set broke it, the failure of a case that failed before is known."""
    for then, now in ((case("1", BAD), case("1", BAD, JPY=BAD)), (case("1", BAD, JPY=BAD), case("1", BAD))):
        assert told(compare(BEFORE, chrome(then), chrome(now))) == {"known": ["Case 1"]}


def test_data_set_that_was_not_executed() -> None:
    """A case is not fixed while a set that broke it was left out; a set that is gone is no reason."""
    then = chrome(case("1", BAD, JPY=BAD, EUR=GOOD))
    found = compare(BEFORE, then, chrome(case("1", GOOD, JPY=LEFT_OUT, EUR=GOOD)))
    assert (told(found), found.not_run) == ({}, 1)
    assert told(compare(BEFORE, then, chrome(case("1", GOOD, JPY=GOOD, EUR=LEFT_OUT)))) == {"fixed": ["Case 1"]}
    assert told(compare(BEFORE, then, chrome(case("1", GOOD, EUR=GOOD)))) == {"fixed": ["Case 1"]}


def test_flaky_is_not_fixed() -> None:
    """A case that passed only when it was run again is not fixed."""
    flaky = replace(case("1"), earlier=(case("1", BAD),))
    found = compare(BEFORE, chrome(case("1", BAD)), chrome(flaky))
    assert (told(found), found.not_run) == ({}, 0)


def test_work_grows_with_the_cases() -> None:
    """Eight times the cases take no more than 32 times the time: work that grew with the square would take 64 times."""
    small, large = (chrome(*(case(str(number), BAD) for number in range(count))) for count in (2_000, 16_000))
    moved = tuple(replace(one, suites=(replace(one.suites[0], name="Elsewhere"),)) for one in large)

    def cost(then: tuple[MachineResult, ...], now: tuple[MachineResult, ...]) -> float:
        gc.collect()
        begin = time.process_time()
        compare(BEFORE, then, now)
        return time.process_time() - begin

    least = min(cost(small, small) for _ in range(5))
    assert min(cost(large, large) for _ in range(3)) < 32 * least
    assert min(cost(large, moved) for _ in range(3)) < 40 * least


def hook(result: Result, number: int = 7) -> CaseResult:
    """A row for a hook."""
    return replace(case(str(number), result), hook=True)


def test_hooks_are_new_or_known_failures_and_nothing_else() -> None:
    """They are no cases that could be fixed, or be missed where they do not run again."""
    assert told(compare(BEFORE, chrome(hook(GOOD)), chrome(hook(BAD)))) == {"new": ["Case 7"]}
    assert told(compare(BEFORE, chrome(hook(BAD)), chrome(hook(BAD)))) == {"known": ["Case 7"]}
    for now in (chrome(hook(GOOD)), chrome(hook(LEFT_OUT)), chrome(hook(GOOD, 8)), chrome(case("1"))):
        found = compare(BEFORE, chrome(hook(BAD)), now)
        assert (told(found), found.not_run) == ({}, 0)
