"""The results of a run on all levels: machines, suites, cases, iterations, steps.

Every text in them came from the service and is untrusted: see `text`.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from testsigma_action.domain.gaps import Gap
from testsigma_action.domain.run import Counts, Result, Run, Timing
from testsigma_action.domain.tolerance import Tolerance, Treatment


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of a case or of one of its iterations: its action and its result."""

    id: str
    position: int
    action: str
    result: Result
    message: str = ""
    kind: str = ""
    error_type: str = ""
    error_code: str = ""
    timing: Timing = Timing()
    visual_result: Result | None = None


def failing_step(steps: Sequence[StepResult]) -> StepResult | None:
    """The step that made its case fail: the first that failed, else the first with another intolerable result."""
    broken = [step for step in steps if not step.result.tolerable]
    return next((step for step in broken if step.result is Result.FAILED), broken[0] if broken else None)


@dataclass(frozen=True, slots=True)
class Iteration:
    """One data set of a data-driven case. `steps` is None if they were not fetched."""

    id: str
    name: str
    result: Result
    steps: tuple[StepResult, ...] | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case on one machine. `steps` is None if they were not fetched; `result_label` is the service's word.

    A case that ran again has its last result; `earlier` has the earlier ones, the oldest first. A `hook` is a row that
    the service made for what runs before or after a case: it is not counted, but it has to pass. `tolerance` says why
    its failure does not count; None if it does, or if it did not fail. `by_details`: the list of cases has a better
    result.
    """

    id: str
    case_id: str
    name: str
    result: Result
    result_label: str = ""
    data_driven: bool = False
    disabled: bool = False
    timing: Timing = Timing()
    iterations: tuple[Iteration, ...] = ()
    steps: tuple[StepResult, ...] | None = None
    visual_result: Result | None = None
    url: str = ""
    earlier: tuple["CaseResult", ...] = ()
    hook: bool = False
    tolerance: Tolerance | None = None
    by_details: bool = False

    @property
    def treatment(self) -> Treatment:
        """What becomes of the case in the verdict."""
        if self.tolerance:
            return Treatment.TOLERATED
        silent = self.acceptable and (self.hook or self.result is Result.NOT_EXECUTED)
        return Treatment.NOT_COUNTED if silent else Treatment.COUNTS

    @property
    def breaks(self) -> bool:
        """Whether a run with this case cannot pass."""
        return not self.acceptable and not self.tolerance

    @property
    def flaky(self) -> bool:
        """Whether it passed only when it was run again."""
        return any(not attempt.acceptable for attempt in self.earlier) and self.acceptable

    @property
    def failing_step(self) -> StepResult | None:
        """The step that made the case fail."""
        return failing_step(self.all_steps())

    @property
    def message(self) -> str:
        """The message of the failing step; empty if no step is known."""
        step = self.failing_step
        return step.message if step else ""

    @property
    def acceptable(self) -> bool:
        """Whether a run with this case can pass: the case and all its data sets have tolerable results."""
        if not self.iterations:
            return self.result.tolerable
        return self.result.tolerable and all(iteration.result.tolerable for iteration in self.iterations)

    @property
    def all_results(self) -> tuple[Result, ...]:
        """Its own result, then those of its data sets."""
        return (self.result, *(iteration.result for iteration in self.iterations))

    @property
    def left_out(self) -> bool:
        """Whether it, or one of its data sets, was not executed although it is not disabled: maybe after a failure."""
        return not self.disabled and Result.NOT_EXECUTED in self.all_results

    def all_steps(self) -> tuple[StepResult, ...]:
        """Its own steps, then those of its iterations."""
        return (*(self.steps or ()), *(step for one in self.iterations for step in one.steps or ()))


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One suite on one machine. `suite_id` is the same in every run, as is the `machine_id` of a machine.

    `cases` are all rows of the service's list, those of hooks as well.
    """

    id: str
    name: str
    cases: tuple[CaseResult, ...]
    result: Result = Result.UNKNOWN
    timing: Timing = Timing()
    suite_id: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A machine's browser, operating system, resolution and host. Unknown fields are empty."""

    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    resolution: str = ""
    name: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class MachineResult:
    """One machine (device) of a run. `listed_as`: its title in the list of cases; `app_details`: texts of its app."""

    id: str
    title: str
    suites: tuple[SuiteResult, ...]
    result: Result = Result.UNKNOWN
    timing: Timing = Timing()
    device: Device = Device()
    listed_as: str = ""
    machine_id: str = ""
    app_details: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> Iterator[CaseResult]:
        """Its cases and hooks in the order of its suites."""
        return (row for suite in self.suites for row in suite.cases)

    def cases(self) -> Iterator[CaseResult]:
        """Its cases in the order of its suites."""
        return (row for row in self.rows() if not row.hook)


Placed = tuple[MachineResult, SuiteResult, CaseResult]


def placed_rows(machines: Iterable[MachineResult]) -> Iterator[Placed]:
    """All cases and hooks, each with its machine and suite."""
    return ((machine, suite, case) for machine in machines for suite in machine.suites for case in suite.cases)


def identity_of(placed: Placed) -> Hashable:
    """What tells a case or hook apart from all others of its run: its ID, else all names and IDs around it."""
    machine, suite, case = placed
    return case.id or (machine.id, machine.title, suite.id, suite.name, case.case_id, case.name)


@dataclass(frozen=True, slots=True)
class ResultTree:
    """The results of a completed run on all levels, as far as they are available.

    `listed` says whether the list of cases was available, `unreadable` whether that is because the service failed.
    `details_result` is the run's result by the detailed calls; `gaps` are the parts that are not available.
    `unreadable_fields` names fields of the details that should say how the run went and cannot be read.
    `reruns` are the runs that ran the failed cases again, the oldest first.
    """

    run: Run
    machines: tuple[MachineResult, ...] = ()
    listed: bool = False
    unreadable: bool = False
    details_result: Result = Result.UNKNOWN
    gaps: tuple[Gap, ...] = ()
    reruns: tuple[Run, ...] = ()
    unreadable_fields: tuple[str, ...] = ()

    def rows(self) -> Iterator[CaseResult]:
        """All cases and hooks, which have to pass, in the order of machines and suites."""
        return (row for machine in self.machines for row in machine.rows())

    def cases(self) -> Iterator[CaseResult]:
        """All cases, which are counted, in the order of machines and suites."""
        return (row for row in self.rows() if not row.hook)

    def placed_cases(self) -> Iterator[Placed]:
        """All cases, each with its machine and suite."""
        return (placed for placed in placed_rows(self.machines) if not placed[2].hook)

    def with_rows(self, change: Callable[[Placed], CaseResult]) -> "ResultTree":
        """The tree with each case and hook changed."""

        def changed(machine: MachineResult, suite: SuiteResult) -> SuiteResult:
            return replace(suite, cases=tuple(change((machine, suite, case)) for case in suite.cases))

        machines = (replace(one, suites=tuple(changed(one, suite) for suite in one.suites)) for one in self.machines)
        return replace(self, machines=tuple(machines))

    @property
    def distinct(self) -> int:
        """How many different cases are listed. A case that is listed twice does not replace one that is missing."""
        return self.distinct_of(lambda _: True)

    def distinct_of(self, wanted: Callable[[CaseResult], bool]) -> int:
        """How many different cases of this kind are listed."""
        return len({identity_of(placed) for placed in self.placed_cases() if wanted(placed[2])})

    @property
    def complete(self) -> bool:
        """Whether the list has all cases of the counters; False if there is no total."""
        total = max(counts.total or 0 for counts in self.run.all_counts)
        return self.listed and 0 < total <= self.distinct

    @property
    def counts(self) -> Counts:
        """The numbers to show: our own count of the list, unless the list is missing or shorter than the counters."""
        whole = self.listed and self.distinct >= (self.run.counts.total or 0)
        return Counts.of(case.result for case in self.cases()) if whole else self.run.counts
