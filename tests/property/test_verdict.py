"""No green step without tests that ran and passed, whatever the results are."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action.domain.findings import ErrorFinding
from testsigma_action.domain.judgement import judge
from testsigma_action.domain.report import Conclusion, Verdict
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, ResultTree, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, Status
from testsigma_action.domain.verdict import PRECEDENCE, combined
from testsigma_action.reporting.wording import reason

RESULTS = st.sampled_from(Result)
NUMBERS = st.none() | st.integers(0, 3)
COUNTS = st.builds(Counts, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
ITERATIONS = st.lists(st.builds(Iteration, st.just("9"), st.just("set"), RESULTS), max_size=2).map(tuple)
CASES = st.builds(CaseResult, st.sampled_from("12345"), st.just("1"), st.just("Case"), RESULTS, iterations=ITERATIONS)
SUITES = st.builds(SuiteResult, st.just("1"), st.just("Suite"), st.lists(CASES, max_size=3).map(tuple), RESULTS)
MACHINES = st.builds(MachineResult, st.just("1"), st.just("M"), st.lists(SUITES, max_size=2).map(tuple), RESULTS)
RUNS = st.builds(
    Run,
    st.just("302"),
    st.just(Status.COMPLETED),
    # Passed half of the time, for that is where the danger is.
    st.just(Result.PASSED) | RESULTS,
    counts=COUNTS,
    other_counts=st.lists(COUNTS, max_size=2).map(tuple),
    visual_result=st.none() | RESULTS,
    consolidated_result=st.none() | RESULTS,
)
TREES = st.builds(
    ResultTree, RUNS, st.lists(MACHINES, max_size=2).map(tuple), st.booleans(), st.booleans(), details_result=RESULTS
)
VERDICTS = st.builds(
    Verdict,
    st.just(Conclusion.ERROR),
    st.sampled_from(PRECEDENCE),
    findings=st.tuples(st.builds(ErrorFinding, st.text("abc ", min_size=1, max_size=5))),
)


@settings(database=None, deadline=None, max_examples=300)
@given(tree=TREES)
def test_no_pass_without_evidence(tree: ResultTree) -> None:
    """Exit 0 needs a run that passed, a case or a counter that passed, and nothing that says otherwise."""
    if judge(tree).exit_code != 0:
        return
    cases = list(tree.cases())
    sets = (tree.run.counts, *tree.run.other_counts)
    assert tree.run.completed
    assert tree.run.result is Result.PASSED
    assert any(case.result is Result.PASSED for case in cases) or any(counts.passed for counts in sets)
    assert all(case.result in {Result.PASSED, Result.NOT_EXECUTED} for case in cases)
    assert not any(counts.failed or counts.aborted or counts.stopped for counts in sets)
    assert tree.run.consolidated_result is not Result.FAILED


@settings(database=None, deadline=None, max_examples=300)
@given(tree=TREES)
def test_only_three_ends(tree: ResultTree) -> None:
    """A completed run passed, failed, or could not be read; exit code and conclusion agree, and there is a reason."""
    verdict = judge(tree)
    named = {0: Conclusion.PASSED, 1: Conclusion.FAILED, 3: Conclusion.ERROR}
    assert named[verdict.exit_code] is verdict.conclusion
    assert reason(verdict)
    assert bool(verdict.code) is bool(verdict.exit_code)


@settings(database=None, deadline=None, max_examples=300)
@given(tree=TREES, result=st.sampled_from([result for result in Result if not result.tolerable]))
def test_a_bad_case_makes_no_verdict_better(tree: ResultTree, result: Result) -> None:
    """With one more case that did not pass, nothing passes."""
    bad = MachineResult("2", "M2", (SuiteResult("2", "S2", (CaseResult("2", "2", "Bad", result),)),))
    assert judge(replace(tree, machines=(*tree.machines, bad), listed=True)).exit_code == 1


@settings(database=None, deadline=None, max_examples=300)
@given(tree=TREES, name=st.sampled_from(["failed", "aborted", "stopped"]))
def test_a_bad_counter_makes_no_verdict_better(tree: ResultTree, name: str) -> None:
    """In whichever set of counters it stands."""
    bad = Counts(**{name: 1})
    first = replace(tree.run, counts=bad)
    last = replace(tree.run, other_counts=(*tree.run.other_counts, bad))
    assert judge(replace(tree, run=first)).exit_code == 1
    assert judge(replace(tree, run=last)).exit_code == 1


@settings(database=None, deadline=None, max_examples=300)
@given(tree=TREES, name=st.text("abc.", min_size=1))
def test_what_cannot_be_read_makes_no_verdict_better(tree: ResultTree, name: str) -> None:
    """A field that cannot be read, of the run or of its details, is never under a pass."""
    of_run = replace(tree, run=replace(tree.run, unreadable_fields=(name,)))
    for doubtful in (of_run, replace(tree, unreadable_fields=(name,))):
        verdict = judge(doubtful)
        assert verdict.exit_code == 1 or (verdict.exit_code, judge(tree).exit_code) == (3, 3)


@settings(database=None, deadline=None, max_examples=300)
@given(tree=TREES, name=st.sampled_from(["queued", "running"]))
def test_unfinished_counters_need_a_complete_list_of_passes(tree: ResultTree, name: str) -> None:
    """Cases that wait or run are under a pass only where the list has all cases, and each of them has passed."""
    unfinished = replace(tree, run=replace(tree.run, counts=replace(tree.run.counts, **{name: 1})))
    if judge(unfinished).exit_code == 0:
        assert unfinished.complete
        assert {case.result for case in tree.cases()} == {Result.PASSED}


@settings(database=None, deadline=None)
@given(verdicts=st.lists(VERDICTS, min_size=1, max_size=4))
def test_the_order_in_which_things_went_wrong_does_not_matter(verdicts: list[Verdict]) -> None:
    """The exit code depends on what holds alone; a pass among others is no pass."""
    codes = {combined(order).exit_code for order in permutations(verdicts)}
    assert len(codes) == 1
    assert codes <= {verdict.exit_code for verdict in verdicts}
    assert (codes == {0}) is all(verdict.exit_code == 0 for verdict in verdicts)
    told = combined(verdicts).findings
    assert all(set(verdict.findings) <= set(told) for verdict in verdicts)
    assert len(set(told)) == len(told)
