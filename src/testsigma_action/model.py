"""What the action talks about: plans, runs, machines, suites, cases, iterations and steps, in its own words.

*Status* is where a run is in its life, *result* is its outcome, *verdict* is what we conclude. The three never mix.
Times are aware datetimes in UTC, durations are timedeltas, IDs are opaque strings. `None` means that nobody told us.
Every text that came from the service (names, messages, labels) is untrusted: see `text`.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import quote

# A text that is hidden wherever it is seen has at least this many characters.
SHORTEST_SECRET = 8


class Status(Enum):
    """Where a run is in its life. Only COMPLETED is an end; UNKNOWN is anything that we have no name for."""

    CREATED = "created"
    QUEUED = "queued"
    PRE_FLIGHT = "pre-flight"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    UNKNOWN = "unknown"

    @property
    def waiting(self) -> bool:
        """Whether the run has not left the queue yet."""
        return self in {Status.CREATED, Status.QUEUED, Status.PRE_FLIGHT}


class Result(Enum):
    """The outcome of a run, or of a part of it. UNKNOWN is a missing or unheard-of outcome: never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    ABORTED = "aborted"
    STOPPED = "stopped"
    NOT_EXECUTED = "not-executed"
    QUEUED = "queued"
    UNKNOWN = "unknown"

    # Members are singletons; what the base class has instead is written in Python, and results are counted a lot.
    __hash__ = object.__hash__

    @property
    def tolerable(self) -> bool:
        """Whether a part with this result may stand under a pass."""
        return self in (Result.PASSED, Result.NOT_EXECUTED)

    @property
    def contradicts_pass(self) -> bool:
        """Whether a part with this result proves that the whole did not pass; one of unknown result proves nothing."""
        return self in {Result.FAILED, Result.ABORTED, Result.STOPPED, Result.QUEUED}

    @property
    def executed(self) -> bool:
        """Whether a part with this result was carried out, at least in part: evidence that tests ran."""
        return self in {Result.PASSED, Result.FAILED, Result.ABORTED, Result.STOPPED}


class Conclusion(Enum):
    """What the step concludes: the word for its exit code."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    ERROR = "error"
    STARTED = "started"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no repr, log or traceback shows by accident."""

    _value: str = field(default="", repr=False)

    def reveal(self) -> str:
        """The text itself; for the one place that sends it and the one that masks it."""
        return self._value

    def encodings(self) -> tuple[str, ...]:
        """All that it may be recognised by: itself, and as it stands in a URL or a header (base64).

        None for a text so short that looking for it would damage others; no real key is that short.
        """
        if len(self._value) < SHORTEST_SECRET:
            return ()
        return (self._value, quote(self._value, safe=""), base64.b64encode(self._value.encode()).decode())

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._value)


NO_SECRET = Secret()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many parts have which result. Each number may be unknown."""

    total: int | None = None
    passed: int | None = None
    failed: int | None = None
    aborted: int | None = None
    stopped: int | None = None
    not_executed: int | None = None
    queued: int | None = None
    running: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything was counted at all (all zeros say nothing either: the service starts with them)."""
        return any((self.total, self.passed, self.failed, self.aborted, self.stopped, self.not_executed))

    @property
    def executed(self) -> int:
        """Parts that are known to have been carried out."""
        return sum(number or 0 for number in (self.passed, self.failed, self.aborted, self.stopped))

    @property
    def done(self) -> int:
        """Parts that are over, whatever their result."""
        return self.executed + (self.not_executed or 0)

    @classmethod
    def of(cls, results: Iterable[Result]) -> "Counts":
        """Count results ourselves; nothing is unknown then."""
        seen = Counter(results)
        return cls(
            total=sum(seen.values()),
            passed=seen[Result.PASSED],
            failed=seen[Result.FAILED],
            aborted=seen[Result.ABORTED],
            stopped=seen[Result.STOPPED],
            not_executed=seen[Result.NOT_EXECUTED],
            queued=seen[Result.QUEUED] + seen[Result.UNKNOWN],
            running=0,
        )


@dataclass(frozen=True, slots=True)
class Timing:
    """When something began and ended, and how long it took by the service's own account."""

    started: datetime | None = None
    ended: datetime | None = None
    duration: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a plan, as the last answer described it.

    `status_label` and `result_label` keep the service's word, for the log; `message` is the service's own reason.
    The service keeps several sets of counters, any of which may be missing or stale: `counts` is the best of them,
    `other_counts` are the rest, which count as evidence against a pass, as does the `consolidated_result` of the run
    and its reruns together.
    """

    id: str
    status: Status
    result: Result
    plan_id: str = ""
    plan_name: str = ""
    status_label: str = ""
    result_label: str = ""
    message: str = ""
    build_number: str = ""
    environment_id: str = ""
    timing: Timing = Timing()
    counts: Counts = Counts()
    other_counts: tuple[Counts, ...] = ()
    consolidated_result: Result | None = None
    visual_result: Result | None = None
    url: str = ""

    @property
    def completed(self) -> bool:
        """Whether the run is over."""
        return self.status is Status.COMPLETED


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of a case (or of one iteration of it): what it did, what came of it."""

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
    """The step that broke what these are the steps of: the first that failed, else the first that may not be so."""
    broken = [step for step in steps if not step.result.tolerable]
    return next((step for step in broken if step.result is Result.FAILED), broken[0] if broken else None)


@dataclass(frozen=True, slots=True)
class Iteration:
    """One data set of a data-driven case. `steps` is None where they were not fetched."""

    id: str
    name: str
    result: Result
    steps: tuple[StepResult, ...] | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case on one machine. `steps` is None where they were not fetched; `result_label` is the service's word."""

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

    @property
    def failing_step(self) -> StepResult | None:
        """The step that broke the case."""
        return failing_step(tuple(self.all_steps()))

    @property
    def message(self) -> str:
        """What the failing step said; empty where no step is known."""
        step = self.failing_step
        return step.message if step else ""

    @property
    def acceptable(self) -> bool:
        """Whether it may stand under a pass: neither it nor one of its data sets is broken."""
        if not self.iterations:
            return self.result.tolerable
        return self.result.tolerable and all(iteration.result.tolerable for iteration in self.iterations)

    def all_steps(self) -> Iterator[StepResult]:
        """Its own steps, then those of its iterations."""
        yield from self.steps or ()
        for iteration in self.iterations:
            yield from iteration.steps or ()


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One suite on one machine."""

    id: str
    name: str
    cases: tuple[CaseResult, ...]
    result: Result = Result.UNKNOWN
    timing: Timing = Timing()


@dataclass(frozen=True, slots=True)
class Device:
    """What a machine is: browser, operating system, resolution, host. Empty where nobody told us."""

    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    resolution: str = ""
    name: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class MachineResult:
    """One machine (device) of a run."""

    id: str
    title: str
    suites: tuple[SuiteResult, ...]
    result: Result = Result.UNKNOWN
    timing: Timing = Timing()
    device: Device = Device()

    def cases(self) -> Iterator[CaseResult]:
        """Its cases in the order of its suites."""
        for suite in self.suites:
            yield from suite.cases


@dataclass(frozen=True, slots=True)
class ResultTree:
    """The results of a completed run on all levels, as far as they could be had.

    `listed` says whether the list of cases was there, `unreadable` whether it was not because the service failed;
    `details_result` is the run's result by the detailed calls; `gaps` names in words what could not be had.
    """

    run: Run
    machines: tuple[MachineResult, ...] = ()
    listed: bool = False
    unreadable: bool = False
    details_result: Result = Result.UNKNOWN
    gaps: tuple[str, ...] = ()

    def cases(self) -> Iterator[CaseResult]:
        """All cases in the order of machines and suites."""
        for machine in self.machines:
            yield from machine.cases()

    def placed_cases(self) -> Iterator[tuple[MachineResult, SuiteResult, CaseResult]]:
        """All cases with the place they stand in."""
        for machine in self.machines:
            for suite in machine.suites:
                for case in suite.cases:
                    yield machine, suite, case

    @property
    def counts(self) -> Counts:
        """Numbers to show: our own count of the list, unless the list is missing or shorter than the run says."""
        if not self.listed:
            return self.run.counts
        own = Counts.of(case.result for case in self.cases())
        return own if (own.total or 0) >= (self.run.counts.total or 0) else self.run.counts


@dataclass(frozen=True, slots=True)
class ConfigurationRef:
    """A saved configuration for a partial run, by ID or (then to be looked up) by name: exactly one is set."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run that was asked for.

    `build_number` is always set by the time the run is started; if it is `unique` (derived, with a nonce), it tells
    this run from all others.
    """

    plan_id: str = ""
    environment_id: str = ""
    build_number: str = ""
    unique: bool = False
    configuration: ConfigurationRef | None = None
    runtime_data: Mapping[str, str] = field(default_factory=dict, repr=False)
    upload_versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the step concludes.

    `reason` is one sentence for people, `code` the stable name of the cause (empty for a pass), `hint` what to do.
    """

    conclusion: Conclusion
    exit_code: int
    reason: str
    code: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run with all that is known of it when the step ends, whichever way it ends."""

    spec: RunSpec
    verdict: Verdict
    run: Run | None = None
    tree: ResultTree | None = None

    @property
    def counts(self) -> Counts:
        """The best numbers there are."""
        if self.tree:
            return self.tree.counts
        return self.run.counts if self.run else Counts()

    @property
    def title(self) -> str:
        """A name for people: the plan's name, else its ID, else the run's."""
        if self.run and self.run.plan_name:
            return self.run.plan_name
        if self.spec.plan_id:
            return f"Plan {self.spec.plan_id}"
        return f"Run {self.run.id}" if self.run else "Testsigma"


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known when the step ends: what every reporter renders.

    `verdict` is that of the step: the worst of its runs, or what went wrong around them.
    """

    verdict: Verdict
    runs: tuple[RunReport, ...]
    started: datetime
    ended: datetime
    title: str = ""
    junit_file: str = ""
    results_file: str = ""
