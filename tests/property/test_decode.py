"""Decoding: any JSON is decoded or refused, and junk never makes a result better."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testsigma_action.api import decode, details, lists, named
from testsigma_action.api.bodies import EXCERPT, read_error_body
from testsigma_action.api.cases import case_list
from testsigma_action.api.cases import step as read_step
from testsigma_action.api.error_response import retry_after
from testsigma_action.api.fields import IDENTITY, DecodeError, Fields
from testsigma_action.domain.run import Result

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
NAMES = st.sampled_from(
    [
        "id",
        "status",
        "result",
        "executionId",
        "execution",
        "startTime",
        "endTime",
        "duration",
        "failedCount",
        "metrics",
        "testCases",
        "testCaseResultId",
        "machineResultId",
        "iterationResults",
        "content",
        "data",
        "number",
        "size",
        "totalPages",
        "testPlanResultMetric",
        "preRequisiteFailedCount",
        "deviceConfiguration",
        "buildNo",
        "last",
    ]
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6))
DECODERS: list[Callable[[object], object]] = [
    decode.run,
    details.run_details,
    details.machine_details,
    details.suite_details,
    details.case_details,
    partial(case_list, "302"),
    lists.page,
    lists.found_runs,
    lists.newest_runs,
    named.environments,
    named.saved_configurations,
]
NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("decoder", DECODERS)
@settings(database=None, deadline=None, max_examples=40)
@given(body=JSON)
def test_any_json_is_decoded_or_refused(decoder: Callable[[object], object], body: object) -> None:
    """No body of any shape raises anything but DecodeError."""
    with suppress(DecodeError):
        decoder(body)


@settings(database=None, deadline=None)
@given(row=JSON)
def test_any_row_is_a_step(row: object) -> None:
    """A row of steps that makes no sense is a step of unknown result, in its place."""
    assert read_step(row, 7).position == 7


@settings(database=None, deadline=None)
@given(rows=st.lists(JSON, max_size=8))
def test_no_row_of_the_list_is_lost(rows: list[object]) -> None:
    """As many cases as rows, each with a name, in a machine and a suite with a name; IDs can stand in a path."""
    machines = case_list("302", {"testCases": rows})
    cases = [case for machine in machines for case in machine.cases()]
    assert len(cases) == len(rows)
    assert all(case.name for case in cases)
    assert all(machine.title and all(suite.name and suite.cases for suite in machine.suites) for machine in machines)
    identities = [case.id for case in cases] + [machine.id for machine in machines]
    assert all(not identity or IDENTITY.fullmatch(identity) for identity in identities)


@settings(database=None, deadline=None)
@given(label=st.text())
def test_only_two_words_mean_passed(label: str) -> None:
    """SUCCESS and PASSED, in any case and with blanks around; nothing else ever."""
    assert (decode.result(label) is Result.PASSED) is (label.strip().upper() in {"SUCCESS", "PASSED"})


@settings(database=None, deadline=None)
@given(value=SCALARS)
def test_times_are_aware_or_unknown(value: object) -> None:
    """A moment is in UTC, a duration is not negative."""
    timing = Fields({"startTime": value, "endTime": value, "duration": value}).timing()
    assert timing.started is None or timing.started.tzinfo is UTC
    assert timing.duration is None or timing.duration.total_seconds() >= 0


@settings(database=None, deadline=None)
@given(body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_error_body_has_a_short_excerpt(body: bytes) -> None:
    """On one line, and short, whatever the error answer was."""
    said = read_error_body(body).excerpt
    assert len(said) <= EXCERPT
    assert "\n" not in said
    assert "\r" not in said


@settings(database=None, deadline=None)
@given(header=st.text() | st.from_regex(r"Wed, [0-9]{1,3} Oct [0-9]{1,30} 07:28:00 [+-]?[0-9]{1,20}", fullmatch=True))
def test_any_header_is_a_number_of_seconds_or_none(header: str) -> None:
    """Retry-After comes from outside: whatever it says, it is no bug of ours."""
    found = retry_after(header, NOW)
    assert found is None or found >= 0
