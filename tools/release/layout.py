"""An OCI image layout: a folder with blobs, each named by its digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
NAME = "org.opencontainers.image.ref.name"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """A folder in this format."""

    folder: Path

    def create(self) -> None:
        """Make the folder, with nothing in it."""
        (self.folder / "blobs/sha256").mkdir(parents=True)
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')

    def path(self, digest: str) -> Path:
        """Path of a blob."""
        return self.folder / "blobs" / digest.replace(":", "/")

    def add(self, data: bytes, kind: str) -> dict[str, Any]:
        """Store a blob; its descriptor comes back."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.path(digest).write_bytes(data)
        return {"mediaType": kind, "digest": digest, "size": len(data)}

    def add_json(self, value: Json, kind: str) -> dict[str, Any]:
        """Store a value as JSON that is always written in the same way."""
        return self.add(json.dumps(value, sort_keys=True, separators=(",", ":")).encode(), kind)

    def read(self, descriptor: Json) -> dict[str, Any]:
        """The JSON that a descriptor describes; raises ValueError if its digest is another one."""
        data = self.path(descriptor["digest"]).read_bytes()
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != descriptor["digest"]:
            raise ValueError(f"{descriptor['digest']} was changed.")
        return dict(json.loads(data))

    def images(self) -> list[dict[str, Any]]:
        """Descriptors of the manifests of all images in the folder, also of those that an index lists."""
        found: list[dict[str, Any]] = []
        waiting = list(json.loads((self.folder / "index.json").read_bytes())["manifests"])
        for descriptor in waiting:
            if descriptor["mediaType"] == INDEX:
                waiting.extend(self.read(descriptor)["manifests"])
            else:
                found.append(descriptor)
        return found

    def finish(self, descriptor: Json, name: str) -> None:
        """Make a blob the content of the folder, under a name."""
        index = {"schemaVersion": 2, "manifests": [{**descriptor, "annotations": {NAME: name}}]}
        (self.folder / "index.json").write_text(json.dumps(index, sort_keys=True))


@dataclass(frozen=True, slots=True)
class Addition:
    """What an image adds to its base: one layer, and how a container of it is started."""

    layer: bytes
    compressed: bytes
    settings: Json
    created: str

    @property
    def layer_digest(self) -> str:
        """Digest of the layer before it was compressed."""
        return f"sha256:{hashlib.sha256(self.layer).hexdigest()}"


def assemble(target: Layout, base: Layout, addition: Addition, name: str) -> str:
    """Put the same addition on the bases of all architectures. The digest of the index of these images comes back."""
    layer = target.add(addition.compressed, LAYER)
    entries = [_image(target, base, manifest, addition, layer) for manifest in map(base.read, base.images())]
    entries.sort(key=lambda entry: str(entry["platform"]["architecture"]))
    index = target.add_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}, INDEX)
    target.finish(index, name)
    return str(index["digest"])


def _image(target: Layout, base: Layout, manifest: Json, addition: Addition, layer: Json) -> dict[str, Any]:
    """Store the image for one architecture; its descriptor comes back."""
    for below in manifest["layers"]:
        target.path(below["digest"]).write_bytes(base.path(below["digest"]).read_bytes())
    config = _config(base.read(manifest["config"]), addition)
    content = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": target.add_json(config, CONFIG),
        "layers": [*manifest["layers"], layer],
    }
    platform = {key: config[key] for key in ("architecture", "os", "variant") if key in config}
    return {**target.add_json(content, MANIFEST), "platform": platform}


def _config(base: Json, addition: Addition) -> dict[str, Any]:
    # The image takes the environment from its base. The rest has settings of its own, or none.
    environment = {key: value for key, value in base.get("config", {}).items() if key == "Env" and value}
    history = {"created": addition.created, "created_by": "Dockerfile", "comment": "packed by tools/release"}
    return {
        **{key: base[key] for key in ("architecture", "os", "variant") if key in base},
        "created": addition.created,
        "config": {**environment, **addition.settings},
        "rootfs": {"type": "layers", "diff_ids": [*base["rootfs"]["diff_ids"], addition.layer_digest]},
        "history": [*base.get("history", ()), history],
    }
