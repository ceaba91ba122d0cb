"""A failed case as one HTML block: its name, the failing step with its message, and the steps before."""

from collections.abc import Iterator

from testsigma_action.domain.results import CaseResult, Iteration, failing_step
from testsigma_action.domain.run import Result
from testsigma_action.domain.words import counted, in_words
from testsigma_action.reporting.summary.markup import joined, linked_case, sign
from testsigma_action.reporting.summary.page import Detail
from testsigma_action.reporting.summary.strip import Strip
from testsigma_action.reporting.wording import RESULTS, last_steps, step_and_message
from testsigma_action.text import html, html_lines

_MESSAGE = 2000
_STEP = 300
_SETS_SHOWN = 10


def render(case: CaseResult, detail: Detail, where: str, strip: Strip) -> str:
    """The block; `where` (HTML) follows the name, the strip is below. No blank line: it would end it."""
    parts = [f"<div>{_title(case, where)}"]
    if detail is not Detail.NAME:
        history = strip(case)
        parts += [f"<br>{history}"] if history else []
        parts += _causes(case, detail)
    return "\n".join([*parts, "</div>"])


def _title(case: CaseResult, where: str) -> str:
    visual, broken = case.visual_result, _broken(case)
    return joined(
        f"{sign(case.result)} {linked_case(case)}",
        where,
        "" if case.result is Result.FAILED else RESULTS[case.result],
        f"{len(broken)} of {counted(len(case.iterations), 'data set')} did not pass" if broken else "",
        f"visual comparison: {RESULTS[visual]}" if visual and not visual.tolerable else "",
        f"run {len(case.earlier) + 1} times" if case.earlier else "",
        in_words(case.timing.took),
    )


def _broken(case: CaseResult) -> list[Iteration]:
    return [iteration for iteration in case.iterations if not iteration.result.tolerable]


def _causes(case: CaseResult, detail: Detail) -> Iterator[str]:
    """The cause of the case, then those of its data sets. Only the first line needs a break before it."""
    broken = _broken(case)
    if not broken or failing_step(case.steps or ()):
        yield from _cause(case, detail, case.result_label)
    elif broken:
        yield "<br>"
    for iteration in broken[:_SETS_SHOWN]:
        yield f"Data set <b>{html(iteration.name or iteration.id)}</b>: {RESULTS[iteration.result]}"
        yield from _cause(iteration, detail)
    if len(broken) > _SETS_SHOWN:
        yield f"and {counted(len(broken) - _SETS_SHOWN, 'data set')} more"


def _cause(part: CaseResult | Iteration, detail: Detail, label: str = "") -> Iterator[str]:
    """The cause of a failure: the failing step, its message, and the steps before."""
    step, why = step_and_message(part.result, failing_step(part.steps or ()), label)
    if step:
        yield f"<br>{html(step, _STEP)}"
    # Indented; unlike a quotation on GitHub, not in a pale colour.
    yield f'<dl><dd dir="auto">{html_lines(why, _MESSAGE)}</dd></dl>'
    before, steps = last_steps(part.steps)
    if detail is Detail.STEPS and len(steps) > 1:
        earlier = f" (and {before:,} before them)" if before else ""
        lines = "<br>".join(f"{sign(one.result)} {one.position}. {html(one.action, _STEP)}" for one in steps)
        yield f"<details><summary>{len(steps)} steps up to this one{earlier}</summary>{lines}</details>"
