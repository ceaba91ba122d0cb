"""The step summary for GitHub: Markdown with HTML, to be understood in ten seconds.

Verdict and reason come first, then numbers, changes since the previous run, and failures, new ones first; then flaky
cases; then the `rest`. With several runs there is a table of them, then the failures of each. The page stays within its
budget (see `page`); its numbers are always complete.

It does not repeat commit, branch and pull request: every CI system shows it on the page of the build, which has them.

Every paragraph, heading and list is an HTML block. There, untrusted text needs only XML references to be safe: the
runner masks secrets with these, but not with other escapes. An HTML block has no blank line, which would end it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Literal

from testsigma_action.domain.compare import Placed
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.words import counted
from testsigma_action.reporting.summary import failure, headline, rest, tables, tolerated
from testsigma_action.reporting.summary.markup import cases_list, paragraph, place, title
from testsigma_action.reporting.summary.page import Detail, Page
from testsigma_action.reporting.summary.strip import Strips
from testsigma_action.reporting.upload_wording import ignored
from testsigma_action.reporting.wording import (
    cases_and_hooks,
    failures,
    failures_by_news,
    flaky_cases,
    left_out_cases,
    tolerated_cases,
)
from testsigma_action.text import MESSAGE, html

# Up to _FEW failures of a run are shown unfolded; if there are more, _UNFOLDED of them. Fewer for several runs.
_FEW, _UNFOLDED = 25, 10
_FEW_OF_SEVERAL, _UNFOLDED_OF_SEVERAL = 10, 5

Mode = Literal["full", "failed"]


def render(report: Report, mode: Mode = "full") -> str:
    """Return the summary; `failed` is the headline and the failures only."""
    page = Page()
    page.add(*headline.of_report(report))
    page.add(paragraph(html(ignored(report), MESSAGE)))
    if report.several:
        page.add_table(tables.RUNS, tables.of_runs(report))
        _add_sections(page, report)
    elif report.runs:
        _add_failures_of(page, report.runs[0], 3)
    tolerated.add_outdated(page, report.outdated)
    if mode == "full":
        rest.add(page, report)
    page.add(paragraph(page.left_out()))
    return page.text()


def _add_sections(page: Page, report: Report) -> None:
    """A section for each of several runs that has failed or flaky cases. All have the same share of the page."""
    shown = [run for run in report.runs if _has_section(run)]
    for position, run in enumerate(shown):
        with page.share(len(shown) - position, Detail.NAME):
            page.add(*headline.of_run(run), limit=Detail.NAME)
            _add_failures_of(page, run, 4)


def _has_section(run: RunReport) -> bool:
    return any(failures(run.tree)) or bool(flaky_cases(run.tree) or tolerated_cases(run.tree))


def _add_failures_of(page: Page, run: RunReport, level: int) -> None:
    """The failures of a run, the new ones first, those that do not count, and its flaky cases."""
    found, flaky = list(failures_by_news(run)), flaky_cases(run.tree)
    strips = Strips.of_run(run)
    few, unfolded = (_FEW_OF_SEVERAL, _UNFOLDED_OF_SEVERAL) if run.name else (_FEW, _UNFOLDED)
    for news in ("new", "known", ""):
        of_news = [placed for placed, word in found if word == news]
        shown = len(of_news) if len(of_news) <= few else unfolded
        _add_failures(page, _Failures(of_news, news, strips), shown, level)
    if left_out := left_out_cases(run):
        words = f"{counted(len(left_out), 'case')} not executed"
        page.add(title(level, words), cases_list(left_out, strips.of), limit=Detail.NAME)
    tolerated.add(page, tolerated_cases(run.tree), level)
    if flaky:
        intro = paragraph("Failed first, passed when run again:")
        listed = cases_list(flaky, strips.of)
        page.add(title(level, counted(len(flaky), "flaky case")), intro, listed, limit=Detail.NAME)


@dataclass(frozen=True, slots=True)
class _Failures:
    """The failures of one kind (`new`, `known`, or empty), and the strips of the run."""

    placed: Sequence[Placed]
    news: str
    strips: Strips


def _add_failures(page: Page, found: _Failures, shown: int, level: int) -> None:
    """A title, common causes, and the failures; those after the first `shown` are folded."""
    failures, news = found.placed, found.news
    if not failures:
        return
    number = len(failures)
    failed = cases_and_hooks([case for *_, case in failures])
    words = counted(number, f"{news} failure") if news else f"{failed} did not pass"
    page.add(title(level, words), limit=Detail.NAME)
    if causes := tables.of_causes(failures):
        page.add_table(tables.CAUSES, causes)
    _add_groups(page, failures[:shown], level + 1, found.strips)
    if rest := failures[shown:]:
        with page.folded(f"and {len(rest):,} more"):
            _add_groups(page, rest, level + 1, found.strips)


def _add_groups(page: Page, failures: Sequence[Placed], level: int, strips: Strips) -> None:
    """Failures grouped by machine and suite; if each is alone in its suite, the place is part of the failure."""
    groups = [list(group) for _, group in groupby(failures, key=lambda placed: (id(placed[0]), id(placed[1])))]
    alone = len(groups) == len(failures)
    for group in groups:
        where = place(*group[0][:2])
        above = "" if alone else title(level, where)
        for position, (*_, case) in enumerate(group):
            render_case = partial(failure.render, case, where=where if alone else "", history=strips.of)
            page.add_failure(render_case, "" if position else above)
