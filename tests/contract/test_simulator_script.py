"""The simulator is a service for other clients, too: one that follows the vendor's published shell script.

That script starts a run, asks for its status, and cuts the values out of the body with regular expressions. It knows
three statuses, and calls the run a success if any result in the body is one.
"""

import http.client
import json
import re
from urllib.parse import urlsplit

import pytest

from tests.simulator import Server, Simulator, scenario
from tests.vendor_script import SHELL, runtime_data

RUNS = "/api/v1/execution_results"


def _value(name: str, body: str) -> str:
    """The first value of this name, in JSON without blanks."""
    found = re.search(rf'"{name}":"?([^",}}]*)', body)
    return found[1] if found else ""


def _call(server: Server, method: str, path: str, sent: str | None = None) -> str:
    """The body of an answer; anything but 200 ends the script."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port or 0, timeout=10)
    headers = {"Authorization": f"Bearer {server.key}", "Accept": "application/json"}
    try:
        connection.request(method, path, sent, headers | {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()
    finally:
        connection.close()


def _variables(server: Server) -> dict[str, str]:
    """What users set, under the script's names."""
    given = {
        "TESTSIGMA_API_KEY": server.key,
        "TESTSIGMA_TEST_PLAN_ID": str(server.simulator.scenario.plans[0].id),
        "RUNTIME_DATA_INPUT": "url=https://shop.example.com/login,test=1221",
        "BUILD_NO": "1",
        "POLL_COUNT": "30",
    }
    assert set(given) <= set(SHELL)
    return given


def _script(server: Server) -> int:
    """Run the script; its exit code. A status that it does not know is an error."""
    given = _variables(server)
    request = {
        "executionId": int(given["TESTSIGMA_TEST_PLAN_ID"]),
        "runtimeData": runtime_data(given["RUNTIME_DATA_INPUT"]),
        "buildNo": int(given["BUILD_NO"]),
    }
    run_id = _value("id", _call(server, "POST", RUNS, json.dumps(request)))
    for _ in range(int(given["POLL_COUNT"])):
        body = _call(server, "GET", f"{RUNS}/{run_id}")
        status = _value("status", body)
        if status == "STATUS_COMPLETED":
            return 0 if re.search(r'"result":"?SUCCESS', body) else 1
        assert status in {"STATUS_CREATED", "STATUS_IN_PROGRESS"}
    raise AssertionError("the run does not end")


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1), ("stopped", 1), ("sample-302", 1)])
def test_the_published_script_works(name: str, exit_code: int) -> None:
    """It meets no status that it does not know, and ends as the run does."""
    with Server(Simulator(scenario(name))) as server:
        assert _script(server) == exit_code
