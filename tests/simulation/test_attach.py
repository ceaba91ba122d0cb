"""Attaching to a run, with a signal at any moment: what was to be stopped is stopped, whether or not it was read."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Outcome, Signal, World
from tests.simulation.plans import plan, service
from tests.simulator import Fault, Phase, RunBefore, Scenario

RUN = 900
LOOKS = range(1, 16)


def ran(
    tmp_path: Path, sent: Signal, *, on_cancel: str = "stop", content: Scenario | None = None
) -> tuple[World, Outcome]:
    """Attach to the run, and get a signal."""
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": str(RUN), "TESTSIGMA_ON_CANCEL": on_cancel}
    world = World(content or going(), tmp_path, environ, signals=[sent])
    return world, world.run()


def going(*faults: Fault, status: str = "STATUS_IN_PROGRESS", seconds: float = 600.0) -> Scenario:
    """A service with a run that somebody else started."""
    before = RunBefore(RUN, plan(1), "theirs", life=(Phase(status, seconds=seconds),))
    return replace(service(plan(1)), runs_before=(before,)).with_faults(*faults)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("look", LOOKS)
def test_a_signal_before_the_first_answer(look: int, number: int, tmp_path: Path) -> None:
    """With `on-cancel: stop` the run is stopped, and the log says so."""
    world, outcome = ran(tmp_path, Signal(number, look=look))
    assert (outcome.exit_code, world.simulator.statuses()[RUN]) == (128 + number, "STATUS_COMPLETED"), outcome.log
    assert f"Run {RUN} was stopped." in outcome.lines[-1]
    assert outcome.outputs["run-id"] == str(RUN)


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_left_by_default(look: int, tmp_path: Path) -> None:
    """The run goes on, and the log says so."""
    world, outcome = ran(tmp_path, Signal(signal.SIGTERM, look=look), on_cancel="")
    assert (outcome.exit_code, world.simulator.statuses()[RUN]) == (143, "STATUS_IN_PROGRESS"), outcome.log
    assert f"Run {RUN} was left running." in outcome.lines[-1]
    assert "stop" not in outcome.calls


@pytest.mark.parametrize("after", [0.0, 1.0, 5.0, 20.0])
@pytest.mark.parametrize(("on_cancel", "status"), [("stop", "STATUS_COMPLETED"), ("leave", "STATUS_IN_PROGRESS")])
def test_a_signal_while_the_first_answer_is_slow(on_cancel: str, status: str, after: float, tmp_path: Path) -> None:
    """It ends the waiting for that answer, and the run is stopped or left."""
    slow = going(Fault("status", delay=25.0, count=1))
    sent = Signal(signal.SIGTERM, call="status", after=after)
    world, outcome = ran(tmp_path, sent, on_cancel=on_cancel, content=slow)
    assert (outcome.exit_code, world.simulator.statuses()[RUN]) == (143, status), outcome.log
    assert outcome.duration - outcome.signalled[0][0] < 7.0


@pytest.mark.parametrize("look", LOOKS)
def test_a_run_that_is_over_is_not_stopped(look: int, tmp_path: Path) -> None:
    """No stop is sent; the step is cancelled as it would be without any run."""
    over = going(seconds=0.0)
    _, outcome = ran(tmp_path, Signal(signal.SIGTERM, look=look), content=over)
    assert outcome.exit_code == 143
    assert "stop" not in outcome.calls
    assert "was stopped" not in outcome.log


@pytest.mark.parametrize("look", LOOKS)
def test_no_answer_at_all(look: int, tmp_path: Path) -> None:
    """The step does not say that nothing was started, nor that the run was stopped: it may still be running."""
    _, outcome = ran(tmp_path, Signal(signal.SIGTERM, look=look), content=going(Fault("*", delay=60.0, count=None)))
    assert (outcome.exit_code, "may still be running" in outcome.lines[-1]) == (143, True), outcome.log
    assert "Nothing was started" not in outcome.log
    assert outcome.duration < 7.0
