"""The failures of a run on the page: those that count, the new ones first; those that do not; and flaky cases."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from testsigma_action.domain.report import RunReport
from testsigma_action.domain.results import CaseResult, Iteration, Placed, failing_step
from testsigma_action.domain.run import Result
from testsigma_action.domain.tolerance import Quarantined, QuarantineEntry
from testsigma_action.domain.words import RESULTS, counted, in_words
from testsigma_action.reporting import case_lists, wording
from testsigma_action.reporting.policy_wording import why_tolerated
from testsigma_action.reporting.summary import markup, tables
from testsigma_action.reporting.summary.page import Detail, Page
from testsigma_action.text import html, html_lines, web_link

# Up to _FEW failures of a run are shown unfolded; if there are more, _UNFOLDED of them. Fewer for several runs.
_FEW, _UNFOLDED = 25, 10
_FEW_OF_SEVERAL, _UNFOLDED_OF_SEVERAL = 10, 5
_MESSAGE = 2000
_STEP = 300
_SETS_SHOWN = 10
# Of a tolerated failure.
_REASON = 300
_SHORT_MESSAGE = 300


def add(page: Page, run: RunReport, level: int) -> None:
    """Add a title of this level, and a list, for each kind of them that the run has."""
    found, strip = list(case_lists.failures_by_news(run)), markup.strips_of(run)
    few, unfolded = (_FEW_OF_SEVERAL, _UNFOLDED_OF_SEVERAL) if run.name else (_FEW, _UNFOLDED)
    for news in ("new", "known", ""):
        if placed := [one for one, word in found if word == news]:
            _add_title(page, placed, news, level)
            shown = len(placed) if len(placed) <= few else unfolded
            _add_groups(page, placed[:shown], level + 1, strip)
            if folded := placed[shown:]:
                with page.folded(f"and {len(folded):,} more"):
                    _add_groups(page, folded, level + 1, strip)
    if left_out := case_lists.left_out_cases(run):
        title = markup.title(level, f"{counted(len(left_out), 'case')} not executed")
        page.add(title, markup.cases_list(left_out, strip), limit=Detail.NAME)
    if tolerated := case_lists.tolerated_cases(run.tree):
        title = markup.title(level, counted(len(tolerated), "tolerated failure"))
        page.add(title, markup.cases_list(tolerated, _why_tolerated), limit=Detail.NAME)
    if flaky := case_lists.flaky_cases(run.tree):
        title = markup.title(level, counted(len(flaky), "flaky case"))
        intro = markup.paragraph("Failed first, passed when run again:")
        page.add(title, intro, markup.cases_list(flaky, strip), limit=Detail.NAME)


def _add_title(page: Page, failures: Sequence[Placed], news: str, level: int) -> None:
    """A title, and common causes."""
    failed = wording.cases_and_hooks([case for *_, case in failures])
    words = counted(len(failures), f"{news} failure") if news else f"{failed} did not pass"
    page.add(markup.title(level, words), limit=Detail.NAME)
    if causes := list(tables.of_causes(failures)):
        page.add_table(tables.CAUSES, causes)


def _add_groups(page: Page, failures: Sequence[Placed], level: int, strip: markup.Strip) -> None:
    """Failures grouped by machine and suite; if each is alone in its suite, the place is part of the failure."""
    groups = [list(group) for _, group in groupby(failures, key=lambda placed: (id(placed[0]), id(placed[1])))]
    alone = len(groups) == len(failures)
    for group in groups:
        where = markup.place(*group[0][:2])
        above = "" if alone else markup.title(level, where)
        for position, (*_, case) in enumerate(group):
            render = partial(_failure, case, where=where if alone else "", strip=strip)
            page.add_failure(render, "" if position else above)


def _failure(case: CaseResult, detail: Detail, where: str, strip: markup.Strip) -> str:
    """A failed case as one HTML block: its name, the failing step with its message, and the steps before.

    `where` (HTML) follows the name, the strip is below. No blank line: it would end the block.
    """
    parts = [f"<div>{_title(case, where)}"]
    if detail is not Detail.NAME:
        history = strip(case)
        parts += [f"<br>{history}"] if history else []
        parts += _causes(case, detail)
    return "\n".join([*parts, "</div>"])


def _title(case: CaseResult, where: str) -> str:
    visual, broken = case.visual_result, wording.broken_sets(case)
    return markup.joined(
        f"{markup.sign(case.result)} {markup.linked_case(case)}",
        where,
        "" if case.result is Result.FAILED else RESULTS[case.result],
        f"{len(broken)} of {counted(len(case.iterations), 'data set')} did not pass" if broken else "",
        f"visual comparison: {RESULTS[visual]}" if visual and not visual.tolerable else "",
        f"run {len(case.earlier) + 1} times" if case.earlier else "",
        in_words(case.timing.took),
    )


def _causes(case: CaseResult, detail: Detail) -> Iterator[str]:
    """The cause of the case, then those of its data sets. Only the first line needs a break before it."""
    broken = wording.broken_sets(case)
    if not broken or failing_step(case.steps or ()):
        yield from _cause(case, detail, case.result_label)
    else:
        yield "<br>"
    for iteration in broken[:_SETS_SHOWN]:
        yield f"Data set <b>{html(iteration.name or iteration.id)}</b>: {RESULTS[iteration.result]}"
        yield from _cause(iteration, detail)
    if len(broken) > _SETS_SHOWN:
        yield f"and {counted(len(broken) - _SETS_SHOWN, 'data set')} more"


def _cause(part: CaseResult | Iteration, detail: Detail, label: str = "") -> Iterator[str]:
    """The cause of a failure: the failing step, its message, and the steps before."""
    step, why = wording.step_and_message(part.result, failing_step(part.steps or ()), label)
    if step:
        yield f"<br>{html(step, _STEP)}"
    # Indented; unlike a quotation on GitHub, not in a pale colour.
    yield f'<dl><dd dir="auto">{html_lines(why, _MESSAGE)}</dd></dl>'
    before, steps = wording.last_steps(part.steps)
    if detail is Detail.STEPS and len(steps) > 1:
        earlier = f" (and {before:,} before them)" if before else ""
        lines = "<br>".join(f"{markup.sign(one.result)} {one.position}. {html(one.action, _STEP)}" for one in steps)
        yield f"<details><summary>{len(steps)} steps up to this one{earlier}</summary>{lines}</details>"


def _why_tolerated(case: CaseResult) -> str:
    """Why the failure of a case does not count, and its message."""
    why: list[str] = []
    if isinstance(case.tolerance, Quarantined):
        why = [_entry(entry) for entry in case.tolerance.entries]
    elif case.tolerance:
        why = [html(why_tolerated(case.tolerance), _REASON)]
    message = wording.step_and_message(case.result, case.failing_step, case.result_label)[1]
    return "<br>".join([*why, html_lines(message, _SHORT_MESSAGE)])


def _entry(entry: QuarantineEntry) -> str:
    """Reason, owner, issue and last day. The issue is a link if it is a safe web URL."""
    issue = markup.link(html(entry.issue), entry.issue) if web_link(entry.issue) else html(entry.issue)
    return markup.joined(
        f"In quarantine until {entry.expires.isoformat()}: {html(entry.reason, _REASON)}",
        f"owner {html(entry.owner)}" if entry.owner else "",
        f"issue {issue}" if entry.issue else "",
    )
