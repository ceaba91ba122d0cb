"""The container gets a signal at a random moment of its life, as PID 1: nothing goes on, and all reports are there."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.e2e.conftest import serving
from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE
from tests.scenario.conftest import Outcome
from tests.scenario.shots import MANY, WAY_OUT, Shot, assert_nothing_lost, going_on, seed_of, stands
from tests.simulator import Server

COUNT = 10
FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")


@dataclass
class Container:
    """A step in a container of its own, attached to; `process` is the number of its first process on this machine."""

    engine: Engine
    name: str
    folder: Path
    command: "subprocess.Popen[str]"
    process: int

    def wait(self) -> Outcome:
        """Wait for its end."""
        log, _ = self.command.communicate(timeout=60)
        return Outcome(self.command.returncode, log, self.folder, self.folder)


@contextmanager
def started(engine: Engine, server: Server, shot: Shot, folder: Path, name: str) -> Iterator[Container]:
    """A container whose handlers stand; it is gone afterwards."""
    for file in FILES:
        (folder / file).touch()
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": "/work",
        **{file: f"/work/{file}" for file in FILES},
        "TESTSIGMA_API_KEY": server.key,
        "TESTSIGMA_BASE_URL": server.url,
        "TESTSIGMA_POLL_INTERVAL": "0.1s",
        "TESTSIGMA_PLAN_ID": "420",
        **shot.inputs,
    }
    names = [word for each in environ for word in ("--env", each)]
    options = ("--name", name, "--network=host", f"--volume={folder}:/work", *names)
    # The title tells the process from all others of the machine.
    line = [engine.command, "run", *options, IMAGE, f"--summary-title={name}"]
    given = {**engine.environ, **environ}
    command = subprocess.Popen(line, env=given, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield Container(engine, name, folder, command, _first_process(name))
    finally:
        engine.remove(name)
        command.communicate(timeout=60)


def _first_process(title: str) -> int:
    """Wait for the step that has this title to take signals; there is nothing to wait on but what the kernel tells."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_text("utf-8", "replace").split("\0")
                ours = "/app/entrypoint.py" in words and f"--summary-title={title}" in words
                if ours and stands(int(folder.name)):
                    return int(folder.name)
            except OSError:
                continue  # It ended while we looked.
        time.sleep(0.002)
    raise AssertionError(f"{title} did not start")


@pytest.fixture(scope="session")
def lives(engine: Engine, key: str, tmp_path_factory: pytest.TempPathFactory) -> dict[int, float]:
    """Seconds that a step lives that gets no signal, once its handlers stand; by its number of plans."""
    lives = {}
    for index, plans in enumerate((1, MANY)):
        shot = replace(Shot.of("lives", index), plans=plans)
        folder = tmp_path_factory.mktemp("life")
        name = f"testsigma-action-e2e-life-{index}"
        with serving(shot.scenario, key) as server, started(engine, server, shot, folder, name) as step:
            began = time.monotonic()
            assert step.wait().exit_code == 1
            lives[plans] = time.monotonic() - began
    return lives


@pytest.mark.parametrize("index", range(COUNT))
def test_a_signal_at_any_moment(
    engine: Engine, folder: Path, key: str, lives: dict[int, float], index: int, request: pytest.FixtureRequest
) -> None:
    """What holds for the process holds for the container, which has no other process to fall back on."""
    shot = Shot.of(seed_of(request.config), index)
    name = f"testsigma-action-e2e-signal-{index}"
    with serving(shot.scenario, key) as server, started(engine, server, shot, folder, name) as step:
        time.sleep(shot.share * lives[shot.plans])
        going = going_on(server)
        sent = time.monotonic()
        engine.signal(name, shot.number.name)
        outcome = step.wait()
        took = time.monotonic() - sent
        print(shot.number.name, f"at {shot.share:.0%}", server.calls, outcome.log, sep="\n")
        assert_nothing_lost(server, outcome, shot, going)
        assert took < WAY_OUT
