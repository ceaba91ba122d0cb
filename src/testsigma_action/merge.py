"""The composition root of `merge`: results files of other steps -> one report and one verdict. Sends no request."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from testsigma_action.command import Command
from testsigma_action.domain import merge, verdict
from testsigma_action.domain.merge_findings import Fault, Unusable
from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.domain.run import RunSpec
from testsigma_action.errors import InputError
from testsigma_action.inputs import files, paths
from testsigma_action.inputs.invalid import Invalid, Problem
from testsigma_action.platforms.gitlab import ANNOTATIONS_FILE
from testsigma_action.platforms.variables import JSON_FILE
from testsigma_action.reporting import codec, console, results_reader
from testsigma_action.reporting.publish import Publisher
from testsigma_action.reporting.report_files import ReportFiles

# Maximum size of a results file (bytes). One with 100,000 cases is about half as large.
LARGEST_FILE = 256 * 1024 * 1024
# Files that a step writes beside its results file on some CI systems.
OTHER_FILES = frozenset({Path(JSON_FILE).name, Path(ANNOTATIONS_FILE).name})
NO_RESULTS_FILE = "is not a results file of testsigma-action."


class Merge:
    """Judges results files together, from its inputs to its exit code."""

    def __init__(self, command: Command) -> None:
        """Wire the parts together; nothing happens yet."""
        self._command = command
        self._files = ReportFiles(command.inputs, command.platform)
        self._publisher = Publisher(self._files, command.log)
        self._merged: Report | None = None

    def run(self) -> int:
        """Merge, then write all reports, even after an error. Returns the exit code."""
        around = [verdict.of_error(error) for error in self._command.ended_by(self._merge)]
        if merged := self._merged:
            judged = verdict.combined((merged.verdict, *around))
            report = replace(merged, verdict=judged, ended=self._command.clock.now())
        else:
            report = self._empty(verdict.combined(around))
        return self._publisher.publish(report).verdict.exit_code

    def _merge(self) -> None:
        """Judge the files together, unless a signal comes. They are found before a report could replace one of them."""
        reading, log = self._command.reading, self._command.log
        log.say(console.warnings(reading.warnings))
        found, problems = self._find()
        if problems := [*reading.problems, *problems, *self._files.problems()]:
            raise InputError(*problems)
        self._publisher.write_unfinished(self._empty(verdict.NOT_FINISHED))
        number, build = reading.inputs.merge_expects, self._command.build
        log.say(console.merging(len(found.files), known=bool(build.pipeline_run or build.commit)))
        contents = []
        for file in found.files:
            if self._command.signals.first:
                return
            contents.append(opened(file, self._command.platform.workspace))
        # Beside a number, a pattern with wildcards may be one for files that need not be there.
        missing = tuple(one for one in found.unmatched if not number or not paths.has_wildcard(one))
        others = [one for one in found.unmatched if one not in missing]
        log.say(console.warnings(f"merge: no file matches '{one}'." for one in others))
        self._merged = merge.merged(contents, self._empty(verdict.NOT_FINISHED), number or None, missing)

    def _find(self) -> tuple[files.Found, list[str]]:
        inputs, root = self._command.inputs, self._command.platform.workspace
        try:
            found = files.find(inputs.merge, root, OTHER_FILES)
        except Invalid as refusal:
            return files.Found(()), [str(Problem("merge", f"it must be {refusal}."))]
        parts = {paths.resolved(root / file) for file in found.files}
        own = {name: path for name, path in inputs.report_paths.items() if path}
        clashes = [name for name, path in own.items() if paths.resolved(root / path) in parts]
        self._files.refused |= {own[name] for name in clashes}
        advice = "it is one of the files that merge names. Use another path."
        return found, [str(Problem(name, advice)) for name in clashes]

    def _empty(self, judged: Verdict) -> Report:
        return self._command.report(judged, (RunReport(RunSpec(), judged),))


def opened(file: str, root: Path) -> merge.Opened:
    """What is in a results file, or why it cannot be used."""
    try:
        text = files.read_text(file, root, LARGEST_FILE)
        report = results_reader.parse(text)
        if not merge.consistent(report):
            raise results_reader.UnreadableResults
    except files.Unusable as error:
        unusable = Unusable(file, Fault.UNREADABLE, str(error))
    except results_reader.NewerResults as error:
        unusable = Unusable(file, Fault.NEWER_SCHEMA, str(error), str(codec.SCHEMA_VERSION))
    except results_reader.UnreadableResults:
        unusable = Unusable(file, Fault.UNREADABLE, NO_RESULTS_FILE)
    else:
        return merge.opened(file, sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), report)
    return merge.Opened(unusable=(unusable,))
