"""The testsuites of the JUnit file. `entries` makes testcases, `document` writes them.

A suite is one of the plan's suites on one machine. Its name and the classname of its cases begin with the given title
and the name of the plan, so that readers that merge files or compare builds can distinguish two runs of the same plan.

A run whose cases do not show its verdict (it timed out, was cancelled, could not be started, has no results,
contradicts itself) has one more testcase, `Test plan run`, so that no reader shows a red verdict as green. A run that
was stopped or aborted needs none if one of its cases was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from testsigma_action.domain.build import Build
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, MachineResult, SuiteResult
from testsigma_action.domain.run import Result
from testsigma_action.reporting import wording
from testsigma_action.reporting.junit.entries import Attempts, Entry, Outcome, of_case

WHOLE_RUN = "Test plan run"

_CUT_SHORT = {Result.STOPPED, Result.ABORTED}


@dataclass(frozen=True, slots=True)
class Suite:
    """One testsuite. `path` is its place: title, plan, machine, suite; `place` has the last two, if it has them."""

    path: tuple[str, ...]
    tests: tuple[Attempts, ...]
    started: datetime
    properties: dict[str, str]
    place: tuple[MachineResult, SuiteResult] | None = None

    @property
    def duration(self) -> timedelta:
        """The suite's own duration, else the sum of its cases."""
        own = self.place[1].timing.took if self.place else None
        times = (attempts[-1].duration or timedelta() for attempts in self.tests)
        return sum(times, timedelta()) if own is None else own


def suites(report: Report) -> list[Suite]:
    """All suites of the document: at least one, and none without a testcase."""
    found = [suite for run in report.runs for suite in _of_run(run, report)]
    verdict, properties = wording.step_verdict(report), _build_properties(report.build)
    if verdict or not found:
        whole = (_whole(verdict or report.verdict),)
        found.append(Suite((wording.heading(report),), (whole,), report.started, properties))
    return found


def _of_run(run: RunReport, report: Report) -> Iterator[Suite]:
    machines = run.tree.machines if run.tree else ()
    placed = [(machine, suite) for machine in machines for suite in machine.suites if any(_shown(suite))]
    # The title distinguishes two runs of the same plan in merged files.
    path = (report.title, run.title) if report.title not in {"", run.title} else (run.title,)
    properties = _run_properties(run) | _build_properties(report.build)
    started = (run.run and run.run.timing.started) or report.started
    for machine, suite in placed:
        own = {
            "machine": wording.machine_name(machine),
            "suite": wording.suite_name(suite),
            "browser": f"{machine.device.browser} {machine.device.browser_version}".strip(),
            "os": f"{machine.device.os} {machine.device.os_version}".strip(),
        }
        yield Suite(
            path=(*path, own["machine"], own["suite"]),
            tests=tuple(attempts for case in _shown(suite) for attempts in of_case(case)),
            started=suite.timing.started or machine.timing.started or started,
            properties=properties | own,
            place=(machine, suite),
        )
    if not placed or (wording.needs_saying(run) and not _cases_show_the_stop(run)):
        yield Suite(path, ((_whole(run.verdict, run),),), started, properties)


def _cases_show_the_stop(run: RunReport) -> bool:
    """Whether a run that was stopped or aborted has a case that was, too."""
    if run.verdict.conclusion is not Conclusion.FAILED or not run.run or not run.tree:
        return False
    return run.run.result in _CUT_SHORT and any(case.result in _CUT_SHORT for case in run.tree.cases())


def _shown(suite: SuiteResult) -> Iterator[CaseResult]:
    """Its cases, and the hooks that did not pass."""
    return (case for case in suite.cases if not (case.hook and case.acceptable))


def _whole(verdict: Verdict, run: RunReport | None = None) -> Entry:
    """A verdict as a testcase: an error, passed, skipped, or pending for a run that nobody waited for."""
    if verdict.exit_code == 0:
        passed = verdict.conclusion is Conclusion.PASSED and run is not None and run.counts.executed
        other = Outcome.PENDING if verdict.conclusion is Conclusion.STARTED else Outcome.SKIPPED
        return Entry(WHOLE_RUN, Outcome.PASSED if passed else other, message=wording.reason(verdict))
    remote = run.run if run else None
    notes = (wording.service_message(run) if run else "", wording.hint(verdict), remote.url if remote else "")
    has_code = verdict.conclusion in {Conclusion.ERROR, Conclusion.FAILED} and verdict.code
    kind = verdict.code if has_code else verdict.conclusion.value
    return Entry(WHOLE_RUN, Outcome.ERROR, kind=kind, message=wording.reason(verdict), notes=notes)


def _run_properties(run: RunReport) -> dict[str, str]:
    remote = run.run
    return {
        "plan": remote.plan_name if remote else "",
        "plan_id": run.plan_id,
        "run_id": remote.id if remote else "",
        "run_url": remote.url if remote else "",
        "build": run.spec.build_number or (remote.build_number if remote else ""),
        "environment": run.spec.environment_id or (remote.environment_id if remote else ""),
    }


def _build_properties(build: Build) -> dict[str, str]:
    return {
        "ci_system": build.system,
        "ci_build": build.label,
        "job_attempt": "" if build.attempt is None else str(build.attempt),
        "job_url": build.job_url,
        "commit": build.commit,
        "branch": build.branch,
        "pull_request": build.pull_request,
    }
