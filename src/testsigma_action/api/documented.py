"""The fields of the answers that this package reads, and what they are by the documentation.

A test compares the tables with what the decoders read, so that neither can change alone. `docs/api.md` has the sources.
A name with `[]` is about the rows of a list; one that begins with it about those of a page, whatever holds them.
"""

from collections.abc import Mapping

from testsigma_action.api.counters import CONSOLIDATED, COUNTERS, METRIC, wire_name
from testsigma_action.domain.checkup import Kind, Level

Shape = dict[str, Kind]

ABSENT, NULL, FLAG, NUMBER, TEXT = Kind.ABSENT, Kind.NULL, Kind.FLAG, Kind.NUMBER, Kind.TEXT
TIME, RESULT, STATUS, OBJECT, LIST = Kind.TIME, Kind.RESULT, Kind.STATUS, Kind.OBJECT, Kind.LIST
# Documented once, or seen in public scripts only: no answer must have it.
OPTIONAL = ABSENT | NULL
# Counters that only old samples have.
OLD = frozenset({"aborted", "preRequisiteFailed"})


def _shape(*fields: tuple[Kind, str]) -> Shape:
    """A shape from the names of the fields of each kind."""
    return {name: kind for kind, names in fields for name in names.split()}


def _counters(kind: Kind, old: Kind, *prefixes: str) -> Shape:
    """Sets of counters; `old` is what those are that only old samples have."""
    return {wire_name(name, prefix): old if name in OLD else kind for prefix in prefixes for name in COUNTERS}


def _within(path: str, shape: Shape) -> Shape:
    """A shape as that of what is at a path."""
    return {f"{path}.{name}": kind for name, kind in shape.items()}


_ANY_PAGE = _shape((NUMBER | OPTIONAL, "totalPages size number pageSize"), (FLAG | OPTIONAL, "last isLast"))
# The page of the INDEX calls: no text names the key of its rows.
INDEX_PAGE = _ANY_PAGE | {"pageSize": NUMBER, "isLast": FLAG}
SPRING_PAGE = _ANY_PAGE | _shape((NUMBER, "number size totalPages"), (LIST, "content"), (FLAG, "last"))
ID_AND_NAME = {"[].id": NUMBER, "[].name": TEXT}
_METRIC = _counters(NUMBER | OPTIONAL, NUMBER | OPTIONAL, "", CONSOLIDATED)
RUN_OBJECT = {
    **_shape(
        (NUMBER, "id executionId execution.id startTime childResult.id totalRunningCount totalQueuedCount"),
        (NUMBER | NULL, "environmentId endTime duration reRunParentId"),
        (TEXT, "execution.name execution.reRunType"),
        (TEXT | NULL, "message buildNo"),
        (RESULT, "result"),
        (RESULT | OPTIONAL, "visualTestResult consolidatedResult"),
        (STATUS, "status"),
        (STATUS | OPTIONAL, "consolidatedStatus"),
        (FLAG | OPTIONAL, "isVisuallyPassed"),
        (OBJECT, "execution"),
        (OBJECT | OPTIONAL, f"{METRIC} run run.{METRIC}"),
        (OBJECT | NUMBER | TEXT | NULL, "childResult"),
    ),
    **_METRIC,
    **_counters(NUMBER, NUMBER | ABSENT, ""),
    "runningCount": NUMBER | ABSENT,
    **_within(METRIC, _METRIC),
    **_within(f"run.{METRIC}", _METRIC),
}
_TIMES = {"startTime": TIME, "endTime": TIME | NULL, "duration": NUMBER | NULL}
SUITE = {"id": NUMBER, "result": RESULT, **_TIMES}
CASE = SUITE | _shape((FLAG, "isDisabled isDataDriven"), (OBJECT, "metrics"), (NUMBER, "metrics.testPlanResultId"))
STEP = _TIMES | _shape(
    (TEXT, "id action type"),
    (TEXT | NULL, "message errorType"),
    (NUMBER | NULL, "errorCode"),
    (RESULT, "result"),
    (RESULT | NULL, "visualTestResult"),
)
STEPS = SPRING_PAGE | _within("[]", STEP)
CASE_ROW = _shape(
    (NUMBER, "testCaseId testCaseResultId testSuiteId testSuiteResultId machineId machineResultId"),
    (NUMBER, "iterationResults[].iterationResultId"),
    (TEXT, "testCaseName testSuiteName machineTitle iterationResults[].setName"),
    (RESULT, "result iterationResults[].result"),
    (FLAG, "isDataDrivenCase"),
    (FLAG | OPTIONAL, "isDataDriven"),
    (LIST | OPTIONAL, "iterationResults"),
)
DEVICE = _shape(
    (TEXT, "title browser browserVersion platform osType osVersion resolution hostName"), (TEXT | NULL, "deviceName")
)
VERSION = _shape(
    (NUMBER, "id fileSize uploadId"), (TEXT, "name status signStatus"), (TEXT | NULL, "errorMessage"), (FLAG, "signed")
)
# Rows of this list look like the answer to a status, or like the details of a run.
NEWEST_RUN = {name: kind | OPTIONAL for name, kind in RUN_OBJECT.items()} | _shape(
    (NUMBER, "id executionId startTime"),
    (NUMBER | NULL, "reRunParentId"),
    (NUMBER | OPTIONAL, "testPlanId"),
    (TEXT | NULL, "buildNo"),
    (STATUS, "status"),
)
INDEXED_RUN = _shape(
    (NUMBER, "id testPlanId"),
    (NUMBER | OPTIONAL, "executionId reRunParentId"),
    (TEXT | NULL, "buildNo"),
    (TIME, "startTime"),
    (OBJECT | OPTIONAL, "execution"),
    (STATUS | OPTIONAL, "status"),
)
# Older answers name no version.
UPLOAD = {
    **_shape((NUMBER, "id"), (TEXT, "name"), (NUMBER | OPTIONAL, "projectId"), (OBJECT | OPTIONAL, "latestVersion")),
    **_within("latestVersion", VERSION),
}
CASES = {"executionResultId": NUMBER, "testCases": LIST, "testCases[]": OBJECT, **_within("testCases[]", CASE_ROW)}
RUN = {**SUITE, "metrics": OBJECT, **_within("metrics", _counters(NUMBER, NUMBER | OPTIONAL, "", CONSOLIDATED))}
_PLACES = {"deviceConfiguration": OBJECT, "appDetails": OBJECT | OPTIONAL}
MACHINE = SUITE | _PLACES | _within("deviceConfiguration", DEVICE)
# Of each call the path below the version of the API, with names in place of IDs, and the fields of the answer.
_CALLS: Mapping[Level, tuple[str, Shape]] = {
    Level.CONFIGURATIONS: ("saved_execution_configs", _ANY_PAGE | {"": LIST, **ID_AND_NAME}),
    Level.ENVIRONMENTS: ("environments", SPRING_PAGE | ID_AND_NAME),
    Level.UPLOAD: ("uploads/<upload>", UPLOAD),
    Level.NEWEST_RUNS: ("executions/<plan>/test_plan_results", SPRING_PAGE | _within("[]", NEWEST_RUN)),
    Level.INDEX_OF_RUNS: ("test_runs", INDEX_PAGE | _within("[]", INDEXED_RUN)),
    Level.STATUS: ("execution_results/<run>", RUN_OBJECT),
    Level.CASES: ("execution_results/<run>/test_case_results", CASES),
    Level.RUN: ("test_runs/<run>", RUN),
    Level.MACHINE: ("test_runs/<run>/test_machine_results/<machine>", MACHINE),
    Level.SUITE: ("test_runs/<run>/test_suite_results/<suite>", SUITE),
    Level.INDEX_OF_SUITES: ("test_runs/<run>/test_suite_results", INDEX_PAGE | _within("[]", SUITE)),
    Level.CASE: ("test_runs/<run>/test_case_results/<case>", CASE),
    Level.INDEX_OF_CASES: ("test_runs/<run>/test_case_results", INDEX_PAGE | _within("[]", CASE)),
    Level.STEPS: ("test_runs/<run>/test_case_results/<case>/step_results", STEPS),
    Level.STEPS_OF_SET: ("test_runs/<run>/test_case_results/<data set>/step_results", STEPS),
}
PATHS = {level: path for level, (path, _) in _CALLS.items()}
DOCUMENTED = {level: shape for level, (_, shape) in _CALLS.items()}
