"""The verdict on a completed run, branch by branch, and what several verdicts make together."""

from dataclasses import replace
from itertools import product

import pytest

from tests import samples
from testsigma_action.domain.attempts import merged
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.findings import ErrorFinding, MayStillRun
from testsigma_action.domain.judgement import judge, remarkable
from testsigma_action.domain.report import Conclusion, Verdict
from testsigma_action.domain.rerun_judgement import judge_reruns
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, ResultTree, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, Status
from testsigma_action.domain.verdict import combined, of_error, of_step
from testsigma_action.errors import Bug, Cancelled, ErrorCode, ExitCode, InputError, ReportError, StartError, TimedOut
from testsigma_action.reporting.wording import hint, reason

DONE = Run("302", Status.COMPLETED, Result.PASSED)
BAD = (Result.FAILED, Result.ABORTED, Result.STOPPED, Result.QUEUED, Result.UNKNOWN)
# Exit codes in the order in which they count when several hold.
ORDER = (70, 130, 143, 2, 3, 4, 1, 5, 0)


def tree(*results: Result, run: Run = DONE, listed: bool = True) -> ResultTree:
    """A tree with one case for every result; without any, nothing was listed unless it says so."""
    cases = tuple(
        CaseResult(str(number), str(number), f"Case {number}", result) for number, result in enumerate(results)
    )
    machines = (MachineResult("1", "Chrome", (SuiteResult("1", "Smoke", cases),)),) if cases else ()
    return ResultTree(run, machines, listed=listed)


def with_counts(counts: Counts, *others: Counts) -> Run:
    """A run that passed with these counters."""
    return replace(DONE, counts=counts, other_counts=others)


def exits(results: ResultTree) -> tuple[int, str]:
    """Exit code and code of the verdict."""
    verdict = judge(results)
    return verdict.exit_code, verdict.code


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.COMPLETED])
def test_a_run_that_is_not_over_cannot_be_judged(status: Status) -> None:
    """Whatever its result says so far."""
    with pytest.raises(ValueError, match="completed"):
        judge(tree(Result.PASSED, run=replace(DONE, status=status)))


def test_a_pass() -> None:
    """A completed run that passed, with a case that passed."""
    verdict = judge(tree(Result.PASSED, Result.PASSED))
    assert (verdict.conclusion, verdict.exit_code, verdict.code, hint(verdict)) == (Conclusion.PASSED, 0, "", "")
    assert "All cases passed" in reason(verdict)


def test_cases_that_were_not_executed_are_tolerated_and_told() -> None:
    """NOT_EXECUTED alone is no failure; the reason says how many were executed."""
    verdict = judge(tree(Result.PASSED, Result.NOT_EXECUTED, Result.NOT_EXECUTED))
    assert verdict.exit_code == 0
    assert "1 of 3 cases" in reason(verdict)


def test_counters_are_evidence_where_there_is_no_list() -> None:
    """Any set of counters with a passed case shows that tests ran."""
    passed = Counts(total=3, passed=3)
    assert exits(tree(run=with_counts(passed), listed=False)) == (0, "")
    assert exits(tree(run=with_counts(Counts(), passed), listed=False)) == (0, "")


@pytest.mark.parametrize("result", BAD)
def test_a_bad_case_under_a_pass_is_a_contradiction(result: Result) -> None:
    """Details turn a pass into something else, and the reason says which detail."""
    verdict = judge(tree(Result.PASSED, result))
    assert (verdict.exit_code, verdict.code) == (1, "contradiction")
    assert "1 case" in reason(verdict)


@pytest.mark.parametrize("counts", [Counts(failed=1), Counts(aborted=1), Counts(stopped=1)])
def test_a_bad_counter_under_a_pass_is_a_contradiction(counts: Counts) -> None:
    """In the best set of counters and in any other, also with all cases passed."""
    good = Counts(total=2, passed=2)
    assert exits(tree(Result.PASSED, run=with_counts(counts))) == (1, "contradiction")
    assert exits(tree(Result.PASSED, run=with_counts(good, good, counts))) == (1, "contradiction")


@pytest.mark.parametrize("result", [Result.FAILED, Result.ABORTED, Result.STOPPED])
def test_a_bad_part_under_a_pass_is_a_contradiction(result: Result) -> None:
    """A machine or a suite that did not pass, and the run by the detailed calls."""
    good = tree(Result.PASSED)
    [machine] = good.machines
    [suite] = machine.suites
    assert exits(replace(good, details_result=result)) == (1, "contradiction")
    assert exits(replace(good, machines=(replace(machine, result=result),))) == (1, "contradiction")
    bad_suite = replace(machine, suites=(replace(suite, result=result),))
    assert exits(replace(good, machines=(bad_suite,))) == (1, "contradiction")


def test_parts_of_unknown_result_are_no_contradiction() -> None:
    """Details that nobody could fetch say nothing: the cases were listed."""
    assert exits(replace(tree(Result.PASSED), details_result=Result.UNKNOWN)) == (0, "")


@pytest.mark.parametrize("secret", ["Kxtv  RmQz", "KxtvRmQzWpLdNyHc"])
def test_names_in_a_reason_keep_their_words(secret: str) -> None:
    """A name, a label or a data set in a sentence is cut between words only: its first part would not be masked."""
    text = f"{'x' * 84} {secret} {'y' * 60}"
    cases = (
        CaseResult("1", "1", text, Result.UNKNOWN),
        CaseResult("1", "1", "Case", Result.UNKNOWN, result_label=text),
        CaseResult("1", "1", "Case", Result.PASSED, iterations=(Iteration("2", text, Result.UNKNOWN),)),
    )
    for case in cases:
        machines = (MachineResult("1", "Chrome", (SuiteResult("1", "Smoke", (case,)),)),)
        told = reason(judge(ResultTree(DONE, machines, listed=True)))
        assert "Kxtv" not in told.replace(secret, "***"), told


def test_stale_counters_of_what_runs_are_no_contradiction() -> None:
    """A published run is completed with one case still counted as running."""
    assert exits(tree(Result.PASSED, run=with_counts(Counts(total=1, passed=1, running=1)))) == (0, "")


def test_a_field_that_cannot_be_read_is_a_contradiction() -> None:
    """Of the run or of its details; the reason names the first few of them."""
    passed = tree(Result.PASSED)
    for doubtful in (
        replace(passed, run=replace(DONE, unreadable_fields=("failedCount",))),
        replace(passed, unreadable_fields=("failedCount",)),
    ):
        assert judge(doubtful).code == "contradiction"
        assert "`failedCount` cannot be read" in reason(judge(doubtful))
    many = replace(passed, unreadable_fields=("a", "b", "c", "d", "e", "a"))
    assert "`a`, `b`, `c` and 2 more cannot be read" in reason(judge(many))


@pytest.mark.parametrize(
    ("results", "said", "code"),
    [
        ((Result.PASSED, Result.NOT_EXECUTED), "although 1 of 2 cases passed", "contradiction"),
        ((Result.ABORTED,), "although 1 of 1 case ran", "contradiction"),
        ((Result.PASSED, Result.FAILED), "1 of 2 cases failed", "tests-failed"),
        ((Result.NOT_EXECUTED,), "No case was executed", "no-tests"),
    ],
)
def test_a_run_that_is_called_not_executed(results: tuple[Result, ...], said: str, code: str) -> None:
    """The reason is what its cases say."""
    verdict = judge(tree(*results, run=replace(DONE, result=Result.NOT_EXECUTED)))
    assert (verdict.exit_code, verdict.code) == (1, code)
    assert said in reason(verdict)


def test_a_failed_visual_comparison_decides_nothing() -> None:
    """It can fail a case; by itself it is not decisive."""
    assert exits(tree(Result.PASSED, run=replace(DONE, visual_result=Result.FAILED))) == (0, "")


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result.FAILED, "tests-failed"),
        (Result.NOT_EXECUTED, "contradiction"),
        (Result.STOPPED, "run-stopped"),
        (Result.ABORTED, "run-aborted"),
        (Result.QUEUED, "result-unknown"),
        (Result.UNKNOWN, "result-unknown"),
    ],
)
def test_a_run_that_did_not_pass_is_failed(result: Result, code: str) -> None:
    """Even if every case and counter passed: details never turn it into a pass."""
    run = replace(DONE, result=result, counts=Counts(total=1, passed=1))
    verdict = judge(tree(Result.PASSED, run=run))
    assert (verdict.conclusion, verdict.exit_code, verdict.code) == (Conclusion.FAILED, 1, code)


def test_failures_are_counted() -> None:
    """The reason says how many of how many; without numbers it says what is known."""
    failed = replace(DONE, result=Result.FAILED)
    assert "1 of 2 cases" in reason(judge(tree(Result.PASSED, Result.FAILED, run=failed)))
    assert reason(judge(tree(run=failed, listed=False))) == "The run failed."


def test_an_unheard_of_result_is_named() -> None:
    """The service's own word is what people will search for."""
    assert "SOMETHING_NEW" in reason(
        judge(tree(Result.PASSED, run=replace(DONE, result=Result.UNKNOWN, result_label="SOMETHING_NEW")))
    )
    assert "no result" in reason(judge(tree(Result.PASSED, run=replace(DONE, result=Result.UNKNOWN))))


@pytest.mark.parametrize("results", [(), (Result.NOT_EXECUTED,), (Result.NOT_EXECUTED, Result.NOT_EXECUTED)])
def test_a_pass_without_an_executed_case_is_none(results: tuple[Result, ...]) -> None:
    """Nothing ran, so nothing passed: whatever the counters say, the list of cases knows better."""
    assert exits(tree(*results)) == (1, "no-tests")
    if results:
        assert exits(tree(*results, run=with_counts(Counts(total=2, passed=2)))) == (1, "no-tests")


def test_counters_without_a_passed_case_are_no_evidence() -> None:
    """A total alone does not say that anything was executed."""
    assert exits(tree(run=with_counts(Counts(total=3, not_executed=3)), listed=False)) == (1, "no-tests")
    assert exits(tree(run=with_counts(Counts(total=3)), listed=False))[0] == 1


def test_cases_of_which_nothing_is_known_are_no_pass() -> None:
    """A list that is shorter than the run says is made good by counters that account for the rest, else by nothing."""
    assert exits(tree(Result.PASSED, run=with_counts(Counts(total=3, passed=1)))) == (1, "contradiction")
    assert exits(tree(Result.PASSED, run=with_counts(Counts(total=3, passed=3)))) == (0, "")
    assert exits(tree(Result.PASSED, run=with_counts(Counts(total=3, passed=1, not_executed=2)))) == (0, "")


@pytest.mark.parametrize("result", [Result.FAILED, Result.ABORTED, Result.STOPPED])
def test_reruns_that_did_not_pass_are_a_contradiction(result: Result) -> None:
    """The result of the run together with its reruns is evidence against a pass."""
    assert exits(tree(Result.PASSED, run=replace(DONE, consolidated_result=result))) == (1, "contradiction")
    assert exits(tree(Result.PASSED, run=replace(DONE, consolidated_result=Result.PASSED))) == (0, "")


def test_no_evidence_at_all_is_no_pass() -> None:
    """Failed where the service has no list; an error of the service where it could not be read."""
    assert exits(tree(listed=False)) == (1, "no-evidence")
    unreadable = judge(replace(tree(listed=False), unreadable=True))
    assert (unreadable.conclusion, unreadable.exit_code, unreadable.code) == (Conclusion.ERROR, 3, "no-evidence")
    assert hint(unreadable)


@pytest.mark.parametrize(
    ("error", "conclusion", "exit_code"),
    [
        (InputError("a: wrong.", "b: wrong."), Conclusion.ERROR, 2),
        (StartError("It failed.", code=ErrorCode.START_UNCERTAIN), Conclusion.ERROR, 3),
        (TimedOut("It failed.", code=ErrorCode.TIMED_OUT), Conclusion.TIMED_OUT, 4),
        (ReportError("It failed.", code=ErrorCode.REPORT_UNWRITABLE), Conclusion.ERROR, 5),
        (Cancelled(2), Conclusion.CANCELLED, 130),
        (Cancelled(15), Conclusion.CANCELLED, 143),
        (Bug(ValueError()), Conclusion.ERROR, 70),
    ],
)
def test_verdicts_of_errors(error: InputError, conclusion: Conclusion, exit_code: int) -> None:
    """An error keeps its exit code, message, code and hint."""
    verdict = of_error(error)
    assert (verdict.conclusion, verdict.exit_code) == (conclusion, exit_code)
    assert (reason(verdict), verdict.code, hint(verdict)) == (error.message, error.code, error.hint)


@pytest.mark.parametrize(("first", "second"), list(product(ORDER, ORDER)))
def test_the_order_of_verdicts(first: int, second: int) -> None:
    """Of any two the one that stands first in the order counts, and both reasons are kept, its own first."""
    one, two = (
        Verdict(Conclusion.ERROR, ExitCode(code), list(ErrorCode)[code % 20], (ErrorFinding(f"Reason {code}."),))
        for code in (first, second)
    )
    both = combined([one, two])
    worst = min(first, second, key=ORDER.index)
    assert (both.exit_code, both.code) == (worst, list(ErrorCode)[worst % 20])
    assert both.findings[0] == ErrorFinding(f"Reason {worst}.")
    assert set(both.findings) == {ErrorFinding(f"Reason {first}."), ErrorFinding(f"Reason {second}.")}


def test_hints_are_kept_without_repetition() -> None:
    """What to do about each of them, once; what passed needs no hint."""
    verdicts = [
        samples.PASSED,
        of_error(ReportError("Could not write x.", code=ErrorCode.REPORT_UNWRITABLE, hint="Look.")),
        of_error(TimedOut("It took too long.", code=ErrorCode.TIMED_OUT, hint="Look.")),
    ]
    both = combined(verdicts)
    assert (both.conclusion, both.exit_code, both.code) == (Conclusion.TIMED_OUT, 4, "timed-out")
    assert reason(both) == "It took too long. Could not write x. All cases passed."
    assert hint(both) == "Look."


def test_the_same_finding_is_told_once() -> None:
    """Outputs that cannot be written early cannot be written at the end either."""
    error = ReportError("Could not write the outputs.", code=ErrorCode.REPORT_UNWRITABLE, hint="Check the path.")
    twice = combined([of_error(error), samples.PASSED, of_error(error)])
    assert twice.findings == (*of_error(error).findings, *samples.PASSED.findings)


def test_the_last_word_on_what_became_of_a_run() -> None:
    """A run that was to be stopped at the timeout, and was stopped when the step was cancelled, was stopped."""
    run = replace(DONE, status=Status.IN_PROGRESS, result=Result.UNKNOWN)
    late = of_error(TimedOut("It took too long.", code=ErrorCode.TIMED_OUT), Ending(Disposition.STOP_UNCONFIRMED, run))
    stopped = Ending(Disposition.STOP_CONFIRMED, replace(DONE, result=Result.STOPPED))
    assert [one for one in combined([late, of_error(Cancelled(15), stopped)]).findings if isinstance(one, Ending)] == [
        stopped
    ]


def test_commonplaces_are_not_quoted() -> None:
    """What every run says of itself is no reason."""
    for message in (
        "Test Plan execution is in progress",
        "Test plan execution completed.",
        "TestPlan execution failed",
    ):
        assert remarkable(message) == ""
    said = "Test plan execution failed: no agent"
    assert remarkable(f" {said}\n") == said


def test_one_verdict_is_itself() -> None:
    """Nothing is added to a verdict that stands alone."""
    for alone in samples.VERDICTS:
        assert combined([alone]) == alone


def test_the_reason_of_the_service_belongs_to_ours() -> None:
    """No agent, a parallel limit: what the run's own message says is what people can act on, on one line."""
    stopped = replace(DONE, result=Result.STOPPED, message="Parallel Executions\nLimit exceeded")
    assert "Parallel Executions Limit exceeded" in reason(judge(tree(run=stopped)))
    plain = replace(DONE, result=Result.FAILED, message="Test plan execution failed")
    assert "Test plan execution failed" not in reason(judge(tree(run=plain)))


FAILED_RUN = replace(DONE, result=Result.FAILED)
AGAIN = replace(DONE, id="303")


def again(*attempts: ResultTree, last: Run | None = None) -> Verdict:
    """The verdict on a run and its reruns."""
    runs = [attempt.run for attempt in attempts[1:]]
    return judge_reruns(attempts, merged(attempts, [*runs[:-1], last or runs[-1]]))


def broken(*results: Result, run: Run = FAILED_RUN) -> ResultTree:
    """The tree of a run that failed, with one case for every result."""
    return tree(*results, run=run)


def test_a_pass_by_a_rerun() -> None:
    """What failed passed when it ran again; the reason says so, and how many did."""
    verdict = again(broken(Result.FAILED, Result.PASSED), tree(Result.PASSED, run=AGAIN))
    assert (verdict.conclusion, verdict.exit_code, verdict.code) == (Conclusion.PASSED, 0, "")
    assert reason(verdict) == "All cases passed, 1 of them only in a rerun."
    two = again(broken(Result.FAILED, Result.ABORTED), tree(Result.PASSED, Result.PASSED, run=AGAIN))
    assert reason(two) == "All cases passed, 2 of them only in a rerun."


def test_the_same_failures_in_a_rerun_are_one_sentence() -> None:
    """Where as many cases failed again as are left over, they are counted once; else both runs are told."""
    bad, good = Result.FAILED, Result.PASSED
    first = broken(bad, bad, good)
    assert reason(again(first, broken(bad, bad, run=replace(FAILED_RUN, id="303")))) == (
        "2 of 3 cases failed, also in the rerun (run 303)."
    )
    fewer = reason(again(first, broken(bad, run=replace(FAILED_RUN, id="303"))))
    assert fewer.startswith("2 of 3 cases failed. In the rerun (run 303): 1 of 1 case failed.")
    said = reason(again(first, broken(bad, bad, run=replace(FAILED_RUN, id="303", message="No agent"))))
    assert "In the rerun (run 303): 2 of 2 cases failed. Testsigma says: No agent" in said


def test_failed_counters_of_the_first_run_do_not_veto() -> None:
    """They count what is on its list, and what passed since."""
    run = replace(FAILED_RUN, counts=Counts(total=2, passed=1, failed=1), other_counts=(Counts(failed=1),))
    assert again(broken(Result.FAILED, Result.PASSED, run=run), tree(Result.PASSED, run=AGAIN)).exit_code == 0


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (broken(Result.FAILED), broken(Result.FAILED, run=replace(FAILED_RUN, id="303")), "1 of 1 case failed"),
        (broken(Result.FAILED), tree(Result.PASSED, run=replace(AGAIN, result=Result.STOPPED)), "was stopped"),
        (broken(Result.FAILED), tree(Result.PASSED, run=replace(AGAIN, result=Result.UNKNOWN)), "no result"),
        (broken(Result.FAILED), tree(Result.PASSED, run=replace(AGAIN, counts=Counts(failed=1))), "counters"),
        (broken(Result.FAILED), tree(Result.NOT_EXECUTED, run=AGAIN), "no case was executed"),
        (broken(Result.FAILED), tree(run=AGAIN, listed=False), "nothing shows"),
        (broken(Result.PASSED, Result.FAILED), tree(Result.PASSED, run=AGAIN), "nothing shows that 1 case did"),
        (broken(Result.FAILED, Result.NOT_EXECUTED), tree(Result.PASSED, run=AGAIN), "did not execute"),
        (broken(Result.PASSED), tree(Result.PASSED, run=AGAIN), "None of its cases shows"),
        (broken(), tree(Result.PASSED, run=AGAIN), "None of its cases shows"),
        (
            broken(Result.FAILED, run=replace(FAILED_RUN, other_counts=(Counts(failed=2),))),
            tree(Result.PASSED, run=AGAIN),
            "The counters of run 302",
        ),
        (
            broken(Result.FAILED, run=replace(FAILED_RUN, counts=Counts(total=3, passed=1, failed=1))),
            tree(Result.PASSED, run=AGAIN),
            "list of cases of run 302 is incomplete",
        ),
        (
            broken(Result.FAILED, run=replace(FAILED_RUN, unreadable_fields=("failedCount",))),
            tree(Result.PASSED, run=AGAIN),
            "`failedCount` cannot be read",
        ),
        (
            broken(Result.FAILED, run=replace(FAILED_RUN, counts=Counts(failed=1, running=1))),
            tree(Result.PASSED, run=AGAIN),
            "still running",
        ),
        (
            broken(Result.FAILED, run=replace(FAILED_RUN, consolidated_result=Result.FAILED)),
            tree(Result.PASSED, run=AGAIN),
            "not report a pass for run 302 together with its reruns",
        ),
        (
            broken(Result.FAILED, run=replace(FAILED_RUN, consolidated_status=Status.IN_PROGRESS)),
            tree(Result.PASSED, run=AGAIN),
            "together",
        ),
        (
            broken(Result.FAILED, run=replace(FAILED_RUN, consolidated_counts=(Counts(failed=1),))),
            tree(Result.PASSED, run=AGAIN),
            "together",
        ),
    ],
)
def test_what_no_rerun_makes_good_for(first: ResultTree, last: ResultTree, said: str) -> None:
    """The run stays failed, and the reason says what is missing."""
    verdict = again(first, last)
    assert (verdict.conclusion, verdict.exit_code, verdict.code) == (Conclusion.FAILED, 1, "tests-failed")
    assert said in reason(verdict)


def test_a_part_that_failed_and_did_not_run_again() -> None:
    """A suite that failed without a failed case cannot be made good for by a rerun of others."""
    first = broken(Result.FAILED)
    other = SuiteResult("2", "Other", (CaseResult("9", "9", "Case 9", Result.PASSED),), Result.FAILED)
    [machine] = first.machines
    first = replace(first, machines=(replace(machine, suites=(*machine.suites, other)),))
    assert "A part of run 302" in reason(again(first, tree(Result.PASSED, run=AGAIN)))


def test_a_rerun_that_is_not_over_is_none() -> None:
    """Nor is one whose results are not there; what is consolidated does not help."""
    first = broken(Result.FAILED, run=replace(FAILED_RUN, consolidated_result=Result.PASSED))
    for status in (Status.IN_PROGRESS, Status.UNKNOWN):
        going = replace(AGAIN, status=status)
        assert "not known" in reason(again(first, tree(Result.PASSED, run=AGAIN), last=going))
    assert again(first, tree(Result.PASSED, run=AGAIN), last=replace(AGAIN, id="304")).exit_code == 1


def test_a_disabled_case_need_not_run_again() -> None:
    """It was not executed because nobody wants it to be."""
    first = broken(Result.FAILED, Result.NOT_EXECUTED)
    [machine] = first.machines
    [suite] = machine.suites
    cases = (suite.cases[0], replace(suite.cases[1], disabled=True))
    first = replace(first, machines=(replace(machine, suites=(replace(suite, cases=cases),)),))
    verdict = again(first, tree(Result.PASSED, run=AGAIN))
    assert (verdict.exit_code, "1 of 2 cases" in reason(verdict)) == (0, True)


def with_hook(found: ResultTree, result: Result) -> ResultTree:
    """The tree with a hook behind its cases."""
    hook = CaseResult("90", "90", "2438_hash_aftertest", result, hook=True)
    [machine] = found.machines
    [suite] = machine.suites
    return replace(found, machines=(replace(machine, suites=(replace(suite, cases=(*suite.cases, hook)),)),))


@pytest.mark.parametrize("result", BAD)
def test_a_hook_that_did_not_pass_is_no_pass(result: Result) -> None:
    """Whatever the service calls the run, its cases and its suites."""
    verdict = judge(with_hook(tree(Result.PASSED), result))
    assert (verdict.exit_code, verdict.code) == (1, "contradiction")
    assert "1 hook did not pass" in reason(verdict)


@pytest.mark.parametrize("result", [Result.PASSED, Result.NOT_EXECUTED])
def test_a_hook_is_no_evidence_that_a_case_was_executed(result: Result) -> None:
    """Without a case that passed there is no pass; with one a hook changes nothing."""
    assert exits(with_hook(tree(Result.NOT_EXECUTED), result)) == (1, "no-tests")
    assert exits(with_hook(tree(Result.PASSED), result)) == (0, "")


def test_reruns_and_hooks() -> None:
    """A hook that failed has to pass in a rerun; that it was the only failure is said."""
    first = with_hook(tree(Result.PASSED, run=FAILED_RUN), Result.FAILED)
    passed = again(first, with_hook(tree(Result.PASSED, run=AGAIN), Result.PASSED))
    assert (passed.exit_code, reason(passed)) == (0, "The only case passed, after a rerun of hooks that had failed.")
    failed = again(first, tree(Result.PASSED, run=AGAIN))
    assert failed.exit_code == 1
    assert "nothing shows that 1 hook did" in reason(failed)


def test_a_chain_is_judged_by_its_last_rerun() -> None:
    """A rerun that failed is made good for as the first run is."""
    first = broken(Result.FAILED, Result.FAILED)
    middle = broken(Result.PASSED, Result.FAILED, run=replace(FAILED_RUN, id="303"))
    last = tree(Result.PASSED, Result.PASSED, run=replace(AGAIN, id="304"))
    assert again(first, middle, last).exit_code == 0
    assert again(first, middle).exit_code == 1


@pytest.mark.parametrize("first", [broken(Result.FAILED), tree(Result.PASSED), tree(Result.PASSED, Result.PASSED)])
def test_a_first_run_that_is_called_passed_by_now(first: ResultTree) -> None:
    """A service may give it the result of the whole, and its cases theirs: that makes good for nothing by itself."""
    first = replace(first, run=replace(FAILED_RUN, result=Result.PASSED))
    assert again(first, tree(Result.PASSED, run=AGAIN)).exit_code == 0
    worse = tree(Result.FAILED, run=replace(AGAIN, result=Result.FAILED))
    assert again(first, worse).exit_code == 1
    assert again(first, tree(Result.PASSED, run=AGAIN), last=replace(AGAIN, status=Status.IN_PROGRESS)).exit_code == 1


def test_the_step_says_how_many_runs_may_still_be_running() -> None:
    """Of several runs the step tells only the first finding of each, but never hides that a run is left."""
    kinds = (Disposition.LEFT_RUNNING, Disposition.STOP_CONFIRMED)
    verdicts = [of_error(Cancelled(15), Ending(kind, samples.run())) for kind in kinds]
    findings = of_step(verdicts, []).findings
    assert [one for one in findings if isinstance(one, MayStillRun)] == [MayStillRun(1)]


def test_a_cause_that_all_runs_share_is_told_once() -> None:
    """A wrong input of the step is not about single plans: no tally of plans, and no list of names."""
    wrong = of_error(InputError("max-parallel: '0' is not accepted."))
    assert of_step([wrong, wrong, wrong], [], ["smoke", "mobile", "login"]) == wrong
