"""With RUNNER_DEBUG=1 or --debug, the log has a line for every request."""

import re
from pathlib import Path
from signal import SIGKILL

import pytest

from tests.simulation import Signal, World
from tests.simulation.plans import listed, plan, service
from tests.simulation.world import Outcome
from tests.simulator import TEST_KEY, Fault, scenario

LINE = re.compile(
    r"\s*Request: (GET|POST|PUT) (/\S+): (\d{3}|no answer), (\d+) ms, (\d+) bytes, try (\d+)$", re.MULTILINE
)
DEBUG = {"RUNNER_DEBUG": "1"}


def requests(outcome: Outcome) -> list[tuple[str, ...]]:
    """Method, path, status, time, size and try of each request in the log."""
    found: list[tuple[str, ...]] = LINE.findall(outcome.log)
    assert len(found) == outcome.log.count("Request: ")
    return found


@pytest.mark.parametrize("by_flag", [False, True])
def test_every_request_has_a_line(tmp_path: Path, by_flag: bool) -> None:  # noqa: FBT001 - a case of a table
    """Each one that reached the service, with the path and the status that it has there."""
    arguments = ("--debug",) if by_flag else ()
    outcome = World(scenario("failing"), tmp_path, {} if by_flag else DEBUG, arguments=arguments).run()
    assert outcome.exit_code == 1, outcome.log
    seen = sorted((one.method, one.path, str(one.status)) for one in outcome.seen)
    assert sorted((method, path.partition("?")[0], status) for method, path, status, *_ in requests(outcome)) == seen


@pytest.mark.parametrize("value", ["", "0"])
def test_no_line_without_being_asked(tmp_path: Path, value: str) -> None:
    """Nothing else turns it on."""
    assert requests(World(scenario("passing"), tmp_path, {"RUNNER_DEBUG": value}).run()) == []


def test_no_content_is_shown(tmp_path: Path) -> None:
    """Neither key nor body nor the value of a query that identifies somebody, whatever goes wrong."""
    hush = {"TESTSIGMA_RUNTIME_DATA": "{password: value-of-a-secret}", "TESTSIGMA_ENVIRONMENT_ID": "production"}
    lost = Fault("start", delivery="reset", takes_effect=True)
    about = scenario("passing").with_options(newest_runs=False).with_faults(lost)
    outcome = World(about, tmp_path, hush | DEBUG).run()
    assert outcome.exit_code == 0, outcome.log
    assert "value-of-a-secret" not in outcome.log
    assert "www.example.com" not in outcome.log
    assert TEST_KEY not in "".join(line for line in outcome.lines if "Request" in line)
    paths = [path for _, path, *_ in requests(outcome)]
    assert "/api/v1/environments?page=0" in paths
    assert any(path.endswith("?query=***&page=0") for path in paths)
    assert not any("shop" in path for path in paths)


def test_tries_are_counted(tmp_path: Path) -> None:
    """An answer that was lost is a line, too, and the next try has the next number."""
    faults = Fault("configs", delivery="reset"), Fault("configs", status=503)
    environ = DEBUG | {"TESTSIGMA_EXECUTION_CONFIG": "smoke only"}
    outcome = World(scenario("passing").with_faults(*faults), tmp_path, environ).run()
    configs = [(status, int(size) > 0, attempt) for _, path, status, _, size, attempt in requests(outcome)[:3]]
    assert configs == [("no answer", False, "1"), ("503", True, "2"), ("200", True, "3")], outcome.log


def test_several_runs(tmp_path: Path) -> None:
    """Requests of all runs are in the log."""
    outcome = World(service(plan(1), plan(2)), tmp_path, listed(plan(1), plan(2)) | DEBUG).run()
    assert len(requests(outcome)) == len(outcome.seen)


def test_the_post_stage_has_lines_too(tmp_path: Path) -> None:
    """It looks for the run that was left, and stops it: each of its requests has a line."""
    world = World(service(plan(1, seconds=3000.0)), tmp_path, listed(plan(1)) | DEBUG, signals=[Signal(SIGKILL, 50.0)])
    assert world.run().killed
    later = world.post(later=6.0)
    assert later.exit_code == 0, later.log
    assert ("PUT", "/api/v1/execution_results/1001") in [found[:2] for found in requests(later)]
    assert len(requests(later)) == len(later.seen)


@pytest.mark.parametrize("place", ["id", "childResult.id"])
def test_the_key_is_in_no_path(tmp_path: Path, place: str) -> None:
    """A service that gives the key for an ID does not bring it into a line."""
    about = scenario("passing").with_faults(Fault("s*", fields={place: TEST_KEY}, count=None))
    outcome = World(about, tmp_path, DEBUG).run()
    assert requests(outcome)
    assert TEST_KEY not in "".join(line for line in outcome.lines if not line.startswith("::add-mask::"))


def test_a_flag_takes_no_value(tmp_path: Path) -> None:
    """It is not the value of the flag before it, and no input."""
    outcome = World(scenario("passing"), tmp_path, arguments=("--summary-title", "--debug")).run()
    assert (outcome.exit_code, outcome.calls) == (2, [])
    assert "no value follows --summary-title" in outcome.log
