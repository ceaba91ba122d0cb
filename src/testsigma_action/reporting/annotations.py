"""Annotations: errors that a platform shows next to a change. There are none for mere information."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

from testsigma_action.domain.compare import Placed
from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult
from testsigma_action.reporting import history_wording
from testsigma_action.reporting.upload_wording import ignored
from testsigma_action.reporting.wording import (
    CONCLUSIONS,
    case_name,
    failures_by_news,
    has_common_cause,
    heading,
    hint,
    machine_name,
    needs_saying,
    reason_lines,
    step_and_message,
    step_verdict,
    suite_name,
)
from testsigma_action.text import MESSAGE, NAME, cut, log_line, log_text, no_command

# Limit of GitHub's check-run API (characters); the runner truncates messages at 4,096.
_TITLE = 255
# A long name of a plan must leave room for the name of the case.
_PLAN = 60


@dataclass(frozen=True, slots=True)
class Annotation:
    r"""One annotation. The title is one line; the message may have line breaks (`\n`); both are plain text."""

    level: Literal["error", "warning"]
    title: str
    message: str


Failure = tuple[RunReport, Placed, str]
"""A failure of a run, and its comparison with the previous run: `new`, `known`, or empty."""


def render(report: Report, most: int = 10) -> tuple[Annotation, ...]:
    """At most `most` annotations: warnings, verdicts that no case explains, then failures, new ones first.

    Several runs alternate, so that each has its share. The last annotation says how many failures are not shown. A
    warning does not take the only place.
    """
    warnings = _warnings(report) if most > 1 else ()
    found: Iterator[Annotation | Failure] = chain(_verdicts(report), _failures(report))
    room = most - len(warnings)
    shown = [one if isinstance(one, Annotation) else _failure(*one) for one in islice(found, room)]
    left = sum(1 for _ in found)
    if left and shown:
        shown[-1] = _more(left + 1, report, alone=room == 1)
    return (*warnings, *shown)


def _failures(report: Report) -> Iterator[Failure]:
    """The failures of all runs, alternating; new ones first, then those that are known or were not compared."""
    failures = [(run, list(failures_by_news(run))) for run in report.runs]
    for wanted in (True, False):
        yield from _in_turn(
            [(run, placed, news) for placed, news in of_run if (news == "new") is wanted] for run, of_run in failures
        )


def _in_turn(lists: Iterable[Sequence[Failure]]) -> Iterator[Failure]:
    """The first of each list, then the second of each, and so on."""
    waiting = deque(map(iter, lists))
    while waiting:
        turn = waiting.popleft()
        for one in islice(turn, 1):
            yield one
            waiting.append(turn)


def _verdicts(report: Report) -> Iterator[Annotation]:
    verdict = step_verdict(report)
    if verdict:
        yield _verdict(heading(report), verdict)
    if has_common_cause(report) and not verdict and report.verdict.exit_code:
        yield _verdict(heading(report), report.runs[0].verdict)
    for run in () if has_common_cause(report) else report.runs:
        if needs_saying(run):
            yield _verdict(run.title, run.verdict, run.run.url if run.run else "")


def _warnings(report: Report) -> tuple[Annotation, ...]:
    """A warning about the build under test: without it, a pass would be taken for one of the new build."""
    sentence = ignored(report)
    title = _title(heading(report), "a build was not tested")
    return (Annotation("warning", title, _message(sentence)),) if sentence else ()


def _verdict(title: str, verdict: Verdict, url: str = "") -> Annotation:
    lines = (*reason_lines(verdict), hint(verdict), url)
    return Annotation("error", _title(title, CONCLUSIONS[verdict.conclusion]), _message(*lines))


def _failure(run: RunReport, placed: Placed, news: str) -> Annotation:
    machine, suite, case = placed
    said = step_and_message(case.result, case.failing_step, case.result_label)
    lines = (*said, _history(run, case), case.url)
    parts = [machine_name(machine), suite_name(suite), case_name(case)]
    if run.name:
        parts.insert(0, cut(log_text(run.name, NAME), _PLAN))
    if news == "new":
        parts[0] = f"New: {parts[0]}"
    return Annotation("error", _title(*parts), _message(*lines))


def _history(run: RunReport, case: CaseResult) -> str:
    """What the earlier runs say about a known failure; the title says that a failure is new."""
    known = run.history.cases if run.history else ()
    found = next((one for one in known if one.placed[2] is case and one.known), None)
    return (
        f"History: {history_wording.sentence(run.history, found)}."
        if run.history and run.history.shown and found
        else ""
    )


def _more(number: int, report: Report, *, alone: bool) -> Annotation:
    urls = [run.run.url for run in report.runs if run.run]
    title = f"{number:,} failures" if alone else f"{number:,} more failures"
    where = "the runs" if report.several else "the run"
    message = f"They are in the summary, the reports and {where}."
    return Annotation("error", title, _message(message, *([] if report.several else urls)))


def _title(*parts: str) -> str:
    return no_command(cut(" / ".join(log_text(part, NAME) for part in parts), _TITLE))


def _message(*parts: str) -> str:
    return "\n".join(log_line(part, MESSAGE) for part in parts if part)
