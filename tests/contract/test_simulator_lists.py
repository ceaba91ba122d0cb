"""Lists of the simulator: pages in every envelope, queries, versions, and what an installation may lack."""

import json
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from tests.simulator import Case, Machine, Plan, RunBefore, Scenario, Simulator, Suite, grid, scenario
from tests.simulator.caller import RUNS, Caller, Clock


def finished(plan: Plan, **options: object) -> Caller:
    """A caller whose run 1001 is complete."""
    caller = Caller(Simulator(Scenario((plan,)).with_options(**options), Clock()))
    caller.start()
    caller.finish(1001)
    return caller


def rows_of(caller: Caller, path: str, last: str, key: str = "content") -> list[Any]:
    """All rows of a list, read until a page says that it is the last one, or is empty."""
    rows: list[Any] = []
    for number in count():
        page = caller.get(f"{path}{'&' if '?' in path else '?'}page={number}")
        rows += page[key]
        if page.get(last) is True or not page[key]:
            return rows
    raise AssertionError


@pytest.mark.parametrize("level", ["test_machine_results", "test_suite_results", "test_case_results"])
def test_index_pages_hold_every_row_once(level: str) -> None:
    """Read to the end, the INDEX has the single results of a level, each once, in pages of the size in the options."""
    caller = finished(grid(3, 4, 5), page_size=7)
    base = f"/api/v2/test_runs/1001/{level}"
    rows = rows_of(caller, base, "isLast")
    assert len(rows) == {"test_machine_results": 3, "test_suite_results": 12, "test_case_results": 60}[level]
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(caller.get(f"{base}/{row['id']}") == row for row in rows)
    first = caller.get(base)
    assert (first["page"], first["pageSize"], first["totalElements"]) == (0, 7, len(rows))
    pages = -(-len(rows) // 7)
    assert [caller.get(f"{base}?page={number}")["isLast"] for number in range(pages)] == [False] * (pages - 1) + [True]
    assert len(first["content"]) == min(7, len(rows))


def test_index_in_the_other_envelope() -> None:
    """The Spring-like envelope says `last: false` on its only page and knows no totals; the row key can be any."""
    page = finished(grid(), envelope="spring").get("/api/v3/test_runs/1001/test_case_results")
    assert (page["last"], page["totalElements"], page["totalPages"], page["first"]) == (False, None, 1, True)
    assert finished(grid(), envelope="spring", total_pages=False).get("/api/v2/test_runs")["totalPages"] is None
    other = finished(grid(), row_key="test_case_results").get("/api/v2/test_runs/1001/test_case_results")
    assert list(other) == ["test_case_results", "page", "pageSize", "isLast", "totalElements"]


def test_first_page_may_be_number_one() -> None:
    """Pages can be counted from 1; page 0 is the first one then, too."""
    caller = finished(grid(1, 1, 3), page_size=2, first_page=1)
    pages = [caller.get(f"/api/v2/test_runs/1001/test_case_results?page={number}") for number in (0, 1, 2)]
    assert [len(page["content"]) for page in pages] == [2, 2, 1]
    assert [page["page"] for page in pages] == [1, 1, 2]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("result:SUCCESS", 3),
        ("result:PASSED", 3),
        ("result!SUCCESS", 2),
        ("result@FAILURE%23ABORTED", 2),
        ("result;FAILURE%23ABORTED", 3),
        ("result:FAIL*", 1),
        ("result:*URE", 1),
        ("result:*ILU*", 1),
        ("result%3E1", 0),
        ("result~fail", 1),
        ("result$BORT", 1),
        ("duration%3E900", 1),
        ("duration%3C900,result:SUCCESS", 3),
        ("endTime:null", 0),
        ("metrics.totalCount:0", 5),
        ("noSuchKey:1", 5),
        ("no criterion at all", 5),
        ("", 5),
    ],
)
def test_queries(query: str, found: int) -> None:
    """Every operator filters; what is no criterion, or names no key of the rows, is dropped silently."""
    cases = (Case("a"), Case("b"), Case("e"), Case("c", "FAILURE", duration=2000), Case("d", "ABORTED"))
    caller = finished(Plan(7, "P", (Machine("M", (Suite("S", cases),)),)))
    path = f"/api/v2/test_runs/1001/test_case_results?query={query}"
    assert caller.get(path)["totalElements"] == found
    ignored = finished(Plan(7, "P", (Machine("M", (Suite("S", cases),)),)), ignore_query=True)
    assert ignored.get(path)["totalElements"] == 5


def test_queries_see_what_is_true_now() -> None:
    """A query that is asked again while the run goes on is answered anew."""
    caller = Caller(Simulator(Scenario((grid(1, 1, 4),)), Clock()))
    caller.start()
    found = []
    for _ in range(6):
        found.append(caller.get("/api/v2/test_runs/1001/test_case_results?query=result:SUCCESS")["totalElements"])
        caller.poll(1001)
    assert found == [0, 0, 0, 1, 2, 4]


def test_runs_are_found_by_plan_and_build() -> None:
    """The INDEX of runs finds a run by plan and build number, with the reserved characters written out."""
    plans = (Plan(7, "P"), Plan(8, "Q"))
    caller = Caller(Simulator(Scenario(plans), Clock()))
    for plan, build in ((7, "a/b#1:2,3"), (7, "other"), (8, "a/b#1:2,3")):
        caller.start(executionId=plan, buildNo=build)
    query = "testPlanId:7,buildNo:a/b%231ts_colon2ts_comma3"
    assert [row["id"] for row in caller.get(f"/api/v2/test_runs?query={query}")["content"]] == [1001]
    assert [row["id"] for row in caller.get("/api/v2/test_runs")["content"]] == [1003, 1002, 1001]


def test_newest_runs_of_a_plan() -> None:
    """The plan's list of runs is a Spring page that honours size and direction."""
    before = RunBefore(900, grid(), "build 900")
    caller = Caller(Simulator(Scenario((grid(),), runs_before=(before,)), Clock()))
    caller.start()
    path = "/api/v1/executions/4200/test_plan_results?page=0&size=1&sortBy=id"
    for direction, run_id in (("DESC", 1001), ("ASC", 900)):
        page = caller.get(f"{path}&direction={direction}")
        assert [row["id"] for row in page["content"]] == [run_id]
        assert (page["totalElements"], page["totalPages"], page["size"]) == (2, 2, 1)


def test_raw_cases_have_iterations_unless_filtered() -> None:
    """The raw v1 list has a row for each iteration, which `iteration:null` removes, and the message of each case."""
    caller = Caller(Simulator(scenario("failing"), Clock()))
    caller.start()
    caller.finish(1001)
    path = "/api/v1/test_case_results?size=5&query=executionResultId:1001"
    rows = rows_of(caller, path, "last")
    parents = rows_of(caller, f"{path},iteration:null,isStepGroup:false,afterTestParentResultId:null", "last")
    assert (len(rows), len(parents)) == (17, 11)
    failed = caller.get(f"{path},iteration:null,result:FAILURE")["content"]
    assert failed[0]["message"].startswith("Unable to perform")
    assert failed[0]["environmentResult"]["environmentSettings"]["title"] == "Windows Chrome"


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        (
            {"versions": ("v3",)},
            ["/api/v2/test_runs/1001", "/api/v2/test_runs", "/api/v2/test_runs/1001/test_case_results"],
        ),
        ({"versions": ()}, ["/api/v2/test_runs/1001", "/api/v3/test_runs/1001"]),
        ({"list_of_cases": False}, [f"{RUNS}/1001/test_case_results"]),
        ({"index": False}, ["/api/v2/test_runs", "/api/v3/test_runs/1001/test_suite_results"]),
        ({"raw_cases": False}, ["/api/v1/test_case_results?query=executionResultId:1001"]),
        ({"newest_runs": False}, ["/api/v1/executions/4200/test_plan_results"]),
        ({}, ["/api/v2/test_runs/77", f"{RUNS}/77", f"{RUNS}/x", "/api/v2/test_runs/1001/test_case_results/77"]),
        ({}, ["/api/v1/environments/77", "/api/v4/test_runs", "/"]),
    ],
)
def test_what_is_not_there_is_a_404(options: dict[str, object], paths: list[str]) -> None:
    """What the options take away, unknown IDs and unknown paths are 404 with the service's error body."""
    caller = finished(grid(), **options)
    for path in paths:
        assert caller.get(path, 404)["fieldErrors"] is None


def test_page_that_is_no_number_is_a_400() -> None:
    """A page has to be a number."""
    assert "page" in finished(grid()).get("/api/v2/test_runs?page=x", 400)["error"]


def test_raw_cases_by_plain_parameters() -> None:
    """The criteria may also stand in the address as parameters of their own, without `query=`."""
    caller = finished(grid(1, 1, 6, fail_every=2))
    queried = caller.get("/api/v1/test_case_results?query=executionResultId:1001,result:FAILURE&size=2&page=1")
    plain = caller.get("/api/v1/test_case_results?executionResultId=1001&result=FAILURE&size=2&page=1")
    assert plain == queried
    assert (plain["totalElements"], len(plain["content"])) == (3, 1)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_what_is_sent_has_to_be_labelled_json(kind: str) -> None:
    """A start or a stop without the content type of JSON is a 415, and nothing is done."""
    caller = Caller(Simulator(scenario("slow")))
    run_id = caller.start()["id"]
    headers = {"authorization": "Bearer key-for-tests", **({"content-type": kind} if kind else {})}
    stop = {"canStopAll": False, "result": "STOPPED"}
    assert caller.raw("PUT", f"{RUNS}/{run_id}", stop, headers).status == 415
    assert caller.raw("POST", RUNS, {"executionId": 420}, headers).status == 415
    assert len(caller.simulator.runs()) == 2
    assert caller.poll(run_id)["status"] != "STATUS_COMPLETED"
    labelled = headers | {"content-type": "application/json;charset=UTF-8"}
    assert caller.raw("POST", RUNS, {"executionId": 420}, labelled).status == 200


def test_json_is_compact() -> None:
    """Bodies have no blanks between their parts, errors included: scripts read them with regular expressions."""
    caller = Caller(Simulator(scenario("passing")))
    for path in (f"{RUNS}/900", f"{RUNS}/77", "/api/v2/test_runs/900", "/api/v1/saved_execution_configs"):
        body = caller.raw("GET", path).body
        assert body == json.dumps(json.loads(body), separators=(",", ":")).encode()


def test_wrong_method_is_a_405() -> None:
    """A known path with another method is a 405."""
    assert finished(grid()).raw("DELETE", f"{RUNS}/1001").status == 405


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ({}, b"No JWT token found"),
        ({"authorization": "key-for-tests"}, b"No JWT token found"),
        ({"authorization": "Basic key-for-tests"}, b"No JWT token found"),
        ({"authorization": "Bearer wrong"}, b"Invalid JWT token"),
    ],
)
def test_key_is_required(header: dict[str, str], text: bytes) -> None:
    """Without the right Bearer key the answer is a 401 with plain text that is labelled JSON, and nothing is done."""
    caller = Caller(Simulator(scenario("sample-302")))
    answer = caller.raw("POST", RUNS, {"executionId": 274}, {"accept": "*/*", **header})
    assert (answer.status, answer.body) == (401, text)
    assert dict(answer.headers)["Content-Type"].startswith("application/json")
    assert caller.poll(302)["status"] == "STATUS_COMPLETED"


def test_ids_as_strings_and_the_other_words() -> None:
    """IDs can be numeric strings on every level, and results PASSED and FAILED."""
    caller = finished(grid(1, 1, 2, fail_every=2), string_ids=True, words="PASSED")
    run = caller.poll(1001)
    assert (run["id"], run["executionId"], run["result"], run["totalCount"]) == ("1001", "4200", "FAILED", 2)
    cases = caller.get(f"{RUNS}/1001/test_case_results")["testCases"]
    assert [case["result"] for case in cases] == ["PASSED", "FAILED"]
    single = caller.get(f"/api/v2/test_runs/1001/test_case_results/{cases[0]['testCaseResultId']}")
    assert single["metrics"]["testPlanResultId"] == "1001"


def test_environments_are_pages() -> None:
    """Environments come as a Spring page, and one by one, with their variables."""
    caller = Caller(Simulator(scenario("passing")))
    page = caller.get("/api/v1/environments?size=1&page=1")
    assert (page["totalElements"], page["last"], [row["name"] for row in page["content"]]) == (2, True, ["production"])
    assert [each["isEncrypted"] for each in caller.get("/api/v1/environments/10")["variables"]] == [False, True]


def test_environments_are_found_by_a_query() -> None:
    """`query=` selects environments; a service that ignores queries answers with all of them."""
    found = Caller(Simulator(scenario("passing"))).get("/api/v1/environments?query=name:staging")
    assert [row["id"] for row in found["content"]] == [10]
    ignoring = Caller(Simulator(scenario("passing").with_options(ignore_query=True)))
    assert ignoring.get("/api/v1/environments?query=name:staging")["totalElements"] == 2


def test_vendor_report() -> None:
    """The vendor's report is XML with headers of deprecation; before the end it is plain text with status 200."""
    caller = Caller(Simulator(scenario("failing")))
    caller.start()
    early = caller.raw("GET", "/api/v1/reports/junit/1001")
    assert (early.status, early.body) == (200, b"Report generation failed, Test plan run is not completed")
    caller.finish(1001)
    report = caller.raw("GET", "/api/v1/reports/junit/1001")
    assert b'tests="6" failures="2" errors="2"' in report.body
    assert {"Deprecation", "Sunset", "Link"} <= dict(report.headers).keys()
    asked = {"authorization": "Bearer key-for-tests", "accept": "application/json"}
    assert caller.raw("GET", "/api/v1/reports/junit/1001", None, asked).status == 406


def test_any_text_passes_through() -> None:
    """Names and messages are any text; lone surrogates travel as escapes."""
    name = "\ud800 \x00 ]]> <b> ::error:: \u202e \U0001f6b2"
    hostile = replace(grid(), name=name, machines=(Machine(name, (Suite(name, (Case(name, "FAILURE", name),)),)),))
    caller = finished(hostile)
    assert caller.poll(1001)["execution"]["name"] == name
    case = caller.get(f"{RUNS}/1001/test_case_results")["testCases"][0]
    assert {case["testCaseName"], case["testSuiteName"], case["machineTitle"]} == {name}
    assert rb"\ud800" in caller.raw("GET", f"{RUNS}/1001").body
