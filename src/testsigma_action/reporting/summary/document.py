"""The step summary for GitHub: Markdown with HTML, for somebody who has ten seconds.

Verdict and reason first, then numbers, what changed since the run before, and failures, the new ones first; then what
is flaky or fixed, machines and suites, what was slow, charts, and what could not be had. It never outgrows its budget
(see `page`); the numbers are always those of everything.

Every paragraph, heading and list is a block of HTML, in which text that is not ours needs no more than the references
of XML to be harmless: the runner's masker knows them, and would not find a secret behind any others. A block of HTML
never holds a blank line, which would end it.
"""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Literal

from testsigma_action.domain.compare import Comparison, Placed
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.words import counted
from testsigma_action.reporting.summary import charts, failure, headline, tables
from testsigma_action.reporting.summary.markup import bullets, linked_case, paragraph, place, sign, title
from testsigma_action.reporting.summary.page import REST, ROWS, Detail, Page
from testsigma_action.reporting.wording import cases_and_hooks, failures_by_news, flaky_cases, numbers
from testsigma_action.text import html

_GAP = 300
_NAMED = 20
_FEW = 25
_UNFOLDED = 10
_ROWS_SHOWN = 20

Mode = Literal["full", "failed"]


def render(report: Report, mode: Mode = "full") -> str:
    """Return the summary; `failed` is the headline and the failures only."""
    page = Page()
    alone = len(report.runs) == 1
    page.add(*headline.of_report(report))
    if len(report.runs) > 1:
        page.add_table(("Run", *tables.COLUMNS), tables.of_runs(report.runs))
    for run in report.runs:
        _add_run(page, run, alone=alone)
    if mode == "full":
        for run in report.runs:
            _add_rest(page, run, of="" if alone else f" of {html(run.title)}")
        _add_gaps(page, report)
    page.add(paragraph(page.left_out()))
    return page.text()


def _add_run(page: Page, run: RunReport, *, alone: bool) -> None:
    """What went wrong in a run, below a heading of its own where it is one of several."""
    failures, flaky = list(failures_by_news(run)), flaky_cases(run.tree)
    if not alone and (failures or flaky or run.verdict.exit_code):
        page.add(*headline.of_run(run), limit=Detail.NAME)
    level = 3 if alone else 4
    for news in ("new", "known", ""):
        _add_failures(page, [placed for placed, word in failures if word == news], news, level)
    if flaky:
        told = paragraph("Failed first, passed when run again:")
        page.add(title(level, counted(len(flaky), "flaky case")), told, _list(flaky), limit=Detail.NAME)


def _add_failures(page: Page, failures: Sequence[Placed], news: str, level: int) -> None:
    """Failures below a title and what they have in common; of many, those behind the first ones are folded."""
    if not failures:
        return
    number = len(failures)
    failed = cases_and_hooks([case for *_, case in failures])
    words = counted(number, f"{news} failure") if news else f"{failed} did not pass"
    page.add(title(level, words), limit=Detail.NAME)
    if causes := tables.of_causes(failures):
        page.add_table(tables.CAUSES, causes)
    shown = number if number <= _FEW else _UNFOLDED
    _add_groups(page, failures[:shown], level + 1)
    if rest := failures[shown:]:
        with page.folded(f"and {len(rest):,} more"):
            _add_groups(page, rest, level + 1)


def _add_groups(page: Page, failures: Sequence[Placed], level: int) -> None:
    """Failures below the names of their machines and suites; where each is alone in its suite, it says where it is."""
    groups = [list(group) for _, group in groupby(failures, key=lambda placed: (id(placed[0]), id(placed[1])))]
    alone = len(groups) == len(failures)
    for group in groups:
        where = place(*group[0][:2])
        above = "" if alone else title(level, where)
        for position, (*_, case) in enumerate(group):
            tell = partial(failure.render, case, where=where if alone else "")
            page.add_failure(tell, "" if position else above)


def _list(cases: Sequence[Placed]) -> str:
    """Names of cases with their places, as a list."""
    lines = [
        f"{sign(case.result)} {linked_case(case)} · {place(machine, suite)}" for machine, suite, case in cases[:_NAMED]
    ]
    return bullets(lines if len(cases) <= _NAMED else [*lines, f"and {len(cases) - _NAMED:,} more"])


def _add_rest(page: Page, run: RunReport, of: str) -> None:
    """What is good to know once the failures are understood."""
    if run.comparison:
        _add_fixed(page, run.comparison, of)
    if run.tree and run.tree.machines:
        _add_machines(page, run.tree, of)
        pie = charts.outcome(numbers(run))
        page.add(*([title(3, f"Outcome{of}"), pie] if pie else []), limit=REST)


def _add_fixed(page: Page, comparison: Comparison, of: str) -> None:
    if comparison.fixed:
        page.add(title(3, f"{counted(len(comparison.fixed), 'fixed case')}{of}"), _list(comparison.fixed), limit=ROWS)


def _add_machines(page: Page, tree: ResultTree, of: str) -> None:
    """Machines and suites as a table and as a timeline, then the slowest cases."""
    machines = tree.machines
    number = tables.rows_of_machines(machines)
    page.add(title(3, f"Machines and suites{of}"), limit=ROWS)
    names = f"{counted(len(machines), 'machine')}, {counted(number - len(machines), 'suite')}"
    page.add_table(
        ("Machine / suite", *tables.COLUMNS), tables.of_machines(machines), names if number > _ROWS_SHOWN else ""
    )
    timeline = charts.timeline(machines)
    if timeline:
        page.add(title(3, f"Timeline{of}"), timeline, limit=REST)
    slowest = tables.of_slowest(tree)
    if slowest:
        page.add(title(3, f"Slowest cases{of}"), limit=ROWS)
        page.add_table(tables.SLOWEST, slowest)


def _add_gaps(page: Page, report: Report) -> None:
    gaps = list(dict.fromkeys(gap for run in report.runs if run.tree for gap in run.tree.gaps))
    if gaps:
        told = [html(gap, _GAP) for gap in gaps[:_NAMED]]
        more = [f"and {len(gaps) - _NAMED:,} more: see the log"] if len(gaps) > _NAMED else []
        page.add(title(3, "Not available"), bullets([*told, *more]), limit=REST)
