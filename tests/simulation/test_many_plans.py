"""Twenty plans of 500 cases each in one step: verdicts, reports, the log, and how often the service is asked."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.simulation import Outcome, World
from tests.simulation.plans import RUNS, listed, runs_of
from tests.simulator import Phase, Plan, Scenario, grid

NAMES = ["Smoke", "Checkout", "Search", "Basket", "Mobile"]
BIG = grid(machines=2, suites=10, cases=25)
BROKEN = grid(machines=2, suites=10, cases=25, fail_every=25)
LONGEST = 20.0 + 600.0 + 6 * 90.0


def big(number: int) -> Plan:
    """A plan of 500 cases; the fourth of five of them has 20 that fail."""
    life = (Phase("STATUS_QUEUED", seconds=20.0), Phase("STATUS_IN_PROGRESS", seconds=600.0 + number % 7 * 90.0))
    made = BROKEN if number % 5 == 3 else BIG
    return replace(made, id=500 + number, name=f"{NAMES[number % 5]} {number // 5}", life=life)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Twenty plans of 500 cases each in one step, all at the same time."""
    plans = [big(number) for number in range(20)]
    content = Scenario(plans=tuple(plans), pace="time", next_run_id=1001)
    environ = listed(*plans) | {"TESTSIGMA_MAX_PARALLEL": "20"}
    return World(content, tmp_path_factory.mktemp("many"), environ).run()


def test_many_large_plans(many: Outcome) -> None:
    """Every run has its own verdict, no report lacks a case, and the step takes as long as its longest run."""
    assert (many.exit_code, many.outputs["error-code"]) == (1, "tests-failed")
    assert [one["conclusion"] for one in runs_of(many)] == [
        "failed" if number % 5 == 3 else "passed" for number in range(20)
    ]
    assert (many.outputs["total"], many.outputs["failed"]) == ("10000", "80")
    assert len(many.junit.findall(".//testcase")) == 10_000
    assert len(many.junit.findall(".//failure")) == 80
    rows = [
        row
        for one in many.results["runs"]
        for machine in one["machines"]
        for suite in machine["suites"]
        for row in suite["cases"]
    ]
    assert len(rows) == 10_000
    assert LONGEST < many.duration < LONGEST + 60.0


def test_reports_tell_many_plans_apart(many: Outcome) -> None:
    """No two suites have the same name, and every plan that failed is named in annotations and summary."""
    names = [suite.get("name") for suite in many.junit.iter("testsuite")]
    assert len(set(names)) == len(names) == 20 * 2 * 10
    for number in range(3, 20, 5):
        assert f"Basket {number // 5}" in many.summary
    annotations = [line for line in many.lines if line.startswith("::error")]
    assert len(annotations) > 1
    assert all("title=Basket " in line for line in annotations[:-1])
    assert "more failures" in annotations[-1]


def test_queue_and_duration_of_each_run(many: Outcome) -> None:
    """Outputs and results say for every run how long it waited for a machine, and how long it took."""
    for number, (told, kept) in enumerate(zip(runs_of(many), many.results["runs"], strict=True)):
        assert (told["queued"], told["duration"]) == (round(kept["queued"]), round(kept["duration"]))
        assert 20.0 <= kept["queued"] < 50.0
        assert kept["duration"] == 620.0 + number % 7 * 90.0


def test_the_log_of_many_plans(many: Outcome) -> None:
    """It stays short. A line of a run begins with its name; every run has a line for its link, and one for its end."""
    prefixes = [f"plan {500 + number}" for number in range(20)]
    waiting = many.lines[: next(at for at, line in enumerate(many.lines) if line.startswith(("Files: ", "::group")))]
    told = [line for line in waiting if not line.startswith(("[", "::add-mask"))]
    assert all(line.partition(" | ")[0].strip() in prefixes for line in told)
    for prefix in prefixes:
        lines = [line for line in told if line.startswith(f"{prefix} ")]
        assert sum("Run 1" in line for line in lines) == 1
        assert sum(bool(re.search(r"\] (passed|failed): 500 of 500 cases done", line)) for line in lines) == 1
    failed = [line for line in told if " | Failed: " in line]
    assert len(set(failed)) == len(failed) <= 80
    assert len(told) - len(failed) <= 6 * 20
    assert len(waiting) - len(told) < LONGEST / 30.0


def test_many_plans_ask_seldom(many: Outcome) -> None:
    """At most 1.3 requests a poll and run while the runs go on, and a list of cases every 30 s at most."""
    during = [one for one in many.exchanges if one.arrived < 600.0]
    assert len(during) <= 1.3 * sum(one.call == "status" for one in during)
    for one in runs_of(many):
        lists = [each.arrived for each in during if each.request.path == f"{RUNS}{one['id']}/test_case_results"]
        assert bool(lists) == (one["conclusion"] == "failed")
        assert all(later - earlier >= 30.0 for earlier, later in pairwise(lists))
