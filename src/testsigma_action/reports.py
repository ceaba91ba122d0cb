"""Judges and reports the runs of a step. Imported once that is needed: the start waits for every import before it."""

from collections.abc import Sequence
from dataclasses import replace

from testsigma_action.command import Command
from testsigma_action.domain import names, quarantine, uploads, verdict
from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.errors import ActionError
from testsigma_action.lifecycle.context import Shared
from testsigma_action.lifecycle.session import Session
from testsigma_action.reporting.publish import Publisher
from testsigma_action.reporting.report_files import ReportFiles


class Reports:
    """The reports on the runs of these sessions."""

    def __init__(self, command: Command, shared: Shared, sessions: Sequence[Session], files: ReportFiles) -> None:
        """Wire the parts together; nothing is written yet."""
        self._command = command
        self._shared = shared
        self._sessions = sessions
        self._publisher = Publisher(files, command.log)

    def write_unfinished(self) -> None:
        """Write files that say "not finished", with the runs that exist so far."""
        runs = [RunReport(run.spec, verdict.NOT_FINISHED, run.run, name=run.name) for run in self._runs()]
        self._publisher.write_unfinished(self._command.report(verdict.NOT_FINISHED, tuple(runs)))

    def write_early(self) -> None:
        """Write the IDs of the runs that exist so far, also to the files. Raises OSError."""
        self._publisher.write_early(self._runs())
        self.write_unfinished()

    def publish(self, errors: Sequence[ActionError]) -> int:
        """Write all reports. `errors` ended the step before its time. Returns the exit code."""
        for session in self._sessions:
            if errors and not session.record.verdicts:
                # The error is from before any start, so it applies to every run.
                session.conclude(errors[0])
        around, runs = [verdict.of_error(error) for error in errors], self._runs()
        judged = verdict.of_step([run.verdict for run in runs], around, [run.name for run in runs])
        return self._publisher.publish(self._report(judged, runs)).verdict.exit_code

    def _runs(self) -> tuple[RunReport, ...]:
        return names.named([session.record.report() for session in self._sessions])

    def _report(self, judged: Verdict, runs: tuple[RunReport, ...]) -> Report:
        command = self._command
        specs, trees = [run.spec for run in runs], [run.tree for run in runs]
        unused = quarantine.unmatched(command.inputs.quarantine, trees)
        return replace(
            command.report(judged, runs),
            outdated=quarantine.Outdated(command.reading.expired, unused, self._passing(runs)),
            policy=command.inputs.policy,
            uploads=self._shared.uploaded,
            ignored_devices=uploads.ignored_devices(specs, trees),
        )

    def _passing(self, runs: Sequence[RunReport]) -> tuple[QuarantineEntry, ...]:
        """The entries of the quarantine whose cases passed in all runs, those of the history among them."""
        before = [rows for session in self._sessions for rows in session.record.quarantined]
        now = [run.tree.placed_cases() for run in runs if run.tree]
        return quarantine.passing(self._command.inputs.quarantine, [*before, *now]) if before else ()
