"""Annotations: errors that a platform shows beside the change. Information is never an annotation."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

from testsigma_action.domain.compare import Placed
from testsigma_action.domain.report import Report, Verdict
from testsigma_action.reporting.wording import (
    CONCLUSIONS,
    case_name,
    failures_by_news,
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

# What the check-run API of GitHub takes; the runner itself cuts messages at 4,096 characters.
_TITLE = 255


@dataclass(frozen=True, slots=True)
class Annotation:
    r"""One annotation. The title is one line; the message may have line breaks (`\n`); both are plain text."""

    level: Literal["error", "warning"]
    title: str
    message: str


def render(report: Report, most: int = 10) -> tuple[Annotation, ...]:
    """At most `most` annotations: verdicts that no case explains, then failures, the new ones of all runs first.

    The last one says how many failures there are besides those that are shown.
    """
    found: Iterator[Annotation | tuple[Placed, str]] = chain(_verdicts(report), _failures(report))
    shown = [one if isinstance(one, Annotation) else _failure(*one) for one in islice(found, most)]
    left = sum(1 for _ in found)
    if left and shown:
        shown[-1] = _more(left + 1, report, alone=most == 1)
    return tuple(shown)


def _failures(report: Report) -> Iterator[tuple[Placed, str]]:
    """The failures of all runs; those that are known, or of which nobody knows, behind those that are new."""
    failures = [list(failures_by_news(run)) for run in report.runs]
    for wanted in (True, False):
        yield from (one for of_run in failures for one in of_run if (one[1] == "new") is wanted)


def _verdicts(report: Report) -> Iterator[Annotation]:
    verdict = step_verdict(report)
    if verdict:
        yield _verdict(heading(report), verdict)
    for run in report.runs:
        if needs_saying(run):
            yield _verdict(run.title, run.verdict, run.run.url if run.run else "")


def _verdict(title: str, verdict: Verdict, url: str = "") -> Annotation:
    told = (*reason_lines(verdict), hint(verdict), url)
    return Annotation("error", _title(title, CONCLUSIONS[verdict.conclusion]), _message(*told))


def _failure(placed: Placed, news: str) -> Annotation:
    machine, suite, case = placed
    told = (*step_and_message(case.result, case.failing_step, case.result_label), case.url)
    first, *rest = machine_name(machine), suite_name(suite), case_name(case)
    marked = f"New: {first}" if news == "new" else first
    return Annotation("error", _title(marked, *rest), _message(*told))


def _more(number: int, report: Report, *, alone: bool) -> Annotation:
    urls = [run.run.url for run in report.runs if run.run]
    title = f"{number:,} failures" if alone else f"{number:,} more failures"
    return Annotation("error", title, _message("They are in the summary, the reports and the run.", *urls[:1]))


def _title(*parts: str) -> str:
    return no_command(cut(" / ".join(log_text(part, NAME) for part in parts), _TITLE))


def _message(*parts: str) -> str:
    return "\n".join(log_line(part, MESSAGE) for part in parts if part)
