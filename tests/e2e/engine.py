"""The container engine: Docker where its daemon answers, else Podman. Tried: Podman 4.3 as root."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

CONFIGURATION = Path(__file__).parent / "containers.conf"
# Seconds: for a call that only asks or starts something, and for the engine's socket to appear.
SHORT = 60.0
SOCKET = 20.0


class NoEngineError(RuntimeError):
    """Neither engine is there; `tests/e2e/prepare.sh` says what is missing."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A command that speaks Docker's language, and the environment it needs."""

    command: str
    environ: Mapping[str, str]

    def run(
        self, *arguments: str, check: bool = True, timeout: float = SHORT, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command of the engine; `environ` is added to its environment. Output of both kinds is in stdout."""
        return subprocess.run(
            [self.command, *arguments],
            check=check,
            timeout=timeout,
            env={**self.environ, **(environ or {})},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def has_image(self, name: str) -> bool:
        """Whether an image is here already."""
        return self.run("image", "inspect", name, check=False).returncode == 0

    def size(self, image: str) -> int:
        """Size of an image in bytes."""
        return int(self.run("image", "inspect", "--format", "{{.Size}}", image).stdout)

    def containers(self, image: str, *prefixes: str) -> list[str]:
        """Names of the running containers of an image whose names begin with one of these."""
        rows = self.run("ps", "--format", "{{.Names}}\t{{.Image}}").stdout.splitlines()
        pairs = (row.split("\t") for row in rows if "\t" in row)
        return [name for name, used in pairs if used == image and name.startswith(prefixes)]

    def signal(self, container: str, name: str) -> None:
        """Send a signal to the first process of a container; one that has ended is left alone."""
        self.run("kill", "--signal", name, container, check=False)

    def remove(self, *prefixes: str) -> None:
        """Remove all containers whose names begin with one of these, running or not."""
        names = self.run("ps", "--all", "--format", "{{.Names}}").stdout.split()
        for name in names:
            if name.startswith(prefixes):
                self.run("rm", "--force", "--volumes", name, check=False)


def find() -> Engine:
    """The engine of this machine; raises NoEngineError."""
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "info"], check=False, capture_output=True, timeout=SHORT).returncode == 0:
        return Engine(docker, dict(os.environ))
    podman = shutil.which("podman")
    if not podman:
        raise NoEngineError("No container engine: run tests/e2e/prepare.sh.")
    return Engine(podman, {"CONTAINERS_CONF": str(CONFIGURATION), **os.environ})


@contextmanager
def listening(engine: Engine, folder: Path) -> Iterator[str | None]:
    """Podman's socket in a folder, as a value for DOCKER_HOST; nothing for Docker, which has one."""
    if Path(engine.command).name == "docker":
        yield None
        return
    socket = folder / "podman.sock"
    address = f"unix://{socket}"
    with (folder / "podman.log").open("w") as log:
        command = [engine.command, "system", "service", "--time=0", address]
        service = subprocess.Popen(command, env=dict(engine.environ), stdout=log, stderr=log)
        try:
            _wait_for(socket, service)
            yield address
        finally:
            service.terminate()
            service.wait(SOCKET)


def _wait_for(socket: Path, service: subprocess.Popen[bytes]) -> None:
    """A process of somebody else's: there is nothing to wait on but the file."""
    deadline = monotonic() + SOCKET
    while not socket.exists():
        if service.poll() is not None or monotonic() > deadline:
            raise NoEngineError(f"podman system service did not open {socket}: see podman.log beside it.")
        sleep(0.05)
