"""What answers mean: the service's words and units become ours, and nonsense never becomes a pass."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from testsigma_action.api import decode, details, lists, named
from testsigma_action.api.cases import case_list
from testsigma_action.api.cases import step as read_step
from testsigma_action.api.counters import counts
from testsigma_action.api.fields import DecodeError, Fields, about
from testsigma_action.domain.run import Counts, Result, Status

SAMPLES = Path(__file__).parents[1] / "fixtures" / "api"
RUN: dict[str, object] = {"id": 302, "status": "STATUS_COMPLETED", "result": "SUCCESS", "executionId": 420}


def sample(name: str) -> Any:  # noqa: ANN401 - JSON
    """A published body."""
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def row(case: int = 1, suite: int = 1, machine: int = 1, **fields: object) -> dict[str, object]:
    """A row of the list of cases."""
    return {
        "testCaseId": case,
        "testCaseName": f"Case {case}",
        "testCaseResultId": 100 + case,
        "result": "SUCCESS",
        "testSuiteName": f"Suite {suite}",
        "testSuiteResultId": 200 + suite,
        "machineTitle": f"Machine {machine}",
        "machineResultId": 300 + machine,
        **fields,
    }


@pytest.mark.parametrize(
    ("label", "result"),
    [
        ("SUCCESS", Result.PASSED),
        ("PASSED", Result.PASSED),
        ("FAILURE", Result.FAILED),
        ("FAILED", Result.FAILED),
        ("ABORTED", Result.ABORTED),
        ("STOPPED", Result.STOPPED),
        ("NOT_EXECUTED", Result.NOT_EXECUTED),
        ("QUEUED", Result.QUEUED),
        (" success ", Result.PASSED),
        ("", Result.UNKNOWN),
        ("NOT_SUCCESS", Result.UNKNOWN),
        ("SUCCESSFUL", Result.UNKNOWN),
        ("0", Result.UNKNOWN),
        ("SOMETHING_NEW", Result.UNKNOWN),
    ],
)
def test_results(label: str, result: Result) -> None:
    """Both vocabularies mean the same, and a word that we do not know is never a pass."""
    assert decode.run(RUN | {"result": label}).result is result


@pytest.mark.parametrize("value", [None, 0, True, [], {}, "", "null"])
def test_a_run_without_a_result_has_an_unknown_one(value: object) -> None:
    """Null, a number or anything else in place of a result is unknown."""
    assert decode.run(RUN | {"result": value}).result is Result.UNKNOWN
    assert decode.run({key: value for key, value in RUN.items() if key != "result"}).result is Result.UNKNOWN


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ("STATUS_CREATED", Status.CREATED),
        ("STATUS_QUEUED", Status.QUEUED),
        ("STATUS_PRE_FLIGHT", Status.PRE_FLIGHT),
        ("STATUS_IN_PROGRESS", Status.IN_PROGRESS),
        ("STATUS_COMPLETED", Status.COMPLETED),
        ("COMPLETED", Status.UNKNOWN),
        ("STATUS_COMPLETED_WITH_ERRORS", Status.UNKNOWN),
        ("STATUS_SOMETHING_NEW", Status.UNKNOWN),
    ],
)
def test_statuses(label: str, status: Status) -> None:
    """Only STATUS_COMPLETED is an end; a status that we do not know keeps its name for the log."""
    run = decode.run(RUN | {"status": label})
    assert (run.status, run.status_label) == (status, label)
    assert run.completed is (status is Status.COMPLETED)


@pytest.mark.parametrize(
    "body", [None, [], "text", {}, {"id": 302}, {"status": "STATUS_COMPLETED"}, RUN | {"status": None}]
)
def test_what_describes_no_run_is_refused(body: object) -> None:
    """Without an ID and a status an answer counts like a broken one."""
    with pytest.raises(DecodeError):
        decode.run(body)


@pytest.mark.parametrize("identity", [".", "..", "a/b", "", None, True, [302], "3 02"])
def test_a_run_with_a_hostile_id_is_refused(identity: object) -> None:
    """An ID that would change the path of the next call is no ID."""
    with pytest.raises(DecodeError):
        decode.run(RUN | {"id": identity})


def test_ids_are_texts_whatever_the_wire_has() -> None:
    """Numbers and strings are the same ID."""
    for identity in (302, "302"):
        run = decode.run(RUN | {"id": identity, "executionId": str(identity)})
        assert (run.id, run.plan_id) == ("302", "302")


def test_a_run_has_its_plan_and_its_labels() -> None:
    """Name and ID of the plan, the service's own words, build number, environment and times."""
    plan = {"id": 420, "name": "Shop"}
    body = RUN | {"execution": plan, "executionId": None, "buildNo": 812, "environmentId": 10, "message": "no agent"}
    run = decode.run(body | {"startTime": 946_684_800_000, "endTime": 946_684_805_000, "duration": 4000})
    assert (run.plan_id, run.plan_name, run.build_number, run.environment_id) == ("420", "Shop", "812", "10")
    assert (run.message, run.result_label, run.status_label) == ("no agent", "SUCCESS", "STATUS_COMPLETED")
    assert run.timing.ended == datetime(2000, 1, 1, 0, 0, 5, tzinfo=UTC)
    assert run.timing.duration == timedelta(seconds=4)


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, None),
        ({"isVisuallyPassed": None, "visualTestResult": None}, None),
        ({"isVisuallyPassed": True}, Result.PASSED),
        ({"isVisuallyPassed": False}, Result.FAILED),
        ({"visualTestResult": "FAILURE"}, Result.FAILED),
        ({"visualTestResult": "SUCCESS", "isVisuallyPassed": False}, Result.PASSED),
    ],
)
def test_visual_results(fields: dict[str, object], result: Result | None) -> None:
    """Both names are read, the newer one first; nothing is known without either."""
    assert decode.run(RUN | fields).visual_result is result


def test_counters_of_zero_or_null_say_nothing() -> None:
    """The service starts with zeros, and has nulls on finished runs."""
    for value in (0, None):
        names = ("total", "passed", "failed", "aborted", "stopped", "notExecuted")
        run = decode.run(RUN | {f"{name}Count": value for name in names})
        assert not run.counts.known
        assert run.other_counts == ()


def test_the_best_counters_come_first() -> None:
    """Consolidated metrics, metrics, consolidated counters, plain ones; the others remain as evidence."""
    metric = {"consolidatedPlanPassedCount": 1, "passedCount": 2}
    run = decode.run(RUN | {"testPlanResultMetric": metric, "consolidatedPlanPassedCount": 3, "passedCount": 4})
    assert [counts.passed for counts in (run.counts, *run.other_counts)] == [1, 2, 3, 4]


def test_the_metric_may_stand_in_a_run_within_the_run() -> None:
    """Counters of both kinds are read there, too."""
    metric = {"consolidatedPlanFailedCount": 1, "passedCount": 2}
    run = decode.run(RUN | {"run": {"testPlanResultMetric": metric}})
    assert [(counts.failed, counts.passed) for counts in (run.counts, *run.other_counts)] == [(1, None), (None, 2)]
    assert run.consolidated_counts == (Counts(failed=1),)


@pytest.mark.parametrize(
    ("name", "hook"),
    [
        ("2438_d580af2198b24a81b1ee3209f09c91f1_aftertest", True),
        ("2438_d580af2198b24a81b1ee3209f09c91f1_beforetest", True),
        (" 2438_D580AF2198B24A81B1EE3209F09C91F1_BeforeTest ", True),
        ("log_in_aftertest", False),
        ("2438_aftertest", False),
        ("2438_8f14e45f-ceea-4b01_beforetest", True),
        ("2438_d580af2198b24a81b1ee3209f09c91f1_aftertest 2", False),
        ("Clean up 2438_d580af2198b24a81b1ee3209f09c91f1_aftertest", False),
        ("2438_d580af2198b24a81b1ee3209f09c91f1", False),
        ("aftertest", False),
    ],
)
def test_rows_of_hooks(name: str, hook: bool) -> None:  # noqa: FBT001
    """A hook is known by an ID, a hash and when it runs; a case that people named so by chance stays a case."""
    [machine] = case_list("302", {"testCases": [row(testCaseName=name)]})
    assert [one.hook for one in machine.rows()] == [hook]
    assert len(list(machine.cases())) == 1 - hook


def test_what_runs_and_waits_is_read_apart_from_the_counters() -> None:
    """It is not evidence for a verdict: many queued tests of a finished run prove nothing."""
    run = decode.run(RUN | {"totalRunningCount": 2, "totalQueuedCount": 3})
    assert run.workload == Counts(running=2, queued=3)
    assert (run.counts, run.other_counts) == (Counts(), ())


def test_unknown_sets_of_counters_are_passed_over() -> None:
    """Null metrics leave the plain counters."""
    nulls: dict[str, object] = {
        "testPlanResultMetric": {"consolidatedPlanPassedCount": None},
        "consolidatedPlanTotalCount": 0,
    }
    run = decode.run(RUN | nulls | {"totalCount": 3, "passedCount": 3})
    assert (run.counts.total, run.counts.passed, run.other_counts) == (3, 3, ())


@pytest.mark.parametrize(
    ("failed", "unmet", "expected"), [(2, 1, 3), (None, 1, 1), (2, None, 2), (None, None, None), (0, 0, 0)]
)
def test_unmet_prerequisites_are_failures(failed: int | None, unmet: int | None, expected: int | None) -> None:
    """Old answers count failed prerequisites apart from failures."""
    fields = Fields({"failedCount": failed, "preRequisiteFailedCount": unmet})
    assert counts(fields).failed == expected


def test_all_counters_are_read() -> None:
    """Each counter has its place, with a prefix too."""
    names = ("total", "passed", "failed", "aborted", "stopped", "notExecuted", "queued", "running")
    expected = Counts(1, 2, 3, 4, 5, 6, 7, 8)
    assert counts(Fields({f"{name}Count": number for number, name in enumerate(names, 1)})) == expected
    prefixed = {f"consolidatedPlan{name[0].upper()}{name[1:]}Count": number for number, name in enumerate(names, 1)}
    assert counts(Fields(prefixed), "consolidatedPlan") == expected


def test_cases_become_machines_and_suites_in_order() -> None:
    """Rows are grouped by their result IDs, in the order in which each first appears."""
    rows = [row(1, 1, 2), row(2, 2, 2), row(3, 1, 1), row(4, 1, 2), row(5, 2, 2)]
    machines = case_list("302", {"testCases": rows})
    found = [(m.title, [(s.name, [c.name for c in s.cases]) for s in m.suites]) for m in machines]
    assert found == [
        ("Machine 2", [("Suite 1", ["Case 1", "Case 4"]), ("Suite 2", ["Case 2", "Case 5"])]),
        ("Machine 1", [("Suite 1", ["Case 3"])]),
    ]


def test_equal_names_with_different_ids_stay_apart() -> None:
    """Two machines or suites may have the same title."""
    rows = [
        row(1, 1, 1, machineTitle="Chrome"),
        row(2, 1, 2, machineTitle="Chrome"),
        row(3, 2, 2, testSuiteName="Suite 1"),
    ]
    machines = case_list("302", {"testCases": rows})
    assert [len(machine.suites) for machine in machines] == [1, 2]


def test_the_parts_of_a_case() -> None:
    """IDs, the service's word for the result, and data sets."""
    sets = [
        {"iterationResultId": 7963, "setName": "one", "result": "SUCCESS"},
        {"iterationResultId": "7964", "result": None},
    ]
    [machine] = case_list(
        "302", {"testCases": [row(7, result="FAILURE", isDataDrivenCase=True, iterationResults=sets)]}
    )
    [case] = machine.cases()
    assert (case.id, case.case_id, case.result, case.result_label, case.data_driven) == (
        "107",
        "7",
        Result.FAILED,
        "FAILURE",
        True,
    )
    assert [(each.id, each.name, each.result) for each in case.iterations] == [
        ("7963", "one", Result.PASSED),
        ("7964", "", Result.UNKNOWN),
    ]
    assert (machine.id, machine.suites[0].id) == ("301", "201")


@pytest.mark.parametrize("iterations", [None, []])
def test_a_case_without_data_has_no_iterations(iterations: object) -> None:
    """Null and an empty list are no iterations."""
    [machine] = case_list("302", {"testCases": [row(iterationResults=iterations)]})
    assert next(machine.cases()).iterations == ()


@pytest.mark.parametrize("iterations", ["x", {}, 7, True, [7], [None]])
def test_data_sets_that_cannot_be_read_are_broken(iterations: object) -> None:
    """They may hide a failure, so the case is no pass."""
    [machine] = case_list("302", {"testCases": [row(iterationResults=iterations)]})
    assert not next(machine.cases()).acceptable


@pytest.mark.parametrize("owner", ["..", {}, 1.5, True])
def test_a_list_of_nobody_knows_whose_cases_is_refused(owner: object) -> None:
    """The run that it belongs to may be missing, but not unreadable."""
    with pytest.raises(DecodeError):
        case_list("302", {"executionResultId": owner, "testCases": [row()]})
    assert case_list("302", {"executionResultId": 302.0, "testCases": [row()]})


@pytest.mark.parametrize(
    "junk", [None, 7, "text", [], {}, {"result": None}, {"result": ["SUCCESS"]}, {"testCaseId": 9}]
)
def test_junk_rows_stay_as_unknown_cases(junk: object) -> None:
    """Dropping a row that makes no sense could make a verdict better."""
    machines = case_list("302", {"testCases": [row(), junk]})
    cases = [case for machine in machines for case in machine.cases()]
    assert [case.result for case in cases] == [Result.PASSED, Result.UNKNOWN]
    assert all(case.name for case in cases)
    assert all(machine.title and all(suite.name for suite in machine.suites) for machine in machines)


def test_hostile_ids_in_rows_are_dropped() -> None:
    """A row keeps its case but no ID that could change a path."""
    hostile = row(testCaseResultId="..", machineResultId="a/b", testSuiteResultId=".")
    [machine] = case_list("302", {"testCases": [hostile]})
    assert (machine.id, machine.suites[0].id, next(machine.cases()).id) == ("", "", "")


@pytest.mark.parametrize("body", [None, [], [row()], {}, {"testCases": None}, {"testCases": {}}, "text"])
def test_what_is_no_list_of_cases_is_refused(body: object) -> None:
    """No list is not the same as an empty one."""
    with pytest.raises(DecodeError):
        case_list("302", body)


def test_a_list_of_cases_of_another_run_is_refused() -> None:
    """The ID of the run may come with the list."""
    assert case_list("302", {"executionResultId": "0302", "testCases": []}) == ()
    assert case_list("302", {"testCases": []}) == ()
    with pytest.raises(DecodeError, match="another run"):
        case_list("302", {"executionResultId": "303", "testCases": []})


@pytest.mark.parametrize(
    ("page", "last"),
    [
        ({"number": 0, "totalPages": 1, "last": False, "size": 2}, True),
        ({"number": 0, "totalPages": 2, "last": False, "size": 2}, False),
        ({"number": 1, "totalPages": 2, "last": False, "size": 2}, True),
        ({"number": 0, "totalPages": None, "last": False, "size": 2}, False),
        ({"number": 0, "totalPages": None, "last": False, "size": 3}, True),
        ({"number": 0, "totalPages": None, "last": True, "size": None}, True),
        ({"page": 0, "pageSize": 2, "isLast": False, "totalElements": 5}, False),
        ({"page": 2, "pageSize": 2, "isLast": True, "totalElements": 6}, True),
        ({"page": 2, "pageSize": 100, "isLast": False, "totalElements": None}, True),
        ({}, False),
    ],
)
def test_the_end_of_a_list(page: dict[str, object], last: bool) -> None:  # noqa: FBT001
    """Never by `last: false`: documented answers have it on their only page."""
    assert lists.page({"content": [{"id": 1}, {"id": 2}], **page}).last is last


def test_an_empty_page_is_the_last() -> None:
    """Whatever it says of itself."""
    assert lists.page({"content": [], "last": False, "totalPages": 9, "number": 0}).last


ROWS = [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    "body",
    [
        ROWS,
        {"content": ROWS},
        {"data": ROWS},
        {"data": {"content": ROWS}},
        {"items": ROWS},
        {"results": ROWS},
    ],
    ids=repr,
)
def test_rows_are_found_in_every_envelope(body: object) -> None:
    """The key of the rows is not documented everywhere."""
    assert lists.page(body).rows == tuple(ROWS)


@pytest.mark.parametrize(
    "body", [None, "text", 7, {}, [1, 2], {"content": None}, {"content": {}}, {"data": {"other": 1}}], ids=repr
)
def test_what_has_no_rows_is_refused(body: object) -> None:
    """No rows is not the same as an empty list."""
    with pytest.raises(DecodeError):
        lists.page(body)


def test_steps() -> None:
    """A step has its place, its texts, its error and its times; junk is a step of unknown result."""
    body = {
        "id": "a-b",
        "action": "Click",
        "message": "No",
        "type": "NLP_TEXT",
        "errorType": "ASSERT_ERROR",
        "errorCode": 1000001,
    }
    step = read_step(body | {"result": "FAILURE", "visualTestResult": "SUCCESS", "duration": 7}, 3)
    assert (step.id, step.position, step.action, step.result, step.message) == ("a-b", 3, "Click", Result.FAILED, "No")
    assert (step.kind, step.error_type, step.error_code, step.visual_result) == (
        "NLP_TEXT",
        "ASSERT_ERROR",
        "1000001",
        Result.PASSED,
    )
    assert step.timing.duration == timedelta(milliseconds=7)
    assert read_step(None, 1).result is Result.UNKNOWN


@pytest.mark.parametrize(
    "decoder", [details.run_details, details.machine_details, details.suite_details, details.case_details]
)
@pytest.mark.parametrize("body", [None, [], {}, {"id": None}, {"id": ".."}, {"id": 8}, "text"], ids=repr)
def test_details_need_the_id_that_was_asked_for(decoder: Callable[[object], object], body: object) -> None:
    """An answer without an ID describes nothing, and one with another ID describes something else."""
    with pytest.raises(DecodeError):
        about("7", decoder)(body)
    assert about("7", decoder)({"id": "07"})


def test_a_device_is_empty_where_nobody_told() -> None:
    """Null and missing fields of a machine are empty."""
    found = details.machine_details(
        {"id": 1, "deviceConfiguration": {"title": "T", "browser": None, "osType": "LINUX"}}
    )
    assert (found.title, found.device.browser, found.device.os, found.result) == ("T", "", "LINUX", Result.UNKNOWN)


def test_found_runs_speak_both_dialects() -> None:
    """Lists of v1 say executionId, those of v2 testPlanId; a row without an ID stays recognisable as none."""
    rows = [{"id": 1, "executionId": 420, "buildNo": "b"}, {"id": "2", "testPlanId": "420", "buildNo": 7}, None]
    found = lists.found_runs({"content": rows}).runs
    assert [(run.id, run.plan_id, run.build_number) for run in found] == [
        ("1", "420", "b"),
        ("2", "420", "7"),
        ("",) * 3,
    ]
    assert all(run.status is Status.UNKNOWN and not run.status_label for run in found)


def test_only_the_own_fields_of_a_row_say_its_plan() -> None:
    """The plan that a row only describes may be another one than that whose runs are listed."""
    [run] = lists.found_runs([{"id": 1, "status": "STATUS_COMPLETED", "execution": {"id": 420}}]).runs
    assert (run.plan_id, run.completed) == ("", True)


@pytest.mark.parametrize(
    ("body", "complete"),
    [
        ([{"id": 1}], True),
        ({"content": [{"id": 1}], "page": 0, "pageSize": 5, "isLast": False}, True),
        ({"content": [{"id": 3}, {"id": 5}], "number": 0, "size": 2, "totalPages": 2}, False),
        ({"content": []}, True),
    ],
    ids=["bare", "short", "more", "empty"],
)
def test_a_list_of_runs_knows_whether_it_is_all(body: object, complete: bool) -> None:  # noqa: FBT001
    """Only who saw everything may say that something is not there."""
    assert lists.found_runs(body).complete is complete


def test_the_newest_runs_are_enough_if_they_are_the_newest() -> None:
    """A page sorted as it was asked for has what was just started; another order may hide it on a later page."""
    page = {"number": 0, "size": 3, "totalPages": 9}
    assert lists.newest_runs({"content": [{"id": 12}, {"id": 11}, {"id": 9}], **page}).complete
    assert not lists.newest_runs({"content": [{"id": 9}, {"id": 11}, {"id": 12}], **page}).complete
    assert lists.newest_runs({"content": [{"id": "a"}, None, {"id": "12"}], "number": 0, "totalPages": 1}).complete


@pytest.mark.parametrize("results", [("FAILURE", "SUCCESS"), ("SUCCESS", "FAILURE")])
def test_rows_of_an_index_that_share_an_id_are_of_no_use(results: tuple[str, str]) -> None:
    """The order of two rows that contradict each other must not decide: such a case is asked for by itself."""
    rows = [{"id": 7, "result": result} for result in results]
    page = lists.index_page({"content": [*rows, {"id": 8, "result": "SUCCESS"}]}, details.case_details)
    assert set(page.rows) == {"8"}


def test_ids_that_nobody_can_sort_show_no_order() -> None:
    """Without numbers it is not known that the newest runs come first: the list proves nothing."""
    page = {"last": False, "number": 0, "size": 2}
    assert not lists.newest_runs({"content": [{"id": "b-1"}, {"id": "a-2"}], **page}).complete


def test_the_published_run_passes_for_what_it_is() -> None:
    """The sample of a run's status is read with its plan, counters and times."""
    run = decode.run(sample("seed000_run_status_response.json"))
    assert run.id
    assert run.plan_name
    assert run.status is not Status.UNKNOWN
    assert run.result is not Result.UNKNOWN
    assert run.timing.started is not None


def test_the_published_start_is_a_run_that_waits() -> None:
    """The sample of the start answer is a run that was created and has no result."""
    run = decode.run(sample("seed000_trigger_response.json"))
    assert (run.status, run.result, run.completed) == (Status.CREATED, Result.QUEUED, False)
    assert not run.counts.known


def test_the_published_configurations_are_read() -> None:
    """The bare list of saved configurations has IDs and names."""
    found = named.saved_configurations(sample("seed000_saved_execution_configs_response.json"))
    assert found
    assert all(each.id and each.name for each in found)


def test_the_published_steps_are_one_page() -> None:
    """`last: false` on the only page of the sample does not mean that there is another."""
    body = sample("seed004_step_results_page.json")
    page = lists.page(body)
    assert body["last"] is False
    assert page.last
    assert len(page.rows) == body["numberOfElements"] == 6
    steps = [read_step(each, number) for number, each in enumerate(page.rows, 1)]
    assert [step.result for step in steps] == [Result.PASSED] * 3 + [Result.FAILED] + [Result.NOT_EXECUTED] * 2
    assert steps[3].error_type == "ASSERT_ERROR"
    assert all(step.id and step.action for step in steps)


def test_the_published_details_are_read() -> None:
    """Run, machine, suite and case by the detailed calls have results, times and what they add."""
    run = details.run_details(sample("seed004_test_run.json"))
    assert run.counts
    assert run.counts[0].total
    machine = details.machine_details(sample("seed004_test_machine_result.json"))
    assert machine.title
    assert machine.device.browser
    suite = details.suite_details(sample("seed004_test_suite_result.json"))
    case = details.case_details(sample("seed004_test_case_result.json"))
    for found in (run, machine, suite, case):
        assert found.result is not Result.UNKNOWN
        assert found.timing.duration


@pytest.mark.parametrize(
    ("plan", "reruns_itself"),
    [
        (None, False),
        ({}, False),
        ({"reRunType": None}, False),
        ({"reRunType": ""}, False),
        ({"reRunType": "NONE"}, False),
        ({"reRunType": " none "}, False),
        ({"reRunType": 7}, True),
        ({"reRunType": "ONLY_FAILED_TESTS"}, True),
        ({"reRunType": "SOMETHING_NEW"}, True),
    ],
)
def test_plans_that_run_cases_again(plan: object, reruns_itself: bool) -> None:  # noqa: FBT001
    """Whatever is not "none": which cases run again is the plan's business."""
    assert decode.run(RUN | {"execution": plan}).reruns_itself is reruns_itself


@pytest.mark.parametrize(
    ("child", "rerun_id"),
    [
        (None, ""),
        (13, "13"),
        ("13", "13"),
        ({"id": 13, "result": "QUEUED"}, "13"),
        ({"id": "13"}, "13"),
        ({}, ""),
        ([], ""),
        (True, ""),
        ("..", ""),
        ({"id": "1/../2"}, ""),
        ({"id": None}, ""),
    ],
)
def test_reruns_are_named_in_several_ways(child: object, rerun_id: str) -> None:
    """An object with an ID, or the ID; what is no ID names nothing."""
    assert decode.run(RUN | {"childResult": child}).rerun_id == rerun_id


def test_what_is_said_of_a_run_and_its_reruns_together() -> None:
    """Status, result and counters; each missing where nobody said it."""
    run = decode.run(
        RUN
        | {"consolidatedStatus": "STATUS_IN_PROGRESS", "consolidatedResult": "QUEUED", "reRunParentId": 11}
        | {"consolidatedPlanFailedCount": 1, "testPlanResultMetric": {"consolidatedPlanPassedCount": 2}}
    )
    assert (run.consolidated_status, run.consolidated_result, run.parent_id) == (
        Status.IN_PROGRESS,
        Result.QUEUED,
        "11",
    )
    assert run.consolidated_counts == (Counts(passed=2), Counts(failed=1))
    assert not run.consolidated_passed()
    bare = decode.run(RUN)
    assert (bare.consolidated_status, bare.consolidated_result, bare.consolidated_counts) == (None, None, ())
    assert bare.consolidated_passed()
    assert not decode.run(RUN | {"consolidatedResult": "SOMETHING"}).consolidated_passed()
    assert not decode.run(RUN | {"consolidatedPlanFailedCount": "many"}).consolidated_passed()
    odd = decode.run(RUN | {"consolidatedStatus": "SOMETHING_NEW"})
    assert (odd.consolidated_status, odd.consolidated_passed()) == (Status.UNKNOWN, False)


def test_consolidated_counters_of_the_detailed_calls() -> None:
    """They are kept apart from those of the run by itself."""
    found = details.run_details({"id": 1, "metrics": {"passedCount": 1, "consolidatedPlanPassedCount": 2}})
    assert found.counts == (Counts(passed=2), Counts(passed=1))
    assert found.consolidated_counts == (Counts(passed=2),)
    assert details.run_details({"id": 1, "metrics": {"passedCount": 1}}).consolidated_counts == ()


def test_machines_and_suites_keep_what_is_the_same_in_every_run() -> None:
    """IDs of machine and suite, besides those of their results."""
    [machine] = case_list("302", {"testCases": [row(machineId=7, testSuiteId="8")]})
    assert (machine.id, machine.machine_id, machine.suites[0].id, machine.suites[0].suite_id) == (
        "301",
        "7",
        "201",
        "8",
    )
