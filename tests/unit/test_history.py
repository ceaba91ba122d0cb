"""The history of failing cases: since when, how often, flaky, new or known."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.samples import machine, run, suite, timing
from testsigma_action.domain.history import CaseHistory, History, Mark, marks_of
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult
from testsigma_action.domain.run import Result

GOOD, BAD, LEFT_OUT = Result.PASSED, Result.FAILED, Result.NOT_EXECUTED
LETTERS = {"P": Mark.PASSED, "F": Mark.FAILED, "S": Mark.OTHER_SETS, "n": Mark.NOT_EXECUTED, "a": Mark.ABSENT}
LETTERS["u"] = Mark.UNREAD


def case(identity: str, result: Result = BAD, **sets: Result) -> CaseResult:
    """A case, with data sets by name where there are any."""
    iterations = tuple(Iteration("", key, value) for key, value in sets.items())
    return CaseResult("", identity, f"Case {identity}", result, iterations=iterations)


def chrome(*cases: CaseResult) -> tuple[MachineResult, ...]:
    """One machine with one suite."""
    return (machine(suite(*cases)),)


def history(letters: str) -> CaseHistory:
    """The history of a failing case: a letter for each earlier run, the oldest first."""
    machines = chrome(case("1"))
    placed = (machines[0], machines[0].suites[0], machines[0].suites[0].cases[0])
    return CaseHistory(placed, tuple(LETTERS[letter] for letter in letters))


@pytest.mark.parametrize(
    ("letters", "since", "always"),
    [
        ("", None, True),
        ("PPPP", None, False),
        ("PPFF", 2, False),
        ("PFPF", 3, False),
        ("FFFF", 0, True),
        ("aaFF", 2, True),
        ("PFnF", 1, False),
        ("PFua", 1, False),
        ("PFS", None, False),
        ("FFP", None, False),
        ("nna", None, True),
    ],
)
def test_since_when_it_fails(letters: str, since: int | None, always: bool) -> None:  # noqa: FBT001 - a parameter
    """It fails since the first of the failures that lead up to now; runs that did not execute it do not matter."""
    found, runs = history(letters), tuple(run(number=number) for number in range(len(letters)))
    first = None if since is None else runs[since]
    assert (History(runs, (found,)).since(found), found.always) == (first, always)


@pytest.mark.parametrize(
    ("letters", "failed", "executed"), [("PPFPF", 2, 5), ("nauP", 0, 1), ("SFS", 3, 3), ("", 0, 0)]
)
def test_in_how_many_runs_it_failed(letters: str, failed: int, executed: int) -> None:
    """Failures of other data sets are failures of the case; runs that did not execute it are not counted."""
    found = history(letters)
    assert (found.failed, found.executed) == (failed, executed)


@pytest.mark.parametrize(
    ("letters", "flaky"),
    [("PFP", True), ("PFFPP", True), ("FPFP", True), ("PnFuP", True), ("FP", False), ("FFPP", False), ("PF", False)],
)
def test_flaky_is_three_changes(letters: str, flaky: bool) -> None:  # noqa: FBT001 - a parameter
    """Passed, failed, passed again and failed now: three changes. A case that broke, or broke again, is not flaky."""
    assert history(letters).flaky is flaky


@pytest.mark.parametrize(
    ("letters", "known"), [("PF", True), ("Fn", True), ("FP", False), ("FS", False), ("na", False), ("", False)]
)
def test_new_or_known(letters: str, known: bool) -> None:  # noqa: FBT001 - a parameter
    """A failure is known if the case failed in the same way when it was executed last; else it is new."""
    assert history(letters).known is known


def test_marks_of_an_earlier_run() -> None:
    """Only failing cases have one: what the case did in that run, or that it is not listed there."""
    now = chrome(case("1"), case("2", GOOD), case("3"), case("4"), case("5"), case("6", Result.ABORTED))
    then = chrome(case("1", GOOD), case("2"), case("3"), case("4", LEFT_OUT), case("6", Result.UNKNOWN))
    found, comparison = marks_of(run(number=900), then, now)
    assert found == (Mark.PASSED, Mark.FAILED, Mark.NOT_EXECUTED, Mark.ABSENT, Mark.FAILED)
    assert [placed[2].name for placed in comparison.fixed] == ["Case 2"]


def test_data_sets() -> None:
    """A failure of before counts as the same only if every data set that fails now failed then."""
    now = chrome(case("1", BAD, one=BAD, two=BAD))
    both, one, neither = chrome(*now[0].cases()), chrome(case("1", BAD, one=BAD)), chrome(case("1", GOOD, one=GOOD))
    before = run(number=900)
    marks = [marks_of(before, then, now)[0][0] for then in (both, one, neither)]
    assert marks == [Mark.FAILED, Mark.OTHER_SETS, Mark.PASSED]


def test_a_case_that_passed_when_it_was_run_again_has_a_history() -> None:
    """It is flaky by this run alone, and neither new nor known."""
    again = replace(case("1", GOOD), earlier=(case("1"),))
    marks, _ = marks_of(run(number=900), chrome(case("1", GOOD)), chrome(again, case("2", GOOD)))
    assert marks == (Mark.PASSED,)
    found = History.of((run(number=900),), chrome(again), {"900": marks})
    assert [one.flaky for one in found.cases] == [True]
    assert (found.new, found.known) == ((), ())


def test_a_run_whose_list_is_missing() -> None:
    """It stands in the history as unread."""
    runs = (run(number=900), run(number=901))
    found = History.of(runs, chrome(case("1")), {"901": (Mark.FAILED,)})
    assert found.cases[0].marks == (Mark.UNREAD, Mark.FAILED)


def test_plan() -> None:
    """How many of the runs passed, and how long such a run usually takes: the median."""
    runs = [
        replace(run(GOOD if number % 2 else BAD), timing=timing(seconds)) for number, seconds in enumerate((9, 1, 5))
    ]
    found = History(tuple(runs), ())
    assert (found.passed, found.usual) == (1, timedelta(seconds=5))
    assert History((replace(run(), timing=replace(timing(1), duration=None, ended=None)),), ()).usual is None
