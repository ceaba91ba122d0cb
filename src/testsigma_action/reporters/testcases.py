"""What becomes a testcase in JUnit, in which suite, with which outcome. How it is written is `junit`'s business.

A data-driven case gives one testcase an iteration, named `case [data set]`, since a data set is what people look for,
repair and run again. The case itself is then left out, unless none of its iterations has its result or its own steps
hold a failure. So there may be more testcases than the summary counts cases.

A run whose cases do not show its verdict (it timed out, was cancelled, has no results, contradicts itself) has one
more testcase, `Test plan run`, so that no reader shows a green file under a red verdict.

A case that ran more than once is one testcase. As in surefire's reports it is passed if it passed at last, and keeps
the attempts that did not; else it is what went wrong first, and keeps what went wrong later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import NamedTuple

from testsigma_action.model import Result, Timing
from testsigma_action.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.reporters import (
    RESULTS,
    account,
    heading,
    machine_name,
    needs_saying,
    numbers,
    plain_case_name,
    step_verdict,
    suite_name,
    took,
)
from testsigma_action.text import one_line
from testsigma_action.tree import CaseResult, Iteration, MachineResult, StepResult, SuiteResult, failing_step

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

    __hash__ = object.__hash__  # As that of Result.


_OUTCOMES = {Result.PASSED: Outcome.PASSED, Result.FAILED: Outcome.FAILURE, Result.NOT_EXECUTED: Outcome.SKIPPED}


class Entry(NamedTuple):
    """A testcase to be: `kind` is what went wrong in one word, `notes` stand below its steps. All text is untrusted.

    `others` are its other attempts that did not pass, the oldest first. There is one for every case of a run: a tuple
    is made in a third of the time that a frozen dataclass takes.
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
    """A testsuite to be. `path` is where it stands: plan, machine, suite."""

    path: tuple[str, ...]
    entries: tuple[Entry, ...]
    timing: Timing
    properties: dict[str, str]

    @property
    def duration(self) -> timedelta:
        """The suite's own duration, else what its cases took."""
        own = took(self.timing)
        return sum((entry.duration or timedelta() for entry in self.entries), timedelta()) if own is None else own


def suites(report: Report) -> list[Suite]:
    """All suites of the document: at least one, and none without a testcase."""
    found = [suite for run in report.runs for suite in _of_run(run)]
    verdict = step_verdict(report)
    if verdict or not found:
        found.append(Suite((heading(report),), (_whole(verdict or report.verdict),), Timing(), {}))
    return found


def _of_run(run: RunReport) -> Iterator[Suite]:
    machines = run.tree.machines if run.tree else ()
    placed = [(machine, suite) for machine in machines for suite in machine.suites if any(_shown(suite))]
    properties = _run_properties(run)
    for machine, suite in placed:
        entries = tuple(entry for case in _shown(suite) for entry in _of_case(case))
        path = (run.title, machine_name(machine), suite_name(suite))
        yield Suite(path, entries, suite.timing, properties | _machine_properties(machine, suite))
    if needs_saying(run) or not placed:
        yield Suite((run.title,), (_whole(run.verdict, run),), Timing(), properties)


def _shown(suite: SuiteResult) -> Iterator[CaseResult]:
    """Its cases, and the hooks that did not pass."""
    return (case for case in suite.cases if not (case.hook and case.acceptable))


def _of_case(case: CaseResult) -> Iterator[Entry]:
    name = plain_case_name(case)
    if not case.iterations or not _explained(case):
        yield _entry(name, case, took(case.timing), case, [(each, each) for each in case.earlier])
    for iteration in case.iterations:
        durations = [took(step.timing) or timedelta() for step in iteration.steps or ()]
        data_set = one_line(iteration.name or iteration.id, _DATA_SET)
        earlier = _earlier(iteration, case) if case.earlier else ()
        yield _entry(f"{one_line(name, _CASE)} [{data_set}]", iteration, sum(durations, timedelta()), case, earlier)


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
        return bad[0]._replace(others=tuple(bad[1:]))
    return last._replace(others=tuple(bad)) if last.outcome is Outcome.PASSED else last


def _attempt(name: str, part: CaseResult | Iteration, duration: timedelta | None, case: CaseResult) -> Entry:
    outcome = _OUTCOMES.get(part.result, Outcome.ERROR)
    if outcome is Outcome.PASSED:
        return Entry(name, outcome, duration)
    if outcome is Outcome.SKIPPED:
        return Entry(name, outcome, duration, message="disabled" if case.disabled else RESULTS[part.result])
    step = failing_step(part.steps or ())
    kind = step.error_type if step and step.error_type else part.result.value
    label = case.result_label if part is case else ""
    return Entry(name, outcome, duration, kind, account(part.result, step, label), part.steps, (case.url,))


def _whole(verdict: Verdict, run: RunReport | None = None) -> Entry:
    """Tell a verdict as a testcase: an error, or what it is where nothing went wrong."""
    if verdict.exit_code == 0:
        passed = verdict.conclusion is Conclusion.PASSED and run is not None and numbers(run).executed
        return Entry(WHOLE_RUN, Outcome.PASSED if passed else Outcome.SKIPPED, message=verdict.reason)
    remote = run.run if run else None
    said = remote.message if remote and remote.message not in verdict.reason else ""
    notes = (said, verdict.hint, remote.url if remote else "")
    has_code = verdict.conclusion in {Conclusion.ERROR, Conclusion.FAILED} and verdict.code
    kind = verdict.code if has_code else verdict.conclusion.value
    return Entry(WHOLE_RUN, Outcome.ERROR, kind=kind, message=verdict.reason, notes=notes)


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
