"""What is printed while a whole step waits, and when its service is asked."""

import re
import signal
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from tests.simulation import Outcome, Signal, World
from tests.simulation.plans import listed, plan, service
from tests.simulator import Fault, Phase, Plan, RunBefore, Scenario, grid

HOUR = 3600.0
STAMP = re.compile(r"\[(\d+):(\d\d):(\d\d)\] ")
PATIENT = {"TESTSIGMA_TIMEOUT": "5h"}
PLAN = grid(machines=2, suites=5, cases=20)


def timed(plan: Plan, *phases: Phase) -> Scenario:
    """A run that goes by the clock."""
    return Scenario(plans=(replace(plan, life=phases),), pace="time", next_run_id=1001)


def working(seconds: float, *faults: Fault) -> Scenario:
    """A run that is at work for so long; its cases end evenly."""
    return timed(PLAN, Phase("STATUS_IN_PROGRESS", seconds=seconds)).with_faults(*faults)


def queued(seconds: float) -> Scenario:
    """A run of which nothing runs for so long, and which is at work for as long."""
    queue = Phase("STATUS_IN_PROGRESS", seconds=seconds, idle=True)
    return timed(PLAN, queue, Phase("STATUS_IN_PROGRESS", seconds=seconds))


def busy(seconds: float) -> Scenario:
    """A plan that a run of somebody else keeps busy for so long."""
    before = RunBefore(900, PLAN, "another", life=(Phase("STATUS_IN_PROGRESS", seconds=seconds),))
    return replace(working(600.0), runs_before=(before,)).with_options(busy_when_active=True)


def instants(outcome: Outcome) -> list[int | None]:
    """When each line of the log was printed (seconds), as far as it says so."""
    found = [STAMP.match(line) for line in outcome.lines]
    return [int(one[1]) * 3600 + int(one[2]) * 60 + int(one[3]) if one else None for one in found]


def silence(outcome: Outcome) -> int:
    """The longest time between two lines, both of which say when they were printed."""
    return max(then - now for now, then in pairwise(instants(outcome)) if now is not None and then is not None)


@pytest.mark.parametrize(
    ("content", "exit_code"),
    [
        (working(2 * HOUR), 0),
        (queued(HOUR), 0),
        (working(HOUR).with_options(null_counters=True), 0),
        (working(HOUR, Fault("status", delay=900.0, after=5, count=2)), 0),
        (working(HOUR, Fault("*", begin=600.0, end=2400.0, status=503, count=None)), 0),
        (working(HOUR, Fault("cases", status=503, headers={"Retry-After": "200"})), 0),
        (working(HOUR, Fault("start", delay=44.0)), 0),
        (busy(HOUR), 0),
    ],
    ids=["at-work", "queued", "nothing-counted", "blocked", "outage", "collecting", "starting", "busy"],
)
def test_no_minute_without_a_line(content: Scenario, exit_code: int, tmp_path: Path) -> None:
    """Whatever the step waits for, it says that it is alive; and it says nothing for the sake of it."""
    outcome = World(content, tmp_path, {**PATIENT, "TESTSIGMA_ON_BUSY": "wait"}).run()
    assert outcome.exit_code == exit_code, outcome.log
    assert 30 < silence(outcome) <= 60, outcome.log
    assert outcome.duration / 60 < len(outcome.lines) < outcome.duration / 20


def test_no_minute_without_a_line_with_several_plans(tmp_path: Path) -> None:
    """Runs that take hours, one after the other, through an outage: there is a line in every minute."""
    plans = [plan(number, seconds=HOUR) for number in range(1, 4)]
    outage = Fault("*", begin=600.0, end=2400.0, status=503, count=None)
    environ = {**PATIENT, **listed(*plans), "TESTSIGMA_MAX_PARALLEL": "1"}
    outcome = World(service(*plans).with_faults(outage), tmp_path, environ).run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.duration > 3 * HOUR
    assert 30 < silence(outcome) <= 60, outcome.log


def test_the_longest_poll_is_as_quiet(tmp_path: Path) -> None:
    """Who asks every ten minutes only has a line a minute as well."""
    outcome = World(working(HOUR), tmp_path, {**PATIENT, "TESTSIGMA_POLL_INTERVAL": "10m"}).run()
    assert outcome.calls.count("status") < 10
    assert silence(outcome) <= 60


def test_a_run_that_is_asked_often_has_a_short_log(tmp_path: Path) -> None:
    """Two hundred cases, asked about ten times a second for ten minutes: the log does not grow with that."""
    outcome = World(working(600.0), tmp_path, {"TESTSIGMA_POLL_INTERVAL": "0.1s"}).run()
    assert outcome.calls.count("status") > 3000
    assert len([instant for instant in instants(outcome) if instant is not None]) < 60


def test_the_pace_follows_the_counters(tmp_path: Path) -> None:
    """A run of two hours is noticed within seconds, with fewer requests than one a minute."""
    outcome = World(working(2 * HOUR), tmp_path, PATIENT).run()
    assert outcome.calls.count("status") < 180
    assert outcome.duration < 2 * HOUR + 15


def test_the_run_before_is_asked_for_once(tmp_path: Path) -> None:
    """It tells how long a run takes, from the first minute on, though nothing is counted."""
    content = working(HOUR).with_options(null_counters=True)
    content = replace(content, runs_before=(RunBefore(900, PLAN, seconds=HOUR),))
    outcome = World(content, tmp_path, {**PATIENT, "TESTSIGMA_COMPARE": "off"}).run()
    assert outcome.calls.count("newest") == 1
    assert outcome.calls[:4] == ["start", "status", "newest", "status"]
    assert any(line.endswith("in progress, about 55 min left") for line in outcome.lines), outcome.log
    delay_by_age = World(working(HOUR).with_options(null_counters=True), tmp_path / "delay_by_age", PATIENT).run()
    assert outcome.calls.count("status") < delay_by_age.calls.count("status") / 2


@pytest.mark.parametrize("call", ["newest", "index-runs"])
@pytest.mark.parametrize("change", [{"status": 500}, {"delay": HOUR}, {"status": 404}], ids=["500", "hangs", "404"])
def test_history_is_a_convenience(call: str, change: dict[str, float], tmp_path: Path) -> None:
    """Where it cannot be had nothing is said of it, and the second poll comes no later than it would by seconds."""
    lists = [Fault(name, count=None, **change) for name in {"newest", call}]  # type: ignore[arg-type]
    outcome = World(working(300.0, *lists), tmp_path).run()
    assert outcome.exit_code == 0
    assert "look for runs" not in outcome.log
    assert "does not answer" not in outcome.log
    polls = [seen.time for seen in outcome.seen if seen.call == "status"]
    assert polls[1] - polls[0] < 15


def test_the_queue_is_told_apart(tmp_path: Path) -> None:
    """When the run leaves it, and at the end; what is left counts from there."""
    content = queued(600.0)
    outcome = World(content, tmp_path).run()
    told = [line.partition("] ")[2] for line in outcome.lines if "queue " in line or line.endswith("the queue")]
    assert len(told) == 2
    assert re.fullmatch(r"in progress, .*left the queue after 10 min \d\d s.*", told[0])
    assert re.fullmatch(r"completed, .*10 min \d\d s of it in the queue", told[1])
    assert any(line.endswith("about 5 min left") for line in outcome.lines)
    assert re.search(r" · 10 min \d\d s in the queue", outcome.summary)


LAST = "writing the reports"
STAGES = {
    "waits": ["starting the run", "waiting for the result", "collecting the results", LAST],
    "attaches": ["reading the run", "waiting for the result", "collecting the results", LAST],
    "gives up": ["starting the run", "stopping the run", "collecting the results", LAST],
    "is cancelled": ["starting the run", "stopping the run", LAST],
}


@pytest.mark.parametrize("how", STAGES)
def test_the_bar_says_what_the_step_does(how: str, tmp_path: Path) -> None:
    """On a terminal every stage has its name, in order: a step that stops its run does not say that it starts it."""
    slow = [Fault(call, delay=2.5, count=None) for call in ("start", "stop", "status", "cases")]
    environ = {
        "attaches": {"TESTSIGMA_RUN_ID": "900", "TESTSIGMA_PLAN_ID": ""},
        "gives up": {"TESTSIGMA_TIMEOUT": "30s", "TESTSIGMA_ON_TIMEOUT": "stop"},
    }.get(how, {})
    content = replace(working(60.0, *slow), runs_before=(RunBefore(900, PLAN, seconds=60.0),))
    signals = [Signal(signal.SIGINT, 20.0)] if how == "is cancelled" else []
    outcome = World(content, tmp_path, environ, signals=signals, github=False, terminal=True).run()
    drawn = re.findall(r"\d:\d\d:\d\d  ([a-z ]+) \.\.\.", outcome.log)
    assert [stage for stage, _ in groupby(drawn) if stage != "preparing"] == STAGES[how], outcome.log
