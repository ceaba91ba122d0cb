"""The simulator as a program, its scenario files, and its recording."""

import http.client
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.simulator import NAMES, Case, Fault, Options, Phase, Server, Simulator, scenario
from tests.simulator.caller import RUNS, Caller, Clock
from tests.simulator.loading import BadScenario, from_json, load

ROOT = Path(__file__).parent.parent.parent
PROGRAM = (sys.executable, "-m", "tests.simulator")


def run_program(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run((*PROGRAM, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


@contextmanager
def program(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The program while it listens, and its base URL."""
    with subprocess.Popen((*PROGRAM, *arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert started.stdout is not None
            yield started, started.stdout.readline().strip()
        finally:
            started.kill()


def ask(url: str, method: str, path: str, body: object = None, key: str = "demo-key") -> Any:  # noqa: ANN401
    connection = http.client.HTTPConnection(str(urlsplit(url).hostname), urlsplit(url).port or 0, timeout=10)
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body), headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_program_serves_until_a_signal(number: signal.Signals, tmp_path: Path) -> None:
    """It prints its URL, accepts its key, records requests as JSON lines, and ends with status 0 on a signal."""
    record = tmp_path / "requests.jsonl"
    with program("--scenario", "failing", "--api-key", "key-for-tests", "--record", str(record)) as (started, url):
        body = ask(url, "POST", RUNS, {"executionId": "420"}, "key-for-tests")
        assert body["status"] == "STATUS_CREATED"
        going_on = ask(url, "GET", f"{RUNS}/{body['id']}", None, "key-for-tests")
        assert going_on["status"] in {"STATUS_CREATED", "STATUS_IN_PROGRESS"}
        started.send_signal(number)
        assert started.wait(10) == 0
    lines = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    assert [(line["call"], line["status"]) for line in lines] == [("start", 200), ("status", 200)]
    assert lines[0]["body"] == {"executionId": "420"}
    assert lines[0]["headers"]["authorization"] == "Bearer key-for-tests"


def test_program_speaks_plain_words_about_wrong_arguments() -> None:
    """An unknown scenario is refused with the names of those that exist."""
    ended = run_program("--scenario", "faling")
    assert ended.returncode == 2
    assert "'faling' is neither a built-in scenario (passing, failing" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_program_says_when_it_cannot_listen() -> None:
    """A port that is taken is an error of one line."""
    with Server(Simulator(scenario("passing"))) as server:
        ended = run_program("--port", str(server.port))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_program_lists_and_explains() -> None:
    """`--list` has a sentence for each scenario, `--help` an example of a scenario file."""
    listed = run_program("--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(NAMES)
    assert all(line.endswith(".") and "plan " in line for line in listed)
    assert '"extends": "failing"' in run_program("--help").stdout


def test_program_reads_a_scenario_file(tmp_path: Path) -> None:
    """A JSON file can be the scenario; the request is answered as it says."""
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"extends": "sample-302", "faults": [{"call": "status", "text": "7"}]}), "utf-8")
    with program("--scenario", str(path)) as (_started, url):
        assert ask(url, "GET", f"{RUNS}/302") == 7
        assert ask(url, "GET", f"{RUNS}/302")["id"] == 302


def test_scenario_from_scratch() -> None:
    """Every field of the dataclasses can be given by its name, a phase by its status alone."""
    cases = [{"name": "Pay \ud800", "result": "FAILURE", "steps": [{"action": "Click", "error_code": 1}]}]
    plan = {"id": 7, "name": "Mine", "machines": [{"title": "M", "suites": [{"name": "S", "cases": cases}]}]}
    life: list[object] = ["STATUS_QUEUED", {"status": "STATUS_IN_PROGRESS", "seconds": 8, "hold": True}]
    found = from_json({"plans": [{**plan, "life": life, "at_end": {"result": None}}], "options": {"shape": 2024}})
    assert found.plans[0].life == (Phase("STATUS_QUEUED"), Phase("STATUS_IN_PROGRESS", seconds=8, hold=True))
    case = found.plans[0].machines[0].suites[0].cases[0]
    assert isinstance(case, Case)
    assert case.steps[0].error_code == 1
    assert Caller(Simulator(found)).start()["executionId"] == 7


def test_a_case_may_have_a_result_for_each_rerun() -> None:
    """One result, or a list of them."""
    cases = [{"name": "Pay", "rerun_result": "SUCCESS"}, {"name": "Ship", "rerun_result": ["FAILURE", "SUCCESS"]}]
    machine = {"title": "Chrome", "suites": [{"name": "Smoke", "cases": cases}]}
    found = from_json({"plans": [{"id": 7, "name": "Mine", "machines": [machine]}]})
    results = [case.rerun_result for case in found.plans[0].machines[0].suites[0].cases]
    assert results == ["SUCCESS", ("FAILURE", "SUCCESS")]


def test_extended_scenario_keeps_the_rest() -> None:
    """A file that extends a built-in scenario changes what it names, options one by one."""
    found = from_json({"extends": "busy", "options": {"page_size": 5}, "next_run_id": 5})
    assert (found.options.busy_when_active, found.options.page_size, found.next_run_id) == (True, 5, 5)
    assert replace(found, options=Options(busy_when_active=True), next_run_id=1001) == scenario("busy")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ([], r"the scenario: expected an object"),
        ({"extends": "nothing"}, r"extends: 'nothing' is none of passing"),
        ({"plan": []}, r"scenario: unknown plan; known are about, api_keys"),
        ({"plans": {}}, r"scenario.plans: expected a list"),
        ({"plans": [{"id": 7}]}, r"scenario.plans\[0\]: .*name"),
        ({"plans": [{"id": "7", "name": "x"}]}, r"scenario.plans\[0\].id: expected a value of type int, not '7'"),
        ({"options": {"shape": 1999}}, r"scenario.options.shape: expected one of"),
        ({"plans": [{"id": 7, "name": "x", "at_end": 3}]}, r"scenario.plans\[0\].at_end: expected an object"),
    ],
)
def test_bad_scenarios_say_where(data: object, complaint: str) -> None:
    """A scenario that cannot be understood says where, and what was expected."""
    with pytest.raises(BadScenario, match=complaint):
        from_json(data)


def test_scenario_files_that_are_none(tmp_path: Path) -> None:
    """A file that is no JSON is refused with its name."""
    path = tmp_path / "mine.json"
    path.write_text("{", "utf-8")
    with pytest.raises(BadScenario, match=r"mine\.json: no JSON"):
        load(str(path))


def test_requests_are_recorded_with_everything() -> None:
    """A recorded request has its name, query, headers, body with types, time and the status of its answer, in order."""
    caller = Caller(Simulator(scenario("passing"), Clock()))
    caller.start(executionId="420", buildNo="b")
    caller.raw("GET", "/api/v2/test_runs/?query=buildNo:b&page=0&page=1", None, {"authorization": "Bearer no"})
    first, second = caller.simulator.recording.all()
    assert (first.number, first.call, first.status, first.time) == (1, "start", 200, 1_700_000_000.0)
    assert first.body == {"executionId": "420", "buildNo": "b"}
    assert (second.call, second.path, second.status, second.body) == ("index-runs", "/api/v2/test_runs", 401, None)
    assert second.query == {"query": ["buildNo:b"], "page": ["0", "1"]}
    assert "Bearer no" not in repr(second)


def test_waiting_for_requests() -> None:
    """Waiting ends when the request is seen, at once when it was seen before, and with an error when it never comes."""
    simulator = Simulator(scenario("passing").with_faults(Fault("start", status=503)))
    with Server(simulator) as server:
        caller = Caller(simulator)
        later = threading.Thread(target=lambda: [caller.raw("POST", RUNS, {"executionId": 420}) for _ in range(2)])
        later.start()
        assert server.wait_for("start", count=2).number == 2
        later.join()
        assert server.wait_for("start").number == 1
        assert server.wait_for(lambda seen: seen.status == 200).number == 2
        with pytest.raises(TimeoutError, match=r"2 of 3 requests 'start'"):
            server.wait_for("start", count=3, timeout=0.01)
        with pytest.raises(TimeoutError, match=r"0 of 1 requests 'stop' .* seen: \['start', 'start'\]"):
            server.wait_for("stop", timeout=0.01)
