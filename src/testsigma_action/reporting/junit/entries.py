"""The testcases of the JUnit file, and their outcomes.

A data-driven case becomes one testcase for each data set, named `case [data set]`, since people search for, fix and
rerun data sets. The case itself is left out, unless no data set has its result or its own steps have a failure. So
there may be more testcases than cases in the summary.

A case that ran more than once is one testcase. As in surefire's reports, it passed if its last attempt did, with the
failed attempts attached; otherwise it has the first failure, with the later ones attached. A failure that is tolerated
is skipped, without attempts: readers turn every `<failure>` red.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from itertools import pairwise

from testsigma_action.domain.results import CaseResult, Iteration, StepResult, failing_step
from testsigma_action.domain.run import Result
from testsigma_action.domain.tolerance import Tolerance
from testsigma_action.reporting.policy_wording import why_tolerated
from testsigma_action.reporting.wording import plain_case_name, step_and_message, took
from testsigma_action.text import one_line

# Maximum lengths of the names of cases and data sets (characters).
_CASE = 130
_DATA_SET = 60
_MILLISECOND = timedelta(milliseconds=1)


class Outcome(Enum):
    """The outcomes of JUnit: a failure is a failed test, an error is any other result that is not a pass."""

    PASSED = auto()
    FAILURE = auto()
    ERROR = auto()
    SKIPPED = auto()


_OUTCOMES = {Result.PASSED: Outcome.PASSED, Result.FAILED: Outcome.FAILURE, Result.NOT_EXECUTED: Outcome.SKIPPED}


@dataclass(frozen=True, slots=True)
class Entry:
    """One testcase. `kind` is the error type, `notes` are placed after the steps. All text is untrusted.

    `others` are its other attempts that did not pass, the oldest first.
    """

    name: str
    outcome: Outcome
    duration: timedelta | None = None
    kind: str = ""
    message: str = ""
    steps: Sequence[StepResult] | None = None
    notes: tuple[str, ...] = ()
    others: tuple["Entry", ...] = ()


def of_case(case: CaseResult) -> Iterator[Entry]:
    """The testcases of a case: one, or one for each data set."""
    if case.iterations:
        yield from _of_data_driven(case)
    else:
        yield _of_itself(case, took(case.timing))


def _of_itself(case: CaseResult, duration: timedelta | None) -> Entry:
    return _entry(plain_case_name(case), case, duration, case, [(each, each) for each in case.earlier])


def _of_data_driven(case: CaseResult) -> Iterator[Entry]:
    """The testcases of a data-driven case. Their times add up to its duration, unless its steps took longer."""
    name, known = plain_case_name(case), [_time_of_steps(iteration) for iteration in case.iterations]
    total = took(case.timing) or timedelta()
    left = max(total - sum(filter(None, known), timedelta()), timedelta())
    if not _explained(case):
        yield _of_itself(case, left)
        left = timedelta()
    shares = _shares(left, known.count(None))
    for iteration, time in zip(case.iterations, known, strict=True):
        data_set = one_line(iteration.name or iteration.id, _DATA_SET)
        duration = next(shares) if time is None else time
        earlier = _earlier(iteration, case) if case.earlier else ()
        yield _entry(f"{one_line(name, _CASE)} [{data_set}]", iteration, duration, case, earlier)


def _time_of_steps(iteration: Iteration) -> timedelta | None:
    """The total duration of the steps of a data set; None if it is unknown."""
    times = [time for step in iteration.steps or () if (time := took(step.timing)) is not None]
    return sum(times, timedelta()) if times else None


def _shares(whole: timedelta, number: int) -> Iterator[timedelta]:
    """Equal parts in whole milliseconds that add up to the whole."""
    milliseconds = whole // _MILLISECOND
    ends = [milliseconds * position // number for position in range(number + 1)] if number else []
    return (timedelta(milliseconds=end - begin) for begin, end in pairwise(ends))


def _explained(case: CaseResult) -> bool:
    """Whether the iterations of a case explain its result."""
    return any(one.result is case.result for one in case.iterations) and not failing_step(case.steps or ())


def _earlier(iteration: Iteration, case: CaseResult) -> list[tuple[Iteration, CaseResult]]:
    """The earlier attempts of a data set, each with the attempt of its case; empty if its name is not unique."""
    if [one.name for one in case.iterations].count(iteration.name) > 1:
        return []
    found = [(one, attempt) for attempt in case.earlier for one in attempt.iterations if one.name == iteration.name]
    return [(one, attempt) for one, attempt in found if one is not iteration]


def _entry(
    name: str,
    part: CaseResult | Iteration,
    duration: timedelta | None,
    case: CaseResult,
    earlier: Sequence[tuple[CaseResult | Iteration, CaseResult]],
) -> Entry:
    last = _attempt(name, part, duration, case)
    if not earlier:
        return last
    attempts = [*(_attempt(name, one, duration, owner) for one, owner in earlier), last]
    bad = [one for one in attempts if one.outcome in {Outcome.FAILURE, Outcome.ERROR}]
    if last in bad:
        return replace(bad[0], others=tuple(bad[1:]))
    return replace(last, others=tuple(bad)) if last.outcome is Outcome.PASSED else last


def _attempt(name: str, part: CaseResult | Iteration, duration: timedelta | None, case: CaseResult) -> Entry:
    outcome = _OUTCOMES.get(part.result, Outcome.ERROR)
    if case.tolerance and outcome is Outcome.FAILURE:
        return Entry(name, Outcome.SKIPPED, duration, message=_why_tolerated(part, case, case.tolerance))
    if outcome is Outcome.PASSED:
        return Entry(name, outcome, duration)
    if outcome is Outcome.SKIPPED:
        return Entry(name, outcome, duration, message="disabled" if case.disabled else _why_skipped(part))
    step = failing_step(part.steps or ())
    kind = step.error_type if step and step.error_type else part.result.value
    label = case.result_label if part is case else ""
    return Entry(name, outcome, duration, kind, step_and_message(part.result, step, label)[1], part.steps, (case.url,))


def _why_tolerated(part: CaseResult | Iteration, case: CaseResult, tolerance: Tolerance) -> str:
    """The reason why a failure does not count, and that of the failure (both untrusted)."""
    step = failing_step(part.steps or ())
    label = case.result_label if part is case else ""
    return f"{why_tolerated(tolerance)}\n{step_and_message(part.result, step, label)[1]}"


def _why_skipped(part: CaseResult | Iteration) -> str:
    """The reason why something was not executed (untrusted): the first message of a step that did not pass."""
    return next((step.message for step in part.steps or () if step.message and step.result is not Result.PASSED), "")
