"""How long a step takes from the start of its process to its start request, against the import of `requests` alone.

Both run with the same interpreter, turn by turn, and with bytecode of their own: what the first of each compiles is
not measured, as little as in the image, which has it all. The fastest of each counts: whatever else the machine does
only makes one slower. The step in the image is measured in its container, against the step of this checkout outside.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

from bench.children import ROOT, wait_for_end
from bench.figures import Figure
from tests.e2e import engine
from tests.e2e.image import IMAGE
from tests.simulator import Server, Simulator, scenario

REPEATS = 15
MAX_START = 1.6
MAX_IN_CONTAINER = 1.3
INTERPRETER = (sys.executable, "-I", "-u")
# Seconds until a child that sends nothing is given up.
PATIENCE = 60.0


def figures(repeats: int = REPEATS) -> Iterator[Figure]:
    """Measure; the number of repeats is for tests, which have no time for all of them."""
    start, floor = fastest(repeats)
    note = f"{start:.2f} s to the start request, {floor:.2f} s for `import requests`"
    yield Figure("start", start / floor, MAX_START, note, varies=True)


def figures_of_image(repeats: int = REPEATS) -> Iterator[Figure]:
    """Measure the program of the image in its container, against the one of this checkout outside. Needs the image."""
    mount = ("--volume", f"{ROOT}:/checkout:ro", "--env", "PYTHONPATH=/checkout", "--workdir", "/checkout")
    command = ("--entrypoint", "/app/venv/bin/python", IMAGE, "-m", "bench.start", "/app/entrypoint.py", str(repeats))
    inside = float(engine.find().run("run", "--rm", "--network=host", *mount, *command).stdout)
    outside, _ = fastest(repeats)
    note = f"{inside:.2f} s to the start request in the container, {outside:.2f} s outside"
    yield Figure("start in the container", inside / outside, MAX_IN_CONTAINER, note, varies=True)


def fastest(repeats: int) -> tuple[float, float]:
    """The seconds of the fastest step, and of its fastest floor."""
    steps: list[float] = []
    floors: list[float] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        step = [*with_bytecode(folder), str(ROOT / "entrypoint.py")]
        importing(folder)
        until_start(folder, step)
        for _ in range(repeats):
            floors.append(importing(folder))
            steps.append(until_start(folder, step))
    return min(steps), min(floors)


def until_start(folder: Path, command: list[str]) -> float:
    """Seconds from the start of a step's process until its start request has arrived."""
    with Server(Simulator(scenario("passing"))) as server:
        environ = {
            "TESTSIGMA_BASE_URL": server.url,
            "TESTSIGMA_API_KEY": server.key,
            "TESTSIGMA_PLAN_ID": str(server.simulator.scenario.plans[0].id),
        }
        return seconds(folder, command, environ, lambda _: server.wait_for("start", 1, PATIENCE))


def importing(folder: Path) -> float:
    """Seconds that a process takes which only imports `requests`."""
    command = [*with_bytecode(folder), "-c", "import requests"]
    return seconds(folder, command, {}, lambda process: wait_for_end(process, PATIENCE))


def with_bytecode(folder: Path) -> list[str]:
    """The interpreter, with its bytecode in this folder."""
    return [*INTERPRETER, "-X", f"pycache_prefix={folder / 'bytecode'}"]


def seconds(
    folder: Path, command: list[str], environ: dict[str, str], until: Callable[[Popen[bytes]], object]
) -> float:
    """Seconds until something has happened, from just before the process starts."""
    begin = time.perf_counter()
    with Popen(command, cwd=folder, env=environ, stdout=DEVNULL, stderr=DEVNULL) as process:  # noqa: S603 - ourselves
        try:
            until(process)
            return time.perf_counter() - begin
        finally:
            process.kill()


def main() -> None:
    """Print the seconds of a program whose bytecode is beside it: `python -m bench.start PROGRAM REPEATS`."""
    with TemporaryDirectory() as folder:
        times = [until_start(Path(folder), [*INTERPRETER, sys.argv[1]]) for _ in range(int(sys.argv[2]))]
    sys.stdout.write(f"{min(times)}\n")


if __name__ == "__main__":
    main()
