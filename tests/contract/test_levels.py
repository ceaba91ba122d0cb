"""Every level of the published results, read from its published body."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.conftest import Serve, Service, soon
from tests.simulator import Fault
from testsigma_action.model import Result

SAMPLES = Path(__file__).resolve().parents[1] / "fixtures" / "api"
Published = Callable[[str, str], Service]


def at(time: str) -> datetime:
    """A time of the day on which the published run took place."""
    return datetime.fromisoformat(f"2024-05-29T{time}").replace(tzinfo=UTC)


@pytest.fixture(params=["v2", "v3"])
def published(serve: Serve, request: pytest.FixtureRequest) -> Published:
    """A service that answers a call with a published body, under one version of the path or the other."""

    def answer(call: str, name: str) -> Service:
        body = (SAMPLES / f"seed004_{name}.json").read_text("utf-8")
        assert json.loads(body)
        absent = Fault(call, path=f"/api/{'v3' if request.param == 'v2' else 'v2'}/*", status=404, count=None)
        return serve("passing", absent, Fault(call, text=body, count=None))

    return answer


def test_run_517(published: Published) -> None:
    """The run: result, times, and its counters, the consolidated ones first."""
    run = published("run", "test_run").client.fetch_run_details("517", until=soon())
    assert run.result is Result.FAILED
    assert run.timing.started == at("07:29:19")
    assert run.timing.duration == timedelta(seconds=238)
    assert [(one.total, one.failed, one.passed) for one in run.counts] == [(8, 4, 4), (8, 4, 4)]


def test_machine_1434(published: Published) -> None:
    """The machine: its device, result and times."""
    machine = published("machine", "test_machine_result").client.fetch_machine("517", "1434", until=soon())
    assert (machine.title, machine.device.os, machine.device.os_version) == ("Windows Chrome", "Windows", "11")
    assert (machine.device.browser, machine.device.browser_version) == ("GoogleChrome", "123.0")
    assert machine.device.resolution == "1920x1080"
    assert machine.result is Result.FAILED
    assert machine.timing.ended == at("07:31:40")


def test_suite_1383(published: Published) -> None:
    """The suite: result and times."""
    suite = published("suite", "test_suite_result").client.fetch_suite("517", "1383", until=soon())
    assert suite.result is Result.FAILED
    assert suite.timing.duration == timedelta(seconds=74)


def test_case_3857(published: Published) -> None:
    """The case: result, times, flags, and the run that it belongs to."""
    case = published("case", "test_case_result").client.fetch_case("517", "3857", until=soon())
    assert (case.id, case.run_id, case.result) == ("3857", "517", Result.FAILED)
    assert case.timing.duration == timedelta(milliseconds=23038)
    assert not case.disabled
    assert not case.data_driven


def test_the_steps_of_case_3857(published: Published) -> None:
    """The six steps, the failing one with its message and its kind of error; `last: false` is asked no further."""
    service = published("steps", "step_results_page")
    steps = service.client.fetch_steps("517", "3857", until=soon())
    results = [Result.PASSED] * 3 + [Result.FAILED] + [Result.NOT_EXECUTED] * 2
    assert [(step.position, step.result) for step in steps] == list(enumerate(results, 1))
    failing = steps[3]
    assert failing.action == "Select the radio button Mobile Number Radio Button"
    assert failing.message.endswith("Element is not displayed.")
    assert (failing.error_type, failing.error_code) == ("ASSERT_ERROR", "1000001")
    assert steps[5].timing.ended is None
    assert [seen.status for seen in service.server.seen_of("steps")].count(200) == 1
