"""From results to a verdict: pure. A pass needs a completed run that passed, and evidence that cases were executed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from testsigma_action.errors import ActionError
from testsigma_action.model import Counts, Result, Run
from testsigma_action.report import Conclusion, Verdict
from testsigma_action.text import one_line
from testsigma_action.tree import CaseResult, ResultTree

# When several things hold, the first in this order is what the step says (docs: README, "When the step fails").
PRECEDENCE = (70, 130, 143, 2, 3, 4, 1, 5, 0)
# Characters of the service's own message that are quoted.
LONGEST_MESSAGE = 500
# What runs say of themselves that says nothing: "Test Plan execution is initiated and waiting to be queued", and the
# like (docs/api.md, "Status").
COMMONPLACE = re.compile(r"test ?plan execution (is .*|failed|completed)[.!]?", re.IGNORECASE)
CONCLUSIONS = {
    0: Conclusion.PASSED,
    1: Conclusion.FAILED,
    4: Conclusion.TIMED_OUT,
    130: Conclusion.CANCELLED,
    143: Conclusion.CANCELLED,
}


def judge(tree: ResultTree) -> Verdict:
    """The verdict on a completed run. Details can only turn a pass into something else, never the other way round."""
    if not tree.run.completed:
        raise ValueError("only a completed run can be judged")
    verdict = _not_passed(tree) or _contradicted(tree) or _without_evidence(tree)
    if verdict:
        return replace(verdict, reason=f"{verdict.reason} {_said(tree.run)}".rstrip())
    return Verdict(Conclusion.PASSED, 0, f"{_executed(tree)} passed.")


def judge_reruns(attempts: Sequence[ResultTree], whole: ResultTree) -> Verdict:
    """The verdict on a run that did not pass when it ended, and whose plan ran its failed cases again.

    `attempts` has the tree of each run by itself, the started one's first, `whole` is what they make together. It is a
    pass only if the last rerun is one by itself, and every case of the first run is shown to have passed in the end:
    nothing but a case that passed later makes good for a failure. That the service calls the first run passed by now
    is no more than what else it says of the whole.
    """
    failed = _not_passed(whole) or _failed("The run failed at first.", "tests-failed")
    if _failed_again(failed, attempts, whole):
        again = f"also when run again (run {whole.reruns[-1].id})."
        return replace(failed, reason=f"{_failures(whole.counts).rstrip('.')}, {again}")
    problem = next(_unredeemed(attempts, whole), "")
    if problem:
        return replace(failed, reason=f"{failed.reason} {problem} {_said(whole.run)}".rstrip())
    flaky = sum(case.flaky for case in whole.cases())
    again = "1 of them only when it was" if flaky == 1 else f"{flaky} of them only when they were"
    return Verdict(Conclusion.PASSED, 0, f"{_executed(whole)} passed, {again} run again.")


def _failed_again(failed: Verdict, attempts: Sequence[ResultTree], whole: ResultTree) -> bool:
    """Whether all that is to be said is that as many cases failed in the last rerun as are left over."""
    last = attempts[-1]
    over = last.run.completed and last.run.id == whole.reruns[-1].id
    plain = "tests-failed"
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
    bad = sum(not case.acceptable for case in whole.cases())
    if bad:
        yield f"Run {last.id}, in which failed cases ran again, passed, but nothing shows that {_cases(bad)} did."
    skipped = sum(_skipped(case) for case in whole.cases())
    if skipped:
        yield f"{_cases(skipped)} that run {first.id} did not execute did not run again either."
    for attempt in attempts[:-1]:
        yield from _unexplained(attempt)
    if any(result.contradicts_pass for result in _places(whole)):
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
    if not bad:
        yield f"None of its cases shows why run {tree.run.id} did not pass."
    if any(counts.bad > bad for counts in (tree.run.counts, *tree.run.other_counts)):
        yield f"The counters of run {tree.run.id} have more failures than its list of cases."
    if any(True for _ in _unaccounted(tree)):
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
        return _failed(_failures(tree.counts), "tests-failed")
    if run.result is Result.NOT_EXECUTED:
        return _failed("No case was executed.", "no-tests", NO_TESTS_HINT)
    if run.result in {Result.STOPPED, Result.ABORTED}:
        return _failed(f"The run was {run.result.value} before it was through.", f"run-{run.result.value}")
    label = f"the result '{run.result_label}'" if run.result_label else "no result"
    return _failed(f"The run completed with {label}, which is not a pass.", "result-unknown")


def _failures(counts: Counts) -> str:
    if counts.failed and counts.total:
        return f"{counts.failed} of {_cases(counts.total)} failed."
    return "The run failed."


def _contradicted(tree: ResultTree) -> Verdict | None:
    contradiction = next(_contradictions(tree), "")
    if not contradiction:
        return None
    return _failed(f"The service calls the run passed, but {contradiction}.", "contradiction")


def _contradictions(tree: ResultTree) -> Iterator[str]:
    """What speaks against a pass, in words, the weightiest first."""
    bad = [case for case in tree.cases() if not case.acceptable]
    if bad:
        yield f"{_cases(len(bad))} did not pass"
    for counts in (tree.run.counts, *tree.run.other_counts):
        yield from _bad_counts(counts)
    yield from _unaccounted(tree)
    parts: Iterable[Result | None] = (
        tree.run.consolidated_result,
        tree.details_result,
        *_places(tree),
    )
    if any(result and result.contradicts_pass for result in parts):
        yield "a part of it did not pass"


def _places(tree: ResultTree) -> Iterator[Result]:
    for machine in tree.machines:
        yield machine.result
        yield from (suite.result for suite in machine.suites)


def _bad_counts(counts: Counts) -> Iterator[str]:
    numbers = {
        "failed": counts.failed,
        "aborted": counts.aborted,
        "stopped": counts.stopped,
        "queued": counts.queued,
    }
    for word, number in numbers.items():
        if number:
            yield f"its counters have {number} {word}"


def _unaccounted(tree: ResultTree) -> Iterator[str]:
    """Cases that are neither on the list nor, by the counters, passed or left out."""
    listed = sum(1 for _ in tree.cases())
    for counts in (tree.run.counts, *tree.run.other_counts):
        total = counts.total or 0
        left = total - (counts.passed or 0) - (counts.not_executed or 0)
        if listed < total and left > 0:
            yield f"nothing is known of {_cases(left)}"


def _without_evidence(tree: ResultTree) -> Verdict | None:
    """What a passed run without an executed case is; None when there is evidence that tests ran."""
    cases = list(tree.cases())
    if any(case.result is Result.PASSED for case in cases):
        return None
    counters = [tree.run.counts, *tree.run.other_counts]
    if not cases and any(counts.passed for counts in counters):
        return None
    if tree.listed or any(counts.known for counts in counters):
        return _failed("The service calls the run passed, but no case was executed.", "no-tests", NO_TESTS_HINT)
    if tree.unreadable:
        return Verdict(Conclusion.ERROR, 3, NO_EVIDENCE, "no-evidence", NO_EVIDENCE_HINT)
    return _failed(NO_EVIDENCE, "no-evidence", NO_EVIDENCE_HINT)


def _executed(tree: ResultTree) -> str:
    passed, total = tree.counts.passed or 0, tree.counts.total or 0
    if passed == total or not passed:
        return "All cases" if total != 1 else "The only case"
    return f"{passed} of {_cases(total)}, all that were executed,"


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"


def _failed(reason: str, code: str, hint: str = "") -> Verdict:
    return Verdict(Conclusion.FAILED, 1, reason, code, hint)


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
