"""Starts whose answer does not show what became of them: looked for as long as a new run may be invisible."""

import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.simulation import Signal, World
from tests.simulator import Fault, Scenario, scenario
from testsigma_action.lifecycle.time_limits import TimeLimits

PAGE = "<html>Blocked by the gateway</html>"
REASON = '{"error": "Agent is out of Sync."}'
ELSEWHERE = {"Location": "https://elsewhere.example/"}
# Answers that something else than the service may have given, or the service after it had acted.
ANSWERS = {
    "500 in words": Fault("start", status=500, text=REASON),
    "503 page": Fault("start", status=503, text=PAGE),
    "301": Fault("start", status=301, headers=ELSEWHERE),
    "302": Fault("start", status=302, headers=ELSEWHERE),
    "303": Fault("start", status=303, headers=ELSEWHERE),
    "307": Fault("start", status=307, headers=ELSEWHERE),
    "403 page": Fault("start", status=403, text=PAGE),
    "404 page": Fault("start", status=404, text=PAGE),
    "400 page": Fault("start", status=400, text=PAGE),
    "401 empty": Fault("start", status=401, text=""),
    "407 page": Fault("start", status=407, text=PAGE),
    "409 page": Fault("start", status=409, text=PAGE),
    "499": Fault("start", status=499, text=""),
    "413 page": Fault("start", status=413, text=PAGE),
}


def quick(**options: object) -> Scenario:
    """A plan that takes some seconds."""
    return scenario("passing").with_options(**options)


def effective(fault: Fault) -> Fault:
    """The same answer to a start that was carried out."""
    return Fault(fault.call, status=fault.status, text=fault.text, headers=fault.headers, takes_effect=True)


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("seconds", [0.0, 40.0])
def test_a_start_that_took_effect_is_found(tmp_path: Path, name: str, seconds: float) -> None:
    """Whatever the answer was, and also where the run is listed much later; the log says what the step does."""
    made = quick(listed_after=seconds).with_faults(effective(ANSWERS[name]))
    outcome = World(made, tmp_path).run()
    assert outcome.ended == (0, "", "1001"), outcome.log
    assert outcome.calls.count("start") == 1
    assert "Looking for a run with the build number" in outcome.log


def test_any_runtime_data_can_be_hidden_in_an_error(tmp_path: Path) -> None:
    """Half a character in a value, which YAML can hold, does not cost the run whose start was answered strangely."""
    fault = Fault("start", status=200, text='{"message": "hello world"}', takes_effect=True)
    half = {"TESTSIGMA_RUNTIME_DATA": r'word: "long-enough\ud800"'}
    outcome = World(scenario("passing").with_faults(fault), tmp_path, half).run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.calls.count("start") == 1


@pytest.mark.parametrize("name", ANSWERS)
def test_a_start_that_took_no_effect(tmp_path: Path, name: str) -> None:
    """Nothing was started is said only after a complete list without our run, a minute later."""
    outcome = World(quick().with_faults(ANSWERS[name]), tmp_path).run()
    uncertain = name == "503 page"
    assert (outcome.exit_code, outcome.outputs["error-code"] == "start-uncertain") == (3, uncertain), outcome.log
    assert ("Nothing was started" in outcome.log) is not uncertain
    assert TimeLimits().replication <= outcome.duration < TimeLimits().replication + 15
    assert outcome.calls.count("start") == 1


@pytest.mark.parametrize("name", ANSWERS)
def test_lists_that_fail_prove_nothing(tmp_path: Path, name: str) -> None:
    """Then a run may have been started."""
    broken = [Fault(call, status=503, count=None) for call in ("newest", "index-runs")]
    outcome = World(quick().with_faults(ANSWERS[name], *broken), tmp_path).run()
    assert outcome.ended == (3, "start-uncertain", "")


# What the service itself says, in words, before it does anything.
REFUSALS: dict[str, Mapping[str, object]] = {
    "401": {"status": 401},
    "401 no token": {"status": 401, "text": "No JWT token found"},
    "401 bad token": {"status": 401, "text": "Invalid JWT token"},
    "403": {"status": 403},
    "404": {"status": 404},
    "400": {"status": 400},
    "409": {"status": 409, "text": '{"error": "No such environment"}'},
    "422": {"status": 422},
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_of_the_service_is_said_at_once(tmp_path: Path, name: str) -> None:
    """Ordinary mistakes cost no look."""
    outcome = World(quick().with_faults(Fault("start", **REFUSALS[name])), tmp_path).run()  # type: ignore[arg-type]
    assert outcome.exit_code == 3
    assert "Nothing was started" in outcome.log
    assert outcome.calls == ["start"]


@pytest.mark.parametrize("name", ["301", "302", "307", "404 page", "403 page", "401 empty"])
def test_a_wrong_address_is_said_at_once(tmp_path: Path, name: str) -> None:
    """Where every call gets the same answer, there is no service behind it that could have started anything."""
    fault = ANSWERS[name]
    everything = Fault("*", status=fault.status, text=fault.text, headers=fault.headers, count=None)
    outcome = World(quick().with_faults(everything), tmp_path).run()
    assert outcome.exit_code == 3
    assert "Nothing was started" in outcome.log
    assert outcome.duration < 5


@pytest.mark.parametrize("timeout", [10, 40])
def test_the_deadline_ends_the_look(tmp_path: Path, timeout: int) -> None:
    """What cannot be proven by then is uncertain."""
    environ = {"TESTSIGMA_TIMEOUT": f"{timeout}s"}
    outcome = World(quick().with_faults(ANSWERS["500 in words"]), tmp_path, environ).run()
    assert outcome.ended == (3, "start-uncertain", "")
    assert outcome.duration < timeout + 5


def test_a_signal_ends_the_look(tmp_path: Path) -> None:
    """Within the time that platforms leave."""
    made = quick(listed_after=40.0).with_faults(effective(ANSWERS["302"]))
    outcome = World(made, tmp_path, signals=[Signal(15, 20.0)]).run()
    assert outcome.exit_code == 143
    assert "may have been started" in outcome.log
    assert outcome.duration < 27


@pytest.mark.parametrize("wait", ["1", "300", "never"])
def test_too_many_requests_are_no_proof_either(tmp_path: Path, wait: str) -> None:
    """Also where there is no time for another try: whether a run was started is looked up before anything is said."""
    fault = Fault("start", status=429, takes_effect=True, headers={"Retry-After": wait}, count=None)
    found = World(quick(listed_after=40.0).with_faults(fault), tmp_path / "listed").run()
    assert found.ended == (0, "", "1001"), found.log
    unlisted = quick(newest_runs=False, index=False).with_faults(fault)
    assert World(unlisted, tmp_path / "unlisted").run().ended == (3, "start-uncertain", "")


def test_too_many_requests_for_longer_than_the_patience(tmp_path: Path) -> None:
    """The start is not sent again, and nothing was started: a list proves that."""
    fault = Fault("start", status=429, headers={"Retry-After": "300"}, count=None)
    outcome = World(quick().with_faults(fault), tmp_path).run()
    assert outcome.ended == (3, "api-unreachable", ""), outcome.log
    assert "Nothing was started" in outcome.log
    assert outcome.calls.count("start") == 1
    assert TimeLimits().replication <= outcome.duration < TimeLimits().replication + 15


@pytest.mark.parametrize("look", range(1, 15))
def test_a_signal_right_before_the_start(tmp_path: Path, look: int) -> None:
    """Where the start was not sent, nobody is told that a run may have been started."""
    outcome = World(quick(), tmp_path, signals=[Signal(signal.SIGTERM, look=look)]).run()
    assert outcome.exit_code == 143
    assert ("Nothing was started" in outcome.log) is ("start" not in outcome.calls), outcome.log
