"""Builds the image of this checkout and prints its size: `python -m tests.e2e.image`."""

import os
import subprocess
import sys

from tests.e2e import base as bases
from tests.e2e import engine as engines
from tests.e2e.engine import Engine

# Somebody else may work with the image of another checkout on the same machine.
IMAGE = os.environ.get("IMAGE") or "localhost/testsigma-action:dev"
# Seconds.
BUILD = 300.0


def build(engine: Engine, base: str) -> None:
    """Build the image on a base; raises CalledProcessError, with the log of the build in its output."""
    arguments = {
        "BASE": base,
        "VERSION": _git("describe", "--tags", "--always", "--dirty"),
        "REVISION": _git("rev-parse", "HEAD"),
    }
    given = [word for name, value in arguments.items() if value for word in ("--build-arg", f"{name}={value}")]
    engine.run("build", "--tag", IMAGE, *given, str(bases.ROOT), timeout=BUILD)


def _git(*arguments: str) -> str:
    """What git answers; nothing in a folder that is no checkout."""
    answer = subprocess.run(
        ["git", "-C", str(bases.ROOT), *arguments], check=False, capture_output=True, text=True, timeout=30
    )
    return answer.stdout.strip()


def main() -> int:
    """Build, and say what came out."""
    try:
        engine = engines.find()
        base = bases.choose(engine)
        build(engine, base)
    except engines.NoEngineError as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(problem.output, problem, sep="\n", file=sys.stderr)
        return 1
    whole, below = engine.size(IMAGE), engine.size(base)
    print(f"{IMAGE}: {whole / 1e6:.1f} MB, {(whole - below) / 1e6:.1f} MB of it on top of its base, {base}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
