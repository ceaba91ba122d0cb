"""The step summary for GitHub: Markdown with HTML, for somebody who has ten seconds.

Verdict and reason first, then numbers, then failures, then machines and suites, then what could not be had. It never
outgrows its budget (see `page`); the numbers are always those of everything.

Text that is not ours stands in HTML, where a character reference is as safe as in Markdown. A block of HTML never holds
a blank line, which would end it.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal

from testsigma_action.model import Counts, Result
from testsigma_action.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.reporters import (
    CONCLUSIONS,
    RESULTS,
    account,
    counted,
    failures,
    heading,
    in_words,
    machine_name,
    needs_saying,
    numbers,
    plain_case_name,
    story,
    suite_name,
    took,
)
from testsigma_action.reporters.page import REST, ROWS, Detail, Page
from testsigma_action.text import html, html_lines, web_link
from testsigma_action.tree import CaseResult, Iteration, MachineResult, StepResult, SuiteResult, failing_step

_REASON = 6000
_MESSAGE = 2000
_STEP = 300
_SETS_SHOWN = 10
_MARKS = {
    Conclusion.PASSED: "✅",
    Conclusion.FAILED: "❌",
    Conclusion.TIMED_OUT: "⏱️",
    Conclusion.CANCELLED: "🚫",
    Conclusion.ERROR: "⚠️",
    Conclusion.STARTED: "▶️",
    Conclusion.CHECKED: "🔎",
}
_RESULT_MARKS = {Result.PASSED: "✅", Result.FAILED: "❌", Result.NOT_EXECUTED: "⏭️"}
_OTHER_RESULT = "⚠️"
_COLUMNS = ("Result", "Cases", "Passed", "Failed", "Other", "Duration")


Mode = Literal["full", "failed"]


def render(report: Report, mode: Mode = "full") -> str:
    """Return the summary; `failed` is the headline and the failures only."""
    page = Page()
    page.add(*_headline(report))
    alone = len(report.runs) == 1
    if any(numbers(run) != Counts() for run in report.runs) or len(report.runs) > 1:
        page.add_table(("Run", *_COLUMNS), map(_run_row, report.runs))
    for run in report.runs:
        _add_failures(page, run, alone=alone)
    if mode == "full":
        for run in report.runs:
            _add_machines(page, run, alone=alone)
        _add_gaps(page, report)
    page.add(page.left_out())
    return page.text()


def _headline(report: Report) -> Iterator[str]:
    verdict = report.verdict
    yield f"## {_MARKS[verdict.conclusion]} {html(heading(report))}: {CONCLUSIONS[verdict.conclusion]}"
    yield from _reason(verdict)
    if len(report.runs) == 1:
        yield from _of_run(report.runs[0], verdict)


def _reason(verdict: Verdict) -> Iterator[str]:
    yield f"<b>{html_lines(verdict.reason, _REASON)}</b>"
    if verdict.hint:
        yield f"What to do: {html_lines(verdict.hint, _MESSAGE)}"
    if verdict.code and verdict.conclusion not in {Conclusion.PASSED, Conclusion.FAILED}:
        yield f"Error code <code>{html(verdict.code)}</code>, exit code {verdict.exit_code}"


def _of_run(report: RunReport, said: Verdict) -> Iterator[str]:
    """What is to be said of a run below a verdict, be it its own or another."""
    run, verdict = report.run, report.verdict
    if verdict.reason != said.reason:
        yield f"The run itself: {CONCLUSIONS[verdict.conclusion]}. {html_lines(verdict.reason, _MESSAGE)}"
    if run is None:
        return
    if needs_saying(report) and run.message and run.message not in verdict.reason:
        yield f"Testsigma says: {html_lines(run.message, _MESSAGE)}"
    build = report.spec.build_number or run.build_number
    facts = [
        _link("Open the run", run.url),
        f"run {html(run.id)}",
        f"build {html(build)}" if build else "",
        f"visual comparison: {RESULTS[run.visual_result]}" if run.visual_result else "",
    ]
    yield " · ".join(fact for fact in facts if fact)


def _link(label: str, url: str) -> str:
    target = web_link(url).replace("&", "&amp;")
    return f'<a href="{target}">{label}</a>' if target else ""


def _run_row(report: RunReport) -> str:
    conclusion = report.verdict.conclusion
    duration = in_words(took(report.run.timing)) if report.run else ""
    result = f"{_MARKS[conclusion]} {CONCLUSIONS[conclusion]}"
    return _row(html(report.title), result, numbers(report), duration)


def _row(name: str, result: str, counts: Counts, duration: str) -> str:
    others = {
        "aborted": counts.aborted,
        "stopped": counts.stopped,
        "not executed": counts.not_executed,
        "without a result": counts.queued,
    }
    values = ["" if number is None else f"{number:,}" for number in (counts.total, counts.passed, counts.failed)]
    values.append(", ".join(f"{number:,} {word}" for word, number in others.items() if number))
    cells = "".join(f'<td align="right">{value}</td>' for value in (*values, duration))
    return f"<tr><td>{name}</td><td>{result}</td>{cells}</tr>"


def _add_failures(page: Page, run: RunReport, *, alone: bool) -> None:
    number = sum(1 for _ in failures(run.tree))
    if not alone and (number or run.verdict.exit_code):
        title = f"{_MARKS[run.verdict.conclusion]} {html(run.title)}: {CONCLUSIONS[run.verdict.conclusion]}"
        page.add(f"### {title}", *_reason(run.verdict), *_of_run(run, run.verdict), limit=Detail.NAME)
    if number:
        page.add(f"{'###' if alone else '####'} {counted(number, 'case')} did not pass", limit=Detail.NAME)
    place: tuple[MachineResult, SuiteResult] | None = None
    for machine, suite, case in failures(run.tree):
        again = place is not None and place[0] is machine and place[1] is suite
        title = "" if again else f"#### {html(machine_name(machine))} / {html(suite_name(suite))}"
        place = (machine, suite)
        page.add_failure(partial(_failure, case), title)


def _failure(case: CaseResult, detail: Detail) -> str:
    """A failed case as one block of HTML."""
    told = [] if detail is Detail.NAME else list(_told(case, detail))
    return "\n".join([f"<div>{_title(case)}", *told, "</div>"])


def _title(case: CaseResult) -> str:
    visual = case.visual_result
    facts = [
        f"{_RESULT_MARKS.get(case.result, _OTHER_RESULT)} <b>{html(plain_case_name(case))}</b>",
        RESULTS[case.result],
        f"visual comparison: {RESULTS[visual]}" if visual and not visual.tolerable else "",
        in_words(took(case.timing)),
        _link("open", case.url),
    ]
    return " · ".join(fact for fact in facts if fact)


def _told(case: CaseResult, detail: Detail) -> Iterator[str]:
    broken = [iteration for iteration in case.iterations if not iteration.result.tolerable]
    if not broken or failing_step(case.steps or ()):
        yield from _cause(case, detail, case.result_label)
    for iteration in broken[:_SETS_SHOWN]:
        yield f"<br>Data set <b>{html(iteration.name or iteration.id)}</b>: {RESULTS[iteration.result]}"
        yield from _cause(iteration, detail)
    if len(broken) > _SETS_SHOWN:
        yield f"<br>and {counted(len(broken) - _SETS_SHOWN, 'data set')} more"


def _cause(part: CaseResult | Iteration, detail: Detail, label: str = "") -> Iterator[str]:
    """What broke it: the step, what it said, the steps that led to it."""
    breaking = failing_step(part.steps or ())
    if breaking and breaking.message:
        yield f"<br>Step {breaking.position}: {html(breaking.action, _STEP)}"
    yield f"<blockquote>{html_lines(account(part.result, breaking, label), _MESSAGE)}</blockquote>"
    before, steps = story(part.steps)
    if detail is Detail.STEPS and len(steps) > 1:
        earlier = f" (and {before:,} before them)" if before else ""
        lines = "<br>".join(map(_step, steps))
        yield f"<details><summary>{len(steps)} steps up to this one{earlier}</summary>{lines}</details>"


def _step(step: StepResult) -> str:
    return f"{_RESULT_MARKS.get(step.result, _OTHER_RESULT)} {step.position}. {html(step.action, _STEP)}"


def _add_machines(page: Page, run: RunReport, *, alone: bool) -> None:
    if run.tree and run.tree.machines:
        of = "" if alone else f" of {html(run.title)}"
        page.add(f"### Machines and suites{of}", limit=ROWS)
        page.add_table(("Machine / suite", *_COLUMNS), _machine_rows(run.tree.machines))


def _machine_rows(machines: Iterable[MachineResult]) -> Iterator[str]:
    for machine in machines:
        device = machine.device
        browser = f"{device.browser} {device.browser_version}".strip()
        facts = ", ".join(filter(None, (browser, f"{device.os} {device.os_version}".strip())))
        name = f"<b>{html(machine_name(machine))}</b>" + (f" ({html(facts)})" if facts else "")
        yield _part_row(name, machine, machine.cases())
        for suite in machine.suites:
            yield _part_row(f"&nbsp;&nbsp;&nbsp;{html(suite_name(suite))}", suite, suite.cases)


def _part_row(name: str, part: MachineResult | SuiteResult, cases: Iterable[CaseResult]) -> str:
    result = f"{_RESULT_MARKS.get(part.result, _OTHER_RESULT)} {RESULTS[part.result]}"
    counts = Counts.of(case.result for case in cases)
    known = part.result is not Result.UNKNOWN
    return _row(name, result if known else "", counts if counts.total else Counts(), in_words(took(part.timing)))


def _add_gaps(page: Page, report: Report) -> None:
    gaps = dict.fromkeys(gap for run in report.runs if run.tree for gap in run.tree.gaps)
    if gaps:
        page.add("### Not available", limit=REST)
    for gap in gaps:
        page.add(f"- {html(gap, _STEP)}", limit=REST)
