"""What speaks against a pass of a completed run, and what of it may be lag: pure.

The service may answer from copies that are a moment behind, so a run can be completed while its results are not. What
reading again may mend is told apart from what it cannot: see `lagging`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from testsigma_action.domain.results import CaseResult, ResultTree, cases_and_hooks
from testsigma_action.domain.run import Counts, Result, Run
from testsigma_action.domain.words import counted
from testsigma_action.text import one_line

# Results of what has not ended, or has no result yet.
UNFINISHED = {Result.QUEUED, Result.UNKNOWN}
# A reason names this many fields or characters of a name at most.
MOST_NAMED, LONGEST_NAME = 3, 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that speaks against a pass, in words; `lasting` if it stays when it is read again."""

    text: str
    lasting: bool = False


def findings(tree: ResultTree) -> Iterator[Finding]:
    """What speaks against a pass of a run that the service calls passed, the weightiest first."""
    yield from _broken_cases(tree)
    for counts in tree.run.all_counts:
        yield from _broken_counts(counts)
    yield from _unfinished_counts(tree)
    if tree.listed and not tree.distinct and any(counts.passed for counts in tree.run.all_counts):
        yield Finding("its list of cases is empty, while its counters have cases that passed")
    yield from (Finding(f"nothing is known of {counted(left, 'case')}") for left in unaccounted(tree))
    parts = (tree.run.consolidated_result, tree.details_result, *places(tree))
    if any(result and result.contradicts_pass for result in parts):
        yield Finding("a part of it did not pass")
    if unreadable := unreadable_fields(tree):
        yield Finding(unreadable, lasting=True)


def _broken_cases(tree: ResultTree) -> Iterator[Finding]:
    broken = [row for row in tree.rows() if not row.acceptable]
    if broken:
        unknown = next((text for row in broken if (text := _unknown_result(row))), "")
        yield Finding(f"{cases_and_hooks(broken)} did not pass{unknown}")


def _unknown_result(case: CaseResult) -> str:
    """What cannot be read of a case, as an addition to a sentence; empty where its results are known."""
    name = one_line(case.name, LONGEST_NAME)
    if case.result is Result.UNKNOWN:
        label = f": '{one_line(case.result_label, LONGEST_NAME)}'" if case.result_label else ""
        return f" (the result of '{name}' is missing or unknown{label})"
    unknown = next((one for one in case.iterations if one.result is Result.UNKNOWN), None)
    data_set = one_line(unknown.name, LONGEST_NAME) if unknown else ""
    return f" (the result of '{name}', data set '{data_set}', is missing or unknown)" if unknown else ""


def _broken_counts(counts: Counts) -> Iterator[Finding]:
    numbers = {"failed": counts.failed, "aborted": counts.aborted, "stopped": counts.stopped}
    for word, number in numbers.items():
        if number:
            yield Finding(f"its counters have {number:,} {word}")


def _unfinished_counts(tree: ResultTree) -> Iterator[Finding]:
    """Counters of parts that wait or go on, unless the list of cases shows that they are stale."""
    if all_executed(tree):
        return
    for counts in tree.run.all_counts:
        for word, number in {"queued": counts.queued, "running": counts.running}.items():
            if number:
                yield Finding(f"its counters have {number:,} {word}")


def all_executed(tree: ResultTree) -> bool:
    """Whether the list of cases is complete by the counters, and each of its cases and data sets was executed."""
    return tree.complete and all(result.executed for result in _row_results(tree))


def _row_results(tree: ResultTree) -> Iterator[Result]:
    """The results of all cases and hooks, and of their data sets."""
    for row in tree.rows():
        yield row.result
        yield from (one.result for one in row.iterations)


def unaccounted(tree: ResultTree) -> Iterator[int]:
    """Numbers of cases that are neither on the list nor, by the counters, passed or left out."""
    listed = tree.distinct
    for counts in tree.run.all_counts:
        total = counts.total or 0
        left = total - (counts.passed or 0) - (counts.not_executed or 0)
        if listed < total and left > 0:
            yield left


def places(tree: ResultTree) -> Iterator[Result]:
    """The results of machines and suites."""
    for machine in tree.machines:
        yield machine.result
        yield from (suite.result for suite in machine.suites)


def unreadable_fields(tree: ResultTree) -> str:
    """The fields that cannot be read, as a clause; empty where all can."""
    names = list(dict.fromkeys((*tree.run.unreadable_fields, *tree.unreadable_fields)))
    if not names:
        return ""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    told = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    return f"{told}{more} cannot be read"


def without_result(run: Run) -> bool:
    """Whether a completed run has no result yet. A word that we do not know is a result: reading again cannot help."""
    missing = run.result is Result.UNKNOWN and not run.result_label
    return run.completed and (missing or run.result is Result.QUEUED)


def lagging(tree: ResultTree) -> bool:
    """Whether what a completed run says does not fit together in a way that reading it again may mend."""
    if without_result(tree.run):
        return True
    if tree.run.result is Result.PASSED and any(not finding.lasting for finding in findings(tree)):
        return True
    return tree.listed and (_is_short(tree) or _has_unfinished(tree) or _hides_failures(tree))


def _is_short(tree: ResultTree) -> bool:
    """Whether the list has fewer cases than the counters."""
    return tree.distinct < max(counts.total or 0 for counts in tree.run.all_counts)


def _has_unfinished(tree: ResultTree) -> bool:
    """Whether cases on the list, or by the counters, have not ended."""
    counted = any(counts.unfinished for counts in tree.run.all_counts)
    return any(_is_unfinished(row) for row in tree.rows()) or (counted and not all_executed(tree))


def _is_unfinished(row: CaseResult) -> bool:
    """Whether a row, or a data set of it, has no result yet. A word that we do not know is one: it will not change."""
    if row.result is Result.UNKNOWN and row.result_label:
        return False
    return row.result in UNFINISHED or any(one.result in UNFINISHED for one in row.iterations)


def _hides_failures(tree: ResultTree) -> bool:
    """Whether the counters have failures, and no case on the list shows one."""
    failures = any(counts.bad for counts in tree.run.all_counts)
    return failures and all(row.acceptable for row in tree.rows())
