"""Outages of the service are waited out, and what it asks for is honoured."""

import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.simulation import Cut, Outcome, Signal, World
from tests.simulation.clock import BEGIN
from tests.simulation.net import CutKind
from tests.simulator import Fault, Phase, Scenario, scenario
from testsigma_action.lifecycle.time_limits import TimeLimits

HOUR = 3600.0
TEN_MINUTES = 600.0
DURING = Fault("*", begin=HOUR, end=HOUR + TEN_MINUTES, count=None)
LONG = (Phase("STATUS_QUEUED", seconds=30.0), Phase("STATUS_IN_PROGRESS", seconds=2 * HOUR))
# Every poll takes real time.
PATIENT = {"TESTSIGMA_TIMEOUT": "3h", "TESTSIGMA_POLL_INTERVAL": "60s"}
# The step stops its run at the timeout.
STOPPING = {"TESTSIGMA_TIMEOUT": "1h", "TESTSIGMA_ON_TIMEOUT": "stop"}
RETRY_AFTER = 30.0
CALLS = ("configs", "start", "status", "cases", "run", "machine", "suite", "steps")


def long(name: str, *faults: Fault) -> Scenario:
    """A run of two hours."""
    return replace(scenario(name), pace="time").with_plan(life=LONG).with_faults(*faults)


def of(**changes: object) -> Fault:
    """All answers are like this for ten minutes."""
    return Fault("*", begin=HOUR, end=HOUR + TEN_MINUTES, count=None, **changes)  # type: ignore[arg-type]


PAGE = "<html>Sign in</html>"
OUTAGES: dict[str, tuple[list[Fault], list[Cut]]] = {
    "refused": ([], [Cut("refused", DURING)]),
    "no such name": ([], [Cut("unresolved", DURING)]),
    "nobody answers": ([], [Cut("silent", DURING)]),
    "certificate": ([], [Cut("untrusted", DURING)]),
    "reset": ([of(delivery="reset")], []),
    "no answer": ([of(delay=HOUR)], []),
    "page of a proxy": ([of(text="<html>Down for maintenance</html>")], []),
    "503": ([of(status=503)], []),
    "429": ([of(status=429, headers={"Retry-After": "60"})], []),
    "truncated": ([of(delivery="truncate")], []),
    "TLS reset": ([], [Cut("tls-reset", DURING)]),
    "TLS silent": ([], [Cut("tls-silent", DURING)]),
    "redirect": ([of(status=302, headers={"Location": "https://sso.example/"})], []),
    "chunk sizes": ([of(delivery="chunk-size", interval=5.0)], []),
    "trailers": ([of(delivery="trailer", interval=5.0)], []),
    "empty blocks": ([of(delivery="empty-blocks", interval=5.0)], []),
    "interim answers": ([of(delivery="interim", interval=5.0)], []),
    **{f"page {status}": ([of(status=status, text=PAGE)], []) for status in (403, 407, 520)},
}


@pytest.mark.parametrize("name", OUTAGES)
@pytest.mark.parametrize(("ending", "exit_code"), [("passing", 0), ("failing", 1)])
def test_ten_minutes_in_two_hours(name: str, ending: str, exit_code: int, tmp_path: Path) -> None:
    """An outage of ten minutes in a run of two hours ends in the right verdict, and is told once when it is over."""
    faults, cuts = OUTAGES[name]
    world = World(long(ending, *faults), tmp_path, PATIENT, cuts=cuts)
    outcome = world.run()
    assert outcome.exit_code == exit_code, outcome.log
    assert outcome.outputs["status"] == "completed"
    assert outcome.calls.count("start") == 1
    assert sum("Testsigma answers again" in line for line in outcome.lines) == 1
    told = [line for line in outcome.lines if "Testsigma does not answer" in line]
    assert len(told) == 1
    signs = sum("still retrying" in line for line in outcome.lines)
    assert 5 <= signs <= TEN_MINUTES / 45


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_error_of_the_service_itself_ends_the_wait(status: int, tmp_path: Path) -> None:
    """It is no outage: the service says so in its own form, and would say it again."""
    outcome = World(long("passing", Fault("status", status=status, begin=HOUR, count=None)), tmp_path, PATIENT).run()
    assert outcome.exit_code == 3
    assert outcome.duration < HOUR + 100


@pytest.mark.parametrize("value", ["0", "-5", "soon", "", "Wed, 21 Oct 2015 07:28:00 GMT", "1.5"])
@pytest.mark.parametrize("status", [429, 503])
def test_the_service_cannot_make_us_hurry(value: str, status: int, tmp_path: Path) -> None:
    """`Retry-After` of no time, of the past or of no meaning: the pauses between tries are our own."""
    outcome = World(long("passing", of(status=status, headers={"Retry-After": value})), tmp_path, PATIENT).run()
    assert outcome.exit_code == 0, outcome.log
    refused = [seen for seen in outcome.seen if seen.status == status]
    assert 5 < len(refused) < TEN_MINUTES / 5


@pytest.mark.parametrize("cut", ["tls-reset", "tls-silent", "refused", "silent"])
def test_nothing_is_started_where_nothing_was_sent(cut: CutKind, tmp_path: Path) -> None:
    """A connection that fails before the request was sent is tried for the usual patience, and then it is said so."""
    outcome = World(scenario("passing"), tmp_path, cuts=[Cut(cut)]).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "api-unreachable")
    assert "Nothing was started." in outcome.log
    assert "may have been started" not in outcome.log
    assert 60 < outcome.duration < 150
    once = World(scenario("passing"), tmp_path / "once", cuts=[Cut(cut, Fault("start"))]).run()
    assert once.exit_code == 0
    assert once.calls.count("start") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTPS_PROXY", "socks5://127.0.0.1:1080"), ("SSL_CERT_FILE", "/nowhere"), ("SSLKEYLOGFILE", "/nowhere/keys")],
)
def test_settings_that_cannot_work_are_bad_input(name: str, value: str, tmp_path: Path) -> None:
    """They are found before anything is started, and named."""
    outcome = World(scenario("passing"), tmp_path, {name: value}).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (2, "bad-input")
    assert f"{name}: " in outcome.log
    assert outcome.seen == []


@pytest.mark.parametrize("text", ["", "accepted", "<html>", "{"])
@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_accepts_a_stop(status: int, text: str, tmp_path: Path) -> None:
    """Whatever stands in the answer, the stop is not sent again, and the run is asked about until it is over."""
    held = (Phase("STATUS_IN_PROGRESS", hold=True),)
    found = (
        scenario("passing")
        .with_plan(life=held)
        .with_faults(Fault("stop*", status=status, text=text, takes_effect=True))
    )
    environ = {"TESTSIGMA_TIMEOUT": "1m", "TESTSIGMA_ON_TIMEOUT": "stop"}
    outcome = World(found, tmp_path, environ).run()
    assert (outcome.exit_code, outcome.outputs["result"]) == (4, "stopped")
    assert sum(call.startswith("stop") for call in outcome.calls) == 1


@pytest.mark.parametrize("seconds", [1.0, 4.0, 12.0, 20.0, 24.0])
@pytest.mark.parametrize("call", ["*", "stop"])
def test_an_outage_at_the_timeout(call: str, seconds: float, tmp_path: Path) -> None:
    """The stop is sent again until the service accepts it, up to its time limit."""
    down = Fault(call, status=503, begin=HOUR - 5.0, end=HOUR + seconds, count=None)
    world = World(long("passing", down), tmp_path, STOPPING)
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["result"]) == (4, "stopped"), outcome.log
    assert world.simulator.runs()[1001].stopped
    assert outcome.state["settled"] == "true"
    assert outcome.duration < HOUR + TimeLimits().stop + TimeLimits().last_look


@pytest.mark.parametrize("seconds", [1.0, 3.0, 4.0])
def test_an_outage_after_a_signal(seconds: float, tmp_path: Path) -> None:
    """The stop is sent again as long as the step may take."""
    down = Fault("stop", status=503, end=HOUR + seconds, count=None)
    world = World(long("passing", down), tmp_path, signals=[Signal(signal.SIGTERM, HOUR)], github=False)
    outcome = world.run()
    assert (outcome.exit_code, world.simulator.runs()[1001].stopped) == (143, True), outcome.log
    assert outcome.duration < HOUR + 7.0


@pytest.mark.parametrize("takes_effect", [True, False])
def test_a_run_that_is_over_is_not_stopped_again(takes_effect: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    """Not by the post stage either, whatever becomes of the status after an answer that showed its end."""
    life = (Phase("STATUS_IN_PROGRESS", seconds=HOUR if takes_effect else 118.3),)
    refused = Fault("stop", status=503, takes_effect=takes_effect)
    down = Fault("status", status=503, begin=118.0, after=3, count=None, end=210.0)
    made = replace(scenario("passing"), pace="time").with_plan(life=life).with_faults(refused, down)
    world = World(made, tmp_path, STOPPING | {"TESTSIGMA_TIMEOUT": "2m"})
    outcome = world.run()
    assert outcome.state["settled"] == "true", outcome.log
    assert world.post(later=5.0).calls == []
    assert outcome.calls.count("stop") == 1


@pytest.mark.parametrize("on_cancel", ["stop", "leave"])
@pytest.mark.parametrize("down", [{"status": 503}, {"status": 403}, {"text": "{}"}], ids=["503", "403", "ignored"])
def test_a_stop_that_fails_at_the_timeout(down: dict[str, object], on_cancel: str, tmp_path: Path) -> None:
    """The log says that the run may still be running, and the post stage stops it, if it may stop runs."""
    failing = Fault("stop", end=HOUR + TEN_MINUTES, count=None, **down)  # type: ignore[arg-type]
    world = World(long("passing", failing), tmp_path, STOPPING | {"TESTSIGMA_ON_CANCEL": on_cancel})
    outcome = world.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (4, "timed-out")
    assert "may still be running" in outcome.lines[-1]
    assert not world.simulator.runs()[1001].stopped
    assert world.post(later=TEN_MINUTES + 60.0).exit_code == 0
    assert world.simulator.runs()[1001].stopped is (on_cancel == "stop")


def test_a_business_error_while_results_are_collected(tmp_path: Path) -> None:
    """An error of the service itself is given up after a minute; a gateway's, for the list of cases, after longer."""
    ours = World(scenario("passing").with_faults(Fault("cases", status=500, count=None)), tmp_path / "ours").run()
    page = Fault("cases", status=500, text=PAGE, count=None)
    theirs = World(scenario("passing").with_faults(page), tmp_path / "theirs").run()
    assert 30 < _lasted(ours) < 61
    assert 200 < _lasted(theirs) < 300


def _lasted(outcome: Outcome) -> float:
    """For how long the list of cases was asked for."""
    times = [seen.time for seen in outcome.seen if seen.call == "cases"]
    return times[-1] - times[0]


def test_the_list_of_cases_is_asked_for_once_more(tmp_path: Path) -> None:
    """A service that asks for a day, once, does not cost the verdict."""
    limited = Fault("cases", status=429, headers={"Retry-After": "86400"})
    outcome = World(scenario("passing").with_faults(limited), tmp_path).run()
    assert outcome.exit_code == 0, outcome.log
    assert "Not available" not in outcome.log


def test_an_outage_to_the_end(tmp_path: Path) -> None:
    """An outage that outlasts the wait ends at the deadline, with the run in the outputs and in the message."""
    down = Fault("*", status=503, begin=HOUR, count=None)
    outcome = World(long("passing", down), tmp_path, PATIENT).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (4, "api-unreachable")
    assert outcome.outputs["run-id"] in outcome.lines[-1]
    assert outcome.duration <= 3 * HOUR + 1


def in_thirty_seconds(at: float) -> str:
    """The same as a date of HTTP."""
    instant = datetime.fromtimestamp(BEGIN, UTC) + timedelta(seconds=at + RETRY_AFTER)
    return format_datetime(instant.replace(microsecond=0), usegmt=True)


@pytest.mark.parametrize("call", CALLS)
def test_retry_after(call: str, tmp_path: Path) -> None:
    """A 429 with `Retry-After: 30` is honoured to the second; a start waits until its run would be listed."""
    limited = Fault(call, status=429, headers={"Retry-After": "30"})
    environ = {"TESTSIGMA_EXECUTION_CONFIG": "smoke only", "TESTSIGMA_DETAILS": "all"}
    found = scenario("passing").with_faults(limited)
    outcome = World(found, tmp_path, environ).run()
    assert outcome.exit_code == 0, outcome.log
    refused = next(seen for seen in outcome.seen if seen.status == 429)
    again = next(seen for seen in outcome.seen if seen.number > refused.number and seen.path == refused.path)
    expected = TimeLimits().replication if call == "start" else RETRY_AFTER
    assert expected <= again.time - refused.time < expected + 1


def test_retry_after_of_an_index(tmp_path: Path) -> None:
    """An index that is not to be asked again for a while is not asked again: single calls stand in for it."""
    limited = Fault("index-cases", status=429, headers={"Retry-After": "30"})
    outcome = World(scenario("passing").with_faults(limited), tmp_path).run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.calls.count("index-cases") == 1
    assert outcome.calls.count("case") == int(outcome.outputs["total"])


def test_retry_after_a_date(tmp_path: Path) -> None:
    """`Retry-After` may be a date; it is honoured by the wall clock."""
    limited = Fault("status", status=429, headers={"Retry-After": in_thirty_seconds(0.0)})
    outcome = World(scenario("passing").with_faults(limited), tmp_path).run()
    refused, again = (seen for seen in outcome.seen[1:3])
    assert (refused.status, again.status) == (429, 200)
    assert again.time - refused.time == pytest.approx(RETRY_AFTER, abs=2)


def test_retry_after_the_deadline(tmp_path: Path) -> None:
    """A service that asks for more time than there is does not keep the step past its deadline."""
    limited = Fault("status", status=429, count=None, headers={"Retry-After": "3600"})
    outcome = World(scenario("passing").with_faults(limited), tmp_path, {"TESTSIGMA_TIMEOUT": "10m"}).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (4, "api-unreachable")
    assert outcome.duration <= 600


@pytest.mark.parametrize("headers", [{"Retry-After": "300"}, {}])
def test_an_outage_that_ends_before_the_deadline(headers: dict[str, str], tmp_path: Path) -> None:
    """Whatever the service asks to wait, there is a last look in time: a run that is over by then is judged."""
    down = Fault("status", begin=2 * HOUR - 60.0, end=2 * HOUR + 100.0, count=None, status=503, headers=headers)
    outcome = World(long("passing", down), tmp_path, {"TESTSIGMA_TIMEOUT": "7320s"}).run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.duration < 2 * HOUR + 125.0


def test_a_stage_leaves_time_for_later_ones(tmp_path: Path) -> None:
    """Details that never come cost themselves, not the steps of the cases that failed."""
    hang = (Fault(call, delay=HOUR, count=None) for call in ("machine", "suite", "index-cases", "case"))
    outcome = World(scenario("failing").with_faults(*hang), tmp_path).run()
    gaps = [line.split(".")[0] for line in outcome.lines if line.startswith("Not available")]
    assert gaps == [
        "Not available: The details of 2 of 2 machines",
        "Not available: The details of 4 of 4 suites",
        "Not available: The times of 11 of 11 cases",
    ]
    assert "Unable to perform click action on element" in outcome.summary


def test_a_list_that_is_slow(tmp_path: Path) -> None:
    """A slow list is read once more when every run is listed: what it showed before proves nothing."""
    refused = Fault("start", status=500, text='{"error": "Agent is out of Sync."}')
    slow = Fault("newest", delay=2.9, count=None)
    outcome = World(scenario("passing").with_faults(refused, slow), tmp_path).run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "start-refused")
    assert outcome.seen[-1].time - outcome.seen[0].time > TimeLimits().replication
