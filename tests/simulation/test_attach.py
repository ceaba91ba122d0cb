"""Attaching to a run, with a signal at any moment: what was to be stopped is stopped, whether or not it was read."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation import Outcome, Signal, World
from tests.simulation.plans import listed, plan, service
from tests.simulation.test_stop_after_failures import BROKEN, rerunning
from tests.simulator import Fault, Lag, Phase, Reruns, RunBefore, Scenario

RUN = 900
ATTACHED = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_RUN_ID": str(RUN)}
LOOKS = range(1, 16)


def ran(
    tmp_path: Path, sent: Signal, *, on_cancel: str = "stop", content: Scenario | None = None
) -> tuple[World, Outcome]:
    """Attach to the run, and get a signal."""
    environ = ATTACHED | {"TESTSIGMA_ON_CANCEL": on_cancel}
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


def rerun_going(after: int = 0) -> Scenario:
    """A service with a run of somebody else that is over and failed, and whose plan runs its failed cases again."""
    again = Reruns(after=after, life=(Phase("STATUS_IN_PROGRESS", seconds=600.0),))
    theirs = replace(rerunning(1, BROKEN, seconds=0.0), reruns=again)
    before = RunBefore(RUN, theirs, "theirs", life=theirs.life)
    return replace(service(theirs), runs_before=(before,)).with_options(shape=2024)


@pytest.mark.parametrize(("on_cancel", "status"), [("stop", "STATUS_COMPLETED"), ("leave", "STATUS_IN_PROGRESS")])
@pytest.mark.parametrize("look", [*LOOKS, 30])
def test_a_rerun_that_is_going_on(look: int, on_cancel: str, status: str, tmp_path: Path) -> None:
    """It is stopped or left in place of its run, which is over, and the log names it."""
    sent = Signal(signal.SIGTERM, look=look)
    world, outcome = ran(tmp_path, sent, on_cancel=on_cancel, content=rerun_going())
    assert (outcome.exit_code, world.simulator.statuses()[1001]) == (143, status), outcome.log
    told = "Run 1001 was stopped." if on_cancel == "stop" else "Run 1001 was left running."
    assert told in outcome.lines[-1]


@pytest.mark.parametrize(("on_cancel", "status"), [("stop", "STATUS_COMPLETED"), ("leave", "STATUS_IN_PROGRESS")])
def test_a_rerun_of_a_rerun(on_cancel: str, status: str, tmp_path: Path) -> None:
    """The newest one is stopped or left, although it began after the last answer."""
    [theirs] = rerun_going().plans
    life = (Phase("STATUS_IN_PROGRESS", seconds=20.0),)
    theirs = replace(theirs, reruns=Reruns(most=4, after=0, life=life))
    content = replace(rerun_going(), plans=(theirs,), runs_before=(RunBefore(RUN, theirs, "theirs", life=theirs.life),))
    environ = ATTACHED | {"TESTSIGMA_ON_CANCEL": on_cancel, "TESTSIGMA_POLL_INTERVAL": "1m"}
    world = World(content, tmp_path, environ, signals=[Signal(signal.SIGTERM, 40.0)])
    outcome = world.run()
    assert (outcome.exit_code, world.simulator.statuses()) == (
        143,
        {RUN: "STATUS_COMPLETED", 1001: "STATUS_COMPLETED", 1002: status},
    ), outcome.log
    assert ("Run 1002 was stopped." if on_cancel == "stop" else "Run 1002 was left running.") in outcome.lines[-1]


@pytest.mark.parametrize("on_cancel", ["stop", "leave"])
def test_a_result_that_lags(on_cancel: str, tmp_path: Path) -> None:
    """A run without a result may be followed by a rerun, and the log says so."""
    lagging = rerun_going(after=10_000).with_options(lag=Lag(result=60.0))
    _, outcome = ran(tmp_path, Signal(signal.SIGTERM, look=5), on_cancel=on_cancel, content=lagging)
    assert "Its plan may still run failed cases again." in outcome.lines[-1], outcome.log


@pytest.mark.parametrize("look", LOOKS)
def test_a_rerun_that_may_still_begin(look: int, tmp_path: Path) -> None:
    """The log does not call a run over whose plan may run its failed cases again."""
    _, outcome = ran(tmp_path, Signal(signal.SIGTERM, look=look), content=rerun_going(after=10_000))
    assert f"Run {RUN} had completed by then, with the result failed. Its plan may still run" in outcome.lines[-1]


@pytest.mark.parametrize(
    "answer", [{"status": 404}, {"status": 403}, {"status": 503}, {"delay": 60.0}], ids=["404", "403", "503", "hangs"]
)
def test_a_run_that_cannot_be_read(answer: dict[str, float], tmp_path: Path) -> None:
    """The log does not call it running."""
    fault = Fault("status", count=None, **answer)  # type: ignore[arg-type]
    _, outcome = ran(tmp_path, Signal(signal.SIGTERM, look=9), on_cancel="leave", content=going(fault))
    assert outcome.exit_code == 143
    assert f"Run {RUN} was left as it is: its status is not known." in outcome.lines[-1]
    assert "running" not in outcome.log


@pytest.mark.parametrize("attached", [True, False])
def test_a_run_that_completed_after_the_last_answer(tmp_path: Path, *, attached: bool) -> None:
    """A step that leaves its run looks at it once more: the run is not called running after its end."""
    environ = {"TESTSIGMA_POLL_INTERVAL": "1m", "TESTSIGMA_ON_CANCEL": "leave", **listed(plan(1))}
    if attached:
        environ |= {"TESTSIGMA_PLANS": "", "TESTSIGMA_RUN_ID": str(RUN)}
    content = replace(going(seconds=70.0), plans=(plan(1, seconds=50.0),))
    outcome = World(content, tmp_path, environ, signals=[Signal(signal.SIGTERM, 110.0)]).run()
    assert outcome.exit_code == 143
    assert "had completed by then, with the result passed." in outcome.lines[-1], outcome.log
    assert outcome.calls[-1] == "status"
