"""The fields of the answers that this package reads, and what they are by the documentation.

A test compares the tables with what the decoders read, so that neither can change alone. `docs/api.md` has the sources.
A name with `[]` is about the rows of a list; one that begins with it about those of a page, whatever holds them.
"""

from collections.abc import Mapping
from types import MappingProxyType

from testsigma_action.api.counters import CONSOLIDATED, COUNTERS, METRIC, wire_name
from testsigma_action.domain.checkup import Kind, Level

Shape = dict[str, Kind]

ABSENT, NULL, FLAG, NUMBER, TEXT = Kind.ABSENT, Kind.NULL, Kind.FLAG, Kind.NUMBER, Kind.TEXT
TIME, RESULT, STATUS, OBJECT, LIST = Kind.TIME, Kind.RESULT, Kind.STATUS, Kind.OBJECT, Kind.LIST
# Documented once, or seen in public scripts only: no answer must have it.
OPTIONAL = ABSENT | NULL
# Counters that only old samples have.
OLD = frozenset({"aborted", "preRequisiteFailed"})


def _counters(path: str = "", prefix: str = "", kind: Kind = NUMBER, old: Kind = NUMBER | ABSENT) -> Shape:
    return {f"{path}{wire_name(name, prefix)}": old if name in OLD else kind for name in COUNTERS}


def _all_counters(path: str, kind: Kind) -> Shape:
    """The counters of both sets, each of which may be anything that `kind` is."""
    return _counters(path, "", kind, kind) | _counters(path, CONSOLIDATED, kind, kind)


def _rows(shape: Shape, also: Kind | None = None) -> Shape:
    """A shape as that of the rows of a page; with `also`, each field may be of that kind, too."""
    return {f"[].{name}": kind | also if also else kind for name, kind in shape.items()}


_WAYS_TO_END = {"totalPages": NUMBER | OPTIONAL, "size": NUMBER | OPTIONAL, "number": NUMBER | OPTIONAL}
_FLAGS = {"last": FLAG | OPTIONAL, "isLast": FLAG | OPTIONAL, "pageSize": NUMBER | OPTIONAL}
_ANY_PAGE = _WAYS_TO_END | _FLAGS
# The page of the INDEX calls: no text names the key of its rows.
INDEX_PAGE: Shape = _ANY_PAGE | {"pageSize": NUMBER, "isLast": FLAG}
SPRING_PAGE: Shape = _ANY_PAGE | {
    "content": LIST,
    "number": NUMBER,
    "size": NUMBER,
    "totalPages": NUMBER,
    "last": FLAG,
}

RUN_OBJECT: Shape = {
    "id": NUMBER,
    "status": STATUS,
    "result": RESULT,
    "executionId": NUMBER,
    "execution": OBJECT,
    "execution.id": NUMBER,
    "execution.name": TEXT,
    "execution.reRunType": TEXT,
    "message": TEXT | NULL,
    "buildNo": TEXT | NULL,
    "environmentId": NUMBER | NULL,
    "startTime": NUMBER,
    "endTime": NUMBER | NULL,
    "duration": NUMBER | NULL,
    "childResult": OBJECT | NUMBER | TEXT | NULL,
    "childResult.id": NUMBER,
    "reRunParentId": NUMBER | NULL,
    "totalRunningCount": NUMBER,
    "totalQueuedCount": NUMBER,
    "isVisuallyPassed": FLAG | OPTIONAL,
    "visualTestResult": RESULT | OPTIONAL,
    "consolidatedResult": RESULT | OPTIONAL,
    "consolidatedStatus": STATUS | OPTIONAL,
    METRIC: OBJECT | OPTIONAL,
    "run": OBJECT | OPTIONAL,
    f"run.{METRIC}": OBJECT | OPTIONAL,
    **_counters(),
    "runningCount": NUMBER | ABSENT,
    **_counters("", CONSOLIDATED, NUMBER | OPTIONAL, NUMBER | OPTIONAL),
    **_all_counters(f"{METRIC}.", NUMBER | OPTIONAL),
    **_all_counters(f"run.{METRIC}.", NUMBER | OPTIONAL),
}
# Rows of lists of runs look like the answer to a status, or like the details of a run.
_SAME_AS_STATUS = _rows(RUN_OBJECT, OPTIONAL)
_ID_AND_NAME: Shape = {"[].id": NUMBER, "[].name": TEXT}
_TIMES: Shape = {"startTime": TIME, "endTime": TIME | NULL, "duration": NUMBER | NULL}
SUITE: Shape = {"id": NUMBER, "result": RESULT, **_TIMES}
CASE: Shape = {
    **SUITE,
    "isDisabled": FLAG,
    "isDataDriven": FLAG,
    "metrics": OBJECT,
    "metrics.testPlanResultId": NUMBER,
}
STEPS: Shape = SPRING_PAGE | _rows(
    {
        "id": TEXT,
        "action": TEXT,
        "result": RESULT,
        "message": TEXT | NULL,
        "type": TEXT,
        "errorType": TEXT | NULL,
        "errorCode": NUMBER | NULL,
        "visualTestResult": RESULT | NULL,
        **_TIMES,
    }
)
# Older answers name no version.
UPLOAD: Shape = {
    "id": NUMBER,
    "name": TEXT,
    "projectId": NUMBER | OPTIONAL,
    "latestVersion": OBJECT | OPTIONAL,
    **{f"latestVersion.{name}": NUMBER for name in ("id", "fileSize", "uploadId")},
    **{f"latestVersion.{name}": TEXT for name in ("name", "status", "signStatus")},
    "latestVersion.errorMessage": TEXT | NULL,
    "latestVersion.signed": FLAG,
}
DOCUMENTED: Mapping[Level, Shape] = MappingProxyType(
    {
        Level.CONFIGURATIONS: _ANY_PAGE | {"": LIST, **_ID_AND_NAME},
        Level.ENVIRONMENTS: SPRING_PAGE | _ID_AND_NAME,
        Level.UPLOAD: UPLOAD,
        Level.NEWEST_RUNS: SPRING_PAGE
        | _SAME_AS_STATUS
        | {
            "[].id": NUMBER,
            "[].executionId": NUMBER,
            "[].testPlanId": NUMBER | OPTIONAL,
            "[].buildNo": TEXT | NULL,
            "[].status": STATUS,
            "[].startTime": NUMBER,
            "[].reRunParentId": NUMBER | NULL,
        },
        Level.INDEX_OF_RUNS: INDEX_PAGE
        | {
            "[].id": NUMBER,
            "[].testPlanId": NUMBER,
            "[].buildNo": TEXT | NULL,
            "[].startTime": TIME,
            "[].executionId": NUMBER | OPTIONAL,
            "[].execution": OBJECT | OPTIONAL,
            "[].status": STATUS | OPTIONAL,
            "[].reRunParentId": NUMBER | OPTIONAL,
        },
        Level.STATUS: RUN_OBJECT,
        Level.CASES: {
            "executionResultId": NUMBER,
            "testCases": LIST,
            "testCases[]": OBJECT,
            "testCases[].testCaseId": NUMBER,
            "testCases[].testCaseName": TEXT,
            "testCases[].testCaseResultId": NUMBER,
            "testCases[].result": RESULT,
            "testCases[].isDataDrivenCase": FLAG,
            "testCases[].isDataDriven": FLAG | OPTIONAL,
            "testCases[].iterationResults": LIST | OPTIONAL,
            "testCases[].iterationResults[].iterationResultId": NUMBER,
            "testCases[].iterationResults[].setName": TEXT,
            "testCases[].iterationResults[].result": RESULT,
            "testCases[].testSuiteId": NUMBER,
            "testCases[].testSuiteName": TEXT,
            "testCases[].testSuiteResultId": NUMBER,
            "testCases[].machineId": NUMBER,
            "testCases[].machineTitle": TEXT,
            "testCases[].machineResultId": NUMBER,
        },
        Level.RUN: {
            **SUITE,
            "metrics": OBJECT,
            **_counters("metrics.", "", NUMBER, NUMBER | OPTIONAL),
            **_counters("metrics.", CONSOLIDATED, NUMBER, NUMBER | OPTIONAL),
        },
        Level.MACHINE: {
            **SUITE,
            "deviceConfiguration": OBJECT,
            "appDetails": OBJECT | OPTIONAL,
            **{
                f"deviceConfiguration.{name}": TEXT
                for name in ("title", "browser", "browserVersion", "platform", "osVersion", "resolution", "hostName")
            },
            "deviceConfiguration.osType": TEXT,
            "deviceConfiguration.deviceName": TEXT | NULL,
        },
        Level.SUITE: SUITE,
        Level.INDEX_OF_SUITES: INDEX_PAGE | _rows(SUITE),
        Level.CASE: CASE,
        Level.INDEX_OF_CASES: INDEX_PAGE | _rows(CASE),
        Level.STEPS: STEPS,
        Level.STEPS_OF_SET: STEPS,
    }
)

# The paths below the version of the API, with names in place of IDs.
PATHS: Mapping[Level, str] = MappingProxyType(
    {
        Level.CONFIGURATIONS: "saved_execution_configs",
        Level.ENVIRONMENTS: "environments",
        Level.UPLOAD: "uploads/<upload>",
        Level.NEWEST_RUNS: "executions/<plan>/test_plan_results",
        Level.INDEX_OF_RUNS: "test_runs",
        Level.STATUS: "execution_results/<run>",
        Level.CASES: "execution_results/<run>/test_case_results",
        Level.RUN: "test_runs/<run>",
        Level.MACHINE: "test_runs/<run>/test_machine_results/<machine>",
        Level.SUITE: "test_runs/<run>/test_suite_results/<suite>",
        Level.INDEX_OF_SUITES: "test_runs/<run>/test_suite_results",
        Level.CASE: "test_runs/<run>/test_case_results/<case>",
        Level.INDEX_OF_CASES: "test_runs/<run>/test_case_results",
        Level.STEPS: "test_runs/<run>/test_case_results/<case>/step_results",
        Level.STEPS_OF_SET: "test_runs/<run>/test_case_results/<data set>/step_results",
    }
)
