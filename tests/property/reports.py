"""Reports of one to three runs of any shape, with any text at every place that the service fills."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from hypothesis import strategies as st

from tests import samples
from tests.property.test_wording import FINDINGS
from tests.unit.test_text import COMMANDS
from testsigma_action.domain.build import Build
from testsigma_action.domain.compare import compare
from testsigma_action.domain.ending import Disposition, Ending
from testsigma_action.domain.findings import ErrorFinding
from testsigma_action.domain.gaps import Gap, Missing, Why
from testsigma_action.domain.history import History, Mark, has_history
from testsigma_action.domain.names import named
from testsigma_action.domain.quarantine import Outdated, purely_failed
from testsigma_action.domain.report import Part, Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, Device, Iteration, MachineResult, StepResult, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Status, Timing
from testsigma_action.domain.tolerance import Policy, Quarantined, QuarantineEntry, Share, Tolerance, WithinLimit
from testsigma_action.domain.uploads import Uploaded
from testsigma_action.domain.verdict import PRECEDENCE

HOSTILE = [
    *COMMANDS,
    "<script>alert(1)</script>",
    "</td></table></div></details>\n\n# heading\n\n```mermaid\ngraph\n```",
    "[x](https://evil.example) ![y](z) @octocat https://www.example.org :rocket:",
    "]]> &#27; &amp; <!-- -->",
    "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07",
    "a\r\n::error::b\u2028::error::c\x85##[error]d",
    "\ud800\udfff\ufffe\u202e\x00",
    "section_start:1:x\r\x1b[0K",
    "",
    " ",
    "x" * 5000,
]

# Text that is often hostile, sometimes any at all; surrogates included.
texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=30)
# Text that a file in UTF-8 can hold.
plain_texts = st.sampled_from(["", " ", "a\r\n\x00\u2028b", "Größe", "<&>"]) | st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=10
)
results = st.sampled_from(Result)
moments = st.timedeltas(timedelta(), timedelta(days=400)).map(lambda offset: samples.BEGIN + offset)
durations = st.timedeltas(timedelta(days=-1), timedelta(days=365))
timings = st.builds(Timing, st.none() | moments, st.none() | moments, st.none() | durations)
numbers = st.none() | st.integers(0, 9)
counts = st.builds(Counts, numbers, numbers, numbers)


@dataclass(frozen=True)
class Parts:
    """Parts of reports whose texts are these."""

    texts: st.SearchStrategy[str]

    @cached_property
    def steps(self) -> st.SearchStrategy[tuple[StepResult, ...]]:
        """Steps of a case."""
        text = self.texts
        one = st.builds(
            StepResult, text, st.integers(0, 99), text, results, message=text, error_type=text, visual_result=results
        )
        return st.lists(one, max_size=3).map(tuple)

    @cached_property
    def cases(self) -> st.SearchStrategy[CaseResult]:
        """A case that ran once or more than once, with data sets or without."""
        text, steps = self.texts, self.steps
        iterations = st.lists(st.builds(Iteration, text, text, results, st.none() | steps), max_size=2).map(tuple)
        once = st.builds(
            CaseResult,
            text,
            text,
            text,
            results,
            text,
            disabled=st.booleans(),
            timing=timings,
            iterations=iterations,
            steps=st.none() | steps,
            visual_result=st.none() | results,
            url=text,
            hook=st.booleans(),
        )
        again = st.builds(lambda case, earlier: replace(case, earlier=tuple(earlier)), once, st.lists(once, max_size=2))
        return st.builds(_tolerating, once | again, st.none() | self.tolerances)

    @cached_property
    def entries(self) -> st.SearchStrategy[QuarantineEntry]:
        """An entry of a quarantine."""
        text = self.texts
        return st.builds(QuarantineEntry, text, text, st.dates(), text, text, text, text, text)

    @cached_property
    def tolerances(self) -> st.SearchStrategy[Tolerance]:
        """Why the failure of a case does not count."""
        entries = st.lists(self.entries, min_size=1, max_size=2).map(tuple)
        limits = st.builds(Share, st.integers(1, 100), st.booleans())
        return entries.map(Quarantined) | limits.map(WithinLimit)

    @cached_property
    def outdated(self) -> st.SearchStrategy[Outdated]:
        """Entries of a quarantine that somebody should look at."""
        entries = st.lists(self.entries, max_size=2).map(tuple)
        return st.builds(Outdated, entries, entries, entries)

    @cached_property
    def uploads(self) -> st.SearchStrategy[tuple[Uploaded, ...]]:
        """Files that were uploaded."""
        text = self.texts
        one = st.builds(Uploaded, text, text, text, text, st.lists(text, max_size=2).map(tuple))
        return st.lists(one, max_size=2).map(tuple)

    @cached_property
    def machines(self) -> st.SearchStrategy[tuple[MachineResult, ...]]:
        """Machines with their suites."""
        text = self.texts
        suites = st.builds(SuiteResult, text, text, st.lists(self.cases, max_size=3).map(tuple), results, timings)
        devices = st.builds(Device, text, text, text)
        apps = st.dictionaries(text, text, max_size=1)
        placed = st.lists(suites, max_size=2).map(tuple)
        one = st.builds(MachineResult, text, text, placed, results, timings, devices, text, text, apps)
        return st.lists(one, max_size=2).map(tuple)

    @cached_property
    def runs(self) -> st.SearchStrategy[Run]:
        """A run in any state."""
        text = self.texts
        return st.builds(
            Run,
            text,
            st.sampled_from(Status),
            results,
            text,
            text,
            text,
            text,
            text,
            timing=timings,
            counts=counts,
            other_counts=st.lists(counts, max_size=1).map(tuple),
            consolidated_result=st.none() | results,
            url=text,
            parent_id=text,
            consolidated_status=st.none() | st.sampled_from(Status),
            unreadable_fields=st.lists(text, max_size=1).map(tuple),
        )

    @cached_property
    def builds(self) -> st.SearchStrategy[Build]:
        """What a CI system says of a build."""
        text = self.texts
        number = st.none() | st.integers(0, 2**62)
        return st.builds(Build, text, text, number, text, text, text, text, text)

    @cached_property
    def policies(self) -> st.SearchStrategy[Policy]:
        """What a step requires and tolerates."""
        entries = st.lists(self.entries, max_size=2).map(tuple)
        return st.builds(Policy, st.builds(Share, st.integers(0, 100), st.booleans()), entries, st.integers(0, 9))

    @cached_property
    def parts(self) -> st.SearchStrategy[Part]:
        """A results file with one run that was merged."""
        text = self.texts
        names = st.tuples(text)
        return st.builds(
            Part,
            file=text,
            digest=text,
            verdict=self.verdicts,
            started=moments,
            ended=moments,
            names=names,
            title=text,
            build=self.builds,
            policy=self.policies,
            outdated=self.outdated,
            uploads=self.uploads,
            ignored_devices=devices,
        )

    @cached_property
    def gaps(self) -> st.SearchStrategy[Gap]:
        """Anything that is not available."""
        text, number = self.texts, st.integers(0, 9)
        return st.builds(Gap, st.sampled_from(Missing), st.sampled_from(Why), text, number, number, text, text)

    @cached_property
    def verdicts(self) -> st.SearchStrategy[Verdict]:
        """The verdict of any way out, with any findings."""
        findings = st.lists(st.builds(ErrorFinding, self.texts, self.texts) | FINDINGS, min_size=1, max_size=2)
        return st.builds(
            lambda verdict, found: replace(verdict, findings=tuple(found)), st.sampled_from(samples.VERDICTS), findings
        )


def _tolerating(case: CaseResult, tolerance: Tolerance | None) -> CaseResult:
    """The case with a tolerance, if its failure can have one."""
    return replace(case, tolerance=tolerance) if purely_failed(case) else case


ANY, PLAIN = Parts(texts), Parts(plain_texts)
devices: st.SearchStrategy[tuple[str, ...]] = st.sampled_from([(), ("7",), ("7", "8")])
endings = st.builds(Ending, st.sampled_from(Disposition), by_timeout=st.booleans(), may_run_again=st.booleans())


@st.composite
def histories(draw: st.DrawFn, parts: Parts, now: tuple[MachineResult, ...]) -> History:
    """What one to three earlier runs say about the cases of a run."""
    runs = draw(st.lists(parts.runs, min_size=1, max_size=3, unique_by=lambda run: run.id))
    number = sum(has_history(case) for machine in now for case in machine.rows())
    marks = st.lists(st.sampled_from(Mark), min_size=number, max_size=number)
    return History.of(runs, now, {run.id: draw(marks) for run in runs})


@st.composite
def run_reports(draw: st.DrawFn, parts: Parts = ANY) -> RunReport:
    """A run with results, without, or none at all."""
    text, verdict = parts.texts, draw(parts.verdicts)
    spec = RunSpec(plan_id=draw(st.sampled_from(["12", "13", ""])), build_number=draw(text))
    shape = draw(st.sampled_from(["results", "results", "run", "nothing"]))
    told = RunReport(spec, verdict, name=draw(st.sampled_from(["", "", draw(text)])))
    if shape == "nothing":
        return told
    remote = draw(parts.runs)
    told = replace(told, run=remote, queued=draw(st.none() | durations), ending=draw(st.none() | endings))
    told = replace(told, earlier_attempt=draw(st.none() | st.integers(1, 9)))
    if shape == "run":
        return told
    found = draw(parts.machines)
    tree = replace(samples.tree(*found, remote=remote), gaps=(draw(parts.gaps),))
    comparison = compare(remote, draw(parts.machines), found) if draw(st.booleans()) else None
    history = draw(histories(parts, found)) if draw(st.booleans()) else None
    return replace(told, tree=tree, comparison=comparison, history=history)


@st.composite
def reports(draw: st.DrawFn, parts: Parts = ANY) -> Report:
    """A step with one to three runs; its verdict is the worst of theirs."""
    runs = draw(st.lists(run_reports(parts), min_size=1, max_size=3))
    given = [run.name for run in runs if run.name]
    if len(runs) == 1 or len(set(given)) < len(given):
        runs = [replace(run, name="") for run in runs]
    worst = min((run.verdict for run in runs), key=lambda verdict: PRECEDENCE.index(verdict.exit_code))
    told = samples.report(*named(runs), verdict=worst, title=draw(parts.texts))
    told = replace(told, uploads=draw(parts.uploads), ignored_devices=draw(devices))
    told = replace(told, build=draw(parts.builds), outdated=draw(parts.outdated), policy=draw(parts.policies))
    return replace(told, parts=tuple(draw(st.lists(parts.parts, max_size=min(len(runs), 2)))))
