"""What the runs of real workflows need: an engine, act, a workspace, and a key that nobody else has."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e import base, checkout
from tests.e2e import engine as engines
from tests.e2e.act import Act
from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE
from tests.e2e.repository import Artifacts, Repository
from tests.e2e.workspace import Workspace
from tests.simulator import Scenario, Server, Simulator

# Of nobody on the machine: files that belong to it were given to it.
OWNER = 12345


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine, with the image that `make image` left."""
    found = engines.find()
    assert found.has_image(IMAGE), f"{IMAGE} is missing: run make image"
    return found


@pytest.fixture(scope="session")
def act(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Act]:
    """What starts workflows."""
    with engines.listening(engine, tmp_path_factory.mktemp("engine")) as socket:
        home = tmp_path_factory.mktemp("home")
        yield Act(engine, socket, base.choose(engine), home, checkout.ROOT / "build" / "e2e")


@pytest.fixture(scope="session")
def key() -> str:
    """A key that no file of the checkout contains."""
    return f"key-for-tests-{secrets.token_hex(8)}"


@pytest.fixture
def workspace(act: Act, tmp_path: Path, key: str) -> Workspace:
    """A checkout whose action uses the built image; it belongs to somebody, not to the root that runs the engine."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    checkout.copy_with_image(folder, IMAGE)
    checkout.commit(folder)
    give_away(folder)
    return Workspace(act, folder, key)


@pytest.fixture
def repository(act: Act, key: str, tmp_path: Path) -> Repository:
    """An empty repository, whose workflows use the action by the name of a release."""
    return Repository.new(act, key, tmp_path)


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    """No artifacts yet."""
    folder = tmp_path / "artifacts"
    folder.mkdir()
    return Artifacts(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder that belongs to somebody."""
    empty = tmp_path / "folder"
    empty.mkdir()
    give_away(empty)
    return empty


def give_away(folder: Path) -> None:
    """Change the owner of a folder and all that is in it, where that is allowed."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, OWNER, OWNER, follow_symlinks=False)


def serving(scenario: Scenario, key: str) -> Server:
    """A simulator of this scenario that knows this key, to be entered."""
    return Server(Simulator(replace(scenario, api_keys=(key,))))
