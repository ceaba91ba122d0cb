"""The details of a run and its parts: JSON of v2 and v3 of the API -> the model. See `decode`."""

from collections.abc import Mapping
from dataclasses import dataclass

from testsigma_action.api import counters
from testsigma_action.api.decode import result, result_of
from testsigma_action.api.fields import Fields
from testsigma_action.domain.results import Device
from testsigma_action.domain.run import Counts, Result, Timing

# Maximum number of fields that are kept of what the service says about an app.
MAX_APP_DETAILS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What v2 and v3 say of any part of a run, and all that they say of a suite.

    `unreadable`: names of the fields that are present but unreadable.
    """

    result: Result
    timing: Timing
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails(Details):
    """A run of v2 or v3: counters and times, but no status and no name."""

    counts: tuple[Counts, ...]
    consolidated_counts: tuple[Counts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineDetails(Details):
    """A machine of v2 or v3."""

    title: str
    device: Device
    app_details: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetails(Details):
    """A case of v2 or v3; `run_id` is empty if it is not given."""

    run_id: str
    disabled: bool
    data_driven: bool


def run_details(body: object) -> RunDetails:
    """A run of v2 or v3."""
    fields = Fields(body)
    metrics = fields.inner("metrics")
    together = counters.counts(metrics, counters.CONSOLIDATED)
    return RunDetails(
        result=result_of(fields),
        timing=fields.timing(),
        counts=counters.informative((together, counters.counts(metrics))),
        consolidated_counts=counters.informative((together,)),
        unreadable=(*fields.unreadable(result, "result"), *counters.unreadable_below(fields, "metrics")),
    )


def machine_details(body: object) -> MachineDetails:
    """A machine of v2 or v3."""
    fields = Fields(body)
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
        result=result_of(fields),
        timing=fields.timing(),
        unreadable=fields.unreadable(result, "result"),
        app_details=fields.texts("appDetails", MAX_APP_DETAILS),
    )


def suite_details(body: object) -> Details:
    """A suite of v2 or v3."""
    fields = Fields(body)
    return Details(result=result_of(fields), timing=fields.timing(), unreadable=fields.unreadable(result, "result"))


def case_details(body: object) -> CaseDetails:
    """A case of v2 or v3."""
    fields = Fields(body)
    return CaseDetails(
        run_id=fields.inner("metrics").identity("testPlanResultId"),
        disabled=fields.flag("isDisabled"),
        data_driven=fields.flag("isDataDriven"),
        result=result_of(fields),
        timing=fields.timing(),
        unreadable=fields.unreadable(result, "result"),
    )
