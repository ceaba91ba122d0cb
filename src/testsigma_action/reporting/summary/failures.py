"""The failures of a run on the page: those that count, the new ones first; those that do not; and flaky cases."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from testsigma_action.domain.compare import Placed
from testsigma_action.domain.report import RunReport
from testsigma_action.domain.tolerance import Quarantined, QuarantineEntry
from testsigma_action.domain.words import counted
from testsigma_action.reporting import wording
from testsigma_action.reporting.policy_wording import why_tolerated
from testsigma_action.reporting.summary import failure, tables
from testsigma_action.reporting.summary.markup import (
    SHOWN,
    bullets,
    cases_list,
    joined,
    link,
    paragraph,
    place,
    placed_case,
    title,
)
from testsigma_action.reporting.summary.page import Detail, Page
from testsigma_action.reporting.summary.strip import Strip, of_cases
from testsigma_action.text import html, html_lines, web_link

# Up to _FEW failures of a run are shown unfolded; if there are more, _UNFOLDED of them. Fewer for several runs.
_FEW, _UNFOLDED = 25, 10
_FEW_OF_SEVERAL, _UNFOLDED_OF_SEVERAL = 10, 5
_REASON = 300
_MESSAGE = 300


def add(page: Page, run: RunReport, level: int) -> None:
    """Add all of them, below titles of this level. Nothing for a run without any."""
    found, strip = list(wording.failures_by_news(run)), of_cases(run)
    few, unfolded = (_FEW_OF_SEVERAL, _UNFOLDED_OF_SEVERAL) if run.name else (_FEW, _UNFOLDED)
    for news in ("new", "known", ""):
        if placed := [one for one, word in found if word == news]:
            _add_title(page, placed, news, level)
            shown = len(placed) if len(placed) <= few else unfolded
            _add_groups(page, placed[:shown], level + 1, strip)
            if folded := placed[shown:]:
                with page.folded(f"and {len(folded):,} more"):
                    _add_groups(page, folded, level + 1, strip)
    if left_out := wording.left_out_cases(run):
        words = f"{counted(len(left_out), 'case')} not executed"
        page.add(title(level, words), cases_list(left_out, strip), limit=Detail.NAME)
    if tolerated := wording.tolerated_cases(run.tree):
        listed = bullets(["<br>".join(_tolerated(one)) for one in tolerated[:SHOWN]], len(tolerated) - SHOWN)
        page.add(title(level, counted(len(tolerated), "tolerated failure")), listed, limit=Detail.NAME)
    if flaky := wording.flaky_cases(run.tree):
        intro = paragraph("Failed first, passed when run again:")
        page.add(title(level, counted(len(flaky), "flaky case")), intro, cases_list(flaky, strip), limit=Detail.NAME)


def _add_title(page: Page, failures: Sequence[Placed], news: str, level: int) -> None:
    """A title, and common causes."""
    failed = wording.cases_and_hooks([case for *_, case in failures])
    words = counted(len(failures), f"{news} failure") if news else f"{failed} did not pass"
    page.add(title(level, words), limit=Detail.NAME)
    if causes := list(tables.of_causes(failures)):
        page.add_table(tables.CAUSES, causes)


def _add_groups(page: Page, failures: Sequence[Placed], level: int, strip: Strip) -> None:
    """Failures grouped by machine and suite; if each is alone in its suite, the place is part of the failure."""
    groups = [list(group) for _, group in groupby(failures, key=lambda placed: (id(placed[0]), id(placed[1])))]
    alone = len(groups) == len(failures)
    for group in groups:
        where = place(*group[0][:2])
        above = "" if alone else title(level, where)
        for position, (*_, case) in enumerate(group):
            render_case = partial(failure.render, case, where=where if alone else "", strip=strip)
            page.add_failure(render_case, "" if position else above)


def _tolerated(placed: Placed) -> Iterator[str]:
    """The case with its place, why its failure does not count, and the message of the failure."""
    case = placed[2]
    yield placed_case(placed)
    if isinstance(case.tolerance, Quarantined):
        yield from map(_entry, case.tolerance.entries)
    elif case.tolerance:
        yield html(why_tolerated(case.tolerance), _REASON)
    yield html_lines(wording.step_and_message(case.result, case.failing_step, case.result_label)[1], _MESSAGE)


def _entry(entry: QuarantineEntry) -> str:
    """Reason, owner, issue and last day. The issue is a link if it is a safe web URL."""
    issue = link(html(entry.issue), entry.issue) if web_link(entry.issue) else html(entry.issue)
    return joined(
        f"In quarantine until {entry.expires.isoformat()}: {html(entry.reason, _REASON)}",
        f"owner {html(entry.owner)}" if entry.owner else "",
        f"issue {issue}" if entry.issue else "",
    )
