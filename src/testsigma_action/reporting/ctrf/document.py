"""The results in the Common Test Report Format (https://ctrf.io), a JSON file. Its tests are those of the JUnit file.

Tools that read the format have habits, so:

- a result that is no pass is `failed`, whatever it is called: they show a run without `failed` as green. A tolerated
  failure is `other`, since they show every `failed` red;
- they follow a test through its runs by its name alone, so the name begins with the path of its suite;
- they take every passed test with retries for flaky, so attempts are written only if one of them failed;
- they may refuse fields that are younger than version 0.2 of the published schema, so there are none.

The file is written test by test. After `_DETAILS` characters a test has its message, but no trace and no steps.
"""

from collections import Counter
from collections.abc import Iterator

from testsigma_action import __version__
from testsigma_action.domain.report import Report, RunReport
from testsigma_action.domain.words import environment_of
from testsigma_action.reporting.codec import Object, time
from testsigma_action.reporting.ctrf.tests import STATUSES, given, instant, milliseconds, short, tests, uuid_of
from testsigma_action.reporting.junit.entries import LINE
from testsigma_action.reporting.junit.suites import Suite, suites
from testsigma_action.reporting.results_json import json_of
from testsigma_action.reporting.wording import heading, hint, reason
from testsigma_action.text import MESSAGE, lines, one_line, web_link

_DETAILS = 5_000_000


def render(report: Report) -> Iterator[str]:
    """Yield the document in pieces; together they are one JSON object in UTF-8, ended by a line break."""
    found, counts = suites(report), Counter[str]()
    yield f'{json_of(_head(report))[:-1]},"results":{{"tool":{{"name":"Testsigma"}},"tests":['
    left, between = _DETAILS, "\n"
    for test in tests(found, report.runs):
        text = json_of(test if left > 0 else short(test))
        yield between + text
        counts.update([test["status"], *(["flaky"] if test.get("flaky") else [])])
        left, between = left - len(text), ",\n"
    rest = {
        "summary": _summary(report, found, counts),
        "environment": _environment(report),
        "extra": given(verdict=_verdict(report), runs=[_run(run) for run in report.runs]),
    }
    yield f"\n],{json_of(rest)[1:]}}}\n"


def _head(report: Report) -> Object:
    runs = [run.run.id for run in report.runs if run.run]
    return {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "reportId": uuid_of(report.ended.isoformat(), *runs),
        "timestamp": time(report.ended),
        "generatedBy": f"testsigma-action {__version__}",
    }


def _summary(report: Report, found: list[Suite], counts: Counter[str]) -> Object:
    """The counts of the tests, and the time from the first start to the last end of the runs."""
    begins = [run.run.timing.started for run in report.runs if run.run and run.run.timing.started]
    ends = [run.run.timing.ended for run in report.runs if run.run and run.run.timing.ended]
    start = min(begins, default=report.started)
    stop = max(start, *(ends or [report.ended]))
    return {
        "tests": sum(counts[status] for status in STATUSES),
        **{status: counts[status] for status in STATUSES},
        "flaky": counts["flaky"],
        "suites": len({tuple(one_line(part) or "-" for part in suite.path) for suite in found}),
        "start": instant(start),
        "stop": instant(stop),
        "duration": milliseconds(stop - start),
    }


def _environment(report: Report) -> Object:
    build = report.build
    environments = {environment_of(run.spec) or (run.run.environment_id if run.run else "") for run in report.runs}
    return given(
        reportName=one_line(heading(report)),
        buildName=build.label,
        buildUrl=build.job_url,
        commit=build.commit,
        branchName=build.branch,
        testEnvironment=one_line(", ".join(sorted(filter(None, environments)))),
        healthy=report.verdict.exit_code == 0,
        extra=given(ciSystem=build.system, attempt=build.attempt, pullRequest=build.pull_request),
    )


def _verdict(report: Report) -> Object:
    verdict = report.verdict
    return {
        "conclusion": verdict.conclusion.value,
        "exitCode": int(verdict.exit_code),
        "code": verdict.code.value,
        "reason": lines(reason(verdict), MESSAGE, LINE),
        "hint": lines(hint(verdict), MESSAGE, LINE),
    }


def _run(report: RunReport) -> Object:
    run = report.run
    return given(
        name=one_line(report.title),
        id=one_line(run.id) if run else "",
        url=web_link(run.url) if run else "",
        planId=one_line(report.plan_id),
        conclusion=report.verdict.conclusion.value,
        code=report.verdict.code.value,
    )
