"""Tables of the summary: runs, machines and suites, common causes, slow cases. They fit on a phone: few columns."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from heapq import nlargest
from operator import itemgetter

from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.results import CaseResult, MachineResult, Placed, ResultTree, SuiteResult
from testsigma_action.domain.run import Counts, Result
from testsigma_action.domain.words import RESULTS, in_words, numbers_in_words, other_numbers
from testsigma_action.reporting import wording
from testsigma_action.reporting.summary.markup import CONCLUSION_SIGNS, link, linked_case, place, sign
from testsigma_action.text import html, html_lines

RUNS = ("Plan", "Cases", "Time")
MACHINES = ("Machine / suite", "Cases", "Time")
CAUSES = ("Cases", "Message")
SLOWEST = ("Case", "Time")
_FEW = 10
_MESSAGE = 300
_REASON = 500
_SLOWEST_SHOWN = 5
_SLOW = timedelta(seconds=10)
_INDENT = "&nbsp;" * 3
# Maximum number of failures whose messages are compared, and of characters of each, to limit the time.
_LOOKED_AT, _COMPARED = 1000, 300
# How many causes are shown, and how many failures must share one.
_CAUSES_SHOWN, _FEWEST = 3, 3
_DIGITS = re.compile(r"\d+")
_ODD = {Result.ABORTED, Result.STOPPED, Result.QUEUED}


def of_runs(report: Report) -> Iterator[str]:
    """A row for each run: a link to it, its result and numbers, and the reason if its cases do not show it."""
    for run in report.runs:
        conclusion = run.verdict.conclusion
        name = link(f'<b dir="auto">{html(run.title)}</b>', run.run.url if run.run else "")
        why = _why(run, report) if wording.needs_saying(run) and not wording.has_common_cause(report) else ""
        time = _unbroken(in_words(run.run.timing.took)) if run.run else ""
        queued = f"{_unbroken(in_words(run.queued))} in the queue" if run.queued else ""
        times = "<br>".join(filter(None, (time, queued)))
        ended = numbers_in_words({"failed": run.counts.failed, "passed": run.counts.passed})
        yield (
            f"<tr><td>{CONCLUSION_SIGNS[conclusion]} {name}: {wording.CONCLUSIONS[conclusion]}{why}</td>"
            f'<td>{_outcomes(ended, others(run.counts))}</td><td align="right">{times}</td></tr>'
        )


def _why(run: RunReport, report: Report) -> str:
    known = wording.hints(report.verdict)
    advice = html_lines(" ".join(one for one in wording.hints(run.verdict) if one not in known), _REASON)
    reason = html_lines(wording.reason(run.verdict), _REASON)
    return (f"<br>{reason}" if reason else "") + (f"<br>What to do: {advice}" if advice else "")


def of_machines(tree: ResultTree) -> Iterator[str]:
    """A row for each machine and each of its suites."""
    for machine in tree.machines:
        device = machine.device
        facts = f"{device.browser} {device.browser_version}".strip(), f"{device.os} {device.os_version}".strip()
        below = html(", ".join(filter(None, facts)))
        name = f"<b>{html(wording.machine_name(machine))}</b>"
        yield _row(machine, list(machine.rows()), name, f"<br>{below}" if below else "")
        for suite in machine.suites:
            yield _row(suite, suite.cases, html(wording.suite_name(suite)), indent=_INDENT)


def _row(
    part: MachineResult | SuiteResult, rows: Sequence[CaseResult], name: str, below: str = "", indent: str = ""
) -> str:
    """The row of a machine or suite: `2 of 6 failed, 1 not executed`, or `5 passed, 1 not executed`.

    If its result is unknown, the icon is derived from its cases and hooks.
    """
    counts, every = Counts.of(row.result for row in rows if not row.hook), Counts.of(row.result for row in rows)
    result = part.result
    if result is Result.UNKNOWN:
        result = Result.PASSED if every.passed else Result.NOT_EXECUTED
        result = Result.FAILED if every.bad else result
    odd = f" ({RESULTS[result]})" if result in _ODD else ""
    failed = f"{counts.failed:,} of {counts.total:,} failed" if counts.failed else ""
    outcomes = _outcomes(failed or numbers_in_words({"passed": counts.passed}), others(counts))
    return f"<tr><td>{indent}{sign(result)} {name}{odd}{below}</td><td>{outcomes}</td>{_time(part.timing.took)}</tr>"


def _time(duration: timedelta | None) -> str:
    return f'<td align="right" nowrap>{in_words(duration)}</td>'


def _outcomes(*facts: str) -> str:
    """The outcomes that are not empty, with line breaks between them only."""
    return _unbroken(", ".join(filter(None, facts)))


def _unbroken(facts: str) -> str:
    """Facts with line breaks between them only."""
    return facts.replace(" ", "&nbsp;").replace(",&nbsp;", ", ")


def others(counts: Counts) -> str:
    """The numbers of cases that neither passed nor failed."""
    unfinished = {"running": counts.running, "without a result": counts.queued}
    return numbers_in_words(other_numbers(counts) | unfinished)


def of_causes(failures: Sequence[Placed]) -> Iterator[str]:
    """A row for each message that several failures share, but for numbers in it; none for a few failures."""
    sharing: dict[str, list[CaseResult]] = defaultdict(list)
    for *_, case in failures[:_LOOKED_AT] if len(failures) > _FEW else ():
        if message := case.message:
            sharing[_DIGITS.sub("0", message[:_COMPARED])].append(case)
    for cases in sorted(sharing.values(), key=len, reverse=True)[:_CAUSES_SHOWN]:
        if len(cases) >= _FEWEST:
            said = f"{html(cases[0].message, _MESSAGE)}<br>{linked_case(cases[0])}, and {len(cases) - 1:,} more"
            yield f'<tr><td align="right">{len(cases):,}</td><td>{said}</td></tr>'


def of_slowest(tree: ResultTree) -> list[str]:
    """A row for each of the slowest cases; empty if none is slow, or if only a few have a known time."""
    timed = [(took, placed) for placed in tree.placed_cases() if (took := placed[2].timing.took) is not None]
    slowest = nlargest(_SLOWEST_SHOWN, timed, key=itemgetter(0))
    if len(timed) <= _SLOWEST_SHOWN or slowest[0][0] < _SLOW:
        return []
    return [
        f"<tr><td>{linked_case(case)}<br>{place(machine, suite)}</td>{_time(took)}</tr>"
        for took, (machine, suite, case) in slowest
    ]
