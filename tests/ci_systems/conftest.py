"""What these tests need: a container engine with the image, a key that nobody else has, and the programs of npm."""

import os
from pathlib import Path

import pytest

from tests.e2e.conftest import engine, folder, key

__all__ = ["engine", "folder", "key"]

ROOT = Path(__file__).resolve().parents[2]
# Only `make ci-systems` installs the programs.
PROGRAMS = Path(os.environ.get("CI_SYSTEMS", "build/ci-systems")) / "node_modules" / ".bin"


@pytest.fixture
def programs() -> Path:
    """The folder of the programs of npm."""
    return ROOT / PROGRAMS
