"""Bodies of the v1 API: the run object, the list of cases, saved configurations, environments."""

import json
from collections.abc import Mapping

from tests.simulator.content import Environment, SavedConfiguration, Variable
from tests.simulator.plan_body import EPOCH, Body, plan_object
from tests.simulator.runs import Run, counted
from tests.simulator.scenario import Options
from tests.simulator.selection import place
from tests.simulator.tree import CaseNode

_OLD = ("total", "failed", "passed", "aborted", "stopped", "notExecuted", "preRequisiteFailed", "queued")
_NEW = ("total", "failed", "passed", "stopped", "notExecuted", "queued", "running")
DETAILS: Body = {
    "page_timeout": 30,
    "element_timeout": 30,
    "recovery_action": "Run_Next_Testcase",
    "on_aborted_action": "Reuse_Session",
    "screenshot_option": "FAILED_STEPS",
    "group_prerequisite_fail": "Abort",
    "test_case_prerequisite_fail": "Abort",
    "test_step_prerequisite_fail": "Run_Next_Testcase",
    "global_param_name": None,
}


def milliseconds(seconds: float) -> int:
    """Epoch milliseconds, the time of the v1 API."""
    return round(seconds * 1000)


def run_object(run: Run, options: Options, *, at_start: bool = False) -> Body:
    """The run object in the shape of the year that the options name; `at_start` is the answer to a start."""
    body = _identity(run, options, at_start=at_start) | _counters(run, options, at_start=at_start)
    body |= _relations(run, options)
    if options.shape >= 2023:
        body |= _newer(run)
    if options.shape >= 2024:
        body |= _consolidated(run, options)
    at_end = run.plan.at_end if run.parent is None else run.plan.reruns.at_end
    overlay = run.plan.at_start if at_start else at_end if run.over else run.plan.while_running
    return body | dict(overlay)


def _identity(run: Run, options: Options, *, at_start: bool) -> Body:
    return {
        "id": run.id,
        "execution": None if at_start else plan_object(run.plan, run.id),
        "executionId": run.plan.id,
        "startTime": milliseconds(run.started),
        "endTime": None if run.life.ended is None else milliseconds(run.life.ended),
        "duration": run.duration,
        "result": None if run.behind(options.lag.result) else run.result,
        "status": run.status,
        "message": run.message,
        "executedBy": 43,
        "buildNo": run.build_no,
        "environmentId": run.environment_id,
    }


def counts(run: Run, lag: float = 0.0) -> dict[str, int]:
    """The cases of a run by where they are; to a copy that is behind, the last one is still running."""
    states = [run.case_state(case) for case in run.tree.cases if not case.content.hook]
    return counted([*states[:-1], "RUNNING"] if states and run.behind(lag) else states)


def _counters(run: Run, options: Options, *, at_start: bool) -> Body:
    names = _OLD if options.shape == 2021 else _NEW
    if options.null_counters or (at_start and options.null_start_counters):
        return {f"{name}Count": None for name in names}
    if at_start:
        return {f"{name}Count": 0 for name in names}
    found = counts(run, options.lag.counters)
    return {f"{name}Count": found.get(name, 0) for name in names}


def _child(run: Run) -> object:
    if run.child is None or not run.shows_child:
        return None
    body = {"id": run.child.id, "result": run.child.result, "status": run.child.status}
    named_by = run.plan.reruns.named_by
    return {"object": body, "number": run.child.id, "string": str(run.child.id)}[named_by]


def _relations(run: Run, options: Options) -> Body:
    old = options.shape == 2021
    running = counts(run)["running"] if run.status == "STATUS_IN_PROGRESS" else 0
    body: Body = {"isVisuallyPassed": None} if old else {"visualTestResult": None}
    body |= {"environment": None, "childResult": _child(run), "reRunParentId": run.parent.id if run.parent else None}
    body |= {"reRunType": None} if old else {}
    body |= {"triggeredType": run.triggered_type, "totalRunningCount": running}
    extra = {"screenshot_mode": None} if options.shape == 2024 else {}
    return body | {"executionDetails": DETAILS | extra, "totalQueuedCount": 0}


def _newer(run: Run) -> Body:
    return {
        "mobileInspectionId": None,
        "environmentResultsDTO": None,
        "executionResultConfig": None,
        "isReRunEnabled": False,
        "consolidatedResult": run.together.result,
        "consolidatedStatus": run.together.status,
        "resultType": "ORIGINAL",
        "consolidatedDuration": run.duration,
        "runTestCasesInParallel": False,
        "runTestSuitesInParallel": False,
        "scheduledId": None,
        "testPlanHookResults": None,
    }


def consolidated_counts(run: Run) -> Body:
    """The consolidated counters of a plan's run."""
    found = counted(_states(run, run.together).values())
    return {f"consolidatedPlan{name[0].upper()}{name[1:]}Count": found[name] for name in _NEW}


def _states(run: Run, last: Run) -> dict[tuple[int, int, int], str | None]:
    """Where the cases of a run are, those that its reruns up to the last one have as these have them."""
    own = {place(case): run.case_state(case) for case in run.tree.cases if not case.content.hook}
    return own if run is last or run.child is None else own | _states(run.child, last)


def _consolidated(run: Run, options: Options) -> Body:
    known = consolidated_counts(run)
    metric: Body = {"id": run.id, "testPlanResultId": run.id, **known, "result": run.result}
    body: Body = {"reRunType": None}
    body |= known if run.over else dict.fromkeys(known)
    body |= {"testDevicesNames": None, "latestResult": run.result if run.over else None}
    body |= {"testPlanResultMetric": metric if options.metric and run.over else None}
    return body | {"activeExecutionResultCount": 0 if run.over else 1}


def list_of_cases(run: Run, options: Options) -> Body:
    """All cases of a run with the names and IDs of everything above them."""
    return {
        "executionId": run.plan.id,
        "executionResultId": run.id,
        "result": run.result,
        "status": run.status,
        "testCases": [_listed(run, case, options) for case in _cases(run, options)],
    }


def _cases(run: Run, options: Options) -> list[CaseNode]:
    return run.tree.cases[:-1] if run.behind(options.lag.rows) else run.tree.cases


def _listed(run: Run, case: CaseNode, options: Options) -> Body:
    iterations = [
        {"iterationResultId": each.id, "setName": each.content.name, "result": run.case_result(each)}
        for each in case.iterations
    ]
    last = case is run.tree.cases[-1]
    row: Body = {
        "testCaseId": case.case_id,
        "testCaseName": case.content.name,
        "testCaseResultId": case.id,
        "result": "QUEUED" if last and run.behind(options.lag.cases) else run.case_result(case),
        "isDataDrivenCase": bool(case.iterations),
        "iterationResults": None if options.null_iterations and not iterations else iterations,
        "testSuiteId": case.suite.suite_id,
        "testSuiteName": case.suite.content.name,
        "testSuiteResultId": case.suite.id,
        "machineId": case.suite.machine.machine_id,
        "machineTitle": case.suite.machine.content.title,
        "machineResultId": case.suite.machine.id,
    }
    return row | dict(case.content.listed)


def raw_case(run: Run, case: CaseNode) -> Body:
    """A row of `test_case_results?query=`, which has cases and iterations."""
    above = case.suite.machine
    started = run.started + case.offset / 1000
    return {
        "id": case.id,
        "result": run.case_result(case),
        "message": case.content.message,
        "testCaseId": case.case_id,
        "executionResultId": run.id,
        "suiteResultId": case.suite.id,
        "environmentResultId": above.id,
        "iteration": None if case.parent is None else case.content.name,
        "parentId": None if case.parent is None else case.parent.id,
        "isStepGroup": False,
        "afterTestParentResultId": None,
        "dependentPrerequisiteCaseResultId": None,
        "testDataSetName": None if case.parent is None else case.content.name,
        "testCaseDetails": {"name": (case.parent or case).content.name},
        "environmentResult": {"id": above.id, "environmentSettings": {"title": above.content.title}},
        "startTime": milliseconds(started),
        "endTime": milliseconds(started + case.duration / 1000) if run.over else None,
        "duration": case.duration if run.over else None,
        "lastReRunResult": None,
    }


def configuration_object(configuration: SavedConfiguration) -> Body:
    """A saved configuration; its query is JSON in a string."""
    operation = "NOT_IN" if configuration.excluded else "IN"
    query = [{"key": "suiteId", "value": list(configuration.suites), "operation": operation}]
    body: Body = {
        "id": configuration.id,
        "name": configuration.name,
        "query": json.dumps(query),
        "executionConfigType": "SAVED_CONFIG",
        "executionConfigCondition": "EXCLUDED" if configuration.excluded else "INCLUDED",
        "createdByUser": None,
    }
    return body | dict(configuration.fields)


def environment_object(environment: Environment) -> Body:
    """An environment with its variables."""
    variables = [_variable(number, each) for number, each in enumerate(environment.variables, 1)]
    head: Body = {"id": environment.id, "name": environment.name, "description": None, "projectId": 11}
    return head | {"createdById": 9, "updatedById": 9} | _dates() | {"variables": variables}


def _variable(number: int, variable: Variable) -> Body:
    known: Body = {"id": number, "key": variable.key, "value": variable.value, "isEncrypted": variable.encrypted}
    return known | {"projectId": 11, "isDefault": None} | _dates()


def _dates() -> Body:
    return dict.fromkeys(("createdDate", "updatedDate", "createdAtEpoch", "updatedAtEpoch"), EPOCH)


def merged(body: Mapping[str, object], fields: Mapping[str, object]) -> Body:
    """The body with these keys replaced; mappings on both sides are merged."""
    result = dict(body)
    for key, value in fields.items():
        known = result.get(key)
        both = isinstance(known, Mapping) and isinstance(value, Mapping)
        result[key] = merged(known, value) if both else value  # type: ignore[arg-type]
    return result
