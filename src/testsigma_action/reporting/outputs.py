"""The outputs of the step: short plain values, one line each. Empty means unknown."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta

from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.run import Counts, Result, Run
from testsigma_action.domain.verdict import rank
from testsigma_action.reporting.wording import flaky_cases, numbers, tolerated_cases, took
from testsigma_action.text import one_line

_VALUE = 2000
_COUNTS: dict[str, Callable[[Counts], int | None]] = {
    "total": lambda counts: counts.total,
    "passed": lambda counts: counts.passed,
    "failed": lambda counts: counts.failed,
    "aborted": lambda counts: counts.aborted,
    "stopped": lambda counts: counts.stopped,
    "not-executed": lambda counts: counts.not_executed,
}
# Worst first.
_RESULTS = (
    Result.FAILED,
    Result.ABORTED,
    Result.STOPPED,
    Result.UNKNOWN,
    Result.QUEUED,
    Result.NOT_EXECUTED,
    Result.PASSED,
)


def early(runs: Sequence[RunReport]) -> dict[str, str]:
    """The outputs after each start, so that the IDs of the runs are available even if the step is killed.

    `run-id` and `run-url` are those of the first run that exists.
    """
    known = [run.run for run in runs if run.run]
    first = known[0] if known else None
    return {
        "run-id": one_line(first.id) if first else "",
        "run-url": one_line(first.url, _VALUE) if first else "",
        "run-ids": ",".join(one_line(run.id) for run in known),
        "runs": json.dumps([_run(run) for run in runs], separators=(",", ":")),
    }


def links(runs: Sequence[RunReport]) -> list[tuple[str, str]]:
    """The name and the page of each run that exists."""
    return [(run.title, run.run.url) for run in runs if run.run]


def render(report: Report) -> dict[str, str]:
    """All outputs. With several runs, `status` and `result` are those of the worst run, numbers are sums.

    A sum is unknown if a part is unknown. The numbers of each run are in `runs`, which is JSON.
    """
    worst = min(report.runs, key=_severity, default=None)
    remote = worst.run if worst else None
    others = {
        "status": remote.status.value if remote else "",
        "result": remote.result.value if remote else "",
        "conclusion": report.verdict.conclusion.value,
        "duration": _whole_seconds(_duration([run.run for run in report.runs if run.run])),
        "junit-file": report.junit_file,
        "results-file": report.results_file,
        "ctrf-file": report.ctrf_file,
        "agent-file": report.agent_file,
        "error-code": report.verdict.code,
    }
    counted = [numbers(run) for run in report.runs]
    counts = {name: _sum([number(of_run) for of_run in counted]) for name, number in _COUNTS.items()}
    counts["tolerated"] = _sum([_tolerated(run) for run in report.runs])
    counts["flaky"] = _sum([_flaky(run) for run in report.runs])
    counts["reruns"] = _sum([_reruns(run) for run in report.runs])
    compared = [run.comparison for run in report.runs]
    counts["new-failures"] = _sum([len(one.new) if one else None for one in compared])
    counts["known-failures"] = _sum([len(one.known) if one else None for one in compared])
    versions = {one.file: one.version_id for one in report.uploads}
    files = {"upload-version-ids": json.dumps(versions, separators=(",", ":")) if versions else ""}
    return early(report.runs) | files | {name: one_line(value, _VALUE) for name, value in (others | counts).items()}


def _severity(run: RunReport) -> tuple[tuple[int, bool], int]:
    return rank(run.verdict), _RESULTS.index(run.run.result) if run.run else -1


def _sum(parts: list[int | None]) -> str:
    known = [part for part in parts if part is not None]
    return str(sum(known)) if known and len(known) == len(parts) else ""


def _flaky(run: RunReport) -> int | None:
    """The number of cases that passed only in a rerun; unknown without a list of cases."""
    return len(flaky_cases(run.tree)) if run.tree and run.tree.listed else None


def _tolerated(run: RunReport) -> int | None:
    """The number of failures that do not count; unknown without a list of cases."""
    return len(tolerated_cases(run.tree)) if run.tree and run.tree.listed else None


def _reruns(run: RunReport) -> int | None:
    """The number of reruns of a run, whoever asked for them; unknown without results."""
    return len(run.tree.reruns) if run.tree else None


def _duration(runs: list[Run]) -> timedelta | None:
    """The duration of a single run; for several, the time from the first start to the last end."""
    if len(runs) == 1:
        return took(runs[0].timing)
    begins = [run.timing.started for run in runs if run.timing.started]
    ends = [run.timing.ended for run in runs if run.timing.ended]
    complete = runs and len(begins) == len(ends) == len(runs)
    return max(ends) - min(begins) if complete else None


def _whole_seconds(duration: timedelta | None) -> str:
    seconds = _seconds(duration)
    return "" if seconds is None else str(seconds)


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration.total_seconds())


def _run(report: RunReport) -> dict[str, str | int | None]:
    run, counts = report.run, numbers(report)
    return {
        "name": one_line(report.title),
        "id": one_line(run.id) if run else None,
        "url": one_line(run.url, _VALUE) if run else None,
        "planId": one_line(report.spec.plan_id or (run.plan_id if run else "")),
        "planName": one_line(run.plan_name) if run else "",
        "buildNumber": one_line(report.spec.build_number or (run.build_number if run else "")),
        "status": run.status.value if run else None,
        "result": run.result.value if run else None,
        "conclusion": report.verdict.conclusion.value,
        "errorCode": report.verdict.code,
        "total": counts.total,
        "passed": counts.passed,
        "failed": counts.failed,
        "aborted": counts.aborted,
        "stopped": counts.stopped,
        "notExecuted": counts.not_executed,
        "tolerated": _tolerated(report),
        "flaky": _flaky(report),
        "queued": _seconds(report.queued),
        "duration": _seconds(took(run.timing)) if run else None,
    }
