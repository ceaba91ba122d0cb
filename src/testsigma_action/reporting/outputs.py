"""The outputs of the step: short plain values, one line each. Empty means unknown."""

import json
from collections.abc import Sequence
from datetime import timedelta

from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.run import Result, Run, RunSpec
from testsigma_action.domain.verdict import rank
from testsigma_action.reporting.case_lists import flaky_cases, tolerated_cases
from testsigma_action.reporting.codec import encode, kebab
from testsigma_action.text import one_line

_VALUE = 2000
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
        "duration": _text(_seconds(_duration([run.run for run in report.runs if run.run]))),
        "junit-file": report.junit_file,
        "results-file": report.results_file,
        "ctrf-file": report.ctrf_file,
        "agent-file": report.agent_file,
        "error-code": report.verdict.code,
    }
    # Without any run all numbers are unknown.
    counted = [_numbers(run) | _other_numbers(run) for run in report.runs or [RunReport(RunSpec(), report.verdict)]]
    sums = {kebab(name): _text(_sum([one[name] for one in counted])) for name in counted[0]}
    versions = {one.file: one.version_id for one in report.uploads}
    files = {"upload-version-ids": json.dumps(versions, separators=(",", ":")) if versions else ""}
    return early(report.runs) | files | {name: one_line(value, _VALUE) for name, value in (others | sums).items()}


def _severity(run: RunReport) -> tuple[tuple[int, bool], int]:
    return rank(run.verdict), _RESULTS.index(run.run.result) if run.run else -1


def _numbers(run: RunReport) -> dict[str, int | None]:
    """The numbers of cases, unknown (None) if nothing was counted; those of failures and flaky cases without a list."""
    listed = run.tree is not None and run.tree.listed
    return encode(run.counts, "queued", "running") | {
        "tolerated": len(tolerated_cases(run.tree)) if listed else None,
        "flaky": len(flaky_cases(run.tree)) if listed else None,
    }


def _other_numbers(run: RunReport) -> dict[str, int | None]:
    """The number of reruns, whoever asked for them, and of new and known failures; None for an unknown one."""
    compared = run.comparison
    return {
        "reruns": len(run.tree.reruns) if run.tree else None,
        "newFailures": len(compared.new) if compared else None,
        "knownFailures": len(compared.known) if compared else None,
    }


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _duration(runs: list[Run]) -> timedelta | None:
    """The duration of a single run; for several, the time from the first start to the last end."""
    if len(runs) == 1:
        return runs[0].timing.took
    begins = [run.timing.started for run in runs if run.timing.started]
    ends = [run.timing.ended for run in runs if run.timing.ended]
    complete = runs and len(begins) == len(ends) == len(runs)
    return max(ends) - min(begins) if complete else None


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration.total_seconds())


def _run(report: RunReport) -> dict[str, str | int | None]:
    run = report.run
    return {
        "name": one_line(report.title),
        "id": one_line(run.id) if run else None,
        "url": one_line(run.url, _VALUE) if run else None,
        "planId": one_line(report.plan_id),
        "planName": one_line(run.plan_name) if run else "",
        "buildNumber": one_line(report.spec.build_number or (run.build_number if run else "")),
        "status": run.status.value if run else None,
        "result": run.result.value if run else None,
        "conclusion": report.verdict.conclusion.value,
        "errorCode": report.verdict.code,
        **_numbers(report),
        "queued": _seconds(report.queued),
        "duration": _seconds(run.timing.took) if run else None,
    }
