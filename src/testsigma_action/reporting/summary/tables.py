"""Tables of the summary: runs, machines and suites, the slowest cases. Few columns, so that they fit on a phone."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from heapq import nlargest

from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.results import CaseResult, MachineResult, Placed, ResultTree, SuiteResult
from testsigma_action.domain.run import Counts, Result
from testsigma_action.domain.words import in_words
from testsigma_action.reporting import causes, wording
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
_NO_TIME = timedelta(-1)
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
        counts = wording.numbers(run)
        failed = f"{counts.failed:,} failed" if counts.failed else ""
        yield (
            f"<tr><td>{CONCLUSION_SIGNS[conclusion]} {name}: {wording.CONCLUSIONS[conclusion]}{why}</td>"
            f'<td>{_outcomes(failed, _passed(counts), others(counts))}</td><td align="right">{times}</td></tr>'
        )


def _why(run: RunReport, report: Report) -> str:
    known = wording.hints(report.verdict)
    advice = html_lines(" ".join(one for one in wording.hints(run.verdict) if one not in known), _REASON)
    reason = html_lines(wording.reason(run.verdict), _REASON)
    return (f"<br>{reason}" if reason else "") + (f"<br>What to do: {advice}" if advice else "")


def of_machines(tree: ResultTree) -> Iterator[str]:
    """A row for each machine and each of its suites."""
    for machine in tree.machines:
        name = f"<b>{html(wording.machine_name(machine))}</b>{_unusual_result(machine)}{_device(machine)}"
        counts = Counts.of(case.result for case in machine.cases())
        yield _row(f"{_sign(machine, machine.rows())} {name}", counts, machine.timing.took)
        for suite in machine.suites:
            name = f"{html(wording.suite_name(suite))}{_unusual_result(suite)}"
            yield _row(f"{_INDENT}{_sign(suite, suite.cases)} {name}", suite.counts, suite.timing.took)


def _device(machine: MachineResult) -> str:
    device = machine.device
    browser, system = f"{device.browser} {device.browser_version}", f"{device.os} {device.os_version}"
    facts = ", ".join(filter(None, (browser.strip(), system.strip())))
    return f"<br>{html(facts)}" if facts else ""


def _sign(part: MachineResult | SuiteResult, rows: Iterable[CaseResult]) -> str:
    """The icon of a machine or suite; derived from its cases and hooks if its result is unknown."""
    counts = Counts.of(row.result for row in rows)
    if part.result is not Result.UNKNOWN:
        return sign(part.result)
    if any((counts.failed, counts.aborted, counts.stopped, counts.queued)):
        return sign(Result.FAILED)
    return sign(Result.PASSED if counts.passed else Result.NOT_EXECUTED)


def _unusual_result(part: MachineResult | SuiteResult) -> str:
    """The result as text, if the icon is not specific."""
    return f" ({wording.RESULTS[part.result]})" if part.result in _ODD else ""


def _row(name: str, counts: Counts, duration: timedelta | None) -> str:
    """A row with outcomes such as `2 of 6 failed, 1 not executed`, or `5 passed, 1 not executed`."""
    outcome = f"{counts.failed:,} of {counts.total:,} failed" if counts.failed else _passed(counts)
    return f"<tr><td>{name}</td><td>{_outcomes(outcome, others(counts))}</td>{_time(duration)}</tr>"


def _time(duration: timedelta | None) -> str:
    return f'<td align="right" nowrap>{in_words(duration)}</td>'


def _passed(counts: Counts) -> str:
    return f"{counts.passed:,} passed" if counts.passed else ""


def _outcomes(*facts: str) -> str:
    """The outcomes that are not empty, with line breaks between them only."""
    return _unbroken(", ".join(filter(None, facts)))


def _unbroken(facts: str) -> str:
    """Facts with line breaks between them only."""
    return facts.replace(" ", "&nbsp;").replace(",&nbsp;", ", ")


def others(counts: Counts) -> str:
    """The numbers of cases that neither passed nor failed."""
    numbers = {
        "aborted": counts.aborted,
        "stopped": counts.stopped,
        "not executed": counts.not_executed,
        "running": counts.running,
        "without a result": counts.queued,
    }
    return ", ".join(f"{number:,} {word}" for word, number in numbers.items() if number)


def of_causes(failures: Sequence[Placed]) -> Iterator[str]:
    """A row for each message that several failures share; none for a few failures."""
    for cause in causes.common(failures) if len(failures) > _FEW else ():
        said = f"{html(cause.message, _MESSAGE)}<br>{linked_case(cause.first)}, and {cause.cases - 1:,} more"
        yield f'<tr><td align="right">{cause.cases:,}</td><td>{said}</td></tr>'


def of_slowest(tree: ResultTree) -> list[str]:
    """A row for each of the slowest cases; empty if none is slow, or if there are only a few cases."""
    slowest = nlargest(_SLOWEST_SHOWN + 1, tree.placed_cases(), key=_span)
    if len(slowest) <= _SLOWEST_SHOWN or _span(slowest[0]) < _SLOW or slowest[-1][2].timing.took is None:
        return []
    return [
        f"<tr><td>{linked_case(case)}<br>{place(machine, suite)}</td>{_time(case.timing.took)}</tr>"
        for machine, suite, case in slowest[:_SLOWEST_SHOWN]
    ]


def _span(placed: Placed) -> timedelta:
    return placed[2].timing.took or _NO_TIME
