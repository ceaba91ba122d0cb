"""Evidence against a pass of a completed run: its types, the search for it, and whether it may be lag. Pure.

Failures that are tolerated (see `policy`) are no evidence, and explain a machine, a suite and a run that failed.

The service may answer from copies that are a moment behind, so a run can be completed while its results are not.
`lagging` separates what another reading may change from what it cannot.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from testsigma_action.domain.results import CaseResult, ResultTree
from testsigma_action.domain.run import Counts, Result, Run

# Results of what has not ended, or has no result yet.
UNFINISHED = {Result.QUEUED, Result.UNKNOWN}


class CounterName(Enum):
    """Counters of a run that speak against a pass unless they are zero."""

    FAILED = "failed"
    ABORTED = "aborted"
    STOPPED = "stopped"
    NOT_EXECUTED = "not-executed"
    QUEUED = "queued"
    RUNNING = "running"

    def of(self, counts: Counts) -> int:
        """Its number; 0 if it is unknown."""
        number: int | None = getattr(counts, self.name.lower())
        return number or 0


@dataclass(frozen=True, slots=True)
class UnknownCaseResult:
    """A case, or one of its data sets, whose result is missing or unknown. `label` is the service's word."""

    name: str
    label: str = ""
    data_set: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenRows:
    """Cases and hooks on the list that did not pass; `unknown` is the first of them whose result is not known."""

    cases: int
    hooks: int
    unknown: UnknownCaseResult | None = None


@dataclass(frozen=True, slots=True)
class BadCounter:
    """A counter that is not zero."""

    counter: CounterName
    number: int


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """Cases that are neither on the list nor, by the counters, passed or not executed."""

    cases: int
    total: int


@dataclass(frozen=True, slots=True)
class UnreadableFields:
    """Fields of the answers that should say how the run went, and cannot be read."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeverRan:
    """Cases, or data sets of cases, that were not executed and are not disabled, in a run in which a case failed."""

    cases: int


class Oddity(Enum):
    """Contradictions that need no number."""

    EMPTY_LIST = "empty-list"
    """No case is listed, but the counters have cases that passed."""
    BROKEN_PART = "broken-part"
    """A machine, a suite, or the run by another answer did not pass."""
    INCOMPLETE_LIST = "incomplete-list"
    """The list has fewer cases than the counters, or nothing says how many there are."""


Contradiction = BrokenRows | BadCounter | Unaccounted | UnreadableFields | NeverRan | Oddity


def against_pass(tree: ResultTree) -> Iterator[Contradiction]:
    """Evidence against a pass of a run that the service calls passed, the most important first."""
    if broken := [row for row in tree.rows() if row.breaks]:
        yield BrokenRows(*numbers(broken), next(filter(None, map(_unknown_result, broken)), None))
    tolerated = tree.distinct_of(lambda case: case.tolerance is not None)
    yield from _above(tree, {CounterName.FAILED: tolerated, CounterName.ABORTED: 0, CounterName.STOPPED: 0})
    # The counters of parts that wait or run are stale if the list of cases shows that all were executed.
    if not all_executed(tree):
        yield from _above(tree, {CounterName.QUEUED: 0, CounterName.RUNNING: 0})
    if tree.listed and not tree.distinct and any(counts.passed for counts in tree.run.all_counts):
        yield Oddity.EMPTY_LIST
    yield from unaccounted(tree)
    if broken_part(tree, tree.run.consolidated_result or Result.UNKNOWN, tree.details_result):
        yield Oddity.BROKEN_PART
    if unreadable := unreadable_fields(tree):
        yield unreadable


def unaccounted_failures(tree: ResultTree) -> Iterator[Contradiction]:
    """Evidence that more is wrong with a run than failures that are tolerated, the most important first.

    Unlike in a run that passed, the list must have all cases.
    """
    yield from against_pass(tree)
    if not tree.complete:
        yield Oddity.INCOMPLETE_LIST
    idle = tree.distinct_of(lambda case: case.result is Result.NOT_EXECUTED)
    yield from _above(tree, {CounterName.NOT_EXECUTED: idle})


def numbers(rows: Iterable[CaseResult]) -> tuple[int, int]:
    """How many of the rows are cases, and how many are hooks."""
    hooks = [row.hook for row in rows]
    return hooks.count(False), hooks.count(True)


def _unknown_result(case: CaseResult) -> UnknownCaseResult | None:
    """The unreadable result of a case; None if its results are known."""
    if case.result is Result.UNKNOWN:
        return UnknownCaseResult(case.name, case.result_label)
    unknown = next((one for one in case.iterations if one.result is Result.UNKNOWN), None)
    return UnknownCaseResult(case.name, data_set=unknown.name) if unknown else None


def _above(tree: ResultTree, explained: Mapping[CounterName, int]) -> Iterator[Contradiction]:
    """Counters that show more cases than are explained."""
    for counts in tree.run.all_counts:
        for counter, most in explained.items():
            if counter.of(counts) > most:
                yield BadCounter(counter, counter.of(counts))


def all_executed(tree: ResultTree) -> bool:
    """Whether the list of cases is complete by the counters, and each of its cases and data sets was executed."""
    return tree.complete and all(result.executed for row in tree.rows() for result in row.all_results)


def unaccounted(tree: ResultTree) -> Iterator[Unaccounted]:
    """Cases that are neither on the list nor, by the counters, passed or not executed."""
    listed = tree.distinct
    for counts in tree.run.all_counts:
        total = counts.total or 0
        left = total - (counts.passed or 0) - (counts.not_executed or 0)
        if listed < total and left > 0:
            yield Unaccounted(left, total)


def broken_part(tree: ResultTree, *of_run: Result) -> bool:
    """Whether a machine, a suite, or the run by another answer (`of_run`), did not pass without an explanation."""
    machines = any(_broken(machine.result, machine.cases()) for machine in tree.machines)
    suites = any(_broken(suite.result, suite.cases) for machine in tree.machines for suite in machine.suites)
    return machines or suites or any(_broken(result, tree.cases()) for result in of_run)


def _broken(result: Result, cases: Iterable[CaseResult]) -> bool:
    """Whether a result contradicts a pass. That a part failed is explained by a case in it that is tolerated."""
    explained = result is Result.FAILED and any(case.tolerance for case in cases)
    return result.contradicts_pass and not explained


def unreadable_fields(tree: ResultTree) -> UnreadableFields | None:
    """The fields of the run and its details that cannot be read; None where all can."""
    names = dict.fromkeys((*tree.run.unreadable_fields, *tree.unreadable_fields))
    return UnreadableFields(tuple(names)) if names else None


def without_result(run: Run) -> bool:
    """Whether a completed run has no result yet. An unknown word is a result: another reading would not change it."""
    missing = run.result is Result.UNKNOWN and not run.result_label
    return run.completed and (missing or run.result is Result.QUEUED)


def lagging(tree: ResultTree) -> bool:
    """Whether the results of a completed run are inconsistent in a way that another reading may change."""
    if without_result(tree.run):
        return True
    if tree.run.result is Result.PASSED and any(not isinstance(one, UnreadableFields) for one in against_pass(tree)):
        return True
    if not tree.listed:
        return False
    counters = tree.run.all_counts
    is_short = tree.distinct < max(counts.total or 0 for counts in counters)
    unfinished = any(counts.unfinished for counts in counters) and not all_executed(tree)
    hides_failures = any(counts.bad for counts in counters) and all(row.acceptable for row in tree.rows())
    return is_short or unfinished or hides_failures or any(_is_unfinished(row) for row in tree.rows())


def _is_unfinished(row: CaseResult) -> bool:
    """Whether a row, or one of its data sets, has no result yet. An unknown word is a result: it will not change."""
    if row.result is Result.UNKNOWN and row.result_label:
        return False
    return not UNFINISHED.isdisjoint(row.all_results)
