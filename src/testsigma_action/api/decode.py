"""Runs: JSON of the API -> the model. Only this package knows names of fields and units of the API.

Decoding is lenient where that is safe (a missing text is empty, an unknown result is UNKNOWN, which is never a pass)
and strict where it is not (no ID, no status, not the requested run): see docs/api.md.
"""

from testsigma_action.api import counters
from testsigma_action.api.fields import DecodeError, Fields
from testsigma_action.domain.run import Counts, Result, Run, Status

STATUSES = {
    "STATUS_CREATED": Status.CREATED,
    "STATUS_QUEUED": Status.QUEUED,
    "STATUS_PRE_FLIGHT": Status.PRE_FLIGHT,
    "STATUS_IN_PROGRESS": Status.IN_PROGRESS,
    "STATUS_COMPLETED": Status.COMPLETED,
}
RESULTS = {
    "SUCCESS": Result.PASSED,
    "PASSED": Result.PASSED,
    "FAILURE": Result.FAILED,
    "FAILED": Result.FAILED,
    "ABORTED": Result.ABORTED,
    "STOPPED": Result.STOPPED,
    "NOT_EXECUTED": Result.NOT_EXECUTED,
    "QUEUED": Result.QUEUED,
}


def result(label: object) -> Result | None:
    """A result in either spelling of the service; None for anything else."""
    return RESULTS.get(label.strip().upper()) if isinstance(label, str) else None


def result_of(fields: Fields, key: str = "result") -> Result:
    """The result in a field; if it is missing or unreadable, UNKNOWN."""
    return fields.read(key, result) or Result.UNKNOWN


def visual_result(fields: Fields) -> Result | None:
    """The result of the visual tests of a run or a step; None if there were none."""
    return result_of(fields, "visualTestResult") if fields.text("visualTestResult") else None


def _visual(fields: Fields) -> Result | None:
    """Old answers have `isVisuallyPassed`, new ones `visualTestResult`; most have neither."""
    if fields.has("isVisuallyPassed") and not fields.has("visualTestResult"):
        return Result.PASSED if fields.flag("isVisuallyPassed") else Result.FAILED
    return visual_result(fields)


def status(label: str) -> Status:
    """The status of a run; an unknown label is UNKNOWN, which never counts as completed."""
    return STATUSES.get(label.strip().upper(), Status.UNKNOWN)


def run(body: object) -> Run:
    """The run object of v1. Raises DecodeError without an ID and a status."""
    fields = Fields(body)
    if not fields.identity("id") or not fields.text("status"):
        raise DecodeError("that does not describe a run")
    return described_run(fields)


def described_run(fields: Fields) -> Run:
    """The run object of v1, or a row of a list, any field of which may be missing."""
    plan = fields.inner("execution")
    known = counters.all_sets(fields)
    return Run(
        id=fields.identity("id"),
        status=status(fields.text("status")),
        result=result_of(fields),
        plan_id=fields.identity("executionId") or plan.identity("id"),
        plan_name=plan.text("name"),
        status_label=fields.text("status"),
        result_label=fields.text("result"),
        message=fields.text("message"),
        build_number=fields.text("buildNo"),
        environment_id=fields.identity("environmentId"),
        timing=fields.timing(),
        counts=known[0],
        other_counts=known[1:],
        consolidated_result=fields.read("consolidatedResult", result),
        visual_result=_visual(fields),
        reruns_itself=plan.text("reRunType").strip().upper() not in {"", "NONE"},
        rerun_id=fields.identity("childResult") or fields.inner("childResult").identity("id"),
        parent_id=fields.identity("reRunParentId"),
        consolidated_status=status(label) if (label := fields.text("consolidatedStatus")) else None,
        consolidated_counts=counters.consolidated_sets(fields),
        workload=Counts(running=fields.count("totalRunningCount"), queued=fields.count("totalQueuedCount")),
        unreadable_fields=(
            *fields.unreadable(result, "result", "consolidatedResult"),
            *counters.unreadable(fields),
            *counters.unreadable_below(counters.with_metric(fields), counters.METRIC),
        ),
    )
