"""Writes all reports, however the step ends."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from testsigma_action.domain import verdict as verdicts
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.errors import ActionError, Bug, ErrorCode, ReportError
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.parsers import OFF
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.files import NotRegular, permission_advice
from testsigma_action.platforms.log import Log
from testsigma_action.reporting import console, outputs, results_json
from testsigma_action.reporting.junit import document as junit

Writer = Callable[[Report], Iterable[str]]


def files(report: Report) -> Iterator[tuple[str, str, Writer]]:
    """The reports that are files and are asked for: the input, the path, and what writes it."""
    if report.junit_file:
        yield "junit-file", report.junit_file, junit.render
    if report.results_file:
        yield "results-file", report.results_file, results_json.render
    if report.ctrf_file:
        from testsigma_action.reporting.ctrf import document as ctrf

        yield "ctrf-file", report.ctrf_file, ctrf.render
    if report.agent_file:
        from testsigma_action.reporting import agent

        yield "agent-file", report.agent_file, agent.render


@dataclass(slots=True)
class Publisher:
    """Writes reports one after the other. If one cannot be written, the verdict in the following ones says so."""

    inputs: Inputs
    platform: Platform
    log: Log
    written: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def problems(self) -> list[str]:
        """Problems with writing outputs, state and summary; checked before anything is started."""
        found = taken(self.platform, self.inputs)
        self.refused |= found.keys()
        return [*found.values(), *self.platform.problems(summary=self.inputs.summary != OFF)]

    def write_unfinished(self, report: Report) -> list[str]:
        """Write files that say "not finished", so that a killed step does not leave the files of an earlier one.

        Returns a problem for each file that cannot be written. These files are not written later either.
        """
        problems: list[str] = []
        advice: set[str] = set()
        for name, path, render in files(report):
            try:
                if path not in self.refused:
                    self.platform.write_file(path, render(report))
            except OSError as error:
                failure = unwritable(path, error)
                problems.append(f"{name}: {failure.message} {'' if failure.hint in advice else failure.hint}".rstrip())
                advice.add(failure.hint)
                self.refused.add(path)
        return problems

    def write_early(self, runs: Sequence[RunReport]) -> None:
        """Write the IDs of the runs that exist so far. Raises OSError."""
        self.platform.write_links(outputs.links(runs))
        self.log.commands(self.platform.write_outputs(outputs.early(runs)))

    def publish(self, report: Report) -> Report:
        """Write all requested reports. Returns the report with the final verdict."""
        for _, path, render in files(report):
            if path not in self.refused:
                report = self._tried(path, partial(self._write_file, path, render), report)
        report = self._tried("the step summary", self._write_summary, report)
        report = self._tried("the log", self._log_results, report)
        report = self._tried("the outputs", self._write_outputs, report)
        self.log.say(console.conclude(report))
        return report

    def _tried(self, what: str, write: Callable[[Report], None], report: Report) -> Report:
        """Write one report. An error becomes part of the verdict."""
        failure: ActionError
        try:
            write(report)
        except OSError as error:
            failure = unwritable(what, error)
        except Exception as error:  # noqa: BLE001 - a bug in one report must not prevent the others
            self.log.say(console.traceback(error))
            failure = Bug(error)
        else:
            return report
        return replace(report, verdict=verdicts.combined((report.verdict, verdicts.of_error(failure))))

    def _write_file(self, path: str, render: Writer, report: Report) -> None:
        self.platform.write_file(path, render(report))
        self.written.append(path)

    def _write_summary(self, report: Report) -> None:
        if self.inputs.summary != "off":
            from testsigma_action.reporting.summary import document as summary

            self.log.commands(self.platform.write_summary(summary.render(report, self.inputs.summary)))

    def _write_outputs(self, report: Report) -> None:
        self.platform.write_links(outputs.links(report.runs))
        self.log.commands(self.platform.write_outputs(outputs.render(report)))

    def _log_results(self, report: Report) -> None:
        from testsigma_action.reporting import annotations

        for run in report.runs:
            for title, *lines in console.cases(run, console.failures_shown(report)):
                self.log.commands(self.platform.group(title, lines))
            self.log.say(console.remarks(run))
        self.log.say(console.report_warnings(report))
        for note in annotations.render(report, self.inputs.annotations):
            self.log.commands(self.platform.annotation(note.level, note.title, note.message))
        if self.written:
            self.log.say([f"Files: {', '.join(self.written)}"])


def taken(platform: Platform, inputs: Inputs) -> dict[str, str]:
    """A problem for each path of a report at which the platform writes a file of its own."""
    clashes = [(name, path) for name, path in inputs.report_paths.items() if path and platform.takes(path)]
    return {path: f"{name}: {OWN_FILE.format(path)}" for name, path in clashes}


def unwritable(what: str, error: OSError) -> ReportError:
    """The error for a report that cannot be written."""
    hint = REGULAR_HINT if isinstance(error, NotRegular) else PATH_HINT
    if advice := permission_advice(error):
        hint = f"{advice} {OFF_HINT}"
    message = f"Could not write {what}: {error.strerror or error}."
    return ReportError(message, code=ErrorCode.REPORT_UNWRITABLE, hint=hint)


OWN_FILE = "the outputs or links of the step are written to '{}', and would replace the report. Use another path."
OFF_HINT = "To write no reports, set junit-file: off and results-file: off."
PATH_HINT = "Check the path and its permissions, or turn the report off."
REGULAR_HINT = "Use another file for the report, or turn it off."
