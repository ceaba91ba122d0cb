"""A log that nobody reads, a full pipe, keeps the step from nothing: it waits, stops its run, reports, and ends."""

import fcntl
import io
import os
import signal
from collections.abc import Iterator

import pytest

from tests.scenario.conftest import Bench
from tests.simulator import Phase, scenario

HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)
Pipe = tuple[io.FileIO, io.FileIO]


@pytest.fixture
def full_pipe() -> Iterator[Pipe]:
    """Both ends of a pipe that takes nothing more, as small as the kernel makes them."""
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0) as reader, open(writing, "wb", buffering=0) as writer:  # noqa: PTH123
        size = fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        writer.write(b"\n" * size)
        yield reader, writer


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_run(bench: Bench, full_pipe: Pipe, number: int, exit_code: int) -> None:
    """The run is stopped, and the reports are written."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    step = bench.start(server=server, stdout=full_pipe[1].fileno())
    server.wait_for("status", count=2)
    step.send(signal.Signals(number))
    outcome = step.wait()
    assert outcome.exit_code == exit_code
    assert server.calls.count("stop") == 1
    assert outcome.outputs["result"] == "stopped"
    assert outcome.state["settled"] == "true"


def test_the_deadline_counts(bench: Bench, full_pipe: Pipe) -> None:
    """The step ends with its timeout, as if somebody read."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    outcome = bench.start({"TESTSIGMA_TIMEOUT": "3s"}, server=server, stdout=full_pipe[1].fileno()).wait()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (4, "timed-out")


def test_the_verdict_counts(bench: Bench, full_pipe: Pipe) -> None:
    """All reports are written, and the exit code is that of the run."""
    step = bench.start(server=bench.serve(scenario("failing")), stdout=full_pipe[1].fileno())
    outcome = step.wait()
    assert outcome.exit_code == 1
    assert len(outcome.junit.findall(".//failure")) == 2
    assert outcome.outputs["conclusion"] == "failed"


def test_a_reader_that_comes_late_gets_the_whole_log(bench: Bench, full_pipe: Pipe) -> None:
    """Line by line in order, the one that masks the key before all others."""
    server = bench.serve(scenario("failing").with_plan(life=HELD))
    reader, writer = full_pipe
    step = bench.start(server=server, stdout=writer.fileno())
    writer.close()
    server.wait_for("status", count=2)
    server.release()
    log = reader.readall().decode()
    outcome = step.wait()
    mask, first, *rest = log.lstrip().splitlines()
    assert mask == f"::add-mask::{server.key}"
    assert first.startswith("Plan 420")
    assert rest[-1].startswith("FAILED (exit code 1, tests-failed)")
    assert sum("::add-mask::" in line for line in log.splitlines()) == 1
    assert outcome.exit_code == 1


def test_the_post_stage_stops_the_run(bench: Bench, full_pipe: Pipe) -> None:
    """The other entry point, too."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    step = bench.start(server=server)
    server.wait_for("status")
    step.send(signal.SIGKILL)
    state = {f"STATE_{name}": value for name, value in step.wait().state.items()}
    post = bench.start(state, server=server, script="post_entrypoint.py", stdout=full_pipe[1].fileno())
    assert post.wait().exit_code == 0
    assert server.calls.count("stop") == 1
