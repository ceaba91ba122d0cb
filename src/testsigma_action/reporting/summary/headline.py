"""The top of the summary: verdict, reason, numbers, changes, and links."""

from collections.abc import Iterator

from testsigma_action.domain.judgement import remarkable
from testsigma_action.domain.report import Conclusion, Report, RunReport, Verdict
from testsigma_action.domain.run import Result, Run, RunSpec
from testsigma_action.domain.words import RESULTS, counted, environment_of, in_words
from testsigma_action.errors import help_url
from testsigma_action.reporting import case_lists, wording
from testsigma_action.reporting.summary.markup import CONCLUSION_SIGNS, joined, link, paragraph, strip_of_plan, title
from testsigma_action.reporting.summary.tables import others
from testsigma_action.text import html, html_lines

_REASON = 6000
_MESSAGE = 2000


def of_report(report: Report) -> Iterator[str]:
    """The paragraphs at the top; for a single run including its details."""
    verdict, alone = report.verdict, len(report.runs) == 1
    where = _where(report.runs[0].spec) if alone and not report.title else ""
    yield from _top(2, wording.heading(report), where, verdict)
    if alone:
        yield from _run_details(report.runs[0], verdict)


def of_run(run: RunReport) -> Iterator[str]:
    """The same for one of several runs."""
    yield from _top(3, run.title, _where(run.spec), run.verdict)
    yield from _run_details(run, run.verdict)


def _where(spec: RunSpec) -> str:
    """Environment and configuration, if given: they distinguish runs of the same plan."""
    configuration = spec.configuration
    facts = {
        "environment": environment_of(spec),
        "configuration": (configuration.name or configuration.id) if configuration else "",
    }
    return ", ".join(f"{name} {html(value)}" for name, value in facts.items() if value)


def _top(level: int, name: str, where: str, verdict: Verdict) -> Iterator[str]:
    """Title, reason, what to do, and the error code with a link to its explanation."""
    said = f"{html(name)} ({where})" if where else html(name)
    yield title(level, f"{CONCLUSION_SIGNS[verdict.conclusion]} {said}: {wording.CONCLUSIONS[verdict.conclusion]}")
    named = link(f"<code>{html(verdict.code)}</code>", help_url(verdict.code)) if verdict.code else ""
    failed = verdict.conclusion is Conclusion.FAILED
    yield paragraph(joined(f"<b>{html_lines(wording.reason(verdict), _REASON)}</b>", named if failed else ""))
    if advice := wording.hint(verdict):
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
        why = "" if known else f" {html_lines(wording.reason(verdict), _MESSAGE)}"
        yield paragraph(f"The run itself: {wording.CONCLUSIONS[verdict.conclusion]}.{why}")
    message = wording.service_message(report)
    # That the run was stopped by the step is known.
    by_us = run.result is Result.STOPPED and verdict.conclusion in {Conclusion.TIMED_OUT, Conclusion.CANCELLED}
    if message and not by_us and wording.needs_saying(report) and remarkable(run.message):
        yield paragraph(f"Testsigma says: {html_lines(message, _MESSAGE)}")
    yield paragraph("<br>".join(filter(None, (_numbers(report, run), _since(report, run), strip_of_plan(report)))))
    yield paragraph(_facts(report, run))


def _numbers(report: RunReport, run: Run) -> str:
    """All numbers on one line: `❌ 2 failed · ✅ 8 passed · 1 not executed · 11 cases in 1 min 05 s`."""
    counts = report.counts
    total = counted(counts.total, "case") if counts.total is not None else ""
    flaky, tolerated = len(case_lists.flaky_cases(report.tree)), len(case_lists.tolerated_cases(report.tree))
    of_failed = f", {tolerated:,} of them tolerated" if tolerated else ""
    of_passed = f", {flaky:,} of them flaky" if flaky else ""
    return joined(
        f"❌ <b>{counts.failed:,} failed{of_failed}</b>" if counts.failed else "",
        f"✅ {counts.passed:,} passed{of_passed}" if counts.passed else "",
        others(counts),
        " in ".join(filter(None, (total, in_words(run.timing.took)))),
        f"{in_words(report.queued)} in the queue" if report.queued else "",
        f"run of attempt {report.earlier_attempt} of the job" if report.earlier_attempt else "",
    )


def _since(report: RunReport, run: Run) -> str:
    """The changes since the other run. With a history, the duration is compared with the usual one instead."""
    if not report.comparison:
        return ""
    before = report.comparison.before
    changes = f"<b>{wording.changes(report.comparison)}</b> since {link(f'run {html(before.id)}', before.url)}"
    return joined(changes, "" if report.history else wording.slower(run, before))


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
