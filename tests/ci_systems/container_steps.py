"""Starts the container of a step with what a CI system would give it, and ends it as the system would."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.ci_systems.conftest import ROOT
from tests.e2e.conftest import serving
from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE
from tests.e2e.secrecy import assert_not_in, files
from tests.simulator import Server, scenario

PLAN = 431
"""The plan that the examples run."""


@dataclass(frozen=True, slots=True)
class ContainerStep:
    """What one step gets. `workdir` is where `folder` is mounted, unless `mount` says where above it that is."""

    environ: Mapping[str, str]
    folder: Path
    workdir: str
    mount: str = ""
    options: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    def line(self) -> list[str]:
        """The arguments of `run`, from the options on."""
        names = [word for name in self.environ for word in ("--env", name)]
        places = (f"--volume={self.folder}:{self.mount or self.workdir}", f"--workdir={self.workdir}")
        return ["--network=host", *places, *names, *self.options, IMAGE, *self.command]

    def run(self, engine: Engine) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return engine.run("run", "--rm", *self.line(), check=False, environ=self.environ)


@contextmanager
def waiting(engine: Engine, step: ContainerStep, server: Server, name: str) -> Iterator[str]:
    """The name of the container of a step that waits for its run; it is gone afterwards."""
    container = f"testsigma-action-ci-{name}"
    try:
        engine.run("run", "--detach", "--name", container, *step.line(), environ=step.environ)
        server.wait_for("status", timeout=30)
        yield container
    finally:
        engine.remove(container)


def stop(engine: Engine, container: str, grace: int) -> int:
    """SIGTERM, and SIGKILL after so many seconds; the exit code."""
    engine.run("stop", "--time", str(grace), container)
    return int(engine.run("inspect", "--format", "{{.State.ExitCode}}", container).stdout)


def server_of(name: str, key: str) -> Server:
    """A simulator, to be entered, whose first plan is that of the examples."""
    return serving(scenario(name).with_plan(id=PLAN), key)


def fast(server: Server) -> dict[str, str]:
    """The inputs that no example has: the address of the simulator, and a short interval."""
    return {"base-url": server.url, "poll-interval": "0.2s"}


def build_number(server: Server) -> str:
    """The build number that the run was started with."""
    return server.simulator.runs()[1001].build_no or ""


def example(path: str) -> dict[str, Any]:
    """A file of the repository, as YAML."""
    document: dict[str, Any] = yaml.safe_load((ROOT / path).read_text("utf-8"))
    return document


def assert_key_hidden(key: str, log: str, folder: Path) -> None:
    """The key is neither in the log nor in a file."""
    assert_not_in(key, [log, *(path.read_text("utf-8", "replace") for path in files(folder))])


def assert_schema(name: str, *paths: Path) -> None:
    """The files keep the schema that check-jsonschema has under this name."""
    program = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [program, "--builtin-schema", name, *paths], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
