"""The end of the summary: fixed cases, machines and suites, and missing data."""

from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.words import counted
from testsigma_action.reporting.gap_wording import gap
from testsigma_action.reporting.summary import charts, tables
from testsigma_action.reporting.summary.markup import bullets, cases_list, title
from testsigma_action.reporting.summary.page import REST, ROWS, Page
from testsigma_action.reporting.wording import numbers
from testsigma_action.text import html

_GAP = 300
_GAPS_SHOWN = 20
_ROWS_SHOWN = 20


def add(page: Page, report: Report) -> None:
    """Add it for all runs. Several runs have no charts, since their table has the numbers."""
    if report.several:
        _add_several(page, report)
    for run in () if report.several else report.runs:
        _add_one(page, run)
    _add_gaps(page, report)


def _add_several(page: Page, report: Report) -> None:
    compared = [run for run in report.runs if run.comparison]
    for position, run in enumerate(compared):
        with page.share(len(compared) - position, ROWS):
            _add_fixed(page, run.comparison, f" of {html(run.title)}")
    known = [(run, run.tree) for run in report.runs if run.tree and run.tree.machines]
    page.add(title(3, "Machines and suites") if known else "", limit=ROWS)
    for position, (run, tree) in enumerate(known):
        with page.share(len(known) - position, ROWS):
            _add_table(page, tree, f"{html(run.title)}: {_size(tree)}")


def _add_one(page: Page, run: RunReport) -> None:
    _add_fixed(page, run.comparison)
    if run.tree and run.tree.machines:
        _add_machines(page, run.tree)
        pie = charts.outcome(numbers(run))
        page.add(*([title(3, "Outcome"), pie] if pie else []), limit=REST)


def _add_fixed(page: Page, comparison: Comparison | None, of: str = "") -> None:
    if comparison and comparison.fixed:
        words = counted(len(comparison.fixed), "fixed case")
        page.add(title(3, f"{words}{of}"), cases_list(comparison.fixed), limit=ROWS)


def _add_machines(page: Page, tree: ResultTree) -> None:
    """Machines and suites as a table and as a timeline, then the slowest cases."""
    page.add(title(3, "Machines and suites"), limit=ROWS)
    _add_table(page, tree, _size(tree) if tables.rows_of_machines(tree.machines) > _ROWS_SHOWN else "")
    timeline = charts.timeline(tree.machines)
    if timeline:
        page.add(title(3, "Timeline"), timeline, limit=REST)
    slowest = tables.of_slowest(tree)
    if slowest:
        page.add(title(3, "Slowest cases"), limit=ROWS)
        page.add_table(tables.SLOWEST, slowest)


def _add_table(page: Page, tree: ResultTree, folded: str) -> None:
    page.add_table(("Machine / suite", *tables.COLUMNS), tables.of_machines(tree.machines), folded)


def _size(tree: ResultTree) -> str:
    """The numbers of machines and suites."""
    number = len(tree.machines)
    suites = tables.rows_of_machines(tree.machines) - number
    return f"{counted(number, 'machine')}, {counted(suites, 'suite')}"


def _add_gaps(page: Page, report: Report) -> None:
    gaps = list(dict.fromkeys((run.name, gap(one)) for run in report.runs if run.tree for one in run.tree.gaps))
    if gaps:
        shown = [f"{html(name)}: {html(said, _GAP)}" if name else html(said, _GAP) for name, said in gaps[:_GAPS_SHOWN]]
        more = [f"and {len(gaps) - _GAPS_SHOWN:,} more: see the log"] if len(gaps) > _GAPS_SHOWN else []
        page.add(title(3, "Not available"), bullets([*shown, *more]), limit=REST)
