"""Whether the runs of a report are those of its parts: pure. That can be wrong only in a file that was changed."""

from testsigma_action.domain.merge_findings import Problem
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.errors import ErrorCode


def explained(report: Report) -> bool:
    """Whether each part of a merge has runs, and each other run stands for a file that could not be used."""
    if not report.parts and report.verdict.code is not ErrorCode.INCOMPLETE_MERGE:
        return True
    rows = report.runs[sum(len(part.names) for part in report.parts) :]
    return bool(report.runs) and all(part.names for part in report.parts) and all(map(_is_row, rows))


def _is_row(run: RunReport) -> bool:
    findings = run.verdict.findings
    return run.run is None and bool(findings) and isinstance(findings[0], Problem)
