"""Building blocks of the summary: headings, icons, places, links, strips of history. All of them are safe HTML.

Every paragraph is an HTML block, in which Markdown is not interpreted. (GitHub Flavored Markdown, 4.6, kind 6: it
begins with one of certain tags at the start of a line and ends at a blank line.)
"""

from collections.abc import Callable, Iterable, Sequence

from testsigma_action.domain.history import CaseHistory, History
from testsigma_action.domain.report import Conclusion, RunReport
from testsigma_action.domain.results import CaseResult, MachineResult, Placed, SuiteResult
from testsigma_action.domain.run import Result
from testsigma_action.reporting import history_wording
from testsigma_action.reporting.wording import machine_name, plain_case_name, suite_name
from testsigma_action.text import html, web_link

CONCLUSION_SIGNS = {
    Conclusion.PASSED: "✅",
    Conclusion.FAILED: "❌",
    Conclusion.TIMED_OUT: "⏱️",
    Conclusion.CANCELLED: "🚫",
    Conclusion.ERROR: "⚠️",
    Conclusion.STARTED: "▶️",
    Conclusion.CHECKED: "🔎",
}
_RESULT_SIGNS = {Result.PASSED: "✅", Result.FAILED: "❌", Result.NOT_EXECUTED: "⏭️"}
Strip = Callable[[CaseResult], str]
"""Makes the strip of a case (HTML); empty if the case has no history."""
SHOWN = 20
"""Maximum number of items in a list; others are counted."""


def title(level: int, words: str) -> str:
    """A heading (HTML within)."""
    return f"<h{level}>{words}</h{level}>"


def paragraph(words: str) -> str:
    """A paragraph (HTML within); empty without words."""
    return f"<p>{words}</p>" if words else ""


def bullets(lines: Iterable[str], left: int = 0, where: str = "") -> str:
    """A list of lines (HTML), and the number of others that are `left` out, if any."""
    more = [f"and {left:,} more{where}"] if left > 0 else []
    return "\n".join(["<ul>", *(f"<li>{line}</li>" for line in (*lines, *more)), "</ul>"])


def sign(result: Result) -> str:
    """The icon of a result."""
    return _RESULT_SIGNS.get(result, "⚠️")


def link(label: str, url: str) -> str:
    """The label (HTML) as a link; the label alone if the URL is not a safe web URL."""
    target = web_link(url).replace("&", "&amp;")
    return f'<a href="{target}">{label}</a>' if target else label


def linked_case(case: CaseResult) -> str:
    """The name of a case, which is a link to its page. Its text direction does not affect the text after it."""
    return link(f'<b dir="auto">{html(plain_case_name(case))}</b>', case.url)


def place(machine: MachineResult, suite: SuiteResult) -> str:
    """Machine and suite of a case."""
    return f"{html(machine_name(machine))} / {html(suite_name(suite))}"


def joined(*facts: str) -> str:
    """Facts on one line, without those that are empty."""
    return " · ".join(filter(None, facts))


def cases_list(cases: Sequence[Placed], below: Callable[[CaseResult], str] = lambda _: "") -> str:
    """The first cases with their places, as a list; `below` gives further lines (HTML) for a case."""
    lines = []
    for machine, suite, case in cases[:SHOWN]:
        first = joined(f"{sign(case.result)} {linked_case(case)}", place(machine, suite))
        lines.append("<br>".join(filter(None, (first, below(case)))))
    return bullets(lines, len(cases) - SHOWN)


def strips_of(report: RunReport) -> Strip:
    """The strips of the cases of a run. Each is made when it is shown, since most of many failures are not."""
    history = report.history
    if not history or not history.shown:
        return lambda _: ""
    cases = {id(one.placed[2]): one for one in history.cases}
    return lambda case: _strip(history, cases[id(case)]) if id(case) in cases else ""


def strip_of_plan(report: RunReport) -> str:
    """The line about the plan: the results of its runs, its pass rate, and the duration of this run."""
    if not report.history or not report.history.shown or not report.run:
        return ""
    signs = history_wording.signs_of_runs(report.history, report.run)
    return f"{_drawn(signs)} {joined(*map(html, history_wording.of_plan(report, report.history)))}"


def _strip(history: History, case: CaseHistory) -> str:
    run = history.since(case)
    since = history_wording.since(case, link(f"run {html(run.id)}", run.url), html(run.build_number)) if run else ""
    text = ", ".join(filter(None, (history_wording.facts(case), since)))
    return f"{_drawn(history_wording.signs(case))} {text}"


def _drawn(signs: str) -> str:
    return f'<span role="img" aria-label="{history_wording.spoken(signs)}">{signs}</span>'
