"""Programs that check files: from the environment of the tests, or of the machine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PLACES = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"


def assert_accepted(program: str, *arguments: str | Path) -> None:
    """The program ends with exit code 0."""
    found = shutil.which(program, path=PLACES)
    assert found, f"{program} is missing: run make ci-systems"
    done = subprocess.run([found, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def assert_valid(path: Path, *schema: str) -> None:
    """The file is valid: `--builtin-schema NAME`, or `--schemafile PATH`."""
    assert_accepted("check-jsonschema", *schema, path)
