"""A signal at a random moment of the step's life: the run that it started is stopped, and all reports are there.

SIGNALS in the environment says how many steps get a signal (`make signals` for many).
"""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenario.conftest import Bench, Step
from tests.scenario.shots import WAY_OUT, Shot, assert_nothing_lost, going_on, seed_of, stands

COUNT = int(os.environ.get("SIGNALS", "20"))
# The counting of coverage takes SIGTERM itself, before the handlers of the step stand.
UNCOUNTED = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, float]:
    """How long a step lives that gets no signal, without and with an answer to its start: the longest of three."""
    folder = tmp_path_factory.mktemp("lives")
    shots = [replace(Shot.of("lives", index), lost=lost) for lost in (True, False) for index in range(3)]
    measured = [(shot.lost, _life(folder / str(index), shot)) for index, shot in enumerate(shots)]
    return {lost: max(life for of, life in measured if of is lost) for lost in (True, False)}


def _life(folder: Path, shot: Shot) -> float:
    """Seconds from the moment that the handlers stand to the end."""
    bench = Bench(folder)
    try:
        step = bench.start(UNCOUNTED, server=bench.serve(shot.scenario))
        wait_for_handlers(step)
        began = time.monotonic()
        assert step.wait().exit_code == 1
        return time.monotonic() - began
    finally:
        bench.close()


@pytest.mark.parametrize("index", range(COUNT))
def test_a_signal_at_any_moment(
    bench: Bench, index: int, lives: dict[bool, float], request: pytest.FixtureRequest
) -> None:
    """No run goes on that the step started, the step ends in time, and its reports say the same as its exit code."""
    shot = Shot.of(seed_of(request.config), index)
    server = bench.serve(shot.scenario)
    step = bench.start(UNCOUNTED, server=server)
    wait_for_handlers(step)
    time.sleep(shot.share * lives[shot.lost])
    going = going_on(server)
    step.send(shot.number)
    sent = time.monotonic()
    outcome = step.wait()
    took = time.monotonic() - sent
    print(shot.number.name, f"at {shot.share:.0%}", server.calls, outcome.log, sep="\n")
    assert_nothing_lost(server, outcome, shot.number, going)
    assert took < WAY_OUT


def wait_for_handlers(step: Step) -> None:
    """Wait until the process takes both signals; there is nothing to wait on but what the kernel tells."""
    deadline = time.monotonic() + 30
    while not stands(step.process.pid):
        assert step.process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.001)
