"""What stands everywhere in the summary: signs of outcomes, names of places, links. All of it is safe HTML."""

from testsigma_action.model import Result
from testsigma_action.report import Conclusion
from testsigma_action.reporters import machine_name, plain_case_name, suite_name
from testsigma_action.text import html, web_link
from testsigma_action.tree import CaseResult, MachineResult, SuiteResult

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
_OTHER_SIGN = "⚠️"
SEPARATOR = " · "


def sign(result: Result) -> str:
    """A sign that tells a pass, a failure, what was left out, and the rest."""
    return _RESULT_SIGNS.get(result, _OTHER_SIGN)


def link(label: str, url: str) -> str:
    """The label (HTML) as a link; the label alone where the address is none of the web."""
    target = web_link(url).replace("&", "&amp;")
    return f'<a href="{target}">{label}</a>' if target else label


def linked_case(case: CaseResult) -> str:
    """The name of a case, which is a link to its page. Its direction is its own: what follows it stays where it is."""
    return link(f'<b dir="auto">{html(plain_case_name(case))}</b>', case.url)


def place(machine: MachineResult, suite: SuiteResult) -> str:
    """Where a case stands."""
    return f"{html(machine_name(machine))} / {html(suite_name(suite))}"


def joined(*facts: str) -> str:
    """Facts on one line, without those that are empty."""
    return SEPARATOR.join(filter(None, facts))
