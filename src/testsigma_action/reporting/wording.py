"""Wording that all reporters share: for verdicts, results and names.

Code decides on types, enums and numbers; sentences are made here. Those for findings are in `finding_wording`. All
functions are pure, and external text is still untrusted: each reporter sanitises it for its own format.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from testsigma_action.domain import evidence
from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.findings import InputProblem, ServiceMessage
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, StepResult, SuiteResult, failing_step
from testsigma_action.domain.run import Result, Run
from testsigma_action.domain.words import RESULTS, counted, in_words, numbers_in_words
from testsigma_action.errors import ErrorCode
from testsigma_action.reporting import case_lists
from testsigma_action.reporting.finding_wording import advice, numbers_of_rows, sentence

CONCLUSIONS = {conclusion: conclusion.value.replace("-", " ") for conclusion in Conclusion}
_NOISE = timedelta(seconds=5)
MAX_NAMED = 3
"""Maximum number of plans in a heading."""

STEPS_SHOWN = 30
"""Maximum number of steps shown with a failure."""


def reason(verdict: Verdict) -> str:
    """The reason for a verdict, on one line; several problems with inputs are on a line each."""
    return "\n".join(reason_lines(verdict)) or f"The step ended: {CONCLUSIONS[verdict.conclusion]}."


def reason_lines(verdict: Verdict) -> list[str]:
    """The same as lines: several problems with inputs on a line each, everything else on one line."""
    problems = [sentence(finding) for finding in verdict.findings if isinstance(finding, InputProblem)]
    others = [sentence(finding) for finding in verdict.findings if not isinstance(finding, InputProblem)]
    lines = [*problems, " ".join(others)] if len(problems) > 1 else [" ".join((*problems, *others))]
    return [line for line in lines if line]


def conclusion(verdict: Verdict) -> str:
    """The conclusion for a line that begins with it: `TIMED OUT (exit code 4, timed-out)`."""
    code = f", {verdict.code}" if verdict.code else ""
    return f"{CONCLUSIONS[verdict.conclusion].upper()} (exit code {verdict.exit_code}{code})"


def hints(verdict: Verdict) -> tuple[str, ...]:
    """What to do, without repetitions; empty for a pass."""
    found = filter(None, map(advice, verdict.findings)) if verdict.exit_code else ()
    return tuple(dict.fromkeys(found))


def hint(verdict: Verdict) -> str:
    """What to do, on one line."""
    return " ".join(hints(verdict))


def service_message(run: RunReport) -> str:
    """The message of the service about a run (untrusted), unless the verdict quotes it."""
    message = run.run.message if run.run else ""
    return "" if ServiceMessage(message) in run.verdict.findings else message


def cases_and_hooks(rows: Iterable[CaseResult]) -> str:
    """The numbers of cases and hooks: `2 cases`, `1 hook`, `1 case and 2 hooks`."""
    return numbers_of_rows(*evidence.numbers(rows))


def machine_name(machine: MachineResult) -> str:
    """A machine's name for people (untrusted)."""
    return machine.title or machine.device.name or f"machine {machine.id}"


def suite_name(suite: SuiteResult) -> str:
    """A suite's name for people (untrusted)."""
    return suite.name or f"suite {suite.id}"


def plain_case_name(case: CaseResult) -> str:
    """A case's name for people (untrusted); hooks are marked."""
    name = case.name or f"case {case.case_id or case.id}"
    return f"{name} (hook)" if case.hook else name


def broken_sets(case: CaseResult) -> list[Iteration]:
    """The data sets with which a case did not pass."""
    return [iteration for iteration in case.iterations if not iteration.result.tolerable]


def case_name(case: CaseResult) -> str:
    """A case's name for people (untrusted), with its first failed data set."""
    name, broken = plain_case_name(case), broken_sets(case)
    if not broken:
        return name
    others = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
    return f"{name} [{broken[0].name or broken[0].id}{others}]"


def changes(comparison: Comparison) -> str:
    """The changes since the previous run: `2 new, 1 known, 3 fixed`."""
    new, known = len(comparison.new), len(comparison.known)
    found = {"new": new, "known": known, "fixed": len(comparison.fixed), "not run this time": comparison.not_run}
    none_new = "none new" if known and not new else ""
    return ", ".join(filter(None, (none_new, numbers_in_words(found)))) or "no change"


def slower(run: Run, before: Run) -> str:
    """How much longer or shorter a run took than the previous one; empty for a small difference."""
    return difference(run.timing.took, before.timing.took, "slower", "faster")


def difference(now: timedelta | None, then: timedelta | None, longer: str, shorter: str) -> str:
    """How much two durations differ, and the word for it; empty if it is little, or one of them is unknown."""
    if now is None or then is None or abs(now - then) < max(_NOISE, then / 10):
        return ""
    return f"{in_words(abs(now - then))} {longer if now > then else shorter}"


def last_steps(steps: Sequence[StepResult] | None) -> tuple[int, Sequence[StepResult]]:
    """The number of steps that are left out, and the last steps up to the failing one."""
    known = steps or ()
    breaking = failing_step(known)
    end = next((number for number, step in enumerate(known, 1) if step is breaking), len(known))
    start = max(end - STEPS_SHOWN, 0)
    return start, known[start:end]


def step_and_message(result: Result, step: StepResult | None, label: str = "") -> tuple[str, str]:
    """The failing step of a case or data set, if it has a message, and the reason of the failure (both untrusted).

    The reason is the message of the step, else the step itself, else the result with the label of the service.
    """
    if step and step.message:
        return f"Step {step.position}: {step.action}", step.message
    if step:
        return "", f"Step {step.position} {RESULTS[step.result]}: {step.action}"
    said = f" ({label})" if label and result is Result.UNKNOWN else ""
    return "", f"Result: {RESULTS[result]}{said}. No failing step is known."


def needs_saying(run: RunReport) -> bool:
    """Whether a run did not pass, and its cases alone do not show why."""
    if run.verdict.exit_code == 0:
        return False
    # A run that was stopped, or has no known result, has a reason besides its cases.
    result = run.run.result if run.run else Result.UNKNOWN
    of_cases = run.verdict.conclusion is Conclusion.FAILED and result in {Result.PASSED, Result.FAILED}
    return not (of_cases and any(case_lists.failures(run.tree)))


def has_common_cause(report: Report) -> bool:
    """Whether several runs share one verdict that does not come from a run, such as a wrong input."""
    return report.several and all(run.run is None and run.verdict == report.runs[0].verdict for run in report.runs)


def step_verdict(report: Report) -> Verdict | None:
    """The verdict of the step if it is not a pass and does not come from a run: bad input, a bug, a lost report."""
    if report.verdict.exit_code == 0:
        return None
    of_a_run = any(run.verdict.exit_code == report.verdict.exit_code for run in report.runs)
    return None if of_a_run else report.verdict


def heading(report: Report) -> str:
    """A name for the whole report (untrusted): the given title, else the titles of the runs, or their number.

    An incomplete merge is not named after its runs, which may have passed.
    """
    if report.title:
        return report.title
    if any(run.verdict.code is ErrorCode.INCOMPLETE_MERGE for run in report.runs):
        return "Merged results"
    titles = list(dict.fromkeys(run.title for run in report.runs))
    if len(titles) > MAX_NAMED:
        return counted(len(titles), "plan")
    return ", ".join(titles) or "Testsigma"
