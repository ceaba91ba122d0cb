"""Few threads, or none: nothing is started that nobody could stop, and no verdict is lost."""

from pathlib import Path

import pytest

from tests.simulation import World
from tests.simulator import scenario


@pytest.mark.parametrize("threads", [0, 1])
def test_no_thread_to_be_had(tmp_path: Path, threads: int) -> None:
    """It is said before anything is started, with what to do, in all reports."""
    outcome = World(scenario("passing"), tmp_path, threads=threads).run()
    assert (outcome.exit_code, outcome.calls) == (2, [])
    assert outcome.outputs["error-code"] == "no-threads"
    assert "Nothing was started." in outcome.lines[-1]
    assert len(outcome.junit.findall(".//error")) == 1


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_few_threads_are_enough(tmp_path: Path, name: str, exit_code: int) -> None:
    """The results are those that many threads collect."""
    found = [World(scenario(name), tmp_path / str(threads), threads=threads).run() for threads in (2, 100)]
    assert [outcome.exit_code for outcome in found] == [exit_code] * 2
    assert found[0].results["runs"][0]["counts"] == found[1].results["runs"][0]["counts"]
    assert found[0].lines[-1] == found[1].lines[-1]
