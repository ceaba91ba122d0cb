"""A container registry on loopback: the `docker-registry` of Debian, which is the reference implementation."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

# Seconds.
START = 20.0
CONFIGURATION = """version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "{address}"}}
"""


@dataclass(frozen=True, slots=True)
class Registry:
    """A running registry, and the folder that it keeps everything in."""

    address: str
    folder: Path

    def blob(self, digest: str) -> Path:
        """The file of a blob."""
        kind, _, value = digest.partition(":")
        return self.folder / "docker/registry/v2/blobs" / kind / value[:2] / value / "data"


@contextmanager
def serving(folder: Path) -> Iterator[Registry]:
    """A registry that keeps everything in a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    configuration = folder / "registry.yml"
    configuration.write_text(CONFIGURATION.format(folder=folder / "blobs", address=address), "utf-8")
    with (folder / "registry.log").open("w") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(configuration)], stdout=log, stderr=log)
        try:
            _wait_for(address, process)
            yield Registry(address, folder / "blobs")
        finally:
            process.terminate()
            process.wait(START)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """A foreign process: there is nothing to wait on but its port."""
    host, _, port = address.partition(":")
    deadline = monotonic() + START
    while process.poll() is None and monotonic() < deadline:
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return
        sleep(0.05)
    raise RuntimeError(f"docker-registry does not answer on {address}: see registry.log beside its configuration.")
