"""The testcases of the JUnit and the CTRF file, and their outcomes.

A data-driven case becomes one testcase for each data set, named `case [data set]`, since people search for, fix and
rerun data sets. The case itself is left out, unless no data set has its result or its own steps have a failure. So
there may be more testcases than cases in the summary.

A case that ran more than once is one testcase with several attempts. In JUnit, as in surefire's reports, it passed if
its last attempt did, with the failed attempts attached; otherwise it has the first failure, with the later ones
attached. A failure that is tolerated is skipped, without attempts: readers turn every `<failure>` red.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from itertools import pairwise

from testsigma_action.domain.results import CaseResult, Iteration, StepResult, failing_step
from testsigma_action.domain.run import Result
from testsigma_action.reporting.policy_wording import why_tolerated
from testsigma_action.reporting.wording import plain_case_name, step_and_message, took
from testsigma_action.text import one_line

# Maximum lengths of the names of cases and data sets (characters).
_CASE = 130
_DATA_SET = 60
_MILLISECOND = timedelta(milliseconds=1)


class Outcome(Enum):
    """The outcomes of testcases: a failure is a failed test, an error is any other result that is not a pass.

    TOLERATED: a failure that does not count. PENDING: the run was started, and its result is not known yet.
    """

    PASSED = auto()
    FAILURE = auto()
    ERROR = auto()
    SKIPPED = auto()
    TOLERATED = auto()
    PENDING = auto()


_OUTCOMES = {Result.PASSED: Outcome.PASSED, Result.FAILED: Outcome.FAILURE, Result.NOT_EXECUTED: Outcome.SKIPPED}


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt of a testcase. `kind` is the error type, `notes` are placed after the steps. All text is untrusted.

    `case` and `iteration` are what it is made of, `others` the other attempts that did not pass, the oldest first.
    """

    name: str
    outcome: Outcome
    duration: timedelta | None = None
    kind: str = ""
    message: str = ""
    steps: Sequence[StepResult] | None = None
    notes: tuple[str, ...] = ()
    others: tuple["Entry", ...] = ()
    case: CaseResult | None = None
    iteration: Iteration | None = None


Attempts = tuple[Entry, ...]
"""All attempts of one testcase, the oldest first."""


def of_case(case: CaseResult) -> Iterator[Attempts]:
    """The testcases of a case: one, or one for each data set."""
    if case.iterations:
        yield from _of_data_driven(case)
    else:
        yield _of_itself(case, took(case.timing))


def _of_itself(case: CaseResult, duration: timedelta | None) -> Attempts:
    return _attempts(plain_case_name(case), case, duration, case, [(each, each) for each in case.earlier])


def _of_data_driven(case: CaseResult) -> Iterator[Attempts]:
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
        yield _attempts(f"{one_line(name, _CASE)} [{data_set}]", iteration, duration, case, earlier)


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


def _attempts(
    name: str,
    part: CaseResult | Iteration,
    duration: timedelta | None,
    case: CaseResult,
    earlier: Sequence[tuple[CaseResult | Iteration, CaseResult]],
) -> Attempts:
    every = (*earlier, (part, case)) if earlier else ((part, case),)
    return tuple(_attempt(name, one, duration, owner) for one, owner in every)


def merged(attempts: Attempts) -> Entry:
    """One testcase of all its attempts, as surefire's reports have it."""
    if len(attempts) == 1:
        return attempts[0]
    last = attempts[-1]
    bad = [one for one in attempts if one.outcome in {Outcome.FAILURE, Outcome.ERROR}]
    if last in bad:
        return replace(bad[0], others=tuple(bad[1:]))
    return replace(last, others=tuple(bad)) if last.outcome is Outcome.PASSED else last


def _attempt(name: str, part: CaseResult | Iteration, duration: timedelta | None, case: CaseResult) -> Entry:
    iteration = part if isinstance(part, Iteration) else None
    outcome = _OUTCOMES.get(part.result, Outcome.ERROR)
    if outcome is Outcome.PASSED:
        return Entry(name, outcome, duration, case=case, iteration=iteration)
    if outcome is Outcome.SKIPPED:
        why = "disabled" if case.disabled else _why_skipped(part)
        return Entry(name, outcome, duration, message=why, case=case, iteration=iteration)
    step = failing_step(part.steps or ())
    kind = step.error_type if step and step.error_type else part.result.value
    why = step_and_message(part.result, step, "" if iteration else case.result_label)[1]
    if case.tolerance and outcome is Outcome.FAILURE:
        outcome, why = Outcome.TOLERATED, f"{why_tolerated(case.tolerance)}\n{why}"
    return Entry(name, outcome, duration, kind, why, part.steps, (case.url,), case=case, iteration=iteration)


def _why_skipped(part: CaseResult | Iteration) -> str:
    """The reason why something was not executed (untrusted): the first message of a step that did not pass."""
    return next((step.message for step in part.steps or () if step.message and step.result is not Result.PASSED), "")
