"""From results to a verdict: pure. A pass needs a completed run that passed, and evidence that cases were executed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from testsigma_action.domain.findings import all_executed, findings, places, unaccounted, unreadable_fields
from testsigma_action.domain.report import Conclusion, Verdict, balanced
from testsigma_action.domain.results import CaseResult, ResultTree, cases_and_hooks
from testsigma_action.domain.run import Result, Run
from testsigma_action.domain.words import counted
from testsigma_action.errors import ActionError, ErrorCode, ExitCode
from testsigma_action.text import one_line

# When several things hold, the first in this order is what the step says (docs: README, "When the step fails").
PRECEDENCE = (
    ExitCode.BUG,
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
    ExitCode.NOT_STARTED,
    ExitCode.SERVICE,
    ExitCode.TIMED_OUT,
    ExitCode.FAILED,
    ExitCode.REPORT,
    ExitCode.PASSED,
)
# Characters of the service's own message that are quoted.
LONGEST_MESSAGE = 500
# What runs say of themselves that says nothing: "Test Plan execution is initiated and waiting to be queued", and the
# like (docs/api.md, "Status").
COMMONPLACE = re.compile(r"test ?plan execution (is .*|failed|completed)[.!]?", re.IGNORECASE)
CONCLUSIONS = {
    ExitCode.PASSED: Conclusion.PASSED,
    ExitCode.FAILED: Conclusion.FAILED,
    ExitCode.TIMED_OUT: Conclusion.TIMED_OUT,
    ExitCode.INTERRUPTED: Conclusion.CANCELLED,
    ExitCode.TERMINATED: Conclusion.CANCELLED,
}


def judge(tree: ResultTree) -> Verdict:
    """The verdict on a completed run. Details can only turn a pass into something else, never the other way round."""
    if not tree.run.completed:
        raise ValueError("only a completed run can be judged")
    verdict = _not_passed(tree) or _contradicted(tree) or _without_evidence(tree)
    if verdict:
        return replace(verdict, reason=f"{verdict.reason} {_said(tree.run)}".rstrip())
    return Verdict(Conclusion.PASSED, ExitCode.PASSED, f"{_executed(tree)} passed.")


def judge_reruns(attempts: Sequence[ResultTree], whole: ResultTree) -> Verdict:
    """The verdict on a run that did not pass when it ended, and whose plan ran its failed cases again.

    `attempts` has the tree of each run by itself, the started one's first, `whole` is what they make together. It is a
    pass only if the last rerun is one by itself, and every case of the first run is shown to have passed in the end:
    nothing but a case that passed later makes good for a failure. That the service calls the first run passed by now
    is no more than what else it says of the whole.
    """
    failed = _not_passed(whole) or _failed("The run failed at first.", ErrorCode.TESTS_FAILED)
    if _failed_again(failed, attempts, whole):
        again = f"also when run again (run {whole.reruns[-1].id})."
        return replace(failed, reason=f"{_failures(whole).rstrip('.')}, {again}")
    problem = next(_unredeemed(attempts, whole), "")
    if problem:
        return replace(failed, reason=f"{failed.reason} {problem} {_said(whole.run)}".rstrip())
    return Verdict(Conclusion.PASSED, ExitCode.PASSED, f"{_executed(whole)} passed, {_only_again(whole)} run again.")


def _only_again(whole: ResultTree) -> str:
    flaky = sum(case.flaky for case in whole.cases())
    if not flaky:
        return "after hooks that failed were"
    return "1 of them only when it was" if flaky == 1 else f"{flaky} of them only when they were"


def _failed_again(failed: Verdict, attempts: Sequence[ResultTree], whole: ResultTree) -> bool:
    """Whether all that is to be said is that as many cases failed in the last rerun as are left over."""
    last = attempts[-1]
    over = last.run.completed and last.run.id == whole.reruns[-1].id
    plain = ErrorCode.TESTS_FAILED
    return (
        over
        and failed.code == plain
        and bool(whole.counts.failed)
        and judge(last).code == plain
        and last.counts.failed == whole.counts.failed
        and not (_said(whole.run) or _said(last.run))
    )


def _unredeemed(attempts: Sequence[ResultTree], whole: ResultTree) -> Iterator[str]:
    """Why the reruns do not make good for the first run, as sentences, the weightiest first."""
    first, last = whole.run, whole.reruns[-1]
    if not last.completed or attempts[-1].run.id != last.id:
        yield f"Its failed cases ran again as run {last.id}, whose result is not known."
        return
    by_itself = judge(attempts[-1])
    if by_itself.exit_code:
        yield f"Of run {last.id}, in which failed cases ran again: {by_itself.reason}"
    bad = [row for row in whole.rows() if not row.acceptable]
    if bad:
        left = cases_and_hooks(bad)
        yield f"Run {last.id}, in which failed cases ran again, passed, but nothing shows that {left} did."
    skipped = sum(_skipped(case) for case in whole.cases())
    if skipped:
        yield f"{counted(skipped, 'case')} that run {first.id} did not execute did not run again either."
    for attempt in attempts[:-1]:
        yield from _unexplained(attempt)
    if any(result.contradicts_pass for result in places(whole)):
        yield f"A part of run {first.id} that did not pass did not run again."
    if not first.redeemed:
        yield f"The service does not call run {first.id} and its reruns together passed."


def _skipped(case: CaseResult) -> bool:
    """Whether a case, or a data set of it, was not executed: in a run that failed, the failure may be the reason."""
    results = [case.result, *(iteration.result for iteration in case.iterations)]
    return not case.disabled and Result.NOT_EXECUTED in results


def _unexplained(tree: ResultTree) -> Iterator[str]:
    """What made a run fail and is not on the list of its cases, so that nobody can say that it ran again."""
    if tree.run.completed and not judge(tree).exit_code:
        return
    bad = sum(not case.acceptable for case in tree.cases())
    if all(row.acceptable for row in tree.rows()):
        yield f"None of its cases shows why run {tree.run.id} did not pass."
    if any(counts.bad > bad for counts in tree.run.all_counts):
        yield f"The counters of run {tree.run.id} have more failures than its list of cases."
    if any(counts.running for counts in tree.run.all_counts) and not all_executed(tree):
        yield f"The counters of run {tree.run.id} have cases that are still running."
    if unreadable := unreadable_fields(tree):
        yield f"Of run {tree.run.id}, {unreadable}."
    if any(unaccounted(tree)):
        yield f"The list of the cases of run {tree.run.id} is not complete."


def _said(run: Run) -> str:
    """The service's own reason (no agent, parallel limit, ...) where it says more than the result does."""
    message = remarkable(run.message)
    return f"Testsigma says: {message}" if message else ""


def remarkable(message: str) -> str:
    """What the service says of a run, on one line; nothing where it says nothing."""
    said = one_line(" ".join(filter(None, map(str.strip, message.splitlines()))), LONGEST_MESSAGE)
    return "" if COMMONPLACE.fullmatch(" ".join(said.split())) else said


def _not_passed(tree: ResultTree) -> Verdict | None:
    """What a run is whose own result is no pass."""
    run = tree.run
    if run.result is Result.PASSED:
        return None
    if run.result is Result.FAILED:
        return _failed(_failures(tree), ErrorCode.TESTS_FAILED)
    if run.result is Result.NOT_EXECUTED:
        return _not_executed(tree)
    if run.result in {Result.STOPPED, Result.ABORTED}:
        return _failed(f"The run was {run.result.value} before it was finished.", ErrorCode(f"run-{run.result.value}"))
    missing = "a result that cannot be read" if "result" in run.unreadable_fields else "no result"
    label = f"the result '{run.result_label}'" if run.result_label else missing
    return _failed(f"The run completed with {label}, which is not a pass.", ErrorCode.RESULT_UNKNOWN)


def _failures(tree: ResultTree) -> str:
    counts = balanced(tree.counts)
    failed = f"{counts.failed:,} of {counted(counts.total, 'case')} failed." if counts.failed and counts.total else ""
    bad = [row for row in tree.rows() if row.hook and not row.acceptable]
    hooks = f"{cases_and_hooks(bad)} did not pass." if bad else ""
    return " ".join(filter(None, (failed, hooks))) or "The run failed."


def _not_executed(tree: ResultTree) -> Verdict:
    """What a run is that the service calls not executed, although some of its cases may have been."""
    counts = next((one for one in (tree.counts, *tree.run.all_counts) if one.executed), None)
    if not counts:
        return _failed("No case was executed.", ErrorCode.NO_TESTS, NO_TESTS_HINT)
    if counts.failed:
        return _failed(f"{_failures(tree)} The run's result is NOT_EXECUTED.", ErrorCode.TESTS_FAILED)
    number, did = (counts.passed, "passed") if counts.passed else (counts.executed, "ran")
    of = f"{number:,} of {counted(counts.total, 'case')}" if counts.total else counted(number, "case")
    return _failed(f"The run's result is NOT_EXECUTED although {of} {did}.", ErrorCode.CONTRADICTION)


def _contradicted(tree: ResultTree) -> Verdict | None:
    finding = next(findings(tree), None)
    if not finding:
        return None
    return _failed(f"The service calls the run passed, but {finding.text}.", ErrorCode.CONTRADICTION)


def _without_evidence(tree: ResultTree) -> Verdict | None:
    """What a passed run without an executed case is; None when there is evidence that tests ran."""
    listed = list(tree.cases())
    if any(case.result is Result.PASSED for case in listed):
        return None
    counters = tree.run.all_counts
    if not listed and any(counts.passed for counts in counters):
        return None
    if tree.listed or any(counts.known for counts in counters):
        return _failed("The service calls the run passed, but no case was executed.", ErrorCode.NO_TESTS, NO_TESTS_HINT)
    if tree.unreadable:
        return Verdict(Conclusion.ERROR, ExitCode.SERVICE, NO_EVIDENCE, ErrorCode.NO_EVIDENCE, NO_EVIDENCE_HINT)
    return _failed(NO_EVIDENCE, ErrorCode.NO_EVIDENCE, NO_EVIDENCE_HINT)


def _executed(tree: ResultTree) -> str:
    passed, total = tree.counts.passed or 0, tree.counts.total or 0
    if passed == total or not passed:
        return "All cases" if total != 1 else "The only case"
    return f"{passed:,} of {counted(total, 'case')}, all that were executed,"


def _failed(reason: str, code: ErrorCode, hint: str = "") -> Verdict:
    return Verdict(Conclusion.FAILED, ExitCode.FAILED, reason, code, hint)


def of_error(error: ActionError) -> Verdict:
    """The verdict that an error stands for."""
    conclusion = CONCLUSIONS.get(error.exit_code, Conclusion.ERROR)
    return Verdict(conclusion, error.exit_code, error.message, error.code, error.hint)


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict when several hold: that of the first in the order of precedence, with the reasons of all."""
    ordered = sorted(verdicts, key=lambda verdict: PRECEDENCE.index(verdict.exit_code))
    reasons = dict.fromkeys(verdict.reason for verdict in ordered)
    hints = dict.fromkeys(verdict.hint for verdict in ordered if verdict.hint and verdict.exit_code)
    return replace(ordered[0], reason=" ".join(_once(reasons)), hint=" ".join(_once(hints)))


def _once(texts: Iterable[str]) -> list[str]:
    """The texts without those that stand in another one."""
    given = list(texts)
    return [text for text in given if not any(text != other and text in other for other in given)]


NO_TESTS_HINT = "Check that the plan has suites with cases, and that the environment and configuration select some."
NO_EVIDENCE = "The service calls the run passed, but nothing shows that a case was executed."
NO_EVIDENCE_HINT = "Look at the run's page; if it passed there, run the step again: its results could not be read."
