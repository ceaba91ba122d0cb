"""A dry run of a release, up to what needs GitHub: build, registry on loopback, and a workflow that uses the digest."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.e2e import base, checkout, registry
from tests.e2e import engine as engines
from tests.e2e.act import Act
from tests.e2e.conftest import give_away, serving
from tests.e2e.engine import Engine
from tests.e2e.registry import Registry
from tests.e2e.workspace import Workspace
from tests.simulator import scenario
from tools.ci_files import project
from tools.release import commit
from tools.release.build import Builder
from tools.release.layout import Layout
from tools.release.registry import TagTakenError, push

# Seconds: each test builds an image without a cache, or pulls one.
LONGEST = 600.0
pytestmark = pytest.mark.timeout(LONGEST)

VERSION = "9.8.7"
FILES = "build/release"
NAME = f"{project.NAMESPACE}/{project.NAME}"
# Python packages by the interpreter of the action and by that of the base.
PACKAGES = "from importlib.metadata import distributions as d; print(*[f'{p.name}@{p.version}' for p in d()])"


@dataclass(frozen=True, slots=True)
class Release:
    """A release that was published: a clone with its commit, what the workflow made of it, and the registry."""

    engine: Engine
    base: str
    digest: str
    clone: Path
    registry: Registry

    @property
    def files(self) -> Path:
        """What the first job of the workflow hands to the others."""
        return self.clone / FILES

    @property
    def image(self) -> Layout:
        """The image as a folder."""
        return Layout(self.files / "image")

    @property
    def name(self) -> str:
        """The image by its digest."""
        return f"{self.registry.address}/{NAME}@{self.digest}"

    def run(self, clone: Path, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of a release in a clone, as the workflow does."""
        environ = {**self.engine.environ, "BASE": self.base, "PYTHONPATH": f"src{os.pathsep}."}
        line = [sys.executable, "-m", "tools.release", *command]
        return subprocess.run(
            line, cwd=clone, env=environ, check=False, text=True, capture_output=True, timeout=LONGEST
        )


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    """The commit of a release is made in one clone; another clone builds it again and pushes it."""
    folder = tmp_path_factory.mktemp("release")
    with registry.serving(folder) as server:
        engine = trusting(engines.find(), server, folder)
        builder = Builder.on(engine, base.choose(engine), folder / "base")
        origin = folder / "origin"
        origin.mkdir()
        digest = release_commit(origin, builder, server)
        release = Release(engine, builder.base, digest, clone(origin, folder / "clone"), server)
        try:
            for command in ("build", "publish"):
                done = release.run(release.clone, command, FILES)
                assert done.returncode == 0, done.stderr
            yield release
        finally:
            engine.run("image", "rm", "--force", release.name, check=False)


def release_commit(folder: Path, builder: Builder, server: Registry) -> str:
    """Make the commit of a release in a new repository; the digest of its image comes back."""
    checkout.copy(folder)
    commit.set_version(folder, VERSION, "2026-02-03")
    names = folder / "tools/ci_files/project.py"
    names.write_text(f'{names.read_text("utf-8")}\nIMAGE = "{server.address}/{NAME}:{VERSION}"\n', "utf-8")
    digest = builder.build(folder, folder.parent / "image", "image")
    commit.set_image(folder, f"docker://{server.address}/{NAME}@{digest}")
    checkout.commit(folder)
    return digest


def trusting(engine: Engine, server: Registry, folder: Path) -> Engine:
    """The engine, which accepts a registry without TLS. Docker accepts one on loopback by itself."""
    settings = folder / "registries.conf"
    settings.write_text(f'[[registry]]\nlocation = "{server.address}"\ninsecure = true\n', "utf-8")
    return replace(engine, environ={**engine.environ, "CONTAINERS_REGISTRIES_CONF": str(settings)})


def clone(origin: Path, target: Path) -> Path:
    """Clone a repository, as somebody would who keeps their files to themselves; the target comes back."""
    subprocess.run(["git", "clone", "--quiet", str(origin), str(target)], check=True, timeout=60, umask=0o077)
    return target


def test_another_clone_has_the_same_digest(release: Release) -> None:
    """In another folder, at another time, without a cache, with other permissions of the files."""
    outputs = dict(line.split("=") for line in (release.files / "outputs").read_text("utf-8").splitlines())
    assert outputs["digest"] == release.digest
    assert (outputs["version"], outputs["image"]) == (VERSION, f"{release.registry.address}/{NAME}")


def test_a_changed_source_is_refused(release: Release, tmp_path: Path) -> None:
    """One comment in one file gives another digest, and then nothing is left to publish."""
    changed = clone(release.clone, tmp_path / "changed")
    with (changed / "src/testsigma_action/text.py").open("a") as file:
        file.write("# A change.\n")
    done = release.run(changed, "build", FILES)
    assert done.returncode == 1
    assert f"names docker://{release.name}, but these sources make sha256:" in done.stderr
    assert release.run(changed, "publish", FILES).returncode == 1


def test_the_image_says_which_release_it_is(release: Release) -> None:
    """Labels and time come from the sources alone: they cannot name a commit that names their digest."""
    config = release.image.read(release.image.read(release.image.images()[0])["config"])
    labels = {name.rpartition(".")[2]: value for name, value in config["config"]["Labels"].items()}
    assert (labels["version"], labels["revision"]) == (VERSION, f"v{VERSION}")
    assert labels["source"] == project.REPOSITORY
    assert config["created"] == "2026-02-03T00:00:00Z"


def test_a_workflow_uses_the_digest(release: Release, tmp_path: Path, key: str) -> None:
    """The commit of the release runs as a stranger's workflow would run it: the image is pulled by its digest."""
    workspace = clone(release.clone, tmp_path / "workspace")
    assert f"  image: docker://{release.name}\n" in (workspace / "action.yml").read_text("utf-8")
    give_away(workspace)
    release.engine.run("image", "rm", "--force", release.name, check=False)
    with engines.listening(release.engine, tmp_path) as socket:
        act = Act(release.engine, socket, release.base, tmp_path / "home", checkout.ROOT / "build/e2e/release")
        with serving(scenario("passing"), key) as server:
            told = Workspace(act, workspace, key).run("passing", server)
    assert told.results() == {"testsigma": "success", "check": "success", "post": "success"}
    assert release.engine.has_image(release.name)


def test_the_list_of_packages_is_complete(release: Release) -> None:
    """It names what the package managers in the image name, and nothing else."""
    release.engine.run("pull", "--quiet", release.name)
    (path,) = release.files.glob("sbom-*.spdx.json")
    image, *packages = json.loads(path.read_text("utf-8"))["packages"]
    (descriptor,) = release.image.images()
    assert image["versionInfo"] == descriptor["digest"]
    listed = {each["externalRefs"][0]["referenceLocator"] for each in packages}
    python = inside(release, "/app/venv/bin/python", "-c", PACKAGES) + inside(release, "python3", "-c", PACKAGES)
    debian = inside(release, "dpkg-query", "--show", "--showformat", "${Package}@${Version} ")
    assert {normal(url) for url in listed} == {normal(f"pkg:pypi/{each}") for each in python} | {
        normal(f"pkg:deb/debian/{each}") for each in debian
    }


def normal(url: str) -> str:
    """A package URL in which a name has one spelling, without escapes."""
    return url.lower().replace("_", "-").replace("%2b", "+").replace("%3a", ":").replace("%7e", "~")


def inside(release: Release, program: str, *arguments: str) -> list[str]:
    """The words that a program in the image prints."""
    line = ("run", "--rm", "--network=none", "--entrypoint", program, release.name, *arguments)
    return release.engine.run(*line).stdout.split()


def test_a_tag_is_never_moved(release: Release) -> None:
    """Pushing a release again changes nothing, and another image under its version is refused."""
    target = f"{release.registry.address}/{NAME}:{VERSION}"
    assert release.run(release.clone, "publish", FILES).returncode == 0
    with pytest.raises(TagTakenError):
        push(release.image.folder, f"sha256:{'0' * 64}", target, release.engine.environ)


def test_a_changed_layer_is_refused(release: Release) -> None:
    """Whoever puts another file into a layer in the registry can make a pull fail, and nothing else."""
    manifest = release.image.read(release.image.images()[0])
    blob = release.registry.blob(manifest["layers"][-1]["digest"])
    kept = blob.read_bytes()
    changed = gzip.decompress(kept).replace(b"MIT License", b"BAD License")
    assert changed != gzip.decompress(kept)
    release.engine.run("image", "rm", "--force", release.name, check=False)
    try:
        blob.write_bytes(gzip.compress(changed))
        pulled = release.engine.run("pull", release.name, check=False)
        assert pulled.returncode != 0
        assert not release.engine.has_image(release.name)
    finally:
        blob.write_bytes(kept)
    assert release.engine.run("pull", release.name, check=False).returncode == 0
