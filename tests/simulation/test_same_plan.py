"""The same plan several times in one step: the runs are apart from each other in every way."""

from dataclasses import replace
from pathlib import Path

from tests.simulation import World
from tests.simulation.plans import listed, plan, runs_of, service
from tests.simulator import RunBefore


def test_a_run_is_compared_with_no_other_run_of_its_step(tmp_path: Path) -> None:
    """The run before it is that of the step before: what failed in two entries is new in both."""
    failing, passing = plan(1, "failing", seconds=30.0), plan(1, seconds=30.0)
    before = replace(service(failing), runs_before=(RunBefore(900, passing, "before"),))
    environ = listed(failing, failing, failing) | {"TESTSIGMA_MAX_PARALLEL": "1"}
    outcome = World(before, tmp_path, environ).run()
    assert [one["id"] for one in runs_of(outcome)] == ["1001", "1002", "1003"]
    assert outcome.log.count("Compared with run 900") == 3, outcome.log
    assert outcome.outputs["new-failures"] == "6"
