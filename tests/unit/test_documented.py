"""The tables of documented fields agree with what the decoders read, and with the published bodies."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from testsigma_action.api import decode, details, lists, named, uploads
from testsigma_action.api.cases import case_list, step
from testsigma_action.api.documented import DOCUMENTED, Shape
from testsigma_action.api.fields import DecodeError, about
from testsigma_action.api.probing import differences
from testsigma_action.domain.checkup import Difference, Kind, Level

SAMPLES = Path(__file__).parents[1] / "fixtures" / "api"
VALUES = {
    Kind.LIST: [],
    Kind.NUMBER: 7,
    Kind.FLAG: True,
    Kind.RESULT: "SUCCESS",
    Kind.STATUS: "STATUS_COMPLETED",
    Kind.TIME: "2026-11-26T10:00:00Z",
    Kind.TEXT: "text",
    Kind.OBJECT: {},
}


def steps(body: object) -> object:
    """The steps of a page, as the client reads them."""
    return [step(row, 1) for row in lists.page(body).rows]


DECODERS: dict[Level, Callable[[object], object]] = {
    Level.CONFIGURATIONS: named.saved_configurations,
    Level.ENVIRONMENTS: named.environments,
    Level.UPLOAD: uploads._upload,
    Level.NEWEST_RUNS: lists.newest_runs,
    Level.INDEX_OF_RUNS: lists.found_runs,
    Level.STATUS: decode.run,
    Level.CASES: lambda body: case_list("7", body),
    Level.RUN: about("7", details.run_details),
    Level.MACHINE: about("7", details.machine_details),
    Level.SUITE: about("7", details.suite_details),
    Level.INDEX_OF_SUITES: lambda body: lists.index_page(body, details.suite_details),
    Level.CASE: about("7", details.case_details),
    Level.INDEX_OF_CASES: lambda body: lists.index_page(body, details.case_details),
    Level.STEPS: steps,
    Level.STEPS_OF_SET: steps,
}


LEAST = {"id": 7, "status": "STATUS_COMPLETED", "execution": {}, "run": {"testPlanResultMetric": {}}}


class Watched(dict[str, Any]):
    """A JSON object that notes the names of the fields that are read, with the path to them."""

    def __init__(self, body: dict[str, Any], seen: set[str], path: str = "") -> None:
        """Watch this object and all within it."""
        super().__init__({key: watched(value, seen, f"{path}{key}") for key, value in body.items()})
        self._seen, self._path = seen, path

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        """As that of a dict."""
        self._seen.add(f"{self._path}{key}")
        return super().get(key, default)


def watched(value: object, seen: set[str], path: str = "") -> object:
    """A JSON value of which it is noted what is read. The rows of a page have no key, whatever it is."""
    if isinstance(value, dict):
        return Watched(value, seen, f"{path}." if path else "")
    if isinstance(value, list):
        rows = "[]" if path in {"", "content"} else f"{path}[]"
        return [watched(each, seen, rows) for each in value]
    return value


def body_of(shape: Shape, prefix: str = "") -> Any:  # noqa: ANN401 - JSON
    """An answer with all fields of a shape, rows included."""
    if prefix == "" and "" in shape:
        return [body_of(shape, "[].")]
    names = [name.removeprefix(prefix) for name in shape if name.startswith(prefix)]
    own = [name for name in names if name and "." not in name and "[]" not in name]
    return {name: value_of(shape, f"{prefix}{name}", rows=name == "content") for name in own}


def value_of(shape: Shape, name: str, *, rows: bool) -> object:
    """A value of the kind that is documented for a field."""
    if any(other.startswith(f"{name}.") for other in shape):
        return body_of(shape, f"{name}.")
    if rows and "[].id" in shape:
        return [body_of(shape, "[].")]
    if any(other.startswith(f"{name}[]") for other in shape):
        return [body_of(shape, f"{name}[].")]
    return next(value for kind, value in VALUES.items() if kind & shape[name])


def read_by(level: Level) -> set[str]:
    """The fields that the decoder of a level reads, in answers with everything, and with as little as possible."""
    seen: set[str] = set()
    full = body_of(dict(DOCUMENTED[level]))
    least = (
        LEAST
        if level in {Level.STATUS, Level.NEWEST_RUNS}
        else {
            "id": 7,
            "testCases": [{}],
            "metrics": {},
            "deviceConfiguration": {},
            "latestVersion": {"id": 7, "name": "1"},
        }
    )
    rows = [least | {"result": "SUCCESS"}]
    for body in (full, least, rows, {"content": rows}):
        for _ in attempts(level, watched(body, seen)):
            pass
    return {name for name in seen if level is Level.CASES or "testCases" not in name} - {*lists.ROW_KEYS}


def attempts(level: Level, body: object) -> Iterator[object]:
    """What the decoder makes of a body, if it makes anything of it."""
    try:
        yield DECODERS[level](body)
    except DecodeError:
        return


@pytest.mark.parametrize("level", Level, ids=lambda level: level.name)
def test_the_tables_and_the_decoders(level: Level) -> None:
    """A field is in the table of a level if, and only if, the decoder of that level reads it."""
    table = {name for name in DOCUMENTED[level] if name and not name.endswith("[]")} - {*lists.ROW_KEYS}
    read = read_by(level)
    if level is Level.INDEX_OF_RUNS:
        # A row is read like one of the newest runs, and need not have all of that.
        read -= set(DOCUMENTED[Level.NEWEST_RUNS]) - table
    assert read == table


@pytest.mark.parametrize("level", Level, ids=lambda level: level.name)
def test_an_answer_as_documented(level: Level) -> None:
    """An answer with all documented fields differs in nothing, and is recognised."""
    body = body_of(DOCUMENTED[level])
    assert differences(level, body) == frozenset()


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("seed000_run_status_response", Level.STATUS),
        ("seed000_saved_execution_configs_response", Level.CONFIGURATIONS),
        ("seed004_step_results_page", Level.STEPS),
        ("seed004_test_case_result", Level.CASE),
        ("seed004_test_machine_result", Level.MACHINE),
        ("seed004_test_run", Level.RUN),
        ("seed004_test_suite_result", Level.SUITE),
    ],
)
def test_published_bodies(name: str, level: Level) -> None:
    """A body that Testsigma published differs in nothing."""
    body = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    assert differences(level, body) == frozenset()


COMPLETE = body_of(DOCUMENTED[Level.STATUS])


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"totalCount": None}, Difference("totalCount", Kind.NUMBER, Kind.NULL)),
        ({"id": "7"}, Difference("id", Kind.NUMBER, Kind.TEXT)),
        ({"execution": [1]}, Difference("execution", Kind.OBJECT, Kind.LIST)),
        ({"result": "SOMETHING_NEW"}, Difference("result", Kind.RESULT, Kind.TEXT)),
        ({"status": True}, Difference("status", Kind.STATUS, Kind.FLAG)),
    ],
)
def test_a_field_that_differs(changes: dict[str, object], difference: Difference) -> None:
    """A field that is null, of another type or has another word is named, and nothing else is."""
    assert differences(Level.STATUS, COMPLETE | changes) == frozenset({difference})


def test_absent_fields() -> None:
    """A field that is absent is named; what would be within it is not."""
    body = {name: value for name, value in COMPLETE.items() if name != "execution"}
    assert differences(Level.STATUS, body) == frozenset({Difference("execution", Kind.OBJECT, Kind.ABSENT)})


def test_a_time_that_cannot_be_read() -> None:
    """A text where a time should be is a difference, unless it is a time."""
    body = body_of(DOCUMENTED[Level.SUITE]) | {"startTime": "yesterday"}
    assert differences(Level.SUITE, body) == frozenset({Difference("startTime", Kind.TIME, Kind.TEXT)})


def test_rows() -> None:
    """Of the rows of a list it is said whether all differ, or some."""
    row = body_of(DOCUMENTED[Level.CASES])["testCases"][0]
    body = {"executionResultId": 7, "testCases": [row, row | {"testCaseName": None, "result": 1}, row | {"result": 2}]}
    name = Difference("testCases[].testCaseName", Kind.TEXT, Kind.NULL, everywhere=False)
    result = Difference("testCases[].result", Kind.RESULT, Kind.NUMBER, everywhere=False)
    assert differences(Level.CASES, body) == frozenset({name, result})
    index = {"pageSize": 10, "isLast": True, "rows of any name": [{"id": 1, "result": None}]}
    found = differences(Level.INDEX_OF_SUITES, index)
    assert Difference("[].result", Kind.RESULT, Kind.NULL) in (found or ())


def test_wrapped() -> None:
    """An object below `data` is compared as itself."""
    assert differences(Level.STATUS, {"data": COMPLETE}) == frozenset({Difference("data", Kind.ABSENT, Kind.OBJECT)})


@pytest.mark.parametrize("body", [{"hello": "world"}, [], "text", None, [1], {"content": 7}, {"id": "abc"}])
@pytest.mark.parametrize("level", [Level.STATUS, Level.NEWEST_RUNS, Level.CONFIGURATIONS, Level.MACHINE])
def test_other_json(level: Level, body: object) -> None:
    """JSON of another service is not recognised."""
    assert differences(level, body) is None
