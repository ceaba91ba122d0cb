"""The history of a case or of the plan: a strip of signs, with text for readers who cannot see it."""

from collections.abc import Callable

from testsigma_action.domain.history import CaseHistory, History
from testsigma_action.domain.report import RunReport
from testsigma_action.domain.results import CaseResult
from testsigma_action.reporting import history_wording as wording
from testsigma_action.reporting.summary.markup import joined, link
from testsigma_action.text import html

Strip = Callable[[CaseResult], str]
"""Makes the strip of a case (HTML); empty if the case has no history."""


def of_cases(report: RunReport) -> Strip:
    """The strips of the cases of a run. Each is made when it is shown, since most of many failures are not."""
    history = report.history
    if not history or not history.shown:
        return lambda _: ""
    cases = {id(one.placed[2]): one for one in history.cases}
    return lambda case: _of_case(history, cases[id(case)]) if id(case) in cases else ""


def of_plan(report: RunReport) -> str:
    """The line about the plan: the results of its runs, its pass rate, and the duration of this run."""
    if not report.history or not report.history.shown or not report.run:
        return ""
    signs = wording.signs_of_runs(report.history, report.run)
    return f"{_drawn(signs)} {joined(*map(html, wording.of_plan(report, report.history)))}"


def _of_case(history: History, case: CaseHistory) -> str:
    run = history.since(case)
    since = wording.since(case, link(f"run {html(run.id)}", run.url), html(run.build_number)) if run else ""
    text = ", ".join(filter(None, (wording.facts(case), since)))
    return f"{_drawn(wording.signs(case))} {text}"


def _drawn(signs: str) -> str:
    return f'<span role="img" aria-label="{wording.spoken(signs)}">{signs}</span>'
