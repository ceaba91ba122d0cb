"""Writes all reports, however the step ends."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from testsigma_action.domain import verdict as verdicts
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.errors import ActionError, Bug
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console, end_of_log, outputs, results_json
from testsigma_action.reporting.junit import document as junit
from testsigma_action.reporting.report_files import ReportFiles, unwritable

Writer = Callable[[Report], Iterable[str]]


def files(report: Report) -> Iterator[tuple[str, Writer]]:
    """The reports that are files and are asked for: the path, and what writes it."""
    if report.junit_file:
        yield report.junit_file, junit.render
    if report.results_file:
        yield report.results_file, results_json.render
    if report.ctrf_file:
        from testsigma_action.reporting.ctrf import document as ctrf

        yield report.ctrf_file, ctrf.render
    if report.agent_file:
        from testsigma_action.reporting import agent

        yield report.agent_file, agent.render


@dataclass(slots=True)
class Publisher:
    """Writes reports one after the other. If one cannot be written, the verdict in the following ones says so."""

    files: ReportFiles
    log: Log
    written: list[str] = field(default_factory=list)

    @property
    def platform(self) -> Platform:
        """The platform that has the files."""
        return self.files.platform

    def write_unfinished(self, report: Report) -> None:
        """Write files that say "not finished", for a step that is killed. The end of the step tells of all errors."""
        for path, render in self._files(report):
            # Not even a bug may end the wait for a run.
            with suppress(Exception):
                self.platform.write_file(path, render(report))

    def write_early(self, runs: Sequence[RunReport]) -> None:
        """Write the IDs of the runs that exist so far. Raises OSError."""
        self.platform.write_links(outputs.links(runs))
        self.log.commands(self.platform.write_outputs(outputs.early(runs)))

    def publish(self, report: Report) -> Report:
        """Write all requested reports. Returns the report with the final verdict."""
        for path, render in self._files(report):
            report = self._tried(path, partial(self._write_file, path, render), report)
        report = self._tried("the step summary", self._write_summary, report)
        report = self._tried("the log", self._log_results, report)
        report = self._tried("the outputs", self._write_outputs, report)
        self.log.say(end_of_log.conclude(report))
        return report

    def _tried(self, what: str, write: Callable[[Report], None], report: Report) -> Report:
        """Write one report. An error becomes part of the verdict."""
        try:
            write(report)
        except OSError as error:
            failure: ActionError = unwritable(what, error)
        except Exception as error:  # noqa: BLE001 - a bug in one report must not prevent the others
            self.log.say(console.traceback(error))
            failure = Bug(error)
        else:
            return report
        return replace(report, verdict=verdicts.combined((report.verdict, verdicts.of_error(failure))))

    def _files(self, report: Report) -> list[tuple[str, Writer]]:
        return [one for one in files(report) if one[0] not in self.files.refused]

    def _write_file(self, path: str, render: Writer, report: Report) -> None:
        self.platform.write_file(path, render(report))
        self.written.append(path)

    def _write_summary(self, report: Report) -> None:
        if self.files.inputs.summary != "off":
            from testsigma_action.reporting.summary import document as summary

            self.log.commands(self.platform.write_summary(summary.render(report, self.files.inputs.summary)))

    def _write_outputs(self, report: Report) -> None:
        self.platform.write_links(outputs.links(report.runs))
        self.log.commands(self.platform.write_outputs(outputs.render(report)))

    def _log_results(self, report: Report) -> None:
        from testsigma_action.reporting import annotations

        for run in report.runs:
            for title, *lines in end_of_log.cases(run, end_of_log.failures_shown(report)):
                self.log.commands(self.platform.group(title, lines))
            self.log.say(end_of_log.remarks(run))
        self.log.say(end_of_log.report_warnings(report))
        for note in annotations.render(report, self.files.inputs.annotations):
            self.log.commands(self.platform.annotation(note.level, note.title, note.message))
        if self.written:
            self.log.say([f"Files: {', '.join(self.written)}"])
