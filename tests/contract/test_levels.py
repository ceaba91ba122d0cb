"""Every level of the published results, read from its published body."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.conftest import Serve, Service, soon
from tests.simulator import Fault, scenario
from testsigma_action.api import lists
from testsigma_action.api.http import Request
from testsigma_action.api.versions import VERSIONS
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import Result
from testsigma_action.lifecycle.batch import BatchFetcher
from testsigma_action.lifecycle.collect import collect

SAMPLES = Path(__file__).resolve().parents[1] / "fixtures" / "api"
Published = Callable[[str, str], Service]


def at(time: str) -> datetime:
    """A time of the day on which the published run took place."""
    return datetime.fromisoformat(f"2024-05-29T{time}").replace(tzinfo=UTC)


@pytest.fixture(params=["v1", "v2", "v3"])
def published(serve: Serve, request: pytest.FixtureRequest) -> Published:
    """A service that answers a call with a published body, under one of the versions that the path had."""

    def answer(call: str, name: str) -> Service:
        body = (SAMPLES / f"seed004_{name}.json").read_text("utf-8")
        assert json.loads(body)
        content = scenario("passing").with_options(versions=(request.param,))
        absent = [Fault(call, path=f"/api/{one}/*", status=404, count=None) for one in VERSIONS if one != request.param]
        return serve(content, *absent, Fault(call, text=body, count=None))

    return answer


def test_run_517(published: Published) -> None:
    """The run: result, times, and its counters, the consolidated ones first."""
    service = published("run", "test_run")
    run = service.run(service.client.results.fetch_run_details("517", until=soon()))
    assert run.result is Result.FAILED
    assert run.timing.started == at("07:29:19")
    assert run.timing.duration == timedelta(seconds=238)
    assert [(one.total, one.failed, one.passed) for one in run.counts] == [(8, 4, 4), (8, 4, 4)]


def test_machine_1434(published: Published) -> None:
    """The machine: its device, result and times."""
    service = published("machine", "test_machine_result")
    machine = service.run(service.client.results.fetch_machine("517", "1434", until=soon()))
    assert (machine.title, machine.device.os, machine.device.os_version) == ("Windows Chrome", "Windows", "11")
    assert (machine.device.browser, machine.device.browser_version) == ("GoogleChrome", "123.0")
    assert machine.device.resolution == "1920x1080"
    assert machine.result is Result.FAILED
    assert machine.timing.ended == at("07:31:40")


def test_suite_1383(published: Published) -> None:
    """The suite: result and times."""
    service = published("suite", "test_suite_result")
    suite = service.run(service.client.results.fetch_suite("517", "1383", until=soon()))
    assert suite.result is Result.FAILED
    assert suite.timing.duration == timedelta(seconds=74)


def test_case_3857(published: Published) -> None:
    """The case: result, times, flags, and the run that it belongs to."""
    service = published("case", "test_case_result")
    case = service.run(service.client.results.fetch_case("517", "3857", until=soon()))
    assert (case.run_id, case.result) == ("517", Result.FAILED)
    assert case.timing.duration == timedelta(milliseconds=23038)
    assert not case.disabled
    assert not case.data_driven


def test_the_steps_of_case_3857(published: Published) -> None:
    """The six steps, the failing one with its message and its kind of error; `last: false` is asked no further."""
    service = published("steps", "step_results_page")
    steps = service.run(service.client.results.fetch_steps("517", "3857", until=soon()))
    results = [Result.PASSED] * 3 + [Result.FAILED] + [Result.NOT_EXECUTED] * 2
    assert [(step.position, step.result) for step in steps] == list(enumerate(results, 1))
    failing = steps[3]
    assert failing.action == "Select the radio button Mobile Number Radio Button"
    assert failing.message.endswith("Element is not displayed.")
    assert (failing.error_type, failing.error_code) == ("ASSERT_ERROR", "1000001")
    assert steps[5].timing.ended is None
    assert [seen.status for seen in service.server.seen_of("steps")].count(200) == 1


# Every list of the reference: its path, how many rows run 517 has there, and the ID of one that was published.
RUN = "/api/{version}/test_runs"
LISTS = {
    "runs": (RUN, 1, "517"),
    "machines": (f"{RUN}/517/test_machine_results", 2, "1434"),
    "suites": (f"{RUN}/517/test_suite_results", 4, "1383"),
    "cases": (f"{RUN}/517/test_case_results", 8, "3857"),
    "steps": (f"{RUN}/517/test_case_results/3857/step_results", 6, "3c51e933-7e15-41a0-893b-38e38b8258a2"),
}
# What the reference calls the operators, a criterion for cases, and how many of the eight cases meet it.
OPERATORS = [
    ("equal", "result:FAILURE", 4),
    ("equal, in the words of the reference", "result:PASSED", 4),
    ("not equal", "result!SUCCESS", 4),
    ("greater than", "duration>30000", 3),
    ("less than", "duration<24000", 2),
    ("like", "result~fail", 4),
    ("in", "result@FAILURE#ABORTED", 4),
    ("not in", "result;FAILURE#ABORTED", 4),
    ("contains", "result$UCCES", 4),
    ("chained", "result:FAILURE,duration>30000,id>3857", 1),
]


def read(service: Service, path: str, query: str = "") -> list[dict[str, object]]:
    """All rows of a list: page by page, to the page that says it is the last."""
    transport = service.client._transport
    rows: list[object] = []
    for number in range(20):
        asked = {"query": query, "page": str(number)} if query else {"page": str(number)}
        page = service.run(transport.get(Request("GET", path, "read a list", asked), lists.page, until=soon()))
        rows += page.rows
        if page.last:
            return [row for row in rows if isinstance(row, dict)]
    raise AssertionError("a list that never ends")


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("envelope", ["paged", "spring"])
@pytest.mark.parametrize("version", ["v2", "v3"])
@pytest.mark.parametrize("level", LISTS)
def test_the_list_of_every_level(serve: Serve, level: str, version: str, envelope: str, size: int) -> None:
    """Every row once, in both ways of paging; the published ones are the published bodies."""
    shape = {"envelope": envelope, "page_size": size, "total_pages": size != 2}
    service = serve(scenario("sample-517").with_options(**shape))
    path, number, published = LISTS[level]
    rows = read(service, path.format(version=version))
    assert len(rows) == len({str(row["id"]) for row in rows}) == number
    [row] = [row for row in rows if str(row["id"]) == published]
    samples = [json.loads(file.read_text("utf-8")) for file in SAMPLES.glob("seed004_*.json")]
    assert row in [*samples, *(step for sample in samples for step in sample.get("content", ()))]


@pytest.mark.parametrize("envelope", ["paged", "spring"])
@pytest.mark.parametrize(("query", "number"), [pytest.param(*case[1:], id=case[0]) for case in OPERATORS])
def test_every_operator_of_a_query(serve: Serve, query: str, number: int, envelope: str) -> None:
    """Each arrives as it was meant, with the pages that follow; a chain of criteria is met as a whole."""
    service = serve(scenario("sample-517").with_options(envelope=envelope, page_size=3))
    path = LISTS["cases"][0].format(version="v2")
    rows = read(service, path, query)
    assert len(rows) == number
    assert {",".join(seen.query["query"]) for seen in service.server.seen} == {query}
    assert len(read(service, path)) == 8


@pytest.mark.parametrize("envelope", ["paged", "spring"])
@pytest.mark.parametrize("version", VERSIONS)
def test_all_levels_of_run_517(serve: Serve, version: str, envelope: str) -> None:
    """The whole tree of the published run, under each version and with both ways of paging."""
    service = serve(scenario("sample-517").with_options(versions=(version,), envelope=envelope, page_size=3))
    run = service.run(service.client.fetch_run(RunKey("517"), until=soon()))
    trees: list[ResultTree] = []
    service.run(collect(run, BatchFetcher(service.remote, soon()), "failed", trees.append))
    tree = trees[-1]
    assert tree.gaps == ()
    assert [(machine.id, machine.result) for machine in tree.machines] == [
        ("1434", Result.FAILED),
        ("1435", Result.FAILED),
    ]
    assert tree.machines[0].device.browser_version == "123.0"
    suite = tree.machines[0].suites[0]
    assert (suite.id, suite.timing.duration) == ("1383", timedelta(seconds=74))
    case = suite.cases[0]
    assert (case.id, case.timing.duration) == ("3857", timedelta(milliseconds=23038))
    assert [step.result for step in case.steps or ()] == [Result.PASSED] * 3 + [Result.FAILED] + [
        Result.NOT_EXECUTED
    ] * 2
    assert case.message == "Unable to perform click/check action on element, Element is not displayed."
    assert sum(1 for _ in tree.cases()) == 8
