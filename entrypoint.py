#!/usr/bin/env -S python3 -I -u
"""The entry point of the container. The interpreter is isolated (-I), so the source folder is added to the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from testsigma_action.cli import run_step

if __name__ == "__main__":
    run_step()
