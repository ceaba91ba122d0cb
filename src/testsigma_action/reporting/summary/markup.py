"""Building blocks of the summary: headings, icons of outcomes, places, links. All of them are safe HTML.

Every paragraph is an HTML block, in which Markdown is not interpreted. (GitHub Flavored Markdown, 4.6, kind 6: it
begins with one of certain tags at the start of a line and ends at a blank line.)
"""

from collections.abc import Callable, Iterable, Sequence

from testsigma_action.domain.report import Conclusion
from testsigma_action.domain.results import CaseResult, MachineResult, Placed, SuiteResult
from testsigma_action.domain.run import Result
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
