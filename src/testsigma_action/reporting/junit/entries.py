"""The testcases of the JUnit and the CTRF file, and their outcomes.

A data-driven case becomes one testcase for each data set, named `case [data set]`, since people search for, fix and
rerun data sets. The case itself is left out, unless no data set has its result or its own steps have a failure. So
there may be more testcases than cases in the summary.

A case that ran more than once is one testcase with several attempts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from testsigma_action.domain.results import CaseResult, Iteration, StepResult, failing_step
from testsigma_action.domain.run import Result
from testsigma_action.domain.words import RESULTS
from testsigma_action.reporting.policy_wording import why_tolerated
from testsigma_action.reporting.wording import last_steps, plain_case_name, step_and_message
from testsigma_action.text import lines, one_line

LINE = 500
"""Maximum length of a line (characters)."""

# Together these keep a body below 64 KB in UTF-8, whatever it says, and its lines at 500 characters.
_BODY_MESSAGE = 6000
_STEP = 200
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

    `case` and `iteration` are what it is made of.
    """

    name: str
    outcome: Outcome
    duration: timedelta | None = None
    kind: str = ""
    message: str = ""
    steps: Sequence[StepResult] | None = None
    notes: tuple[str, ...] = ()
    case: CaseResult | None = None
    iteration: Iteration | None = None


Attempts = tuple[Entry, ...]
"""All attempts of one testcase, the oldest first."""


def of_case(case: CaseResult) -> Iterator[Attempts]:
    """The testcases of a case: one, or one for each data set.

    Those of data sets have times that add up to its duration, unless its steps took longer.
    """
    if not case.iterations:
        yield _of_itself(case, case.timing.took)
        return
    name, known = plain_case_name(case), [_time_of_steps(iteration) for iteration in case.iterations]
    total = case.timing.took or timedelta()
    left = max(total - sum(filter(None, known), timedelta()), timedelta())
    explained = any(one.result is case.result for one in case.iterations) and not failing_step(case.steps or ())
    if not explained:
        yield _of_itself(case, left)
        left = timedelta()
    shares = _shares(left, known.count(None))
    for iteration, time in zip(case.iterations, known, strict=True):
        data_set = f"{one_line(name, _CASE)} [{one_line(iteration.name or iteration.id, _DATA_SET)}]"
        duration = next(shares) if time is None else time
        attempts = (*_earlier(iteration, case), (iteration, case))
        yield tuple(_attempt(data_set, part, duration, owner) for part, owner in attempts)


def _of_itself(case: CaseResult, duration: timedelta | None) -> Attempts:
    return tuple(_attempt(plain_case_name(case), each, duration, each) for each in (*case.earlier, case))


def _time_of_steps(iteration: Iteration) -> timedelta | None:
    """The total duration of the steps of a data set; None if it is unknown."""
    times = [time for step in iteration.steps or () if (time := step.timing.took) is not None]
    return sum(times, timedelta()) if times else None


def _shares(whole: timedelta, number: int) -> Iterator[timedelta]:
    """Equal parts in whole milliseconds that add up to the whole."""
    milliseconds = whole // _MILLISECOND
    for part in range(number):
        yield timedelta(milliseconds=milliseconds * (part + 1) // number - milliseconds * part // number)


def _earlier(iteration: Iteration, case: CaseResult) -> list[tuple[Iteration, CaseResult]]:
    """The earlier attempts of a data set, each with the attempt of its case; empty if its name is not unique."""
    if not case.earlier or [one.name for one in case.iterations].count(iteration.name) > 1:
        return []
    found = [(one, attempt) for attempt in case.earlier for one in attempt.iterations if one.name == iteration.name]
    return [(one, attempt) for one, attempt in found if one is not iteration]


def _attempt(name: str, part: CaseResult | Iteration, duration: timedelta | None, case: CaseResult) -> Entry:
    iteration = part if isinstance(part, Iteration) else None
    outcome = _OUTCOMES.get(part.result, Outcome.ERROR)
    if outcome is Outcome.PASSED:
        return Entry(name, outcome, duration, case=case, iteration=iteration)
    steps = part.steps or ()
    if outcome is Outcome.SKIPPED:
        reasons = (step.message for step in steps if step.message and step.result is not Result.PASSED)
        why = "disabled" if case.disabled else next(reasons, "")
        return Entry(name, outcome, duration, message=why, case=case, iteration=iteration)
    step = failing_step(steps)
    kind = step.error_type if step and step.error_type else part.result.value
    why = step_and_message(part.result, step, "" if iteration else case.result_label)[1]
    if case.tolerance and outcome is Outcome.FAILURE:
        outcome, why = Outcome.TOLERATED, f"{why_tolerated(case.tolerance)}\n{why}"
    return Entry(name, outcome, duration, kind, why, part.steps, (case.url,), case=case, iteration=iteration)


def body(entry: Entry) -> str:
    """The message, the last steps and the notes of an attempt, on lines."""
    before, steps = last_steps(entry.steps)
    found = [lines(entry.message, _BODY_MESSAGE, LINE) or "No message."]
    if steps:
        found += ["", "Steps:"]
    if before:
        found.append(f"     ... {before} before these")
    found += [_step_line(step) for step in steps]
    notes = [one_line(note, LINE) for note in entry.notes if note]
    return plain("\n".join([*found, "", *notes] if notes else found))


def plain(text: str) -> str:
    """The text without U+FFFD."""
    return text.replace("\N{REPLACEMENT CHARACTER}", "?")


def _step_line(step: StepResult) -> str:
    mark = " " if step.result.tolerable else "*"
    return f"{mark}{step.position:4}. {RESULTS[step.result]}: {one_line(step.action, _STEP)}"
