"""A signal at a random moment of the step's life: all runs that it started are stopped, and all reports are there.

Every tenth step has twenty plans. SIGNALS in the environment says how many steps there are (`make signals` for many).
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.scenario.conftest import Bench, Step
from tests.scenario.shots import WAY_OUT, Shot, assert_nothing_lost, going_on, seed_of, stands

COUNT = int(os.environ.get("SIGNALS", "20"))
# The counting of coverage takes SIGTERM itself, before the handlers of the step stand.
UNCOUNTED = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}


Lives = Callable[[Shot], float]


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    """How long a step lives that gets no signal: the longest of three with one plan, and one with many.

    Measured when first asked for, since steps with many plans take their time.
    """

    @cache
    def measured(plans: int, *, lost: bool) -> float:
        shots = [replace(Shot.of("lives", index), lost=lost, plans=plans) for index in range(3 if plans == 1 else 1)]
        return max(_life(tmp_path_factory.mktemp("life"), shot) for shot in shots)

    return lambda shot: measured(shot.plans, lost=shot.lost)


def _life(folder: Path, shot: Shot) -> float:
    """Seconds from the moment that the handlers stand to the end."""
    bench = Bench(folder)
    try:
        step = bench.start(UNCOUNTED | shot.inputs, server=bench.serve(shot.scenario))
        wait_for_handlers(step)
        began = time.monotonic()
        assert step.wait().exit_code == 1
        return time.monotonic() - began
    finally:
        bench.close()


@pytest.mark.parametrize("index", range(COUNT))
def test_a_signal_at_any_moment(bench: Bench, index: int, lives: Lives, request: pytest.FixtureRequest) -> None:
    """No run goes on that the step started, the step ends in time, and its reports say the same as its exit code."""
    shot = Shot.of(seed_of(request.config), index)
    server = bench.serve(shot.scenario)
    step = bench.start(UNCOUNTED | shot.inputs, server=server)
    wait_for_handlers(step)
    time.sleep(shot.share * lives(shot))
    going = going_on(server)
    step.send(shot.number)
    sent = time.monotonic()
    outcome = step.wait()
    took = time.monotonic() - sent
    print(shot.number.name, f"at {shot.share:.0%}", server.calls, outcome.log, sep="\n")
    assert_nothing_lost(server, outcome, shot, going)
    assert took < WAY_OUT


def wait_for_handlers(step: Step) -> None:
    """Wait until the process takes both signals; there is nothing to wait on but what the kernel tells."""
    deadline = time.monotonic() + 30
    while not stands(step.process.pid):
        assert step.process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.001)
