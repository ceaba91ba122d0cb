"""The step summary for GitHub: Markdown with HTML, to be understood in ten seconds.

Verdict and reason come first, then numbers, changes since the previous run, and failures, new ones first; then flaky
cases; then entries of the quarantine, fixed cases, machines and suites, and missing data. With several runs there is a
table of them, then the failures of each. The page stays within its budget (see `page`); its numbers are complete.

It does not repeat commit, branch and pull request: every CI system shows it on the page of the build, which has them.

Every paragraph, heading and list is an HTML block. There, untrusted text needs only XML references to be safe: the
runner masks secrets with these, but not with other escapes. An HTML block has no blank line, which would end it.
"""

from typing import Literal

from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.words import counted
from testsigma_action.reporting import case_lists
from testsigma_action.reporting.gap_wording import gap
from testsigma_action.reporting.policy_wording import outdated
from testsigma_action.reporting.summary import charts, failures, headline, tables
from testsigma_action.reporting.summary.markup import SHOWN, bullets, cases_list, paragraph, title
from testsigma_action.reporting.summary.page import REST, ROWS, Detail, Page
from testsigma_action.reporting.upload_wording import ignored
from testsigma_action.text import MESSAGE, html

_GAP = 300
# Longer than any sentence about an entry, whose texts have at most 250 characters: a cut could part a secret.
_ENTRY = 2000
_ROWS_SHOWN = 20

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
        failures.add(page, report.runs[0], 3)
    if entries := outdated(report.outdated):
        listed = bullets([html(entry, _ENTRY) for entry in entries[:SHOWN]], len(entries) - SHOWN, ": see the log")
        page.add(title(3, "Quarantine"), listed, limit=REST)
    if mode == "full":
        _add_rest(page, report)
    page.add(paragraph(page.left_out()))
    return page.text()


def _add_sections(page: Page, report: Report) -> None:
    """A section for each of several runs that has failed or flaky cases. All have the same share of the page."""
    shown = [run for run in report.runs if _has_section(run)]
    for position, run in enumerate(shown):
        with page.share(len(shown) - position, Detail.NAME):
            page.add(*headline.of_run(run), limit=Detail.NAME)
            failures.add(page, run, 4)


def _has_section(run: RunReport) -> bool:
    tree = run.tree
    return any(case_lists.failures(tree)) or bool(case_lists.flaky_cases(tree) or case_lists.tolerated_cases(tree))


def _add_rest(page: Page, report: Report) -> None:
    """Fixed cases, machines and suites, and missing data. Several runs have no charts: their table has the numbers."""
    compared = [(run, run.comparison.fixed) for run in report.runs if run.comparison]
    for position, (run, fixed) in enumerate(compared):
        if fixed:
            words = counted(len(fixed), "fixed case") + (f" of {html(run.title)}" if report.several else "")
            with page.share(len(compared) - position, ROWS):
                page.add(title(3, words), cases_list(fixed), limit=ROWS)
    known = [(run, run.tree) for run in report.runs if run.tree and run.tree.machines]
    if known:
        page.add(title(3, "Machines and suites"), limit=ROWS)
    for position, (run, tree) in enumerate(known):
        with page.share(len(known) - position, ROWS):
            _add_machines(page, tree, run.title if report.several else "")
        if not report.several:
            _add_charts(page, run, tree)
    gaps = list(dict.fromkeys((run.name, gap(one)) for run in report.runs if run.tree for one in run.tree.gaps))
    if gaps:
        lines = [f"{html(name)}: {html(said, _GAP)}" if name else html(said, _GAP) for name, said in gaps[:SHOWN]]
        page.add(title(3, "Not available"), bullets(lines, len(gaps) - SHOWN, ": see the log"), limit=REST)


def _add_machines(page: Page, tree: ResultTree, name: str) -> None:
    """A table, which is folded if it is long, or if it has the name of one of several runs."""
    rows = list(tables.of_machines(tree))
    machines = len(tree.machines)
    folded = f"{counted(machines, 'machine')}, {counted(len(rows) - machines, 'suite')}"
    if name:
        folded = f"{html(name)}: {folded}"
    page.add_table(tables.MACHINES, rows, folded if name or len(rows) > _ROWS_SHOWN else "")


def _add_charts(page: Page, run: RunReport, tree: ResultTree) -> None:
    """When the machines and suites ran, the slowest cases, and all outcomes."""
    if timeline := charts.timeline(tree.machines):
        page.add(title(3, "Timeline"), timeline, limit=REST)
    if slowest := tables.of_slowest(tree):
        page.add(title(3, "Slowest cases"), limit=ROWS)
        page.add_table(tables.SLOWEST, slowest)
    if pie := charts.outcome(run.counts):
        page.add(title(3, "Outcome"), pie, limit=REST)
