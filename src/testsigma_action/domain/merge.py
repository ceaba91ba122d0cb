"""Merges results files into one report: pure.

The result does not depend on the order of the files. A merged file counts as the parts in it, so merging is
associative. A part keeps the verdict of its own step, unless that is a pass which its results do not show.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from testsigma_action.domain import verdict as verdicts
from testsigma_action.domain.build import Build
from testsigma_action.domain.findings import OfPlans
from testsigma_action.domain.merge_findings import Fault, MoreFiles, PartsMissing, Problem, TooManyParts, Unusable
from testsigma_action.domain.names import Named, names, renamed
from testsigma_action.domain.quarantine import Outdated
from testsigma_action.domain.report import Conclusion, Part, Report, RunReport, Verdict
from testsigma_action.domain.rerun_judgement import judged_again
from testsigma_action.domain.run import RunSpec
from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.errors import ErrorCode, ExitCode

# The name of the row about the number of parts: the input that says it.
NUMBER = "merge-expects"


@dataclass(frozen=True, slots=True)
class OnePart:
    """A part with its runs, under the names that they had in its own report."""

    part: Part
    runs: tuple[RunReport, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """What no other part may share: the content, and the ID of each run, whether its plan is known or not."""
        return self.part.digest, *(f"run {run.run.id}" for run in self.runs if run.run and run.run.id)

    @property
    def finished(self) -> bool:
        """Whether its step ended, and waited for its runs."""
        found = [self.part.verdict, *(run.verdict for run in self.runs)]
        waited = all(one.exit_code or one.conclusion is Conclusion.PASSED for one in found)
        return waited and all(one.code is not ErrorCode.NOT_FINISHED for one in found)

    @property
    def explained(self) -> bool:
        """Whether a run explains the verdict of its step: not after a bug, or if a report could not be written."""
        code = self.part.verdict.exit_code
        return code is ExitCode.PASSED or any(run.verdict.exit_code is code for run in self.runs)


@dataclass(frozen=True, slots=True)
class Opened:
    """The contents of results files: parts, and files that could not be used.

    Of a file that was merged, `missed` says why its parts were not as many as expected, and `around` is its verdict if
    its runs do not explain it: it was cancelled, or could not write a report.
    """

    parts: tuple[OnePart, ...] = ()
    unusable: tuple[Unusable, ...] = ()
    missed: tuple[Problem, ...] = ()
    around: tuple[Verdict, ...] = ()


def consistent(report: Report) -> bool:
    """Whether each part of a merge has runs, and each other run stands for a file that could not be used.

    That can be wrong only in a file that was changed.
    """
    if not report.parts and report.verdict.code is not ErrorCode.INCOMPLETE_MERGE:
        return True
    rows = report.runs[sum(len(part.names) for part in report.parts) :]
    explained = all(not run.run and isinstance(next(iter(run.verdict.findings), None), Problem) for run in rows)
    return bool(report.runs) and all(part.names for part in report.parts) and explained


def opened(file: str, digest: str, report: Report) -> Opened:
    """The parts in a results file. Whether what its merge missed is there now, is left to the one who merges it."""
    if not report.parts and report.verdict.code is not ErrorCode.INCOMPLETE_MERGE:
        return _alone(file, digest, report)
    runs = iter(report.runs)
    parts = tuple(OnePart(part, renamed(islice(runs, len(part.names)), part.names)) for part in report.parts)
    found = [one for run in runs for one in run.verdict.findings if isinstance(one, Problem)]
    unusable = tuple(one for one in found if isinstance(one, Unusable) and one.fault is not Fault.MISSING)
    missed = tuple(one for one in found if one not in unusable)
    # The verdict of a merge may be neither that of one of its runs nor of one of its parts.
    others = [*(run.verdict for run in report.runs), *(part.verdict for part in report.parts)]
    explained = any(one.exit_code is report.verdict.exit_code for one in others)
    return Opened(parts, unusable, missed, () if explained else (_of_file(file, report.verdict),))


def _of_file(file: str, verdict: Verdict) -> Verdict:
    """The verdict of a step, with the name of its results file."""
    first = [one if isinstance(one, OfPlans) else OfPlans((file,), one) for one in verdict.findings[:1]]
    return replace(verdict, findings=tuple(first))


def _alone(file: str, digest: str, report: Report) -> Opened:
    """The part in the file of a single step. If the step has no run, one without data gets its verdict."""
    runs = report.runs or (RunReport(RunSpec(), report.verdict),)
    part = Part(
        file,
        digest,
        report.verdict,
        report.started,
        report.ended,
        tuple(run.name for run in runs),
        report.title,
        report.build,
        report.policy,
        report.outdated,
        report.uploads,
        report.ignored_devices,
    )
    found = OnePart(part, runs)
    return Opened((found,)) if found.finished else Opened(unusable=(Unusable(file, Fault.UNFINISHED),))


def merged(files: Iterable[Opened], report: Report, expected: int | None, unmatched: Sequence[str] = ()) -> Report:
    """The report of a step that merges, with all parts in it, of which none may be missing.

    `expected` is how many parts there must be (None: as many as files were named), `unmatched` has the patterns that no
    file matches.
    """
    contents = list(files)
    found = sorted((part for file in contents for part in file.parts), key=_order)
    foreign = [(part, _foreign(part.part, report.build)) for part in found]
    parts, repeated = _distinct([part for part, fault in foreign if not fault])
    unusable = [*(one for file in contents for one in file.unusable), *(fault for _, fault in foreign if fault)]
    present = len(parts) + sum(one.fault is not Fault.DUPLICATE for one in unusable)
    numbers = _of_number(len(parts), present, expected, unmatched)
    faults = [*sorted((*unusable, *repeated), key=lambda one: (one.file, one.fault.value, one.detail)), *numbers]
    if expected is None:  # nobody says how many there must be now
        faults += dict.fromkeys(one for file in contents for one in file.missed)
    judged = [replace(one, runs=tuple(judged_again(run, one.part) for run in one.runs)) for one in parts]
    return _concluded(report, judged, faults, [verdict for file in contents for verdict in file.around])


def _order(one: OnePart) -> tuple[object, ...]:
    """The order of the report, whatever the order of the files is."""
    part = one.part
    return part.title, tuple(run.title for run in one.runs), part.started, part.ended, part.file, part.digest


def _foreign(part: Part, build: Build) -> Unusable | None:
    """The fault of a part of another commit or pipeline run; None if that is not known here."""
    if build.pipeline_run and part.build.pipeline_run != build.pipeline_run:
        return Unusable(part.file, Fault.OTHER_PIPELINE_RUN, part.build.pipeline_run, build.pipeline_run)
    if build.commit and part.build.commit != build.commit:
        return Unusable(part.file, Fault.OTHER_COMMIT, part.build.commit, build.commit)
    return None


def _distinct(parts: Sequence[OnePart]) -> tuple[list[OnePart], list[Unusable]]:
    """The parts without those that repeat another one, and the faults of these."""
    known: dict[str, str] = {}
    distinct: list[OnePart] = []
    repeated: list[Unusable] = []
    for one in parts:
        other = next((known[key] for key in one.keys if key in known), None)
        if other is None:
            known |= dict.fromkeys(one.keys, one.part.file)
            distinct.append(one)
        else:
            repeated.append(Unusable(one.part.file, Fault.DUPLICATE, other))
    return distinct, repeated


def _of_number(parts: int, present: int, expected: int | None, unmatched: Sequence[str]) -> Iterator[Problem]:
    """What is missing, by its path where that is known, or that there is too much.

    `present` counts the files that cannot be used as well.
    """
    wanted = present + len(unmatched) if expected is None else expected
    missing = max(wanted - present, 0)
    named = sorted(unmatched)[:missing]
    yield from (Unusable(path, Fault.MISSING) for path in named)
    if missing > len(named):
        yield PartsMissing(present, wanted)
    if parts > wanted:
        yield TooManyParts(parts, wanted)


def _concluded(
    report: Report, parts: Sequence[OnePart], faults: Sequence[Problem], of_files: Sequence[Verdict]
) -> Report:
    alone = not faults and len(parts) == 1
    runs = (*_runs(parts, alone=alone), *map(_row, faults))
    if not alone:
        runs = renamed(runs, names([Named(plan_name=run.name, plan_id=run.spec.plan_id) for run in runs]))
    judged, rows = runs[: len(runs) - len(faults)], runs[len(runs) - len(faults) :]
    several, unexplained = len(runs) > 1, [one.part for one in parts if not one.explained]
    around = [_of_file(part.file, part.verdict) if several else part.verdict for part in unexplained]
    around += of_files
    around += [_incomplete(rows)] if rows else []
    given = tuple(one.part for one in parts)
    return replace(
        report,
        verdict=verdicts.of_step([run.verdict for run in judged], around, [run.name for run in judged]),
        runs=runs,
        title=report.title or (given[0].title if alone else ""),
        outdated=_outdated(given),
        parts=given,
        uploads=tuple(one for part in given for one in part.uploads),
        ignored_devices=tuple(dict.fromkeys(one for part in given for one in part.ignored_devices)),
    )


def _runs(parts: Sequence[OnePart], *, alone: bool) -> Iterator[RunReport]:
    """The runs of all parts, with names that begin with the title of their part. One part alone keeps its names."""
    for one in parts:
        for run in one.runs:
            own = one.part.title if len(one.runs) == 1 else f"{one.part.title}: {run.title}"
            yield run if alone else replace(run, name=own if one.part.title else run.title)


def _row(fault: Problem) -> RunReport:
    """The row of a file that cannot be used, in place of its runs."""
    name = fault.file if isinstance(fault, Unusable) else NUMBER
    judged = Verdict(Conclusion.ERROR, ExitCode.SERVICE, ErrorCode.INCOMPLETE_MERGE, (fault,))
    return RunReport(RunSpec(), judged, name=name)


def _incomplete(rows: Sequence[RunReport]) -> Verdict:
    """The verdict on the files that cannot be used, with the names of the first few."""
    shown = [OfPlans((row.name,), row.verdict.findings[0]) for row in rows[: verdicts.MAX_SHOWN]]
    more = [MoreFiles(len(rows) - len(shown))] if len(rows) > len(shown) else []
    return replace(rows[0].verdict, findings=(*shown, *more))


def _outdated(parts: Sequence[Part]) -> Outdated:
    """The entries that no part needs: an entry that is outdated for one plan may name cases of another one."""
    named, needed = set[QuarantineEntry](), set[QuarantineEntry]()
    for part in parts:
        named |= set(part.policy.quarantine).difference(part.outdated.unmatched)
        needed |= set(part.policy.quarantine).difference(part.outdated.unmatched, part.outdated.passing)
    expired = dict.fromkeys(entry for part in parts for entry in part.outdated.expired)
    unmatched = dict.fromkeys(entry for part in parts for entry in part.outdated.unmatched if entry not in named)
    passing = dict.fromkeys(entry for part in parts for entry in part.outdated.passing if entry not in needed)
    return Outdated(tuple(expired), tuple(unmatched), tuple(passing))
