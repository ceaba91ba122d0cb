"""JSON of the API -> the model. Wire names and units are used here and in the client, nowhere else.

Decoding is lenient where that is safe (a missing text is empty, an unknown result is UNKNOWN, which is never a pass)
and strict where it is not (no ID, no status, not the requested run): see docs/api.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from testsigma_action.api.counters import (
    CONSOLIDATED,
    METRIC,
    all_sets,
    consolidated_sets,
    counts,
    informative,
    unreadable_below,
    unreadable_counters,
    with_metric,
)
from testsigma_action.api.fields import DecodeError, Evidence, Fields
from testsigma_action.domain.results import Device
from testsigma_action.domain.run import Counts, Result, Run, Status, Timing

# Maximum number of fields that are kept of what the service says about an app.
MAX_APP_DETAILS = 50
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


def result(label: str) -> Result:
    """A result in either spelling of the service; anything else is UNKNOWN."""
    return RESULTS.get(label.strip().upper(), Result.UNKNOWN)


def outcome(fields: Fields, key: str = "result") -> Evidence[Result]:
    """A result as evidence: unreadable if it is not a text, or not a known result."""
    return fields.evidence(key, lambda raw: RESULTS.get(raw.strip().upper()) if isinstance(raw, str) else None)


def optional_result(label: str) -> Result | None:
    return result(label) if label else None


def _unreadable(found: Sequence[Evidence[Result]]) -> tuple[str, ...]:
    return tuple(evidence.unreadable for evidence in found if evidence.unreadable)


def _visual(fields: Fields) -> Result | None:
    """Old answers have `isVisuallyPassed`, new ones `visualTestResult`; most have neither."""
    if fields.has("visualTestResult"):
        return optional_result(fields.text("visualTestResult"))
    if fields.has("isVisuallyPassed"):
        return Result.PASSED if fields.flag("isVisuallyPassed") else Result.FAILED
    return None


def status(label: str) -> Status:
    """The status of a run; an unknown label is UNKNOWN, which never counts as completed."""
    return STATUSES.get(label.strip().upper(), Status.UNKNOWN)


def run(body: object) -> Run:
    """The run object of v1. Raises DecodeError without an ID and a status."""
    fields = Fields(body)
    plan = fields.inner("execution")
    if not fields.identity("id") or not fields.text("status"):
        raise DecodeError("that does not describe a run")
    known = all_sets(fields)
    return Run(
        id=fields.identity("id"),
        status=status(fields.text("status")),
        result=outcome(fields).value or Result.UNKNOWN,
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
        consolidated_result=outcome(fields, "consolidatedResult").value,
        visual_result=_visual(fields),
        reruns_itself=plan.text("reRunType").strip().upper() not in {"", "NONE"},
        rerun_id=fields.identity("childResult") or fields.inner("childResult").identity("id"),
        parent_id=fields.identity("reRunParentId"),
        consolidated_status=status(label) if (label := fields.text("consolidatedStatus")) else None,
        consolidated_counts=consolidated_sets(fields),
        workload=Counts(running=fields.count("totalRunningCount"), queued=fields.count("totalQueuedCount")),
        unreadable_fields=(
            *_unreadable((outcome(fields), outcome(fields, "consolidatedResult"))),
            *unreadable_counters(fields, CONSOLIDATED, ""),
            *unreadable_below(with_metric(fields), METRIC),
        ),
    )


@dataclass(frozen=True, slots=True)
class RunDetails:
    """A run of v2 or v3: counters and times, but no status and no name.

    Here and below, `unreadable` has the names of the fields that are present but unreadable.
    """

    result: Result
    timing: Timing
    counts: tuple[Counts, ...]
    consolidated_counts: tuple[Counts, ...] = ()
    unreadable: tuple[str, ...] = ()


def run_details(body: object) -> RunDetails:
    """A run of v2 or v3. Raises DecodeError without an ID."""
    fields = _identified(body, "run")
    metrics = fields.inner("metrics")
    together, own = counts(metrics, CONSOLIDATED), counts(metrics)
    found = outcome(fields)
    return RunDetails(
        result=found.value or Result.UNKNOWN,
        timing=fields.timing(),
        counts=informative((together, own)),
        consolidated_counts=informative((together,)),
        unreadable=(*_unreadable((found,)), *unreadable_below(fields, "metrics")),
    )


def _identified(body: object, what: str) -> Fields:
    fields = Fields(body)
    if not fields.identity("id"):
        raise DecodeError(f"that does not describe a {what}")
    return fields


@dataclass(frozen=True, slots=True)
class MachineDetails:
    """A machine of v2 or v3."""

    title: str
    device: Device
    result: Result
    timing: Timing
    unreadable: tuple[str, ...] = ()
    app_details: Mapping[str, str] = field(default_factory=dict)


def machine_details(body: object) -> MachineDetails:
    """A machine of v2 or v3. Raises DecodeError without an ID."""
    fields = _identified(body, "machine")
    device = fields.inner("deviceConfiguration")
    return MachineDetails(
        title=device.text("title"),
        device=Device(
            browser=device.text("browser"),
            browser_version=device.text("browserVersion"),
            os=device.text("platform", "osType"),
            os_version=device.text("osVersion"),
            resolution=device.text("resolution"),
            name=device.text("deviceName"),
            host=device.text("hostName"),
        ),
        result=outcome(fields).value or Result.UNKNOWN,
        timing=fields.timing(),
        unreadable=_unreadable((outcome(fields),)),
        app_details=fields.texts("appDetails", MAX_APP_DETAILS),
    )


@dataclass(frozen=True, slots=True)
class SuiteDetails:
    """A suite of v2 or v3."""

    result: Result
    timing: Timing
    unreadable: tuple[str, ...] = ()


def suite_details(body: object) -> SuiteDetails:
    """A suite of v2 or v3. Raises DecodeError without an ID."""
    fields = _identified(body, "suite")
    found = outcome(fields)
    return SuiteDetails(found.value or Result.UNKNOWN, fields.timing(), _unreadable((found,)))


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """A case of v2 or v3; `run_id` is empty if it is not given."""

    id: str
    run_id: str
    disabled: bool
    data_driven: bool
    result: Result
    timing: Timing
    unreadable: tuple[str, ...] = ()


def case_details(body: object) -> CaseDetails:
    """A case of v2 or v3. Raises DecodeError without an ID."""
    fields = _identified(body, "case")
    return CaseDetails(
        id=fields.identity("id"),
        run_id=fields.inner("metrics").identity("testPlanResultId"),
        disabled=fields.flag("isDisabled"),
        data_driven=fields.flag("isDataDriven"),
        result=outcome(fields).value or Result.UNKNOWN,
        timing=fields.timing(),
        unreadable=_unreadable((outcome(fields),)),
    )
