"""The whole result tree as JSON, for programs: schemas/results.schema.json says what is in it.

Keys are camelCase, times ISO 8601 in UTC, durations seconds; `null` means that nobody told us. Values of runtime data
are never in it. It is written case by case, so that a large run costs no more memory than a small one.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from testsigma_action.domain.compare import Comparison
from testsigma_action.domain.report import Report, RunReport, Verdict
from testsigma_action.domain.results import CaseResult, Iteration, MachineResult, StepResult, SuiteResult
from testsigma_action.domain.run import Counts, Result, Run, RunSpec, Timing
from testsigma_action.reporting.wording import heading, hint, numbers, reason
from testsigma_action.text import cut, encodable

SCHEMA_VERSION = 1

_TEXT = 65_536
_MILLISECOND = timedelta(milliseconds=1)

Fields = dict[str, Any]


def render(report: Report) -> Iterator[str]:
    """Yield the document in pieces; together they are one JSON object in UTF-8, ended by a line break."""
    fields = {
        "schemaVersion": SCHEMA_VERSION,
        "title": _text(heading(report)),
        "started": _time(report.started),
        "ended": _time(report.ended),
        "verdict": _verdict(report.verdict),
        "junitFile": report.junit_file,
        "resultsFile": report.results_file,
    }
    yield from _nest(fields, "runs", map(_run_report, report.runs))
    yield "\n"


def _nest(fields: Fields, key: str, children: Iterable[Iterable[str]]) -> Iterator[str]:
    """An object in pieces: its fields, then a list of objects that come in pieces themselves."""
    yield f'{_dump(fields)[:-1]},"{key}":['
    for position, child in enumerate(children):
        yield ",\n" if position else "\n"
        yield from child
    yield "]}"


def _run_report(report: RunReport) -> Iterator[str]:
    tree = report.tree
    fields = {
        "title": _text(report.title),
        "verdict": _verdict(report.verdict),
        "spec": _spec(report.spec),
        "run": _run(report.run) if report.run else None,
        "reruns": [_run(run) for run in tree.reruns] if tree else [],
        "counts": _counts(numbers(report)),
        "comparison": _comparison(report.comparison) if report.comparison else None,
        "listed": bool(tree and tree.listed),
        "gaps": [_text(gap) for gap in tree.gaps] if tree else [],
    }
    plan_id = report.spec.plan_id or (report.run.plan_id if report.run else "")
    machines = (_machine(machine, plan_id) for machine in (tree.machines if tree else ()))
    return _nest(fields, "machines", machines)


def _comparison(comparison: Comparison) -> Fields:
    """By the IDs of the results, so that the cases themselves are in the document once."""
    return {
        "run": _run(comparison.before),
        "new": [case.id for *_, case in comparison.new],
        "known": [case.id for *_, case in comparison.known],
        "fixed": [case.id for *_, case in comparison.fixed],
        "notRun": comparison.not_run,
    }


def _machine(machine: MachineResult, plan_id: str) -> Iterator[str]:
    device, place = machine.device, {"planId": plan_id, "machineId": machine.machine_id}
    fields = {
        "id": machine.id,
        "title": _text(machine.title),
        "result": machine.result.value,
        **_timing(machine.timing),
        "device": {
            "browser": device.browser,
            "browserVersion": device.browser_version,
            "os": device.os,
            "osVersion": device.os_version,
            "resolution": device.resolution,
            "name": device.name,
            "host": device.host,
        },
    }
    return _nest(fields, "suites", (_suite(suite, place) for suite in machine.suites))


def _suite(suite: SuiteResult, place: Fields) -> Iterator[str]:
    fields = {"id": suite.id, "name": _text(suite.name), "result": suite.result.value, **_timing(suite.timing)}
    return _nest(fields, "cases", ((_dump(_case(case, place)),) for case in suite.cases))


def _case(case: CaseResult, place: Fields) -> Fields:
    fields = _attempt(case, place)
    fields["flaky"] = case.flaky
    fields["earlier"] = [_attempt(attempt, place) for attempt in case.earlier]
    return fields


def _attempt(case: CaseResult, place: Fields) -> Fields:
    identity = {**place, "caseId": case.case_id, "dataSet": None}
    return {
        "id": case.id,
        "caseId": case.case_id,
        "identity": identity,
        "name": _text(case.name),
        "result": case.result.value,
        "resultLabel": _text(case.result_label),
        "dataDriven": case.data_driven,
        "disabled": case.disabled,
        "hook": case.hook,
        **_timing(case.timing),
        "visualResult": _optional(case.visual_result),
        "url": case.url,
        "iterations": [_iteration(iteration, identity) for iteration in case.iterations],
        "steps": _steps(case.steps),
    }


def _iteration(iteration: Iteration, identity: Fields) -> Fields:
    return {
        "id": iteration.id,
        "identity": {**identity, "dataSet": _text(iteration.name)},
        "name": _text(iteration.name),
        "result": iteration.result.value,
        "steps": _steps(iteration.steps),
    }


def _steps(steps: tuple[StepResult, ...] | None) -> list[Fields] | None:
    return None if steps is None else [_step(step) for step in steps]


def _step(step: StepResult) -> Fields:
    return {
        "id": step.id,
        "position": step.position,
        "action": _text(step.action),
        "result": step.result.value,
        "message": _text(step.message),
        "kind": _text(step.kind),
        "errorType": _text(step.error_type),
        "errorCode": _text(step.error_code),
        **_timing(step.timing),
        "visualResult": _optional(step.visual_result),
    }


def _run(run: Run) -> Fields:
    return {
        "id": run.id,
        "url": run.url,
        "planId": run.plan_id,
        "planName": _text(run.plan_name),
        "buildNumber": _text(run.build_number),
        "environmentId": run.environment_id,
        "status": run.status.value,
        "statusLabel": _text(run.status_label),
        "result": run.result.value,
        "resultLabel": _text(run.result_label),
        "message": _text(run.message),
        **_timing(run.timing),
        "visualResult": _optional(run.visual_result),
    }


def _spec(spec: RunSpec) -> Fields:
    configuration = spec.configuration
    return {
        "planId": spec.plan_id,
        "environmentId": spec.environment_id,
        "buildNumber": spec.build_number,
        "configuration": {"id": configuration.id, "name": configuration.name} if configuration else None,
        "runtimeDataNames": sorted(spec.runtime_data),
        "uploadVersions": dict(spec.upload_versions),
    }


def _verdict(verdict: Verdict) -> Fields:
    return {
        "conclusion": verdict.conclusion.value,
        "exitCode": verdict.exit_code,
        "reason": _text(reason(verdict)),
        "code": verdict.code,
        "hint": _text(hint(verdict)),
    }


def _counts(counts: Counts) -> Fields:
    return {
        "total": counts.total,
        "passed": counts.passed,
        "failed": counts.failed,
        "aborted": counts.aborted,
        "stopped": counts.stopped,
        "notExecuted": counts.not_executed,
        "queued": counts.queued,
        "running": counts.running,
    }


def _timing(timing: Timing) -> Fields:
    return {
        "started": _time(timing.started),
        "ended": _time(timing.ended),
        "duration": _seconds(timing.duration),
    }


def _time(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat("T", "milliseconds") + "Z"


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else round(duration / _MILLISECOND) / 1000


def _optional(result: Result | None) -> str | None:
    return result.value if result else None


def _text(text: str) -> str:
    return cut(text, _TEXT)


def _dump(fields: Fields) -> str:
    return encodable(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
