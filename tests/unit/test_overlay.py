"""A run and its reruns as one tree: what ran again takes the place of what it was, nothing else does."""

from dataclasses import replace

import pytest

from tests.samples import BEGIN, timing
from testsigma_action.domain import attempts
from testsigma_action.domain.gaps import Gap, Missing
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, ResultTree, SuiteResult
from testsigma_action.domain.run import Result, Run, Status, Timing

FIRST = Run("1", Status.COMPLETED, Result.FAILED)
AGAIN = Run("2", Status.COMPLETED, Result.PASSED)
BAD = (Result.FAILED, Result.ABORTED, Result.STOPPED, Result.QUEUED, Result.UNKNOWN)


def case(name: str, result: Result, *sets: Iteration, case_id: str = "", attempt: str = "") -> CaseResult:
    """A case; without an ID its name tells which one it is."""
    return CaseResult(f"{name}{attempt}", case_id, name, result, iterations=sets)


def machine(
    *cases: CaseResult, title: str = "Chrome", suite: str = "Smoke", result: Result = Result.UNKNOWN
) -> MachineResult:
    """A machine with one suite."""
    return MachineResult(title, title, (SuiteResult(suite, suite, cases, result),), result)


def merged(before: tuple[MachineResult, ...], *again: tuple[MachineResult, ...]) -> ResultTree:
    """The whole of a run and its reruns."""
    runs = [replace(AGAIN, id=str(number)) for number, _ in enumerate(again, 2)]
    trees = [ResultTree(run, machines, listed=True) for run, machines in zip(runs, again, strict=True)]
    return attempts.merged([ResultTree(FIRST, before, listed=True), *trees], runs)


def only(tree: ResultTree) -> CaseResult:
    """The only case of a tree."""
    (found,) = tree.cases()
    return found


def test_without_reruns_a_tree_is_itself() -> None:
    """No machine is copied: large runs cost no more than before."""
    tree = ResultTree(FIRST, (machine(case("A", Result.PASSED)),))
    merged = attempts.merged([tree], [])
    assert merged == tree
    assert merged.machines is tree.machines


def test_a_case_that_passed_when_it_ran_again() -> None:
    """It has its last result, keeps what it was before, and is flaky."""
    tree = merged((machine(case("A", Result.FAILED), case("B", Result.PASSED)),), (machine(case("A", Result.PASSED)),))
    a, b = tree.cases()
    assert (a.result, a.flaky, [one.result for one in a.earlier]) == (Result.PASSED, True, [Result.FAILED])
    assert (b.result, b.flaky, b.earlier) == (Result.PASSED, False, ())
    assert (tree.run, [run.id for run in tree.reruns]) == (FIRST, ["2"])


def test_a_chain_of_reruns_keeps_every_attempt() -> None:
    """The oldest first, none within another."""
    attempts = [(machine(case("A", result, attempt=str(number))),) for number, result in enumerate(BAD[:3])]
    found = only(merged(attempts[0], attempts[1], attempts[2], (machine(case("A", Result.PASSED, attempt="3")),)))
    assert [one.id for one in (*found.earlier, found)] == ["A0", "A1", "A2", "A3"]
    assert not any(one.earlier for one in found.earlier)


@pytest.mark.parametrize("result", [*BAD, Result.PASSED])
def test_a_rerun_that_did_not_execute_a_case_says_nothing_about_it(result: Result) -> None:
    """It stays what it was; executed again with any other result, it is what it became."""
    before = (machine(case("A", result)),)
    assert only(merged(before, (machine(case("A", Result.NOT_EXECUTED)),))) == case("A", result)
    for later in (*BAD, Result.PASSED):
        assert only(merged(before, (machine(case("A", later)),))).result is later


def test_names_tell_where_ids_differ() -> None:
    """A case, suite or machine is the same if its ID is; without IDs in common, if its name is."""
    before = (machine(case("A", Result.FAILED, case_id="1"), case("A", Result.FAILED, case_id="2")),)
    by_id = merged(before, (machine(case("A (new name)", Result.PASSED, case_id="2")),))
    assert [one.result for one in by_id.cases()] == [Result.FAILED, Result.PASSED]
    one = (machine(case("A", Result.FAILED, case_id="1")),)
    assert only(merged(one, (machine(case("A", Result.PASSED, case_id="9")),))).flaky


def test_what_cannot_be_told_apart_is_not_replaced() -> None:
    """Two cases of one name, one of which ran again: both stay what they were, and the new one stands beside them."""
    twins = (machine(case("A", Result.FAILED), case("A", Result.PASSED)),)
    found = merged(twins, (machine(case("A", Result.PASSED)),))
    assert [one.result for one in found.cases()] == [Result.FAILED, Result.PASSED, Result.PASSED]
    both = merged(twins, (machine(case("A", Result.PASSED), case("A", Result.PASSED)),))
    assert [one.flaky for one in both.cases()] == [True, False]


def test_places_are_told_apart() -> None:
    """A case of the same name in another suite or on another machine is another case."""
    before = (machine(case("A", Result.FAILED)), machine(case("A", Result.FAILED), title="Safari"))
    found = merged(before, (machine(case("A", Result.PASSED), title="Safari"),))
    assert [one.result for one in found.cases()] == [Result.FAILED, Result.PASSED]
    elsewhere = merged(before[:1], (machine(case("A", Result.PASSED), suite="Other"),))
    assert [one.result for one in elsewhere.cases()] == [Result.FAILED, Result.PASSED]


def test_places_have_the_result_of_the_rerun() -> None:
    """Unless something else in them is still no pass."""
    before = machine(case("A", Result.FAILED), case("B", Result.FAILED), result=Result.FAILED)
    again = machine(case("A", Result.PASSED), result=Result.PASSED)
    both = machine(case("A", Result.PASSED), case("B", Result.PASSED), result=Result.PASSED)
    for rerun, result in ((again, Result.FAILED), (both, Result.PASSED)):
        (found,) = merged((before,), (rerun,)).machines
        assert (found.result, found.suites[0].result) == (result, result)


def test_data_sets_are_replaced_by_name() -> None:
    """Only those that ran again; the case is what they make it."""
    x, y = Iteration("1", "x", Result.PASSED), Iteration("2", "y", Result.FAILED)
    good = Iteration("3", "y", Result.PASSED)
    found = only(merged((machine(case("A", Result.FAILED, x, y)),), (machine(case("A", Result.PASSED, good)),)))
    assert (found.iterations, found.result, found.flaky) == ((x, good), Result.PASSED, True)


@pytest.mark.parametrize(
    "again", [(), (Iteration("3", "z", Result.PASSED),), (Iteration("3", "y", Result.NOT_EXECUTED),)]
)
def test_a_data_set_that_did_not_run_again_stays_broken(again: tuple[Iteration, ...]) -> None:
    """Even if the rerun calls its case passed."""
    sets = (Iteration("1", "x", Result.PASSED), Iteration("2", "y", Result.FAILED))
    found = only(merged((machine(case("A", Result.FAILED, *sets)),), (machine(case("A", Result.PASSED, *again)),)))
    assert (found.result, found.acceptable, found.flaky) == (Result.FAILED, False, False)


def test_gaps_of_reruns_are_named() -> None:
    """What could not be had of which run."""
    first = ResultTree(FIRST, gaps=(Gap(Missing.STEPS),))
    tree = attempts.merged([first, ResultTree(AGAIN, gaps=(Gap(Missing.CASE_TIMES),))], [AGAIN])
    assert tree.gaps == (Gap(Missing.STEPS), Gap(Missing.CASE_TIMES, run_id="2"))


def test_a_run_that_was_made_good_for() -> None:
    """It passed, from the begin of the first attempt to the end of the last; the service's own word is kept."""
    first = replace(FIRST, result_label="FAILURE", timing=timing(60))
    last = replace(AGAIN, timing=Timing(BEGIN, timing(90).ended))
    run = attempts.as_passed(attempts.merged([ResultTree(first), ResultTree(last)], [last])).run
    assert (run.id, run.result, run.result_label) == ("1", Result.PASSED, "FAILURE")
    assert run.timing == Timing(BEGIN, timing(90).ended)
