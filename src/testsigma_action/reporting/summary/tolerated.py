"""Failures that do not count, with the reasons, and entries of the quarantine that somebody should look at."""

from collections.abc import Iterator, Sequence

from testsigma_action.domain.compare import Placed
from testsigma_action.domain.quarantine import Outdated
from testsigma_action.domain.tolerance import Quarantined, QuarantineEntry, Tolerance
from testsigma_action.domain.words import counted
from testsigma_action.reporting.policy_wording import outdated, why_tolerated
from testsigma_action.reporting.summary.markup import SEPARATOR, bullets, joined, link, linked_case, place, sign, title
from testsigma_action.reporting.summary.page import REST, Detail, Page
from testsigma_action.reporting.wording import step_and_message
from testsigma_action.text import html, html_lines, web_link

_SHOWN = 20
_REASON = 300
# Longer than any sentence about an entry, whose texts have at most 250 characters: a cut could part a secret.
_ENTRY = 2000
_MESSAGE = 300


def add(page: Page, found: Sequence[Placed], level: int) -> None:
    """The failures that do not count, each with its reason; nothing if there are none."""
    if not found:
        return
    lines = ["<br>".join(_lines(placed)) for placed in found[:_SHOWN]]
    more = [f"and {len(found) - _SHOWN:,} more"] if len(found) > _SHOWN else []
    words = counted(len(found), "tolerated failure")
    page.add(title(level, words), bullets([*lines, *more]), limit=Detail.NAME)


def _lines(placed: Placed) -> Iterator[str]:
    """The case with its place, why its failure does not count, and the message of the failure."""
    machine, suite, case = placed
    yield f"{sign(case.result)} {linked_case(case)}{SEPARATOR}{place(machine, suite)}"
    if case.tolerance:
        yield from _why(case.tolerance)
    yield html_lines(step_and_message(case.result, case.failing_step, case.result_label)[1], _MESSAGE)


def _why(tolerance: Tolerance) -> Iterator[str]:
    if isinstance(tolerance, Quarantined):
        yield from map(_entry, tolerance.entries)
    else:
        yield html(why_tolerated(tolerance), _REASON)


def _entry(entry: QuarantineEntry) -> str:
    """Reason, owner, issue and last day. The issue is a link if it is a safe web URL."""
    issue = link(html(entry.issue), entry.issue) if web_link(entry.issue) else html(entry.issue)
    return joined(
        f"In quarantine until {entry.expires.isoformat()}: {html(entry.reason, _REASON)}",
        f"owner {html(entry.owner)}" if entry.owner else "",
        f"issue {issue}" if entry.issue else "",
    )


def add_outdated(page: Page, found: Outdated) -> None:
    """The entries of the quarantine that somebody should remove or renew; nothing if there are none."""
    sentences = outdated(found)
    if sentences:
        more = [f"and {len(sentences) - _SHOWN:,} more: see the log"] if len(sentences) > _SHOWN else []
        lines = [html(sentence, _ENTRY) for sentence in sentences[:_SHOWN]]
        page.add(title(3, "Quarantine"), bullets([*lines, *more]), limit=REST)
