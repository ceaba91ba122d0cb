"""Annotations: errors that a platform shows next to a change. There are none for mere information."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Literal

from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, Placed
from testsigma_action.reporting import case_lists, history_wording, wording
from testsigma_action.reporting.upload_wording import ignored
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
    verdicts, failures = list(_verdicts(report)), list(_failures(report))
    room = most - len(warnings)
    shown = [*verdicts, *(_failure(*one) for one in failures[:room])][:room]
    left = len(verdicts) + len(failures) - len(shown)
    if left and shown:
        shown[-1] = _more(left + 1, report, alone=room == 1)
    return (*warnings, *shown)


def _failures(report: Report) -> Iterator[Failure]:
    """The failures of all runs, alternating; new ones first, then those that are known or were not compared."""
    failures = [[(run, *failure) for failure in case_lists.failures_by_news(run)] for run in report.runs]
    for wanted in (True, False):
        turns = zip_longest(*([one for one in of_run if (one[2] == "new") is wanted] for of_run in failures))
        yield from filter(None, chain.from_iterable(turns))


def _verdicts(report: Report) -> Iterator[Annotation]:
    verdict, common = wording.step_verdict(report), wording.has_common_cause(report)
    if common and not verdict and report.verdict.exit_code:
        verdict = report.runs[0].verdict
    if verdict:
        yield _verdict(wording.heading(report), verdict)
    for run in () if common else report.runs:
        if wording.needs_saying(run):
            yield _verdict(run.title, run.verdict, run.run.url if run.run else "")


def _warnings(report: Report) -> tuple[Annotation, ...]:
    """A warning about the build under test: without it, a pass would be taken for one of the new build."""
    sentence = ignored(report)
    title = _title(wording.heading(report), "a build was not tested")
    return (Annotation("warning", title, _message(sentence)),) if sentence else ()


def _verdict(title: str, verdict: Verdict, url: str = "") -> Annotation:
    lines = (*wording.reason_lines(verdict), wording.hint(verdict), url)
    return Annotation("error", _title(title, wording.CONCLUSIONS[verdict.conclusion]), _message(*lines))


def _failure(run: RunReport, placed: Placed, news: str) -> Annotation:
    machine, suite, case = placed
    said = wording.step_and_message(case.result, case.failing_step, case.result_label)
    lines = (*said, _history(run, case), case.url)
    parts = [wording.machine_name(machine), wording.suite_name(suite), wording.case_name(case)]
    if run.name:
        parts.insert(0, cut(log_text(run.name, NAME), _PLAN))
    if news == "new":
        parts[0] = f"New: {parts[0]}"
    return Annotation("error", _title(*parts), _message(*lines))


def _history(run: RunReport, case: CaseResult) -> str:
    """What the earlier runs say about a known failure; the title says that a failure is new."""
    history = run.history
    if history and history.shown:
        for one in history.cases:
            if one.placed[2] is case and one.known:
                return f"History: {history_wording.sentence(history, one)}."
    return ""


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
