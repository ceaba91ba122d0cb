"""From results to a verdict: pure. A pass needs a completed run that passed, and evidence that cases were executed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from testsigma_action.errors import ActionError
from testsigma_action.model import Counts, Result, Run
from testsigma_action.report import Conclusion, Verdict
from testsigma_action.tree import ResultTree

# When several things hold, the first in this order is what the step says (docs: README, "When the step fails").
PRECEDENCE = (70, 130, 143, 2, 3, 4, 1, 5, 0)
# Characters of the service's own message that are quoted, and messages that say nothing (docs/api.md, "Status").
LONGEST_MESSAGE = 500
COMMONPLACES = {"test plan execution failed", "test plan execution completed"}
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


def _said(run: Run) -> str:
    """The service's own reason (no agent, parallel limit, ...) where it says more than the result does."""
    message = " ".join(run.message[:LONGEST_MESSAGE].split())
    return f"Testsigma says: {message}" if message and message.lower() not in COMMONPLACES else ""


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
        *(machine.result for machine in tree.machines),
        *(suite.result for machine in tree.machines for suite in machine.suites),
    )
    if any(result and result.contradicts_pass for result in parts):
        yield "a part of it did not pass"


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
    return replace(ordered[0], reason=" ".join(reasons), hint=" ".join(hints))


NO_TESTS_HINT = "Check that the plan has suites with cases, and that the environment and configuration select some."
NO_EVIDENCE = "The service calls the run passed, but nothing shows that a case was executed."
NO_EVIDENCE_HINT = "Look at the run's page; if it passed there, run the step again: its results could not be read."
