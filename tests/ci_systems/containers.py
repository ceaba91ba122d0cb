"""A container that a CI system keeps running while it starts one shell after the other in it."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE
from tests.simulator import Server

# Seconds: for a whole step.
LONG = 60.0


def start_body(server: Server) -> dict[str, Any]:
    """The body of the request that started the run."""
    [seen] = server.seen_of("start")
    assert isinstance(seen.body, dict)
    return seen.body


@dataclass(frozen=True, slots=True)
class Container:
    """A running container of the image."""

    engine: Engine
    name: str

    def run(self, *command: str, environ: Mapping[str, str], options: tuple[str, ...] = ()) -> tuple[int, str]:
        """Run a command with these variables: its exit code, and what it printed."""
        with self.start(*command, environ=environ, options=options) as process:
            output, _ = process.communicate(timeout=LONG)
        return process.returncode, output

    def start(self, *command: str, environ: Mapping[str, str], options: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start a command with these variables."""
        names = [word for name in environ for word in ("--env", name)]
        line = [self.engine.command, "exec", *names, *options, self.name, *command]
        return subprocess.Popen(
            line,
            env={**self.engine.environ, **environ},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def signal(self, name: str) -> None:
        """Send a signal to all processes but the first one."""
        self.engine.run("exec", self.name, "bash", "-c", f"kill -{name} -1")


@contextmanager
def sleeping(engine: Engine, name: str, *options: str) -> Iterator[Container]:
    """A container of the image whose entry point is replaced, in the network of the machine."""
    line = ("run", "--detach", "--tty", "--name", name, "--network=host", "--entrypoint=", *options, IMAGE, "cat")
    try:
        engine.run(*line)
        yield Container(engine, name)
    finally:
        engine.remove(name)


@dataclass(frozen=True, slots=True)
class Docker:
    """A `docker` on PATH, which is the engine in the network of the machine, and notes its command lines."""

    folder: Path

    def environ(self, engine: Engine) -> dict[str, str]:
        """The variables that a shell needs to find it."""
        needed = {name: engine.environ[name] for name in ("HOME", "CONTAINERS_CONF") if name in engine.environ}
        return {**needed, "PATH": f"{self.folder}:/usr/bin:/bin"}

    @property
    def lines(self) -> str:
        """The command lines."""
        return (self.folder / "lines").read_text("utf-8")


@contextmanager
def docker(engine: Engine, folder: Path, name: str) -> Iterator[Docker]:
    """Make one in this folder; the container that it runs gets this name, and the image of the tests."""
    folder.mkdir()
    program = folder / "docker"
    program.write_text(
        f"""#!/usr/bin/env bash
        echo "$@" >>{folder}/lines
        exec {engine.command} run --network=host --name={name} "${{@:2:$#-2}}" {IMAGE}
        """,
        "utf-8",
    )
    program.chmod(0o755)
    try:
        yield Docker(folder)
    finally:
        engine.remove(name)
