"""Bodies of the v2 and v3 API: results at all levels, with ISO times and metrics."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from tests.simulator.bodies_v1 import consolidated_counts, counts, merged
from tests.simulator.content import Step
from tests.simulator.plan_body import Body
from tests.simulator.runs import Run, counted
from tests.simulator.tree import CaseNode, MachineNode, SuiteNode

_NAMES = ("total", "failed", "passed", "stopped", "notExecuted", "queued", "running")
_SYSTEMS = {"Windows": "WINDOWS", "Mac": "MACOSX", "Linux": "LINUX"}


def _behind(run: Run, lag: float, result: str | None) -> str | None:
    return "QUEUED" if run.behind(lag) else result


def iso(seconds: float) -> str:
    """UTC with `Z` and whole seconds, the time of the v2 and v3 API."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_run(run: Run, lag: float) -> Body:
    """A run: no status, no name, no message here."""
    result = _behind(run, lag, run.result)
    metrics: Body = {"id": run.id + 70_000, "testPlanResultId": run.id, **_plain(counts(run, lag))}
    metrics |= consolidated_counts(run) | _outcome(result, run.duration)
    body: Body = {"id": run.id, "testPlanId": run.plan.id, "buildNo": run.build_no, "result": result}
    body |= {"startTime": iso(run.started), "endTime": None if run.life.ended is None else iso(run.life.ended)}
    body |= {"duration": run.duration, "executor": "user@example.com", "triggeredType": run.triggered_type}
    return merged(body | {"metrics": metrics}, run.plan.test_run if run.over else {})


def machine_result(run: Run, machine: MachineNode, lag: float = 0.0, app: Body | None = None) -> Body:
    """A machine result; `app` is null in all samples."""
    result = _behind(run, lag, run.machine_result(machine))
    body: Body = {"id": machine.id, "testRunId": run.id, "result": result, **_times(run, machine)}
    metrics: Body = {"id": machine.id + 70_000, "testDeviceResultId": machine.id, "testPlanResultId": run.id}
    metrics |= _level(run, machine.cases) | _outcome(result, machine.duration if run.over else None)
    body |= {"deviceConfiguration": _device(machine), "metrics": metrics, "appDetails": app}
    return merged(body, machine.content.fields if run.over else {})


def suite_result(run: Run, suite: SuiteNode, lag: float = 0.0) -> Body:
    """A suite result."""
    result = _behind(run, lag, run.suite_result(suite))
    body: Body = {"id": suite.id, "suiteId": suite.suite_id, "testRunId": run.id}
    body |= {"testMachineRunId": suite.machine.id, **_times(run, suite), "result": result}
    metrics: Body = {"id": suite.id + 70_000, "testSuiteResultId": suite.id, "testDeviceResultId": suite.machine.id}
    metrics |= {"testPlanResultId": run.id, **_level(run, suite.cases)}
    metrics |= _outcome(result, suite.duration if run.over else None)
    return merged(body | {"metrics": metrics}, suite.content.fields if run.over else {})


def case_result(run: Run, case: CaseNode, lag: float = 0.0) -> Body:
    """A case result, or that of an iteration; its counters count steps."""
    result = _behind(run, lag, run.case_result(case))
    body: Body = {"id": case.id, "testCaseId": case.case_id, **_times(run, case), "result": result}
    body |= {"isDisabled": case.content.disabled, "isDataDriven": bool(case.iterations)}
    found = counted(step.result for step in case.steps)
    metrics: Body = {"id": case.id + 70_000, "testCaseResultId": case.id, "testSuiteResultId": case.suite.id}
    metrics |= {"testDeviceResultId": case.suite.machine.id, "testPlanResultId": run.id, **_plain(found)}
    metrics |= {"skippedCount": 0, **_outcome(result, case.duration if run.over else None)}
    return merged(body | {"metrics": metrics}, case.content.fields if run.over else {})


def step_rows(run: Run, case: CaseNode) -> list[Body]:
    """The steps of a case in order; none for a case that has not been executed yet."""
    if run.case_result(case) == "QUEUED":
        return []
    rows, began = [], run.started + case.offset / 1000
    for number, step in enumerate(case.steps):
        rows.append(_step(case, number, step, began))
        began += step.duration / 1000
    return rows


def _step(case: CaseNode, number: int, step: Step, began: float) -> Body:
    ended = None if step.result == "NOT_EXECUTED" else iso(began + step.duration / 1000)
    body: Body = {
        "id": str(uuid5(NAMESPACE_URL, f"{case.id}/{number}")),
        "testMachineResultId": case.suite.machine.id,
        "testCaseResultId": case.id,
        "testCaseId": case.case_id,
        "stepId": step.id or case.case_id * 100 + number,
        "type": step.type,
        "action": step.action,
        "message": step.message,
        "errorCode": step.error_code,
        "errorType": step.error_type,
        "result": step.result,
        "conditionalResult": None,
        "visualTestResult": step.visual_result,
        "startTime": iso(began),
        "endTime": ended,
        "duration": 0 if ended is None else step.duration,
        "visualEnabled": step.visual_enabled,
    }
    return merged(body, step.fields)


def _times(run: Run, part: MachineNode | SuiteNode | CaseNode) -> Body:
    began = run.started + part.offset / 1000
    ended = iso(began + part.duration / 1000) if run.over else None
    return {"startTime": iso(began), "endTime": ended, "duration": part.duration if run.over else None}


def _plain(found: dict[str, int]) -> Body:
    return {f"{name}Count": found[name] for name in _NAMES}


def _level(run: Run, cases: Iterable[CaseNode]) -> Body:
    found = counted(run.case_state(case) for case in cases if not case.content.hook)
    return _plain(found) | {f"consolidated{name[0].upper()}{name[1:]}Count": found[name] for name in _NAMES}


def _outcome(result: str | None, duration: int | None) -> Body:
    return {"result": result, "latestResult": result, "duration": duration, "consolidatedDuration": duration}


def _device(machine: MachineNode) -> Body:
    content = machine.content
    return {
        "title": content.title,
        "osVersion": content.os_version,
        "browser": content.browser,
        "browserVersion": content.browser_version,
        "resolution": "1920x1080",
        "platform": content.platform,
        "deviceName": None,
        "hostName": "agent.testsigma.com",
        "osType": _SYSTEMS.get(content.platform, content.platform.upper()),
    }
