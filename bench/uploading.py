"""A process that uploads a file of so many bytes, and prints the peak of its memory on top of its modules in MB.

    python -m bench.uploading 500000000 http://127.0.0.1:8080

The file has a hole in place of its content.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import testsigma_action.main  # noqa: F401 - the memory of what a start imports does not count
from bench.memory import peak, resident
from tests.simulator import TEST_KEY
from testsigma_action.api.client import Client
from testsigma_action.api.retry import Transport
from testsigma_action.api.route import Route
from testsigma_action.domain.upload_events import UploadKind, UploadSpec
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.uploads import upload_all
from testsigma_action.runtime.clock import Clock
from testsigma_action.secret import Secret

LIMIT = timedelta(minutes=2)


def main(arguments: Sequence[str]) -> None:
    """Arguments: the size of the file, and the base URL of the service."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "app.apk"
        with path.open("wb") as file:
            file.truncate(int(arguments[0]))
        before = resident()
        upload(path, arguments[1])
    sys.stdout.write(f"{peak() - before:.3f}\n")


def upload(path: Path, url: str) -> None:
    """Upload a file as a step does."""
    clock = Clock()
    remote = Remote(Client(Transport(Route(url), Secret(TEST_KEY), clock=clock)), clock)
    spec = UploadSpec(path.name, str(path), UploadKind.APK, "62", version="1.0", unique=True)

    async def send() -> None:
        async for _ in upload_all([spec], remote, LIMIT, lambda _event: None):
            pass

    with asyncio.Runner(loop_factory=clock.loop) as runner:
        runner.run(send())


if __name__ == "__main__":
    main(sys.argv[1:])
