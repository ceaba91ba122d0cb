"""What becomes a testcase in JUnit, in which suite, with which outcome. How it is written is `junit`'s business.

A data-driven case gives one testcase an iteration, named `case [data set]`, since a data set is what people look for,
repair and run again. The case itself is then left out, unless none of its iterations has its result or its own steps
hold a failure. So there may be more testcases than the summary counts cases.

A run whose cases do not show its verdict (it timed out, was cancelled, has no results, contradicts itself) has one
more testcase, `Test plan run`, so that no reader shows a green file under a red verdict. A run that was stopped or
aborted has none where one of its cases was.

A case that ran more than once is one testcase. As in surefire's reports it is passed if it passed at last, and keeps
the attempts that did not; else it is what went wrong first, and keeps what went wrong later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import pairwise

from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, StepResult, SuiteResult, failing_step
from testsigma_action.domain.run import Result, Timing
from testsigma_action.reporting.wording import (
    heading,
    hint,
    machine_name,
    needs_saying,
    numbers,
    plain_case_name,
    reason,
    service_message,
    step_and_message,
    step_verdict,
    suite_name,
    took,
)
from testsigma_action.text import one_line

WHOLE_RUN = "Test plan run"

# A long name of a case must not push that of the data set out of the room for a name.
_CASE = 130
_DATA_SET = 60


class Outcome(Enum):
    """What JUnit knows: a failure is one of the tests, an error anything else that is no pass."""

    PASSED = auto()
    FAILURE = auto()
    ERROR = auto()
    SKIPPED = auto()


_OUTCOMES = {Result.PASSED: Outcome.PASSED, Result.FAILED: Outcome.FAILURE, Result.NOT_EXECUTED: Outcome.SKIPPED}
_CUT_SHORT = {Result.STOPPED, Result.ABORTED}
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A testcase to be: `kind` is what went wrong in one word, `notes` stand below its steps. All text is untrusted.

    `others` are its other attempts that did not pass, the oldest first.
    """

    name: str
    outcome: Outcome
    duration: timedelta | None = None
    kind: str = ""
    message: str = ""
    steps: Sequence[StepResult] | None = None
    notes: tuple[str, ...] = ()
    others: tuple["Entry", ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """A testsuite to be. `path` is where it stands: title, plan, machine, suite."""

    path: tuple[str, ...]
    entries: tuple[Entry, ...]
    started: datetime
    properties: dict[str, str]
    timing: Timing = Timing()

    @property
    def duration(self) -> timedelta:
        """The suite's own duration, else what its cases took."""
        own = took(self.timing)
        return sum((entry.duration or timedelta() for entry in self.entries), timedelta()) if own is None else own


def suites(report: Report) -> list[Suite]:
    """All suites of the document: at least one, and none without a testcase."""
    found = [suite for run in report.runs for suite in _of_run(run, report)]
    verdict = step_verdict(report)
    if verdict or not found:
        found.append(Suite((heading(report),), (_whole(verdict or report.verdict),), report.started, {}))
    return found


def _of_run(run: RunReport, report: Report) -> Iterator[Suite]:
    machines = run.tree.machines if run.tree else ()
    placed = [(machine, suite) for machine in machines for suite in machine.suites if any(_shown(suite))]
    path, properties = _path(run, report), _run_properties(run)
    started = (run.run and run.run.timing.started) or report.started
    for machine, suite in placed:
        yield Suite(
            path=(*path, machine_name(machine), suite_name(suite)),
            entries=tuple(entry for case in _shown(suite) for entry in _of_case(case)),
            started=suite.timing.started or machine.timing.started or started,
            properties=properties | _machine_properties(machine, suite),
            timing=suite.timing,
        )
    if not placed or (needs_saying(run) and not _cases_show_the_stop(run)):
        yield Suite(path, (_whole(run.verdict, run),), started, properties)


def _path(run: RunReport, report: Report) -> tuple[str, ...]:
    """Where the suites of a run stand. Readers that merge files tell two runs of the same plan apart by the title."""
    return (report.title, run.title) if report.title not in {"", run.title} else (run.title,)


def _cases_show_the_stop(run: RunReport) -> bool:
    """Whether a run that was stopped or aborted has a case that was, too."""
    if run.verdict.conclusion is not Conclusion.FAILED or not run.run or not run.tree:
        return False
    return run.run.result in _CUT_SHORT and any(case.result in _CUT_SHORT for case in run.tree.cases())


def _shown(suite: SuiteResult) -> Iterator[CaseResult]:
    """Its cases, and the hooks that did not pass."""
    return (case for case in suite.cases if not (case.hook and case.acceptable))


def _of_case(case: CaseResult) -> Iterator[Entry]:
    if case.iterations:
        yield from _of_data_driven(case)
    else:
        yield _of_itself(case, took(case.timing))


def _of_itself(case: CaseResult, duration: timedelta | None) -> Entry:
    return _entry(plain_case_name(case), case, duration, case, [(each, each) for each in case.earlier])


def _of_data_driven(case: CaseResult) -> Iterator[Entry]:
    """The testcases of a data-driven case. Their times add up to what it took, unless its steps took longer."""
    name, known = plain_case_name(case), [_time_of_steps(iteration) for iteration in case.iterations]
    total = took(case.timing) or timedelta()
    left = max(total - sum(filter(None, known), timedelta()), timedelta())
    if not _explained(case):
        yield _of_itself(case, left)
        left = timedelta()
    shares = _shares(left, known.count(None))
    for iteration, time in zip(case.iterations, known, strict=True):
        data_set = one_line(iteration.name or iteration.id, _DATA_SET)
        duration = next(shares) if time is None else time
        earlier = _earlier(iteration, case) if case.earlier else ()
        yield _entry(f"{one_line(name, _CASE)} [{data_set}]", iteration, duration, case, earlier)


def _time_of_steps(iteration: Iteration) -> timedelta | None:
    """How long the steps of a data set took together; None where that is not known."""
    times = [time for step in iteration.steps or () if (time := took(step.timing)) is not None]
    return sum(times, timedelta()) if times else None


def _shares(whole: timedelta, number: int) -> Iterator[timedelta]:
    """Equal parts in whole milliseconds, as they are written, which add up to the whole."""
    milliseconds = whole // _MILLISECOND
    ends = [milliseconds * position // number for position in range(number + 1)] if number else []
    return (timedelta(milliseconds=end - begin) for begin, end in pairwise(ends))


def _explained(case: CaseResult) -> bool:
    """Whether the iterations of a case account for all that is known of it."""
    return any(one.result is case.result for one in case.iterations) and not failing_step(case.steps or ())


def _earlier(iteration: Iteration, case: CaseResult) -> list[tuple[Iteration, CaseResult]]:
    """The earlier attempts at a data set, each with the attempt at its case; none where its name is not its own."""
    if [one.name for one in case.iterations].count(iteration.name) > 1:
        return []
    found = [(one, attempt) for attempt in case.earlier for one in attempt.iterations if one.name == iteration.name]
    return [(one, attempt) for one, attempt in found if one is not iteration]


def _entry(
    name: str,
    part: CaseResult | Iteration,
    duration: timedelta | None,
    case: CaseResult,
    earlier: Sequence[tuple[CaseResult | Iteration, CaseResult]],
) -> Entry:
    last = _attempt(name, part, duration, case)
    if not earlier:
        return last
    attempts = [*(_attempt(name, one, duration, owner) for one, owner in earlier), last]
    bad = [one for one in attempts if one.outcome in {Outcome.FAILURE, Outcome.ERROR}]
    if last in bad:
        return replace(bad[0], others=tuple(bad[1:]))
    return replace(last, others=tuple(bad)) if last.outcome is Outcome.PASSED else last


def _attempt(name: str, part: CaseResult | Iteration, duration: timedelta | None, case: CaseResult) -> Entry:
    outcome = _OUTCOMES.get(part.result, Outcome.ERROR)
    if outcome is Outcome.PASSED:
        return Entry(name, outcome, duration)
    if outcome is Outcome.SKIPPED:
        return Entry(name, outcome, duration, message="disabled" if case.disabled else _why_skipped(part))
    step = failing_step(part.steps or ())
    kind = step.error_type if step and step.error_type else part.result.value
    label = case.result_label if part is case else ""
    return Entry(name, outcome, duration, kind, step_and_message(part.result, step, label)[1], part.steps, (case.url,))


def _why_skipped(part: CaseResult | Iteration) -> str:
    """The service's reason why something was not executed (untrusted): the first one that a step of it gives."""
    return next((step.message for step in part.steps or () if step.message and step.result is not Result.PASSED), "")


def _whole(verdict: Verdict, run: RunReport | None = None) -> Entry:
    """Tell a verdict as a testcase: an error, or what it is where nothing went wrong."""
    if verdict.exit_code == 0:
        passed = verdict.conclusion is Conclusion.PASSED and run is not None and numbers(run).executed
        return Entry(WHOLE_RUN, Outcome.PASSED if passed else Outcome.SKIPPED, message=reason(verdict))
    remote = run.run if run else None
    notes = (service_message(run) if run else "", hint(verdict), remote.url if remote else "")
    has_code = verdict.conclusion in {Conclusion.ERROR, Conclusion.FAILED} and verdict.code
    kind = verdict.code if has_code else verdict.conclusion.value
    return Entry(WHOLE_RUN, Outcome.ERROR, kind=kind, message=reason(verdict), notes=notes)


def _run_properties(run: RunReport) -> dict[str, str]:
    remote = run.run
    return {
        "plan": remote.plan_name if remote else "",
        "plan_id": run.spec.plan_id or (remote.plan_id if remote else ""),
        "run_id": remote.id if remote else "",
        "run_url": remote.url if remote else "",
        "build": run.spec.build_number or (remote.build_number if remote else ""),
        "environment": run.spec.environment_id or (remote.environment_id if remote else ""),
    }


def _machine_properties(machine: MachineResult, suite: SuiteResult) -> dict[str, str]:
    device = machine.device
    return {
        "machine": machine_name(machine),
        "suite": suite_name(suite),
        "browser": f"{device.browser} {device.browser_version}".strip(),
        "os": f"{device.os} {device.os_version}".strip(),
    }
