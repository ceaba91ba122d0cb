"""The client against the simulator: what each call sends, and what it makes of the answers."""

from contextlib import suppress

import pytest

from tests.contract.conftest import PLAN, Serve, Service, result_of, soon, spec
from tests.simulator import Case, Fault, Machine, Plan, RunBefore, Scenario, Step, Suite, scenario
from testsigma_action.api.results import MAX_PAGES
from testsigma_action.api.start_body import start_body
from testsigma_action.domain.identity import RunKey
from testsigma_action.domain.run import ConfigurationRef, Counts, Result, RunSpec, Status
from testsigma_action.errors import ActionError, Outage, Refused

BEFORE = "900"


def steps_plan(number: int) -> Plan:
    """A plan with one failed case of so many steps."""
    steps = tuple(Step(f"Step {index}", "FAILURE" if index == number else "SUCCESS") for index in range(1, number + 1))
    return Plan(420, "Shop", (Machine("Chrome", (Suite("Smoke", (Case("Case", "FAILURE", steps=steps),)),)),))


def with_run(plan: Plan, **options: object) -> Scenario:
    """A service on which run 900 of a plan is over."""
    known = Scenario((plan,), runs_before=(RunBefore(900, plan, "build 900"),))
    return known.with_options(**options)


def only_case(service: Service) -> str:
    """The result ID of the only case of run 900."""
    [machine] = result_of(service.client.results.fetch_case_list(BEFORE, until=soon()))
    return next(machine.cases()).id


def test_a_start_sends_what_was_asked_for(serve: Serve) -> None:
    """IDs as numbers, the build number as a text, everything else where it was given."""
    service = serve("passing")
    asked = RunSpec(
        plan_id=PLAN,
        environment_id="10",
        build_number="812",
        configuration=ConfigurationRef(id="2"),
        runtime_data={"url": "https://x", "n": "1.10"},
        upload_versions={"7": "8"},
    )
    run = result_of(service.client.start_run(asked, until=soon()))
    [seen] = service.server.seen_of("start")
    assert seen.body == {
        "executionId": 420,
        "buildNo": "812",
        "environmentId": 10,
        "executionConfig": {"id": 2},
        "runtimeData": {"url": "https://x", "n": "1.10"},
        "uploadVersions": {"7": "8"},
    }
    assert (run.id, run.status, run.completed) == ("1001", Status.CREATED, False)
    assert run.url == f"{service.server.url}/ui/td/runs/1001"


def test_a_run_may_stand_under_data(serve: Serve) -> None:
    """The answers to start and status are the same, wrapped or not."""
    service = serve(scenario("passing").with_options(wrapped=True))
    run = result_of(service.client.start_run(spec(), until=soon()))
    assert (run.id, run.status) == ("1001", Status.CREATED)
    seen = result_of(service.client.fetch_run(RunKey(run.id), until=soon()))
    assert (seen.id, seen.plan_name, seen.counts.total) == ("1001", "Shop regression", 11)
    result_of(service.client.stop_run(run.id, until=soon()))
    assert result_of(service.client.results.fetch_case_list(run.id, until=soon()))
    assert result_of(service.client.results.fetch_run_details(run.id, until=soon()))


def test_a_start_sends_nothing_that_was_not_given(serve: Serve) -> None:
    """Null could mean something."""
    service = serve("passing")
    result_of(service.client.start_run(spec("b"), until=soon()))
    assert service.server.seen_of("start")[0].body == {"executionId": 420, "buildNo": "b"}


@pytest.mark.parametrize(
    ("identity", "wire"), [("420", 420), ("0", 0), ("012", "012"), ("a-1", "a-1"), ("9" * 30, int("9" * 30))]
)
def test_ids_go_out_as_numbers_unless_that_would_change_them(identity: str, wire: object) -> None:
    """Leading zeros and letters stay."""
    body = start_body(RunSpec(identity, configuration=ConfigurationRef(id=identity)))
    assert body["executionId"] == wire
    assert body["executionConfig"] == {"id": wire}


def test_a_configuration_may_go_out_by_name() -> None:
    """As a name, even if it is all digits."""
    assert start_body(RunSpec("1", configuration=ConfigurationRef(name="12")))["executionConfig"] == {"name": "12"}


def test_the_status_of_a_run(serve: Serve) -> None:
    """Status, result, plan, counters and the link for people."""
    run = result_of(serve("failing").client.fetch_run(RunKey(BEFORE), until=soon()))
    assert (run.id, run.status, run.plan_id, run.plan_name) == (BEFORE, Status.COMPLETED, PLAN, "Shop regression")
    assert run.build_number == "build 900"
    assert run.counts.total


def test_ids_may_be_texts(serve: Serve) -> None:
    """A service that sends IDs as strings is the same service."""
    service = serve(scenario("failing").with_options(string_ids=True))
    assert result_of(service.client.fetch_run(RunKey(BEFORE), until=soon())).id == BEFORE
    assert result_of(service.client.results.fetch_case_list(BEFORE, until=soon()))


@pytest.mark.parametrize(
    "text", ['{"id": 901, "status": "STATUS_COMPLETED", "result": "SUCCESS"}', '{"status": "X"}', "[]", "null"]
)
def test_the_status_of_another_run_is_no_answer(serve: Serve, text: str) -> None:
    """What a cache or a proxy mixed up must not end the wait."""
    service = serve("passing", Fault("status", text=text))
    assert result_of(service.client.fetch_run(RunKey(BEFORE), until=soon())).id == BEFORE
    assert len(service.troubles) == 2


def test_the_cases_of_another_run_are_no_answer(serve: Serve) -> None:
    """Neither is its list of cases."""
    service = serve("passing", Fault("cases", text='{"executionResultId": 901, "testCases": []}', count=None))
    with pytest.raises(Outage):
        result_of(service.client.results.fetch_case_list(BEFORE, until=soon(0.05)))


def test_the_details_of_another_run_are_no_answer(serve: Serve) -> None:
    """Its counters would be evidence for a pass that is none."""
    text = '{"id": 901, "result": "SUCCESS", "metrics": {"totalCount": 3, "passedCount": 3}}'
    service = serve("passing", Fault("run", text=text, count=None))
    with pytest.raises(Outage):
        result_of(service.client.results.fetch_run_details(BEFORE, until=soon(0.05)))


def test_a_stop_is_for_one_run(serve: Serve) -> None:
    """Never without an ID, never of all."""
    service = serve("slow")
    run = result_of(service.client.start_run(spec(), until=soon()))
    result_of(service.client.stop_run(run.id, until=soon()))
    [seen] = service.server.seen_of("stop")
    assert (seen.method, seen.path) == ("PUT", f"/api/v1/execution_results/{run.id}")
    assert seen.body == {"canStopAll": False, "result": "STOPPED"}
    assert "stop-all" not in service.server.calls


@pytest.mark.parametrize("identity", ["..", ".", "a/b", "1?x=y", "1#2", ""])
def test_no_id_changes_a_path(serve: Serve, identity: str) -> None:
    """An ID is one part of the path, whatever stands in it: the form without an ID would stop every run."""
    service = serve("slow")
    result_of(service.client.start_run(spec(), until=soon()))
    for call in (
        lambda: result_of(service.client.stop_run(identity, until=soon())),
        lambda: result_of(service.client.fetch_run(RunKey(identity), until=soon(0.05))),
    ):
        with suppress(ActionError, ValueError):
            call()
    paths = {seen.path for seen in service.server.seen if seen.method == "PUT"}
    assert "/api/v1/execution_results" not in paths
    assert "stop-all" not in service.server.calls
    assert service.server.simulator.statuses()[1001] != "STATUS_COMPLETED"


def test_the_list_of_cases(serve: Serve) -> None:
    """Machines, suites, cases and data sets in the order of the service."""
    machines = result_of(serve("failing").client.results.fetch_case_list(BEFORE, until=soon()))
    assert [machine.title for machine in machines] == ["Windows Chrome", "Mac Safari"]
    assert [suite.name for suite in machines[0].suites] == ["Smoke", "Checkout"]
    names = [case.name for case in machines[0].suites[0].cases]
    assert names == ["Log in", "Log out", "Log in with every kind of account"]
    assert [each.name for each in machines[0].suites[0].cases[2].iterations] == [
        "new customer",
        "customer without address",
        "customer abroad",
    ]


@pytest.mark.parametrize("words", ["SUCCESS", "PASSED"])
def test_both_vocabularies_are_the_same(serve: Serve, words: str) -> None:
    """Whichever the service speaks."""
    service = serve(scenario("passing").with_options(words=words, null_iterations=True))
    assert result_of(service.client.fetch_run(RunKey(BEFORE), until=soon())).result is Result.PASSED
    machines = result_of(service.client.results.fetch_case_list(BEFORE, until=soon()))
    assert {case.result for machine in machines for case in machine.cases()} == {Result.PASSED}


def versions_asked(service: Service) -> list[str]:
    """Under which versions results at all levels were asked for, in order."""
    return [seen.path.split("/")[2] for seen in service.server.seen_of(lambda seen: "test_runs" in seen.path)]


@pytest.mark.parametrize(
    ("versions", "paths"),
    [
        (("v1", "v2", "v3"), ["v2", "v2"]),
        (("v1", "v3"), ["v2", "v3", "v3"]),
        (("v1",), ["v2", "v3", "v1", "v1"]),
        (("v2",), ["v2", "v2"]),
    ],
)
def test_the_version_that_answers_is_remembered(serve: Serve, versions: tuple[str, ...], paths: list[str]) -> None:
    """Today's first; the next only where the path is not found, and only once."""
    service = serve(scenario("passing").with_options(versions=versions))
    assert service.client.version == ""
    [first, *_] = result_of(service.client.results.fetch_case_list(BEFORE, until=soon()))
    assert result_of(service.client.results.fetch_run_details(BEFORE, until=soon())).counts
    assert result_of(service.client.results.fetch_machine(BEFORE, first.id, until=soon())).title == "Windows Chrome"
    assert versions_asked(service) == paths
    assert service.client.version == paths[-1]


def test_no_version_at_all(serve: Serve) -> None:
    """Each is asked once, then the path is not there."""
    service = serve(scenario("passing").with_options(versions=()))
    with pytest.raises(Refused) as caught:
        result_of(service.client.results.fetch_run_details(BEFORE, until=soon()))
    assert caught.value.status == 404
    assert versions_asked(service) == ["v2", "v3", "v1"]
    assert service.client.version == ""


@pytest.mark.parametrize("status", [401, 403, 400])
def test_only_a_missing_path_asks_for_the_other_version(serve: Serve, status: int) -> None:
    """A key that may not do that may not do it there either."""
    service = serve("passing", Fault("run", status=status, count=None))
    with pytest.raises(Refused):
        result_of(service.client.results.fetch_run_details(BEFORE, until=soon()))
    assert versions_asked(service) == ["v2"]


def test_an_outage_does_not_ask_for_the_other_version(serve: Serve) -> None:
    """It says nothing about which version there is."""
    service = serve("passing", Fault("run", status=503))
    assert result_of(service.client.results.fetch_run_details(BEFORE, until=soon())).counts
    assert versions_asked(service) == ["v2", "v2"]


def test_a_missing_machine_does_not_change_the_version(serve: Serve) -> None:
    """Once a version has answered, a 404 is about the ID."""
    service = serve("passing")
    result_of(service.client.results.fetch_run_details(BEFORE, until=soon()))
    with pytest.raises(Refused):
        result_of(service.client.results.fetch_machine(BEFORE, "1", until=soon()))
    assert versions_asked(service) == ["v2", "v2"]


def without(version: str, call: str) -> Fault:
    """A call that is not there under one version."""
    return Fault(call, path=f"/api/{version}/*", status=404, count=None)


def test_lists_need_not_be_under_the_version_of_single_results(serve: Serve) -> None:
    """As first published: single results under v3, their lists under v2. Each is remembered by itself."""
    service = serve("passing", without("v2", "run"), without("v2", "suite"), without("v3", "index-*"))
    [machine, *_] = result_of(service.client.results.fetch_case_list(BEFORE, until=soon()))
    result_of(service.client.results.fetch_run_details(BEFORE, until=soon()))
    for number in ("", "1"):
        assert result_of(service.client.results.fetch_suite_page(BEFORE, number, until=soon()))
        assert result_of(service.client.results.fetch_case_page(BEFORE, number, until=soon()))
    result_of(service.client.results.fetch_suite(BEFORE, machine.suites[0].id, until=soon()))
    assert versions_asked(service) == ["v2", "v3", "v2", "v2", "v2", "v2", "v3"]


def test_lists_under_the_version_of_single_results(serve: Serve) -> None:
    """Where there are none under the version that published them, and where single results have not answered yet."""
    service = serve(scenario("passing").with_options(versions=("v1",)))
    with pytest.raises(Refused):
        result_of(service.client.results.fetch_suite_page(BEFORE, "", until=soon()))
    result_of(service.client.results.fetch_run_details(BEFORE, until=soon()))
    suites = result_of(service.client.results.fetch_suite_page(BEFORE, "", until=soon()))
    assert [suite.result for suite in suites.rows.values()] == [Result.PASSED] * 4
    assert versions_asked(service) == ["v2", "v2", "v3", "v1", "v2", "v1"]


@pytest.mark.parametrize(
    ("number", "options", "pages"),
    [
        (6, {}, 1),
        (250, {}, 3),
        (200, {}, 2),
        (200, {"total_pages": False}, 3),
        (250, {"total_pages": False, "page_size": 30}, 9),
        (1, {"page_size": 1}, 1),
    ],
)
def test_steps_over_all_pages(serve: Serve, number: int, options: dict[str, object], pages: int) -> None:
    """All of them, in order, numbered from 1; `last` is false on every page, and the end is found all the same."""
    service = serve(with_run(steps_plan(number), **options))
    steps = result_of(service.client.results.fetch_steps(BEFORE, only_case(service), until=soon()))
    assert [step.action for step in steps] == [f"Step {index}" for index in range(1, number + 1)]
    assert [step.position for step in steps] == list(range(1, number + 1))
    assert service.server.calls.count("steps") == pages


def test_pages_may_be_counted_from_one(serve: Serve) -> None:
    """Nothing says where the numbers of pages begin: no step is lost either way, and none is there twice."""
    service = serve(with_run(steps_plan(250), first_page=1, total_pages=False))
    steps = result_of(service.client.results.fetch_steps(BEFORE, only_case(service), until=soon()))
    assert len(steps) == 250


def test_a_list_that_never_ends_ends(serve: Serve) -> None:
    """A service that answers every page with the same rows, and says each time that there is more."""
    rows = '[{"id": "a", "action": "A"}, {"id": "b", "action": "B"}]'
    page = f'{{"content": {rows}, "last": false, "size": 2, "totalPages": null}}'
    service = serve("passing", Fault("steps", text=page, count=None))
    steps = result_of(service.client.results.fetch_steps(BEFORE, "7", until=soon()))
    assert [step.action for step in steps] == ["A", "B"]
    assert service.server.calls.count("steps") == 3


def test_a_list_without_ids_is_capped(serve: Serve) -> None:
    """Where no row can be recognised, the number of pages is what ends it."""
    page = '{"content": [{"action": "A"}], "last": false, "size": 1, "totalPages": null}'
    service = serve("passing", Fault("steps", text=page, count=None))
    result_of(service.client.results.fetch_steps(BEFORE, "7", until=soon()))
    assert service.server.calls.count("steps") <= MAX_PAGES


def test_steps_have_what_a_report_needs(serve: Serve) -> None:
    """Action, result, message, error and time, also of a step that was not executed."""
    service = serve("failing")
    run = result_of(service.client.start_run(spec(), until=soon()))
    while not result_of(service.client.fetch_run(RunKey(run.id), until=soon())).completed:
        pass
    machines = result_of(service.client.results.fetch_case_list(run.id, until=soon()))
    broken = next(
        case for machine in machines for case in machine.cases() if case.result is Result.FAILED and not case.iterations
    )
    steps = result_of(service.client.results.fetch_steps(run.id, broken.id, until=soon()))
    assert [step.result for step in steps] == [Result.PASSED, Result.PASSED, Result.FAILED, Result.NOT_EXECUTED]
    assert (steps[2].error_type, steps[2].error_code) == ("ASSERT_ERROR", "1000001")
    assert steps[2].message
    assert all(step.timing.duration is not None for step in steps)


def test_details_of_every_level(serve: Serve) -> None:
    """Counters and times of a run, device of a machine, times of a suite, flags of a case."""
    service = serve("passing")
    [machine, *_] = result_of(service.client.results.fetch_case_list(BEFORE, until=soon()))
    details = result_of(service.client.results.fetch_run_details(BEFORE, until=soon()))
    assert (details.result, details.counts[0].passed) == (Result.PASSED, 11)
    device = result_of(service.client.results.fetch_machine(BEFORE, machine.id, until=soon())).device
    assert (device.browser, device.os, device.os_version, device.resolution) == (
        "GoogleChrome",
        "Windows",
        "11",
        "1920x1080",
    )
    suite = result_of(service.client.results.fetch_suite(BEFORE, machine.suites[0].id, until=soon()))
    assert (suite.result, suite.timing.duration is not None) == (Result.PASSED, True)
    case = result_of(service.client.results.fetch_case(BEFORE, machine.suites[0].cases[2].id, until=soon()))
    assert (case.result, case.data_driven, case.disabled) == (Result.PASSED, True, False)


def test_runs_are_found_in_both_lists(serve: Serve) -> None:
    """By the index and by the list of the plan's runs."""
    service = serve("passing")
    run = result_of(service.client.start_run(spec("acme/shop#812.1-k3f9q2"), until=soon()))
    for found in (
        result_of(service.client.fetch_newest_runs(PLAN, until=soon())),
        result_of(service.client.fetch_indexed_runs(PLAN, "acme/shop#812.1-k3f9q2", until=soon())),
    ):
        assert (run.id, PLAN, "acme/shop#812.1-k3f9q2") in [
            (each.id, each.plan_id, each.build_number) for each in found.runs
        ]


def test_saved_configurations(serve: Serve) -> None:
    """A bare list with IDs and names."""
    found = result_of(serve("passing").client.fetch_saved_configurations(until=soon()))
    assert [(each.id, each.name) for each in found] == [("2", "smoke only"), ("3", "without checkout")]


@pytest.mark.parametrize("shape", [2021, 2023, 2024])
def test_every_shape_of_the_run_is_read(serve: Serve, shape: int) -> None:
    """The samples of three years differ in their counters; null counters leave the metric."""
    service = serve(scenario("passing").with_options(shape=shape, metric=True, null_counters=shape == 2024))
    run = result_of(service.client.fetch_run(RunKey(BEFORE), until=soon()))
    assert run.counts.passed == run.counts.total != 0
    started = result_of(service.client.start_run(spec(), until=soon()))
    assert started.counts == Counts() or not started.counts.known


def test_each_listener_hears_of_its_own_trouble(serve: Serve) -> None:
    """Several runs share a service: one transport, one memory of versions, and a listener for each run."""
    service = serve(
        scenario("passing").with_options(versions=("v1",)),
        Fault("status", status=503),
        Fault("status", status=503, after=1),
    )
    heard: tuple[list[str | None], list[str | None]] = [], []
    for troubles in heard:
        remote = service.remote.with_listener(troubles.append)
        assert result_of(remote.client.fetch_run(RunKey(BEFORE), until=remote.after(10))).id == BEFORE
        assert [bool(trouble) for trouble in troubles] == [True, False]
        assert result_of(remote.client.results.fetch_run_details(BEFORE, until=soon())).counts
        remote.client.on_retry(None)
        assert len(troubles) == 3
    assert versions_asked(service) == ["v2", "v3", "v1", "v1"]
    assert service.troubles == []
