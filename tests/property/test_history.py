"""The history of a case against a naive reading of its rules, for any sequence of results."""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from tests.property.test_compare import ids, listed, runs
from tests.samples import run
from testsigma_action.domain.compare import compare
from testsigma_action.domain.history import CaseHistory, History, Mark, marks_of
from testsigma_action.domain.results import CaseResult, MachineResult, SuiteResult
from testsigma_action.domain.run import Result

FAILED = CaseResult("", "1", "Case", Result.FAILED)
PLACED = (MachineResult("", "M", ()), SuiteResult("", "S", ()), FAILED)
EXECUTED = {Mark.PASSED, Mark.FAILED, Mark.OTHER_SETS}


@given(st.lists(st.sampled_from(Mark), max_size=12).map(tuple))
def test_any_sequence(marks: tuple[Mark, ...]) -> None:
    """Since, failed-in, flaky and known agree with a model that looks at each run one by one."""
    found = CaseHistory(PLACED, marks)
    since: int | None = None
    for position, mark in reversed(list(enumerate(marks))):
        if mark is Mark.FAILED:
            since = position
        elif mark in EXECUTED:
            break
    executed = [mark for mark in marks if mark in EXECUTED]
    phases = [passed for passed, _ in groupby([*(mark is Mark.PASSED for mark in executed), False])]
    before = tuple(run(number=number) for number in range(len(marks)))
    assert History(before, (found,)).since(found) == (None if since is None else before[since])
    assert found.always == (not any(mark is not Mark.FAILED for mark in executed))
    assert (found.executed, found.failed) == (len(executed), sum(mark is not Mark.PASSED for mark in executed))
    assert found.flaky == (len(phases) >= 4)
    assert found.known == (executed[-1:] == [Mark.FAILED])


@given(runs, runs)
def test_one_earlier_run_is_the_comparison_with_it(
    then: tuple[MachineResult, ...], now: tuple[MachineResult, ...]
) -> None:
    """With a single earlier run, new and known failures are those of the comparison of the two runs."""
    before = run(number=900)
    marks, comparison = marks_of(before, then, now)
    history = History.of((before,), now, {"900": marks})
    plain = compare(before, then, now)
    assert comparison == plain
    assert (ids(history.new), ids(history.known)) == (ids(plain.new), ids(plain.known))


@given(st.lists(runs, max_size=4), runs)
def test_every_failure_has_a_history(lists: list[tuple[MachineResult, ...]], now: tuple[MachineResult, ...]) -> None:
    """Each failing or flaky case has exactly one mark for each run, in the order of the run; others have none."""
    before = tuple(run(number=900 + number) for number in range(len(lists)))
    marks = {one.id: marks_of(one, then, now)[0] for one, then in zip(before, lists, strict=True)}
    history = History.of(before, now, marks)
    troubled = [placed for placed in listed(now) if not placed[2].acceptable or placed[2].flaky]
    assert ids([one.placed for one in history.cases]) == ids(troubled)
    assert all(len(one.marks) == len(before) for one in history.cases)
    assert sorted(ids(history.new + history.known)) == sorted(ids([p for p in troubled if not p[2].acceptable]))
