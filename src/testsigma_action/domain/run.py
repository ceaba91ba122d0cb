"""Runs: status, result, counters and times. The parts of a run are in `results`, the verdict is in `report`.

*Status* is where a run is in its life, *result* is its outcome, *verdict* is what we conclude. The three never mix.
Times are aware datetimes in UTC, durations are timedeltas, IDs are opaque strings. `None` means unknown.
Every text that came from the service (names, messages, labels) is untrusted: see `text`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum


class Status(Enum):
    """The status of a run. Only COMPLETED is final; UNKNOWN is any label that we do not know."""

    CREATED = "created"
    QUEUED = "queued"
    PRE_FLIGHT = "pre-flight"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    UNKNOWN = "unknown"


class Result(Enum):
    """The outcome of a run, or of a part of it.

    UNKNOWN is an outcome that is missing or cannot be read: never a pass. A missing result of a machine or a suite is
    neutral; if theirs cannot be read, the field is among the `unreadable_fields` of the run or the tree.
    """

    PASSED = "passed"
    FAILED = "failed"
    ABORTED = "aborted"
    STOPPED = "stopped"
    NOT_EXECUTED = "not-executed"
    QUEUED = "queued"
    UNKNOWN = "unknown"

    # Members are singletons, and results are counted a lot: the method of the base class is slow, being Python.
    __hash__ = object.__hash__

    @property
    def tolerable(self) -> bool:
        """Whether a run with such a part can pass."""
        return self is Result.PASSED or self is Result.NOT_EXECUTED

    @property
    def contradicts_pass(self) -> bool:
        """Whether a part with this result proves that the run did not pass. An unknown result proves nothing."""
        return self in {Result.FAILED, Result.ABORTED, Result.STOPPED, Result.QUEUED}

    @property
    def executed(self) -> bool:
        """Whether a part with this result was executed, at least partly: evidence that tests ran."""
        return self in {Result.PASSED, Result.FAILED, Result.ABORTED, Result.STOPPED}


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
        """Whether anything was counted. All zeros are no information: the service starts with them."""
        return any((self.total, self.passed, self.failed, self.aborted, self.stopped, self.not_executed))

    @property
    def unfinished(self) -> int:
        """Parts that are queued or running."""
        return (self.queued or 0) + (self.running or 0)

    @property
    def bad(self) -> int:
        """Parts with which a run cannot pass."""
        return sum(number or 0 for number in (self.failed, self.aborted, self.stopped, self.queued))

    @property
    def executed(self) -> int:
        """Parts that are known to have been executed."""
        return sum(number or 0 for number in (self.passed, self.failed, self.aborted, self.stopped))

    @property
    def done(self) -> int:
        """Parts that have ended, whatever their result."""
        return self.executed + (self.not_executed or 0)

    @classmethod
    def of(cls, results: Iterable[Result]) -> "Counts":
        """Count results ourselves; nothing is unknown then. An unknown result counts as queued."""
        seen = Counter(results)
        total = seen.total()
        seen[Result.QUEUED] += seen[Result.UNKNOWN]
        # Each result but this one has a field of its name.
        numbers = {result.name.lower(): seen[result] for result in Result if result is not Result.UNKNOWN}
        return cls(total=total, **numbers, running=0)


@dataclass(frozen=True, slots=True)
class Timing:
    """When something began and ended, and its duration as the service reports it."""

    started: datetime | None = None
    ended: datetime | None = None
    duration: timedelta | None = None

    @property
    def took(self) -> timedelta | None:
        """The duration: as the service reports it, else from start to end; never negative."""
        duration = self.duration
        if duration is None and self.started and self.ended:
            duration = self.ended - self.started
        return None if duration is None else max(duration, timedelta())


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a plan, as the last answer described it.

    `status_label` and `result_label` keep the service's word, for the log; `message` is the service's own reason.
    The service has several sets of counters, any of which may be missing or stale: `counts` is the best of them,
    `other_counts` are the others, which count as evidence against a pass.
    A plan may run its failed cases again by itself (`reruns_itself`), in a separate run: `rerun_id`, once it is known,
    whose `parent_id` is this run. `consolidated...` is about the run and its reruns together; the sets of `counts` and
    `other_counts` that are consolidated are in `consolidated_counts`, too.
    `workload` has the numbers of running and queued tests that the service keeps apart from the counters. They show
    whether the run is queued, and nothing about its outcome.
    `unreadable_fields` names the fields that should say how the run went and cannot be read: evidence against a pass.
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
    reruns_itself: bool = False
    rerun_id: str = ""
    parent_id: str = ""
    consolidated_status: Status | None = None
    consolidated_counts: tuple[Counts, ...] = ()
    workload: Counts = Counts()
    unreadable_fields: tuple[str, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether a counter shows that a part of the run is running or done."""
        return any(counts.running or counts.done for counts in (self.workload, *self.all_counts))

    @property
    def waiting(self) -> bool:
        """Whether the run is queued.

        The service calls a run in progress as soon as its machines are queued. Then the run is queued if there is
        something to run and the counters show that nothing is running or done. Without counters it counts as begun.
        """
        if self.status is not Status.IN_PROGRESS:
            return self.status in {Status.CREATED, Status.QUEUED, Status.PRE_FLIGHT}
        something_to_run = any(counts.total or counts.queued for counts in (self.workload, *self.all_counts))
        nothing_runs = any(counts.running == 0 for counts in (self.workload, *self.all_counts))
        return something_to_run and nothing_runs and not self.begun

    @property
    def all_counts(self) -> tuple[Counts, ...]:
        """All sets of counters, the best first."""
        return (self.counts, *self.other_counts)

    def consolidated_failed(self, most: int) -> bool:
        """Whether all consolidated fields are those of runs that ended, in which so many cases failed at most."""
        return self.consolidated_status in {None, Status.COMPLETED} and not any(
            counts.unfinished or (counts.failed or 0) > most for counts in self.consolidated_counts
        )

    def consolidated_passed(self, tolerated: int = 0) -> bool:
        """Whether no consolidated field speaks against a pass of the run and its reruns, but for tolerated failures."""
        results = {None, Result.PASSED, Result.FAILED} if tolerated else {None, Result.PASSED}
        agreed = self.consolidated_failed(tolerated) and self.consolidated_result in results
        cut_short = any(counts.aborted or counts.stopped for counts in self.consolidated_counts)
        return agreed and not cut_short and not self.unreadable_fields

    @property
    def completed(self) -> bool:
        """Whether the run has ended."""
        return self.status is Status.COMPLETED


def balanced(counts: Counts) -> Counts:
    """Counters that add up to their total: what none has is `queued`, and a total that is too small is raised."""
    # Older versions of the service have no counter for running cases, and counters are not updated at the same moment.
    if counts.total is None or counts == Counts(counts.total):
        return counts
    missing = counts.total - counts.done - counts.unfinished
    more = {"queued": (counts.queued or 0) + missing} if missing > 0 else {"total": counts.total - missing}
    return replace(counts, **more)


@dataclass(frozen=True, slots=True)
class ConfigurationRef:
    """A saved configuration for a partial run, by ID or by name (which is looked up): exactly one of them is set."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run that was asked for.

    `build_number` is always set by the time the run is started; if it is `unique` (derived, with a nonce), no
    other run has it. `name` is the name that the user gave it in `plans` (empty where there is none). If the user gave
    the name of an environment, its ID is looked up before the start. `start_options` has further fields of the request,
    each with its value as JSON.
    """

    plan_id: str = ""
    environment_id: str = ""
    build_number: str = ""
    unique: bool = False
    configuration: ConfigurationRef | None = None
    runtime_data: Mapping[str, str] = field(default_factory=dict, repr=False)
    upload_versions: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    environment_name: str = ""
    start_options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def has_unknown_ids(self) -> bool:
        """Whether an ID has to be looked up before the start, because only a name was given."""
        by_name = self.environment_name and not self.environment_id
        return bool(by_name or (self.configuration and not self.configuration.id))
