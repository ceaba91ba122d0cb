"""Runs of the simulator live as the API facts say: start, phases, stop, busy plans, reruns."""

from dataclasses import replace

import pytest

from tests.simulator import Case, Fault, Phase, Plan, Reruns, RunBefore, Simulator, failed, grid, passed, scenario
from tests.simulator.caller import RUNS, Caller, Clock
from tests.simulator.content import Machine, Suite
from tests.simulator.scenario import Scenario


def caller_of(found: Scenario, clock: Clock | None = None) -> Caller:
    return Caller(Simulator(found, clock or Clock()))


def test_polls_show_one_phase_after_the_other() -> None:
    """With the pace of polls each status call shows the next phase, as often as the phase says, and then the end."""
    life = (Phase("STATUS_QUEUED"), Phase("STATUS_SOMETHING_NEW", polls=2), Phase("STATUS_IN_PROGRESS"))
    caller = caller_of(scenario("passing").with_plan(life=life))
    run_id = caller.start()["id"]
    seen = [caller.poll(run_id) for _ in range(6)]
    assert [body["status"].removeprefix("STATUS_") for body in seen] == [
        *("QUEUED", "SOMETHING_NEW", "SOMETHING_NEW", "IN_PROGRESS", "COMPLETED", "COMPLETED")
    ]
    assert [body["result"] for body in seen] == ["QUEUED"] * 4 + ["SUCCESS"] * 2
    assert seen[-1] == seen[-2]


def test_counters_move_while_a_run_works() -> None:
    """Counters grow with the polls, the total never changes, and at any time they add up to it."""
    caller = caller_of(scenario("failing"))
    run_id = caller.start()["id"]
    seen = [caller.poll(run_id) for _ in range(5)]
    done = [body["passedCount"] + body["failedCount"] + body["notExecutedCount"] for body in seen]
    assert done == sorted(done)
    assert done[0] == 0 < done[2] < done[3] < done[4] == 11
    assert all(body["totalCount"] == 11 for body in seen)
    assert all(of + body["queuedCount"] + body["totalRunningCount"] == 11 for of, body in zip(done, seen, strict=True))


def test_a_run_lives_like_those_of_the_service() -> None:
    """Created for a moment, then in progress with nothing running, then with counters that move, then completed."""
    caller = caller_of(scenario("passing").with_options(shape=2023))
    started = caller.start()
    seen = [started, *(caller.poll(started["id"]) for _ in range(5))]
    assert [body["status"].removeprefix("STATUS_") for body in seen] == [
        *("CREATED", "CREATED", "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED")
    ]
    counters = [(body["queuedCount"], body["runningCount"], body["totalRunningCount"]) for body in seen]
    assert counters[1:3] == [(11, 0, 0)] * 2
    assert all(running == total_running == 1 for _queued, running, total_running in counters[3:5])


def test_time_ends_phases() -> None:
    """With the pace of time phases last their seconds, however often the status is asked for."""
    clock = Clock()
    life = (Phase("STATUS_QUEUED", seconds=2), Phase("STATUS_IN_PROGRESS", seconds=10))
    caller = caller_of(replace(scenario("passing").with_plan(life=life), pace="time"), clock)
    started = caller.start()
    for after, status in ((0, "QUEUED"), (1.9, "QUEUED"), (2, "IN_PROGRESS"), (11, "IN_PROGRESS"), (12, "COMPLETED")):
        clock.now = started["startTime"] / 1000 + after
        for _ in range(3):
            body = caller.poll(started["id"])
            assert body["status"] == f"STATUS_{status}"
    clock.now += 100
    assert caller.poll(started["id"])["duration"] == 12_000 == body["endTime"] - started["startTime"]
    unwatched = caller.start()["id"]
    clock.now += 1000
    assert caller.poll(unwatched)["duration"] == 12_000


@pytest.mark.parametrize("pace", ["polls", "time"])
def test_a_held_run_waits_for_its_release(pace: str) -> None:
    """A phase that holds lasts for any number of polls and any time, until it is released."""
    clock = Clock()
    life = (Phase("STATUS_IN_PROGRESS", hold=True),)
    held = replace(scenario("passing").with_plan(life=life), pace="polls" if pace == "polls" else "time")
    caller = caller_of(held, clock)
    first, second = caller.start()["id"], caller.start()["id"]
    for _ in range(20):
        clock.now += 1000
        assert caller.poll(first)["status"] == caller.poll(second)["status"] == "STATUS_IN_PROGRESS"
    caller.simulator.release(second)
    assert caller.poll(second)["status"] == "STATUS_COMPLETED"
    assert caller.poll(first)["status"] == "STATUS_IN_PROGRESS"
    caller.simulator.release()
    assert caller.poll(first)["status"] == "STATUS_COMPLETED"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"executionId": "420"}, 200),
        ({"executionId": 421}, 500),
        ({"executionId": None}, 500),
        ({"executionId": [420]}, 500),
        ({"environmentId": "10", "buildNo": 7}, 200),
        ({"environmentId": 99}, 500),
        ({"executionConfig": {"name": "smoke only"}}, 200),
        ({"executionConfig": {"id": "9"}}, 500),
        ({"executionConfig": "smoke only"}, 400),
        ({"runtimeData": {"url": "https://preview.example.com"}, "uploadVersions": {"4": "17"}}, 200),
        ({"runtimeData": "url=1"}, 400),
        ({"unknown": True}, 200),
    ],
)
def test_start_takes_what_is_documented(fields: dict[str, object], status: int) -> None:
    """IDs are numbers or numeric strings; plans, environments, configurations have to exist; errors start nothing."""
    caller = caller_of(scenario("passing"))
    body = caller.start(status, **fields)
    assert ("id" in body) == (status == 200)
    assert len(caller.simulator.statuses()) == (2 if status == 200 else 1)
    if status != 200:
        assert list(body) == ["timeStamp", "error", "code", "fieldErrors", "objectErrors"]


def test_build_and_environment_come_back() -> None:
    """The build number comes back as a string, the environment as a number."""
    caller = caller_of(scenario("passing"))
    body = caller.poll(caller.start(environmentId="10", buildNo=7)["id"])
    assert (body["buildNo"], body["environmentId"]) == ("7", 10)


def test_configuration_leaves_suites_out() -> None:
    """A saved configuration runs only the suites that it keeps."""
    caller = caller_of(scenario("passing"))
    run_id = caller.start(executionConfig={"id": "2", "name": "config 2"})["id"]
    caller.finish(run_id)
    cases = caller.get(f"{RUNS}/{run_id}/test_case_results")["testCases"]
    assert {case["testSuiteName"] for case in cases} == {"Smoke"}


def test_stop_ends_the_run() -> None:
    """A stop answers with the stopped run; finished cases keep their results, one is stopped, the rest never ran."""
    caller = caller_of(scenario("passing"))
    run_id = caller.start()["id"]
    assert [caller.poll(run_id)["status"] for _ in range(3)][-1] == "STATUS_IN_PROGRESS"
    body = caller.stop(run_id)
    assert (body["result"], body["status"], body["message"]) == (
        *("STOPPED", "STATUS_COMPLETED", "User stopped the Test Plan"),
    )
    assert caller.poll(run_id) == body
    cases = caller.get(f"{RUNS}/{run_id}/test_case_results")["testCases"]
    assert [case["result"] for case in cases] == ["SUCCESS"] * 3 + ["STOPPED"] + ["NOT_EXECUTED"] * 7
    assert "No Queued executions" in caller.stop(run_id, 500)["error"]


def test_stop_may_take_its_time() -> None:
    """A run can go on for some polls after its stop was accepted."""
    caller = caller_of(scenario("slow").with_options(stop_polls=2))
    run_id = caller.start()["id"]
    caller.stop(run_id)
    statuses = [caller.poll(run_id)["result"] for _ in range(4)]
    assert statuses == ["QUEUED", "QUEUED", "STOPPED", "STOPPED"]


def test_stop_with_a_delay_by_time() -> None:
    """A stop can take some seconds."""
    clock = Clock()
    caller = caller_of(replace(scenario("slow").with_options(stop_seconds=5.0), pace="time"), clock)
    run_id = caller.start()["id"]
    caller.stop(run_id)
    clock.now += 4
    assert caller.poll(run_id)["result"] == "QUEUED"
    clock.now += 1
    assert caller.poll(run_id)["result"] == "STOPPED"


@pytest.mark.parametrize(
    ("path", "body", "call", "stopped"),
    [
        ("/1001", {"canStopAll": False}, "stop", {1001}),
        ("/1001", {"canStopAll": True}, "stop-all", {1001, 1002}),
        ("/1001", {}, "stop-all", {1001, 1002}),
        ("", {"canStopAll": False}, "stop-all", {1001, 1002}),
    ],
)
def test_only_one_form_of_stop_spares_other_runs(path: str, body: object, call: str, stopped: set[int]) -> None:
    """Without an ID, or unless `canStopAll` is false, every run of the account is stopped."""
    caller = caller_of(scenario("slow"))
    caller.start()
    caller.start()
    assert caller.raw("PUT", RUNS + path, body).status == 200
    statuses = caller.simulator.statuses()
    assert {run for run in (1001, 1002) if statuses[run] == "STATUS_COMPLETED"} == stopped
    assert caller.simulator.recording.all()[-1].call == call


def test_busy_plan_refuses_a_start_until_its_run_is_over() -> None:
    """While a run of the plan goes on a start is a 500 with the service's words and starts nothing."""
    caller = caller_of(scenario("busy"))
    for _ in range(2):
        assert "currently running" in caller.start(500)["error"]
    assert caller.start()["id"] == 1001
    assert "currently running" in caller.start(500)["code"]


def test_replication_delay() -> None:
    """The first status calls after a start can be 404."""
    caller = caller_of(scenario("passing").with_options(replication_delay=2))
    run_id = caller.start()["id"]
    assert [caller.raw("GET", f"{RUNS}/{run_id}").status for _ in range(3)] == [404, 404, 200]
    assert caller.poll(run_id)["status"] == "STATUS_IN_PROGRESS"


def test_rerun_of_failed_cases() -> None:
    """A rerun has a new ID, its parent's ID, the failed cases only, and results of its own; its parent names it."""
    plan = Plan(7, "P", (Machine("M", (Suite("S", (passed("a"), replace(failed("b"), rerun_result="SUCCESS"))),)),))
    caller = caller_of(Scenario((plan,)))
    parent = caller.start()["id"]
    body = {"executionResultId": parent, "isReRun": True, "reRunType": "ONLY_FAILED_TESTS"}
    assert "not completed" in caller.start(400, **body)["error"]
    assert caller.finish(parent)["result"] == "FAILURE"
    child = caller.start(**body)
    assert (child["id"], child["reRunParentId"]) == (parent + 1, parent)
    assert caller.finish(child["id"])["result"] == "SUCCESS"
    cases = caller.get(f"{RUNS}/{child['id']}/test_case_results")["testCases"]
    assert [(case["testCaseName"], case["result"]) for case in cases] == [("b", "SUCCESS")]
    assert caller.poll(parent)["childResult"]["id"] == child["id"]
    assert caller.start(500, **body)["error"] == "ReRun Parent Id Already Exists"


def test_rerun_of_picked_cases_on_one_of_two_machines() -> None:
    """Picked cases are run again on their machine only, although machines share suites; foreign IDs are refused."""
    caller = caller_of(Scenario((grid(2, 1, 3),)))
    parent = caller.start()["id"]
    caller.finish(parent)
    wanted = caller.get(f"{RUNS}/{parent}/test_case_results")["testCases"][4]
    body: dict[str, object] = {"executionResultId": parent, "isReRun": True, "reRunType": "USER_PICKED"}
    assert "not related" in caller.start(400, **body, testCaseResultRequests=[{"id": 1}])["error"]
    child = caller.start(200, **body, testCaseResultRequests=[{"id": wanted["testCaseResultId"]}])["id"]
    cases = caller.get(f"{RUNS}/{child}/test_case_results")["testCases"]
    assert [(case["machineTitle"], case["testCaseId"]) for case in cases] == [("Machine 2", wanted["testCaseId"])]


def test_automatic_rerun_appears_after_the_end() -> None:
    """A plan that reruns by itself completes as failed first; the child appears with the next status call."""
    machines = (Machine("M", (Suite("S", (replace(failed("a"), rerun_result="SUCCESS"),)),)),)
    plan = Plan(7, "P", machines, rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True)
    caller = caller_of(Scenario((plan,)).with_options(shape=2023))
    run_id = caller.start()["id"]
    end = caller.finish(run_id)
    assert (end["childResult"], end["consolidatedStatus"]) == (None, "STATUS_COMPLETED")
    later = caller.poll(run_id)
    assert (later["childResult"]["id"], later["consolidatedStatus"]) == (run_id + 1, "STATUS_CREATED")
    assert caller.finish(run_id + 1)["result"] == "SUCCESS"
    assert caller.poll(run_id)["consolidatedResult"] == "SUCCESS"


def rerunning(case: Case, **behaviour: object) -> Caller:
    """A caller of a plan with one case that it runs again by itself."""
    machines = (Machine("M", (Suite("S", (case,)),)),)
    again = Reruns(**behaviour)  # type: ignore[arg-type]
    plan = Plan(7, "P", machines, rerun_type="ONLY_FAILED_TESTS", automatic_rerun=True, reruns=again)
    return caller_of(Scenario((plan,)).with_options(shape=2024))


@pytest.mark.parametrize(("named_by", "child"), [("number", 1002), ("string", "1002")])
def test_a_rerun_is_named_late_and_in_several_ways(named_by: str, child: object) -> None:
    """It exists, and the answer about its parent names it some calls later; its own first calls find nothing."""
    caller = rerunning(failed("a"), shown_after=2, named_by=named_by, hidden=1)
    caller.finish(caller.start()["id"])
    assert [caller.poll(1001)["childResult"] for _ in range(4)] == [None, None, child, child]
    caller.get(f"{RUNS}/1002", status=404)
    assert caller.finish(1002)["result"] == "FAILURE"


def test_reruns_in_a_row() -> None:
    """Results in one rerun after the other, and no more reruns than were asked for."""
    caller = rerunning(replace(failed("a"), rerun_result=("FAILURE", "ABORTED")), most=3)
    caller.start()
    results = []
    for run_id in range(1001, 1005):
        results.append(caller.finish(run_id)["result"])
        caller.poll(run_id)
    assert results == ["FAILURE", "FAILURE", "ABORTED", "ABORTED"]
    assert caller.poll(1004)["childResult"] is None


@pytest.mark.parametrize(
    ("lag", "results"), [(0, ["SUCCESS", "SUCCESS"]), (1, ["FAILURE", "SUCCESS"]), (None, ["FAILURE"])]
)
def test_what_is_consolidated_may_lag_behind(lag: int | None, results: list[str]) -> None:
    """Result and counters describe the last rerun at once, later or never."""
    caller = rerunning(replace(failed("a"), rerun_result="SUCCESS"), lag=lag)
    caller.finish(caller.start()["id"])
    caller.poll(1001)
    caller.finish(1002)
    found = [caller.poll(1001) for _ in results]
    assert [each["consolidatedResult"] for each in found] == results
    assert [each["consolidatedPlanFailedCount"] for each in found] == [result == "FAILURE" for result in results]


def test_fields_of_the_run_can_be_anything() -> None:
    """A scenario can say any value of the run's fields: at its start, while it goes, and at its end."""
    changed = scenario("passing").with_plan(
        at_start={"totalCount": None}, while_running={"result": None}, at_end={"result": "SUCCESS", "failedCount": 3}
    )
    caller = caller_of(changed)
    assert caller.start()["totalCount"] is None
    assert caller.poll(1001)["result"] is None
    end = caller.finish(1001)
    assert (end["result"], end["failedCount"], end["totalCount"]) == ("SUCCESS", 3, 11)


def test_shapes_of_the_years() -> None:
    """Newer shapes have consolidated fields, null counters at the start if asked for, and the metric at the end."""
    found = scenario("failing").with_options(shape=2024, metric=True, null_start_counters=True, null_counters=True)
    caller = caller_of(found)
    assert caller.start()["failedCount"] is None
    end = caller.finish(1001)
    assert "abortedCount" not in end
    assert end["failedCount"] is None
    assert end["consolidatedPlanFailedCount"] == end["testPlanResultMetric"]["consolidatedPlanFailedCount"] == 2
    assert "consolidatedStatus" not in caller_of(scenario("failing")).start()
    plainer = caller_of(scenario("failing").with_options(shape=2024, null_start_counters=True))
    assert plainer.start()["failedCount"] is None
    end = plainer.finish(1001)
    assert (end["failedCount"], end["testPlanResultMetric"]) == (2, None)


def test_a_parent_has_the_worst_result_of_its_parts() -> None:
    """A failure counts more than a case that was not executed, an abort more, and a result that is given wins."""
    for results, worst in (
        (("SUCCESS", "FAILURE", "NOT_EXECUTED"), "FAILURE"),
        (("SUCCESS", "NOT_EXECUTED"), "NOT_EXECUTED"),
        (("ABORTED", "FAILURE"), "ABORTED"),
        (("SUCCESS", "SOMETHING_NEW"), "SOMETHING_NEW"),
        ((), "SUCCESS"),
    ):
        suite = Suite("S", tuple(Case(f"case {number}", result) for number, result in enumerate(results)))
        plan = Plan(7, "P", (Machine("M", (suite, Suite("T", (Case("good"),)))),))
        assert caller_of(Scenario((plan,), runs_before=(RunBefore(1, plan),))).poll(1)["result"] == worst
        given = caller_of(Scenario((replace(plan, result="STOPPED"),)))
        assert given.finish(given.start()["id"])["result"] == "STOPPED"


def test_cases_of_a_machine_follow_one_another() -> None:
    """Machines work side by side, the cases of each one after the other; times of the parts fit into one another."""
    clock = Clock()
    caller = caller_of(Scenario((grid(2, 2, 2),), runs_before=(RunBefore(9, grid(2, 2, 2), age=60),)), clock)
    base = "/api/v2/test_runs/9"
    begins = [row["startTime"][-3:-1] for row in caller.get(f"{base}/test_case_results")["content"]]
    assert begins == ["20", "20", "21", "22", "20", "20", "21", "22"]
    suites = caller.get(f"{base}/test_suite_results")["content"]
    assert [suite["duration"] for suite in suites] == [1600] * 4
    assert {machine["duration"] for machine in caller.get(f"{base}/test_machine_results")["content"]} == {3200}


def test_runs_before_are_complete_or_alive() -> None:
    """A run that was there before is complete with its own times, and can be attached to."""
    clock = Clock()
    before = RunBefore(900, grid(1, 1, 2, fail_every=2), "build 900", age=3600, seconds=90)
    body = caller_of(replace(scenario("passing"), runs_before=(before,)), clock).poll(900)
    assert (body["result"], body["buildNo"], body["duration"]) == ("FAILURE", "build 900", 90_000)
    assert body["startTime"] == (clock.now - 3600) * 1000


def test_a_poll_that_fails_is_no_poll() -> None:
    """A replaced answer leaves the state alone, unless the fault says that the call takes effect."""
    for takes_effect, status in ((False, "STATUS_CREATED"), (True, "STATUS_IN_PROGRESS")):
        caller = caller_of(scenario("passing").with_faults(Fault("status", status=503, takes_effect=takes_effect)))
        caller.start()
        caller.get(f"{RUNS}/1001", 503)
        assert caller.poll(1001)["status"] == status
