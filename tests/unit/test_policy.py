"""Which failures are tolerated, and what a pass by policy needs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from tests.samples import case, machine, rerun, run, suite
from tests.samples import tree as tree_of
from testsigma_action.domain.judgement import judge
from testsigma_action.domain.policy import tolerating
from testsigma_action.domain.quarantine import excuse, passing, unmatched
from testsigma_action.domain.report import Verdict
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, Placed, ResultTree
from testsigma_action.domain.run import Counts, Result
from testsigma_action.domain.tolerance import Policy, Quarantined, QuarantineEntry, Share, Treatment, WithinLimit
from testsigma_action.reporting.wording import reason

DAY = date(2026, 12, 31)
PAY = QuarantineEntry("Pay", "known", DAY)
FAILED = replace(case(name="Pay", result=Result.FAILED), case_id="70", id="1")
GOOD = replace(case(name="Log in"), case_id="71", id="2")


def placed(found: CaseResult) -> Placed:
    """The case in its place."""
    of_suite = suite(found, name="Checkout")
    return machine(of_suite, title="Windows Chrome"), of_suite, found


@pytest.mark.parametrize(
    "entry",
    [
        PAY,
        QuarantineEntry("P?y", "r", DAY),
        QuarantineEntry("*ay", "r", DAY),
        QuarantineEntry(" Pay ", "r", DAY),
        QuarantineEntry("70", "r", DAY),
        QuarantineEntry("070", "r", DAY),
        QuarantineEntry("Pay", "r", DAY, suite="Check*", machine="*Chrome"),
    ],
)
def test_what_an_entry_names(entry: QuarantineEntry) -> None:
    """A name as a whole, with wildcards, or an ID; a suite and a machine if they are given."""
    assert excuse([entry], placed(FAILED)) == Quarantined((entry,))


@pytest.mark.parametrize(
    "entry",
    [
        QuarantineEntry("pay", "r", DAY),
        QuarantineEntry("Pa", "r", DAY),
        QuarantineEntry("[P]ay", "r", DAY),
        QuarantineEntry("71", "r", DAY),
        QuarantineEntry("Pay", "r", DAY, suite="Smoke"),
        QuarantineEntry("Pay", "r", DAY, machine="Chrome"),
        QuarantineEntry("Pay", "r", DAY, data_set="*"),
    ],
)
def test_what_an_entry_does_not_name(entry: QuarantineEntry) -> None:
    """Another case of letters, a part of a name, brackets as wildcards, another place, a data set of a plain case."""
    assert excuse([entry], placed(FAILED)) is None


def test_brackets_are_brackets() -> None:
    """Names of cases have them, so they are no wildcards."""
    named = replace(FAILED, name="Pay [EUR]")
    assert excuse([QuarantineEntry("Pay [EUR]", "r", DAY)], placed(named))
    assert excuse([QuarantineEntry("Pay [*]", "r", DAY)], placed(named))


@pytest.mark.parametrize("result", [one for one in Result if one is not Result.FAILED])
def test_only_failures_are_excused(result: Result) -> None:
    """Whatever else became of the case counts, also for a data set of a failed case, and for hooks."""
    assert excuse([PAY], placed(replace(FAILED, result=result))) is None
    sets = (Iteration("1", "EUR", Result.FAILED), Iteration("2", "JPY", result))
    assert bool(excuse([PAY], placed(replace(FAILED, iterations=sets)))) == result.tolerable
    assert excuse([PAY], placed(replace(FAILED, hook=True))) is None


def test_each_failing_data_set_needs_an_entry() -> None:
    """Two entries together may excuse a case; one for one data set does not excuse the other."""
    eur, jpy = (replace(PAY, data_set=name) for name in ("EUR", "J*"))
    both = replace(FAILED, iterations=tuple(Iteration(name, name, Result.FAILED) for name in ("EUR", "JPY")))
    assert excuse([eur], placed(both)) is None
    assert excuse([eur, jpy], placed(both)) == Quarantined((eur, jpy))


def shop(*cases: CaseResult, result: Result = Result.FAILED, counts: Counts | None = None) -> ResultTree:
    """A run with these cases; the counters are those of the list."""
    own = counts or Counts.of(one.result for one in cases)
    places = machine(suite(*cases, name="Checkout", result=Result.UNKNOWN), title="Chrome", result=Result.UNKNOWN)
    return replace(tree_of(places, remote=replace(run(result), counts=own, message="")), listed=True)


def judged(tree: ResultTree, policy: Policy) -> Verdict:
    """The verdict after each case was judged."""
    return judge(tolerating(tree, policy), policy)


def many(result: Result, number: int) -> list[CaseResult]:
    """Different cases with this result."""
    return [replace(GOOD, id=f"{result.value}{at}", case_id=f"9{at}", result=result) for at in range(number)]


@pytest.mark.parametrize(
    ("limit", "failed", "green"),
    [
        (Share(2), 2, True),
        (Share(2), 3, False),
        (Share(10, percent=True), 1, True),
        (Share(10, percent=True), 2, False),
        (Share(100, percent=True), 10, True),
        (Share(9, percent=True), 1, False),
    ],
)
def test_a_budget_of_failures(limit: Share, failed: int, green: bool) -> None:  # noqa: FBT001
    """Up to the limit all failures are tolerated, above it none is; a percentage is one of the executed cases."""
    tree = shop(*many(Result.FAILED, failed), *many(Result.PASSED, 10 - failed))
    found = tolerating(tree, Policy(limit))
    assert [case.tolerance for case in found.cases() if case.tolerance] == [WithinLimit(limit)] * (failed * green)
    assert (judged(tree, Policy(limit)).exit_code == 0) == green


def test_the_budget_is_for_what_the_quarantine_leaves() -> None:
    """A case in quarantine does not use it up."""
    tree = shop(FAILED, replace(FAILED, id="3", name="Search", case_id="72"), GOOD)
    verdict = judged(tree, Policy(Share(1), (PAY,)))
    assert reason(verdict) == (
        "Passed by policy: 1 of 3 cases passed; 2 failures are tolerated (1 in quarantine, 1 by max-failures)."
    )
    assert [one.treatment for one in tolerating(tree, Policy(quarantine=(PAY,))).cases()] == [
        Treatment.TOLERATED,
        Treatment.COUNTS,
        Treatment.COUNTS,
    ]
    assert reason(judged(tree, Policy(quarantine=(PAY,)))) == "2 of 3 cases failed. 1 failure is tolerated."


IDLE = replace(GOOD, id="4", case_id="74", result=Result.NOT_EXECUTED)
TWO = Counts(total=2, passed=1, failed=1)


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        (shop(FAILED, GOOD, counts=Counts(total=3, passed=2, failed=1)), "nothing is known of 1 of 3 cases"),
        (shop(FAILED, GOOD, counts=Counts(total=2, passed=0, failed=2)), "its counters show 2 failed"),
        (shop(FAILED, GOOD, counts=replace(TWO, aborted=1)), "its counters show 1 aborted"),
        (shop(FAILED, GOOD, counts=replace(TWO, not_executed=1)), "its counters show 1 not executed"),
        (shop(FAILED, GOOD, counts=Counts()), "nothing says how many cases there are"),
        (shop(FAILED, GOOD, IDLE), "1 case of it was not executed"),
        (replace(shop(FAILED, GOOD), unreadable_fields=("failedCount",)), "`failedCount` cannot be read"),
        (replace(shop(FAILED, GOOD), details_result=Result.ABORTED), "a part of it did not pass"),
    ],
)
def test_a_run_with_anything_unaccounted_is_no_pass(tree: ResultTree, why: str) -> None:
    """Every listed failure is tolerated, and something shows that more may be wrong: the reason says what."""
    assert judged(shop(FAILED, GOOD), Policy(quarantine=(PAY,))).exit_code == 0
    verdict = judged(tree, Policy(quarantine=(PAY,)))
    assert (verdict.exit_code, verdict.code) == (1, "tests-failed")
    assert why in reason(verdict)


def test_a_disabled_case_need_not_run() -> None:
    """The plan leaves it out on purpose."""
    assert judged(shop(FAILED, GOOD, replace(IDLE, disabled=True)), Policy(quarantine=(PAY,))).exit_code == 0


@pytest.mark.parametrize("result", [Result.FAILED, Result.ABORTED])
def test_a_machine_is_explained_by_its_own_cases(result: Result) -> None:
    """A machine that failed is explained by a tolerated case on it, not by one on another machine."""
    with_case = machine(suite(FAILED, result=Result.FAILED), title="Chrome", result=result)
    other = machine(suite(GOOD, result=Result.PASSED), title="Safari", result=Result.PASSED)

    def code(*machines: MachineResult) -> int:
        return judged(replace(shop(FAILED, GOOD), machines=machines), Policy(quarantine=(PAY,))).exit_code

    assert code(with_case, other) == (0 if result is Result.FAILED else 1)
    assert code(with_case, replace(other, result=Result.FAILED)) == 1


@pytest.mark.parametrize("result", [Result.STOPPED, Result.ABORTED, Result.UNKNOWN, Result.NOT_EXECUTED, Result.QUEUED])
def test_other_results_of_a_run_are_never_tolerated(result: Result) -> None:
    """Whatever the policies are, a run that neither passed nor failed is no pass."""
    policy = Policy(Share(100, percent=True), (PAY,), min_tests=0)
    assert judged(shop(FAILED, GOOD, result=result), policy).exit_code == 1


def test_the_fewest_tests() -> None:
    """Fewer executed cases are no pass, with their number; a case that is listed twice counts once."""
    counts = Counts(total=2, passed=1, not_executed=1)
    tree = shop(GOOD, GOOD, replace(IDLE, disabled=True), result=Result.PASSED, counts=counts)
    verdict = judged(tree, Policy(min_tests=2))
    assert (verdict.code, reason(verdict)) == ("too-few-tests", "1 case was executed; min-tests is 2.")


@pytest.mark.parametrize("result", [Result.PASSED, Result.NOT_EXECUTED])
def test_a_run_without_tests(result: Result) -> None:
    """It is a pass with `min-tests: 0` only, which says so, and only if it is known that nothing was executed."""
    empty = shop(IDLE, result=result)
    assert judged(empty, Policy()).code == "no-tests"
    assert reason(judged(empty, Policy(min_tests=0))) == "No case was executed, which min-tests: 0 allows."
    unknown = replace(shop(result=result, counts=Counts()), listed=False, machines=())
    assert judged(unknown, Policy(min_tests=0)).exit_code == 1


def again(*earlier: Result) -> ResultTree:
    """A run with a case that passed at last, after these results."""
    attempts = [replace(FAILED, result=result) for result in earlier]
    tree = shop(rerun(replace(FAILED, result=Result.PASSED), *attempts), result=Result.PASSED)
    return replace(tree, reruns=(run(Result.PASSED, number=2),))


@pytest.mark.parametrize(
    ("tree", "policy", "code"),
    [
        (again(Result.FAILED), Policy(fail_on_flaky=True), "flaky"),
        (again(Result.FAILED), Policy(), ""),
        (again(Result.FAILED), Policy(fail_on_flaky=True, quarantine=(PAY,)), ""),
        (again(Result.ABORTED, Result.FAILED), Policy(fail_on_flaky=True, quarantine=(PAY,)), "flaky"),
        (again(Result.NOT_EXECUTED), Policy(fail_on_flaky=True), ""),
    ],
)
def test_flaky_cases(tree: ResultTree, policy: Policy, code: str) -> None:
    """A case that was not executed first is not flaky; failures in quarantine do not count, other results do."""
    assert judged(tree, policy).code == code


def test_entries_that_name_nothing() -> None:
    """They are known only if the lists of all runs are complete."""
    stale = replace(PAY, case="Gone")
    assert unmatched([PAY, stale], [shop(GOOD), shop(FAILED)]) == (stale,)
    assert unmatched([stale], [shop(FAILED), None]) == ()
    assert unmatched([stale], [shop(FAILED, counts=Counts(total=9))]) == ()
    assert unmatched([stale], []) == ()


@pytest.mark.parametrize(
    ("history", "stale"),
    [
        ([Result.PASSED, Result.PASSED], True),
        ([Result.PASSED, Result.FAILED, Result.PASSED], False),
        ([Result.PASSED], False),
        ([Result.NOT_EXECUTED, Result.PASSED], False),
    ],
)
def test_entries_whose_cases_pass(history: Sequence[Result], stale: bool) -> None:  # noqa: FBT001
    """An entry may not be needed if its cases passed in each of at least two runs in which they were executed."""
    runs = [[placed(replace(FAILED, result=result))] for result in history]
    assert passing([PAY], runs) == ((PAY,) if stale else ())
