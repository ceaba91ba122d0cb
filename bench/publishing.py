"""All reports, written as on GitHub, the platform with the most reports."""

from pathlib import Path

from testsigma_action.domain.report import Report
from testsigma_action.inputs.options import Inputs
from testsigma_action.platforms.github import GitHub
from testsigma_action.platforms.log import Log
from testsigma_action.reporting.publish import Publisher
from testsigma_action.reporting.report_files import ReportFiles
from testsigma_action.reporting.wording import reason

FILES = {"GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary.md"}


def publish(report: Report, folder: Path) -> None:
    """Write all reports and the log into a new folder. Raises RuntimeError if one could not be written."""
    environ = {variable: str(folder / name) for variable, name in FILES.items()} | {"GITHUB_WORKSPACE": str(folder)}
    with (folder / "log").open("w", encoding="utf-8") as log:
        done = Publisher(ReportFiles(Inputs(), GitHub(environ)), Log(log)).publish(report)
    if done.verdict != report.verdict:
        raise RuntimeError(reason(done.verdict))
