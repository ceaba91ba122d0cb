"""Builds the image of a checkout as an OCI layout, which has the same digest wherever and whenever it is built."""

import gzip
import json
import platform
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tests.e2e.engine import Engine
from tools.release import changelog
from tools.release.contents import differing_sources
from tools.release.layer import pack
from tools.release.layout import Addition, Layout, assemble
from tools.release.registry import skopeo

# Architectures of a release, by the names that registries use.
ARCHITECTURES = ("amd64", "arm64")
# Seconds.
BUILD = 600.0
COPY = 600.0
INTERPRETER = "/app/venv/bin/python"
# Compression differs between versions of zlib. That of the image itself is pinned with its base.
COMPRESS = (
    "import sys, zlib; tool = zlib.compressobj(9, zlib.DEFLATED, 31); data = sys.stdin.buffer.read(); "
    "sys.stdout.buffer.write(tool.compress(data) + tool.flush())"
)
# Settings of a container; others, and a label of the builder's own, differ from builder to builder.
SETTINGS = ("Entrypoint", "Volumes", "WorkingDir", "Labels")
BUILDER_LABEL = "io.buildah.version"


@dataclass(frozen=True, slots=True)
class Builder:
    """An engine that builds, and the base that it builds on."""

    engine: Engine
    base: str
    base_layout: Layout

    @classmethod
    def on(cls, engine: Engine, base: str, folder: Path) -> Self:
        """A builder on a base: the pinned one comes from its registry for every architecture, another from the engine.

        It is copied to a folder that does not exist yet.
        """
        layout = Layout(folder)
        for source, architecture in _sources(engine, base):
            wanted = (f"--override-arch={architecture}", "--override-os=linux")
            skopeo(*wanted, "copy", "--quiet", source, f"oci:{folder}:{architecture}", environ=engine.environ)
        return cls(engine, base, layout)

    def build(self, checkout: Path, folder: Path, name: str) -> str:
        """Build a checkout into a folder that does not exist yet, as an OCI layout. Its digest comes back.

        Raises CalledProcessError, with the log of the build in its output, and ValueError if the image would be wrong.
        """
        release = changelog.newest((checkout / "CHANGELOG.md").read_text("utf-8"))
        with tempfile.TemporaryDirectory() as scratch:
            tag = f"localhost/testsigma-action-release:{Path(scratch).name.lower()}"
            try:
                self._build(checkout, tag, release)
                addition = self._addition(tag, Path(scratch) / "saved.tar", release.time)
            finally:
                self.engine.run("image", "rm", "--force", tag, check=False)
            target = Layout(folder)
            target.create()
            digest = assemble(target, self.base_layout, addition, name)
        if differing := differing_sources(target):
            raise ValueError(f"One layer does not fit all architectures: {', '.join(differing)}")
        return digest

    def _build(self, checkout: Path, tag: str, release: changelog.Newest) -> None:
        given = [f"BASE={self.base}", f"REVISION={release.revision}", f"VERSION={release.version or 'unreleased'}"]
        arguments = [word for each in given for word in ("--build-arg", each)]
        # What Docker would add about its own build has the time in it.
        plain = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
        self.engine.run("build", "--no-cache", "--tag", tag, *arguments, str(checkout), timeout=BUILD, environ=plain)

    def _addition(self, tag: str, saved: Path, time: int) -> Addition:
        self.engine.run("save", "--output", str(saved), tag, timeout=COPY)
        with tarfile.open(saved) as archive:
            config, layers = _read(archive)
            below = _layers_below(config, self.base_layout)
            layer = _pack(archive, layers[:below], layers[below:], time)
        settings = {key: value for key in SETTINGS if (value := config["config"].get(key))}
        settings["Labels"] = {key: value for key, value in settings["Labels"].items() if key != BUILDER_LABEL}
        created = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Addition(layer, self._compressed(tag, layer), settings, created)

    def _compressed(self, tag: str, data: bytes) -> bytes:
        """Compress data in a container of the image; raises ValueError if not all of it comes back."""
        line = ("run", "--rm", "--interactive", "--network=none", "--entrypoint", INTERPRETER, tag, "-Ic", COMPRESS)
        command = [self.engine.command, *line]
        done = subprocess.run(
            command, env=dict(self.engine.environ), input=data, stdout=subprocess.PIPE, check=True, timeout=COPY
        )
        if gzip.decompress(done.stdout) != data:
            raise ValueError("The compressed layer is not the layer.")
        return done.stdout


def _sources(engine: Engine, base: str) -> list[tuple[str, str]]:
    """Where skopeo finds a base, with the architecture."""
    name, _, digest = base.partition("@")
    if digest:
        # A registry is asked by digest alone.
        bare = re.sub(r":[^:/]+$", "", name)
        return [(f"docker://{_qualified(bare)}@{digest}", each) for each in ARCHITECTURES]
    store = "docker-daemon" if Path(engine.command).name == "docker" else "containers-storage"
    here = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return [(f"{store}:{base}", here)]


def _qualified(name: str) -> str:
    """The name of an image with its registry: `python` is docker.io/library/python."""
    first, slash, _ = name.partition("/")
    if slash and ("." in first or ":" in first):
        return name
    return f"docker.io/{name}" if slash else f"docker.io/library/{name}"


def _read(archive: tarfile.TarFile) -> tuple[dict[str, Any], Sequence[str]]:
    """The configuration of a saved image, and the names of its layers in the archive, from the lowest."""
    (image,) = json.loads(_file(archive, "manifest.json"))
    return json.loads(_file(archive, image["Config"])), list(image["Layers"])


def _file(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if not file:
        raise ValueError(f"The saved image has no {name}.")
    return file.read()


def _layers_below(config: Mapping[str, Any], base: Layout) -> int:
    """How many layers belong to the base; raises ValueError if the image was built on another one."""
    layers = list(config["rootfs"]["diff_ids"])
    for descriptor in base.images():
        below = list(base.read(base.read(descriptor)["config"])["rootfs"]["diff_ids"])
        if layers[: len(below)] == below:
            return len(below)
    raise ValueError("The image was not built on its base.")


def _pack(archive: tarfile.TarFile, base: Sequence[str], added: Sequence[str], time: int) -> bytes:
    with ExitStack() as stack:

        def opened(name: str) -> tarfile.TarFile:
            return stack.enter_context(tarfile.open(fileobj=archive.extractfile(name)))

        return pack(map(opened, base), map(opened, added), time)
