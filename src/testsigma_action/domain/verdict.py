"""The verdict on a run and on the step: pure. `judgement` has the rules for results, this module all other cases."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from testsigma_action.domain import events, findings, policy_findings
from testsigma_action.domain.ending import Ending
from testsigma_action.domain.report import Conclusion, Verdict
from testsigma_action.domain.run import Run
from testsigma_action.errors import ActionError, ErrorCode, ExitCode, InputError

# The conclusion for each exit code.
CONCLUSIONS = dict.fromkeys(ExitCode, Conclusion.ERROR) | {
    ExitCode.INTERRUPTED: Conclusion.CANCELLED,
    ExitCode.TERMINATED: Conclusion.CANCELLED,
    ExitCode.TIMED_OUT: Conclusion.TIMED_OUT,
    ExitCode.FAILED: Conclusion.FAILED,
    ExitCode.PASSED: Conclusion.PASSED,
}
# If several verdicts hold, the first in this order decides.
PRECEDENCE = tuple(ExitCode)
# The files of a step say this until it ends: it may be killed.
NOT_FINISHED = Verdict(Conclusion.ERROR, ExitCode.BUG, ErrorCode.NOT_FINISHED, (findings.Fact.NOT_FINISHED,))
# Maximum number of findings in the verdict of a step with several plans, and of plan names for each.
MAX_SHOWN = 3


def of_error(error: ActionError, ending: Ending | None = None) -> Verdict:
    """The verdict for an error. `ending`: what became of the run, where the error left it before its end."""
    conclusion = CONCLUSIONS[error.exit_code]
    found: tuple[findings.Finding, ...] = (findings.ErrorFinding(error.message, error.hint),)
    if isinstance(error, InputError):
        found = tuple(findings.InputProblem(problem, error.hint) for problem in error.problems)
    return Verdict(conclusion, error.exit_code, error.code, (*found, ending) if ending else found)


def coherent(verdict: Verdict) -> bool:
    """Whether the exit code and the conclusion of a verdict agree. That can be wrong only in one that was read."""
    if verdict.exit_code is ExitCode.PASSED:
        return verdict.conclusion in {Conclusion.PASSED, Conclusion.STARTED} and not verdict.code
    return verdict.conclusion is CONCLUSIONS[verdict.exit_code] and bool(verdict.code)


def started(run: Run) -> Verdict:
    """The verdict on a run that the step does not wait for."""
    return Verdict(Conclusion.STARTED, ExitCode.PASSED, findings=(findings.Started(run.id),))


def checked(errors: Sequence[ActionError]) -> Verdict:
    """The verdict of a dry run, which starts nothing: it was cut short, or it found these errors, if any."""
    found = combined(map(of_error, errors)) if errors else Verdict(Conclusion.CHECKED, ExitCode.PASSED)
    complete = found.exit_code in {ExitCode.PASSED, ExitCode.NOT_STARTED, ExitCode.SERVICE}
    return replace(found, conclusion=Conclusion.CHECKED) if complete else found


def stopped_after_failures(reached: events.StoppedAfterFailures, ending: Ending) -> Verdict:
    """The verdict on a run that was stopped, or not started, since enough cases have failed over all runs."""
    return Verdict(Conclusion.FAILED, ExitCode.FAILED, ErrorCode.STOPPED_AFTER_FAILURES, (reached, ending))


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict if several hold: the first in the order of precedence, with the findings of all of them."""
    ordered = sorted(verdicts, key=rank)
    found: dict[object, findings.Finding] = {}
    for verdict in ordered:
        for finding in verdict.findings:
            # Of several endings of a run, the first is kept.
            subject = (Ending, finding.run.id) if isinstance(finding, Ending) and finding.run else finding
            found.setdefault(subject, finding)
    return replace(ordered[0], findings=tuple(found.values()))


def rank(verdict: Verdict) -> tuple[int, bool]:
    """Sorts by precedence. A run that was stopped because others failed is never the cause, so it comes after them."""
    return PRECEDENCE.index(verdict.exit_code), verdict.code is ErrorCode.STOPPED_AFTER_FAILURES


def of_step(run_verdicts: Sequence[Verdict], around: Sequence[Verdict], names: Sequence[str] = ()) -> Verdict:
    """The verdict of the step, from those of its runs and of what went wrong around them (reports, bugs).

    For one run it has all findings of that run. For several it has the totals and the first finding of the worst few;
    `names` are the names of the runs, in the same order.
    """
    # All runs may have the same error, such as a wrong input, so that none of them was started.
    alike = len(set(run_verdicts)) == 1 and run_verdicts[0].exit_code is ExitCode.NOT_STARTED
    if len(run_verdicts) <= 1 or alike:
        return combined((*run_verdicts, *around))
    labels = names or [f"plan {number}" for number in range(1, len(run_verdicts) + 1)]
    ordered = sorted(zip(labels, run_verdicts, strict=True), key=lambda pair: rank(pair[1]))
    of_plans = tuple(_of_plans(ordered))
    left = sum(any(isinstance(one, Ending) and one.may_still_run for one in each.findings) for each in run_verdicts)
    may_still_run = [findings.MayStillRun(left)] if left else []
    of_runs = replace(ordered[0][1], findings=(_tally(run_verdicts), *of_plans, *may_still_run))
    shown = {one.finding for one in of_plans if isinstance(one, findings.OfPlans)}
    others = [replace(one, findings=tuple(each for each in one.findings if each not in shown)) for one in around]
    return combined((of_runs, *others))


def _tally(verdicts: Sequence[Verdict]) -> findings.Tally:
    conclusions = [verdict.conclusion for verdict in verdicts]
    found = [one for verdict in verdicts for one in verdict.findings]
    passes = [one for one in found if isinstance(one, findings.Passed | policy_findings.PassedByPolicy)]
    failed = [one for one in verdicts if one.conclusion is Conclusion.FAILED]
    return findings.Tally(
        plans=len(verdicts),
        passed=conclusions.count(Conclusion.PASSED),
        started=conclusions.count(Conclusion.STARTED),
        cases=sum(one.passed for one in passes),
        failed=sum(one.code is not ErrorCode.STOPPED_AFTER_FAILURES for one in failed),
        tolerated=sum(one.tolerated for one in passes if isinstance(one, policy_findings.PassedByPolicy)),
    )


def _of_plans(ordered: Sequence[tuple[str, Verdict]]) -> Iterator[findings.Finding]:
    """The findings of the plans that did not pass, the worst first; plans with the same finding are named together."""
    groups: dict[findings.Finding, list[str]] = {}
    for name, verdict in ordered:
        if verdict.exit_code:
            first = verdict.findings[0] if verdict.findings else findings.Failures()
            groups.setdefault(first, []).append(name)
    for finding, names in list(groups.items())[:MAX_SHOWN]:
        yield findings.OfPlans(tuple(names[:MAX_SHOWN]), finding, len(names[MAX_SHOWN:]))
    if left := sum(len(names) for names in list(groups.values())[MAX_SHOWN:]):
        yield findings.MorePlans(left)
