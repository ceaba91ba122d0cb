"""What these tests need: a container engine with the image, a key that nobody else has, and the programs of npm."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci_systems.agent import Agent
from tests.e2e.conftest import engine, folder, key
from tests.e2e.engine import Engine

__all__ = ["engine", "folder", "key"]

ROOT = Path(__file__).resolve().parents[2]
# Only `make ci-systems` installs the programs.
PROGRAMS = Path(os.environ.get("CI_SYSTEMS", "build/ci-systems")) / "node_modules" / ".bin"


@pytest.fixture
def programs() -> Path:
    """The folder of the programs of npm."""
    return ROOT / PROGRAMS


@pytest.fixture
def agent(engine: Engine, tmp_path: Path) -> Iterator[Agent]:
    """A machine with Docker; no container of it is left."""
    tools = tmp_path / "tools"
    tools.mkdir()
    agent = Agent.create(tools, engine)
    yield agent
    agent.remove_containers()
