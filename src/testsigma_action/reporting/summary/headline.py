"""The top of the summary: verdict, reason, numbers, changes, and links."""

from collections.abc import Iterator

from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.judgement import remarkable
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.run import Result, Run, RunSpec
from testsigma_action.domain.words import counted, in_words
from testsigma_action.errors import help_url
from testsigma_action.reporting.summary import strip
from testsigma_action.reporting.summary.markup import CONCLUSION_SIGNS, joined, link, paragraph, title
from testsigma_action.reporting.summary.tables import others
from testsigma_action.reporting.wording import (
    CONCLUSIONS,
    RESULTS,
    changes,
    environment_of,
    flaky_cases,
    heading,
    hint,
    needs_saying,
    numbers,
    reason,
    service_message,
    slower,
    tolerated_cases,
    took,
)
from testsigma_action.text import html, html_lines

_REASON = 6000
_MESSAGE = 2000


def of_report(report: Report) -> Iterator[str]:
    """The paragraphs at the top; for a single run including its details."""
    verdict, alone = report.verdict, len(report.runs) == 1
    where = _where(report.runs[0].spec) if alone and not report.title else ""
    yield title(2, _title(heading(report), where, verdict))
    yield from _reason(verdict)
    if alone:
        yield from _run_details(report.runs[0], verdict)


def of_run(run: RunReport) -> Iterator[str]:
    """The same for one of several runs."""
    yield title(3, _title(run.title, _where(run.spec), run.verdict))
    yield from _reason(run.verdict)
    yield from _run_details(run, run.verdict)


def _title(name: str, where: str, verdict: Verdict) -> str:
    said = f"{html(name)} ({where})" if where else html(name)
    return f"{CONCLUSION_SIGNS[verdict.conclusion]} {said}: {CONCLUSIONS[verdict.conclusion]}"


def _where(spec: RunSpec) -> str:
    """Environment and configuration, if given: they distinguish runs of the same plan."""
    configuration = spec.configuration
    facts = {
        "environment": environment_of(spec),
        "configuration": (configuration.name or configuration.id) if configuration else "",
    }
    return ", ".join(f"{name} {html(value)}" for name, value in facts.items() if value)


def _reason(verdict: Verdict) -> Iterator[str]:
    """Reason, what to do, and the error code with a link to its explanation."""
    named = link(f"<code>{html(verdict.code)}</code>", help_url(verdict.code)) if verdict.code else ""
    failed = verdict.conclusion is Conclusion.FAILED
    yield paragraph(joined(f"<b>{html_lines(reason(verdict), _REASON)}</b>", named if failed else ""))
    if advice := hint(verdict):
        yield paragraph(f"What to do: {html_lines(advice, _MESSAGE)}")
    if named and not failed:
        yield paragraph(f"Error code {named}, exit code {verdict.exit_code}")


def _run_details(report: RunReport, said: Verdict) -> Iterator[str]:
    """The details of a run below a verdict, its own or that of the step (`said`)."""
    run, verdict = report.run, report.verdict
    if run is None:
        return
    if verdict.findings != said.findings:
        known = set(verdict.findings) <= set(said.findings)
        why = "" if known else f" {html_lines(reason(verdict), _MESSAGE)}"
        yield paragraph(f"The run itself: {CONCLUSIONS[verdict.conclusion]}.{why}")
    message = service_message(report)
    if message and needs_saying(report) and _adds_something(run, verdict):
        yield paragraph(f"Testsigma says: {html_lines(message, _MESSAGE)}")
    since = _since(report, run, report.comparison) if report.comparison else ""
    yield paragraph("<br>".join(filter(None, (_numbers(report, run), since, strip.of_plan(report)))))
    yield paragraph(_facts(report, run))


def _adds_something(run: Run, verdict: Verdict) -> bool:
    """Whether the message of the service adds information: not if it only says that the run was stopped by us."""
    by_us = run.result is Result.STOPPED and verdict.conclusion in {Conclusion.TIMED_OUT, Conclusion.CANCELLED}
    return not by_us and bool(remarkable(run.message))


def _numbers(report: RunReport, run: Run) -> str:
    """All numbers on one line: `❌ 2 failed · ✅ 8 passed · 1 not executed · 11 cases in 1 min 05 s`."""
    counts = numbers(report)
    total = counted(counts.total, "case") if counts.total is not None else ""
    flaky, tolerated = len(flaky_cases(report.tree)), len(tolerated_cases(report.tree))
    return joined(
        f"❌ <b>{counts.failed:,} failed{f', {tolerated:,} of them tolerated' if tolerated else ''}</b>"
        if counts.failed
        else "",
        f"✅ {counts.passed:,} passed{f', {flaky:,} of them flaky' if flaky else ''}" if counts.passed else "",
        others(counts),
        " in ".join(filter(None, (total, in_words(took(run.timing))))),
        f"{in_words(report.queued)} in the queue" if report.queued else "",
        f"run of attempt {report.earlier_attempt} of the job" if report.earlier_attempt else "",
    )


def _since(report: RunReport, run: Run, comparison: Comparison) -> str:
    """The changes since the other run. With a history, the duration is compared with the usual one instead."""
    before = comparison.before
    label = link(f"run {html(before.id)}", before.url)
    return joined(f"<b>{changes(comparison)}</b> since {label}", "" if report.history else slower(run, before))


def _facts(report: RunReport, run: Run) -> str:
    build = report.spec.build_number or run.build_number
    again = ", ".join(link(f"run {html(one.id)}", one.url) for one in (report.tree.reruns if report.tree else ()))
    return joined(
        link("<b>Open the run</b>", run.url) if run.url else "",
        f"run {html(run.id)}",
        f"failed cases run again as {again}" if again else "",
        f"build {html(build)}" if build else "",
        f"visual comparison: {RESULTS[run.visual_result]}" if run.visual_result else "",
    )
