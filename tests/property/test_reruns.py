"""No green step by a rerun unless every case passed in the end, whatever the runs and their results are."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from hypothesis import event, given, settings
from hypothesis import strategies as st

from testsigma_action.domain.attempts import merged
from testsigma_action.domain.rerun_judgement import judge_reruns
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, ResultTree, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, Status

T = TypeVar("T")
ANY = st.sampled_from(Result)
COUNTS = st.sampled_from([Counts(total=2, passed=1, failed=1), Counts(total=9, failed=5), Counts(total=9)])
Key = tuple[str, str, str]


class Fate:
    """Draws what is expected, and now and then something else: the danger is close to a pass."""

    def __init__(self, draw: st.DrawFn) -> None:
        """Keep the source of all chance."""
        self.draw = draw

    def usually(self, expected: T, others: st.SearchStrategy[T]) -> T:
        """What is expected, but for rare cases."""
        return self.draw(others) if self.rarely() else expected

    def rarely(self) -> bool:
        """Whether this is one of the rare cases, one in twenty."""
        return self.draw(st.integers(0, 19)) == 7

    def case(self, name: str, result: Result) -> CaseResult:
        """A case with this result; some have data sets, the second of which has the result of the case."""
        own = self.usually(result, ANY)
        sets: tuple[Iteration, ...] = ()
        if name in self.usually("C", st.just("ABC")):
            sets = (Iteration("1", "x", self.usually(Result.PASSED, ANY)), Iteration("2", "y", self.usually(own, ANY)))
        return CaseResult(name, name, name, own, iterations=sets, disabled=self.rarely())

    def tree(self, number: int, cases: dict[tuple[str, str], Result]) -> ResultTree:
        """The tree of one run with these cases, by machine and name."""
        bad = any(not result.tolerable for result in cases.values())
        worst = Result.FAILED if bad else Result.PASSED
        machines = []
        for title in sorted({title for title, _ in cases}):
            found = tuple(self.case(name, result) for (owner, name), result in cases.items() if owner == title)
            suite = SuiteResult(f"{title}{number}", "S", found, self.usually(worst, ANY), suite_id="7")
            machines.append(MachineResult(suite.id, title, (suite,), self.usually(worst, ANY), machine_id=title))
        return ResultTree(self.run(number, worst), tuple(machines), listed=not self.rarely())

    def run(self, number: int, result: Result) -> Run:
        """A run; the first one never passed."""
        wrong = st.sampled_from([one for one in Result if number or one is not Result.PASSED])
        return Run(
            str(number),
            self.usually(Status.COMPLETED, st.just(Status.IN_PROGRESS)) if number else Status.COMPLETED,
            self.usually(result if number else Result.FAILED, wrong),
            counts=self.usually(Counts(), COUNTS),
            consolidated_result=self.usually(self.draw(st.sampled_from([None, Result.PASSED])), ANY),
            consolidated_status=self.usually(None, st.sampled_from(Status)),
            consolidated_counts=self.usually((), st.tuples(COUNTS)),
        )


@st.composite
def attempts(draw: st.DrawFn) -> list[ResultTree]:
    """A run that did not pass, and one to three reruns of what failed in the run before."""
    fate = Fate(draw)
    keys = draw(st.lists(st.tuples(st.sampled_from("MN"), st.sampled_from("ABC")), min_size=1, unique=True))
    cases = {key: draw(st.sampled_from([Result.PASSED, Result.FAILED, Result.NOT_EXECUTED])) for key in keys}
    found = [fate.tree(0, cases)]
    for number in range(1, draw(st.integers(1, 3)) + 1):
        again = [key for key, result in cases.items() if fate.usually(result is not Result.PASSED, st.booleans())]
        cases = {key: fate.usually(Result.PASSED, st.just(Result.FAILED)) for key in again or keys[:1]}
        found.append(fate.tree(number, cases))
        if all(result.tolerable for result in cases.values()):
            break
    return found


def placed(tree: ResultTree) -> Iterator[tuple[Key, CaseResult]]:
    """Each case with what tells it from all others."""
    for machine, suite, case in tree.placed_cases():
        yield (machine.title, suite.name, case.name), case


def last_words(found: list[ResultTree]) -> dict[Key, CaseResult]:
    """Each case as the last run that executed it has it."""
    known: dict[Key, CaseResult] = {}
    for tree in found:
        for key, case in placed(tree):
            if key not in known or case.result is not Result.NOT_EXECUTED or not case.acceptable:
                known[key] = case
    return known


def exit_code(found: list[ResultTree]) -> int:
    """The verdict on a run and its reruns."""
    return judge_reruns(found, merged(found, [tree.run for tree in found[1:]])).exit_code


@settings(database=None, deadline=None, max_examples=1500)
@given(attempts())
def test_no_pass_with_a_case_that_did_not_pass_at_last(found: list[ResultTree]) -> None:
    """A pass means that the last rerun is one by itself, and that every case passed when it ran last."""
    if exit_code(found) != 0:
        return
    event("passed")
    last = found[-1]
    assert (last.run.status, last.run.result) == (Status.COMPLETED, Result.PASSED)
    assert all(case.acceptable for case in last.cases())
    for case in last_words(found).values():
        assert case.result is Result.PASSED or (case.disabled and case.result is Result.NOT_EXECUTED)
        assert case.acceptable
    assert found[0].run.consolidated_result in {None, Result.PASSED}
    assert found[0].run.consolidated_status in {None, Status.COMPLETED}
    assert not any(counts.bad for counts in found[0].run.consolidated_counts)


@settings(database=None, deadline=None, max_examples=300)
@given(attempts(), st.sampled_from([result for result in Result if result is not Result.PASSED]))
def test_a_rerun_that_did_not_pass_is_none(found: list[ResultTree], result: Result) -> None:
    """Whatever its cases are."""
    last = replace(found[-1], run=replace(found[-1].run, result=result))
    assert exit_code([*found[:-1], last]) == 1


@settings(database=None, deadline=None, max_examples=300)
@given(attempts())
def test_nothing_is_lost_in_the_whole(found: list[ResultTree]) -> None:
    """Every case of every run is in the whole once, with its last result and at most as many attempts as runs."""
    result = merged(found, [tree.run for tree in found[1:]])
    cases_of_whole = dict(placed(result))
    assert len(cases_of_whole) == sum(1 for _ in result.cases())
    assert cases_of_whole.keys() == {key for tree in found for key, _ in placed(tree)}
    for key, case in last_words(found).items():
        assert len(cases_of_whole[key].earlier) < len(found)
        assert cases_of_whole[key].acceptable <= case.acceptable
        assert not any(attempt.earlier for attempt in cases_of_whole[key].earlier)
