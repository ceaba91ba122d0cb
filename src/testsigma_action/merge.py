"""The composition root of `merge`: results files of other steps -> one report and one verdict. Sends no request."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from testsigma_action.domain import merge, verdict
from testsigma_action.domain.merge_findings import Fault, Unusable
from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.domain.run import RunSpec
from testsigma_action.errors import ActionError, Bug, Cancelled, InputError
from testsigma_action.inputs import files, paths, patterns
from testsigma_action.inputs.invalid import Invalid, Problem
from testsigma_action.inputs.reading import Reading
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.gitlab import ANNOTATIONS_FILE
from testsigma_action.platforms.log import Log
from testsigma_action.platforms.variables import JSON_FILE
from testsigma_action.reporting import console, merge_wording, results_reader
from testsigma_action.reporting.codec import SCHEMA_VERSION
from testsigma_action.reporting.publish import Publisher
from testsigma_action.runtime.clock import Clock
from testsigma_action.runtime.signals import Signals

# Maximum size of a results file (bytes). One with 100,000 cases is about half as large.
LARGEST_FILE = 256 * 1024 * 1024
# Files that a step writes beside its results file on some CI systems.
OTHER_FILES = frozenset({Path(JSON_FILE).name, Path(ANNOTATIONS_FILE).name})
NO_RESULTS_FILE = "is not a results file of testsigma-action."


class Merge:
    """Judges results files together, from its inputs to its exit code."""

    def __init__(self, reading: Reading, platform: Platform, log: Log, signals: Signals, clock: Clock) -> None:
        """Wire the parts together; nothing happens yet."""
        self._reading = reading
        self._platform = platform
        self._log = log
        self._signals = signals
        self._clock = clock
        self._started_at = clock.now()
        self._build = platform.build
        self._publisher = Publisher(reading.inputs, platform, log)

    def run(self) -> int:
        """Merge, then write all reports, even after an error. Returns the exit code."""
        merged, errors = None, list[ActionError]()
        try:
            found = self._prepare()
            merged = self._merged(found)
        except ActionError as error:
            errors.append(error)
        except Exception as error:  # noqa: BLE001 - a bug must lead to reports and exit code 70
            self._log.say(console.traceback(error))
            errors.append(Bug(error))
        if self._signals.number is not None:
            errors.append(Cancelled(self._signals.number))
        around = [verdict.of_error(error) for error in errors]
        if merged is None:
            report = self._report(verdict.combined(around))
        else:
            report = replace(merged, ended=self._clock.now(), verdict=verdict.combined((merged.verdict, *around)))
        return self._publisher.publish(report).verdict.exit_code

    def _prepare(self) -> patterns.Found:
        """Find the files, before any report could take the place of one of them. Raises InputError."""
        self._log.say(console.warnings(self._reading.warnings))
        found, problems = self._find()
        problems += self._publisher.problems()
        if not problems:
            problems = self._publisher.write_unfinished(self._report(verdict.NOT_FINISHED))
        if problems := [*self._reading.problems, *problems]:
            raise InputError(*problems)
        return found

    def _find(self) -> tuple[patterns.Found, list[str]]:
        inputs, root = self._reading.inputs, self._platform.workspace
        try:
            found = patterns.find(inputs.merge, root, OTHER_FILES)
        except Invalid as refusal:
            return patterns.Found(()), [str(Problem("merge", f"it must be {refusal}."))]
        parts = {paths.resolved(root / file) for file in found.files}
        own = {name: path for name, path in inputs.report_paths.items() if path}
        clashes = [name for name, path in own.items() if paths.resolved(root / path) in parts]
        self._publisher.refused |= {own[name] for name in clashes}
        advice = "it is one of the files that merge names. Use another path."
        return found, [str(Problem(name.replace("_", "-"), advice)) for name in clashes]

    def _merged(self, found: patterns.Found) -> Report | None:
        """The report on all files; None if a signal ended it."""
        number, known = self._reading.inputs.merge_expects, bool(self._build.pipeline_run or self._build.commit)
        self._log.say(merge_wording.merging(len(found.files), known=known))
        contents = list(self._contents(found))
        if len(contents) < len(found.files):
            return None
        # Beside a number, a pattern with wildcards may be one for files that need not be there.
        missing = tuple(one for one in found.unmatched if not number or not paths.has_wildcard(one))
        others = [one for one in found.unmatched if one not in missing]
        self._log.say(console.warnings(f"merge: no file matches '{one}'." for one in others))
        return merge.merged(contents, merge.Expected(number or None, missing), self._report(verdict.NOT_FINISHED))

    def _contents(self, found: patterns.Found) -> Iterator[merge.Opened]:
        for file in found.files:
            if self._signals.number is not None:
                return
            yield opened(file, self._platform.workspace)

    def _report(self, judged: Verdict) -> Report:
        inputs = self._reading.inputs
        return Report(
            verdict=judged,
            runs=(RunReport(RunSpec(), judged),),
            started=self._started_at,
            ended=self._clock.now(),
            title=inputs.summary_title,
            junit_file=inputs.junit_path,
            results_file=inputs.results_path,
            ctrf_file=inputs.ctrf_path,
            agent_file=inputs.agent_path,
            build=self._build,
        )


def opened(file: str, root: Path) -> merge.Opened:
    """What is in a results file, or why it cannot be used."""
    try:
        text = files.read_text(file, root, LARGEST_FILE)
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        report = results_reader.parse(text)
        if not merge.consistent(report):
            return _unusable(file, Fault.UNREADABLE, NO_RESULTS_FILE)
        return merge.opened(file, digest, report)
    except files.Unusable as error:
        return _unusable(file, Fault.UNREADABLE, str(error))
    except results_reader.UnreadableResults as error:
        if error.newer:
            return _unusable(file, Fault.NEWER_SCHEMA, str(error.version), str(SCHEMA_VERSION))
        return _unusable(file, Fault.UNREADABLE, NO_RESULTS_FILE)


def _unusable(file: str, fault: Fault, detail: str, wanted: str = "") -> merge.Opened:
    return merge.Opened(unusable=(Unusable(file, fault, detail, wanted),))
