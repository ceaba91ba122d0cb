"""Images of a release: the same addition on the base of each architecture, and what can be read of them."""

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tools.release import contents, sbom
from tools.release.layout import CONFIG, INDEX, LAYER, MANIFEST, Addition, Layout, assemble
from tools.release.sbom import Package

METADATA = "usr/lib/python3/site-packages/requests-2.0.dist-info/METADATA"
PIP = "usr/lib/python3/site-packages/pip-1.0.dist-info"
STATUS = """Package: libc6
Status: install ok installed
Version: 2.41-1+b1

Package: removed
Status: deinstall ok config-files
Version: 1
"""
SETTINGS = {"Entrypoint": ["/app/venv/bin/python"], "Labels": {"version": "1.2.3"}}


def layer(files: dict[str, str]) -> bytes:
    """A layer with these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def base(folder: Path, *architectures: str) -> Layout:
    """A base for these architectures."""
    layout = Layout(folder)
    layout.create()
    entries = []
    for architecture in architectures:
        files = {"var/lib/dpkg/status": STATUS, f"{PIP}/METADATA": "Name: pip\nVersion: 1.0\n"}
        files |= {"lib/same.py": "pass", "lib/other.py": architecture}
        blob = layout.add(gzip.compress(layer(files), mtime=0), LAYER)
        settings = {"Env": [f"HOST={architecture}", "PYTHON_VERSION=3.13.15"], "Cmd": ["python3"]}
        config: dict[str, Any] = {"architecture": architecture, "os": "linux", "config": settings}
        config |= {"variant": "v8"} if architecture == "arm64" else {}
        config["rootfs"] = {"type": "layers", "diff_ids": [f"sha256:{architecture}"]}
        manifest = {"config": layout.add_json(config, CONFIG), "layers": [blob]}
        entries.append(layout.add_json(manifest, MANIFEST))
    layout.finish(layout.add_json({"manifests": entries}, INDEX), "base")
    return layout


def addition(**bytecode: str) -> Addition:
    """A package more, no installer, and bytecode of some modules."""
    files = {METADATA: "Name: Requests\nVersion: 2.0\n", f"{Path(PIP).parent}/.wh.{Path(PIP).name}": ""}
    added = layer(files | {f"lib/__pycache__/{name}.cpython-313.pyc": text for name, text in bytecode.items()})
    return Addition(added, gzip.compress(added, mtime=0), SETTINGS, "2026-02-03T00:00:00Z")


def assembled(folder: Path, *architectures: str, **bytecode: str) -> tuple[Layout, str]:
    """An image on such a base, and its digest."""
    target = Layout(folder / "image")
    target.create()
    return target, assemble(target, base(folder / "base", *architectures), addition(**bytecode), "image")


def test_every_architecture_has_the_same_layer_on_its_own_base(tmp_path: Path) -> None:
    """The index names the platforms; each image has the layers of its base, and one more."""
    image, digest = assembled(tmp_path, "arm64", "amd64")
    index = image.read({"digest": digest})
    assert [entry["platform"] for entry in index["manifests"]] == [
        {"architecture": "amd64", "os": "linux"},
        {"architecture": "arm64", "os": "linux", "variant": "v8"},
    ]
    manifests = [image.read(entry) for entry in image.images()]
    assert len({manifest["layers"][0]["digest"] for manifest in manifests}) == 2
    assert len({manifest["layers"][1]["digest"] for manifest in manifests}) == 1
    configs = [image.read(manifest["config"]) for manifest in manifests]
    assert [config["rootfs"]["diff_ids"][0] for config in configs] == ["sha256:amd64", "sha256:arm64"]


def test_a_container_starts_as_the_image_says_in_the_environment_of_the_base(tmp_path: Path) -> None:
    """The command of the base is gone, and its environment stays."""
    image, _ = assembled(tmp_path, "amd64")
    config = image.read(image.read(image.images()[0])["config"])
    assert config["config"] == {**SETTINGS, "Env": ["HOST=amd64", "PYTHON_VERSION=3.13.15"]}
    assert config["created"] == config["history"][-1]["created"] == "2026-02-03T00:00:00Z"


def test_the_digest_does_not_depend_on_where_or_in_which_order(tmp_path: Path) -> None:
    """The order in which the architectures of the base come does not matter, nor does the folder."""
    _, first = assembled(tmp_path / "first", "amd64", "arm64")
    _, second = assembled(tmp_path / "second", "arm64", "amd64")
    assert first == second


def test_bytecode_must_fit_the_sources_of_every_architecture(tmp_path: Path) -> None:
    """A module whose source differs, or that one base lacks, is named."""
    both = ("amd64", "arm64")
    fits, _ = assembled(tmp_path / "fits", *both, same="bytecode")
    assert contents.differing_sources(fits) == []
    differs, _ = assembled(tmp_path / "differs", *both, same="bytecode", other="bytecode", missing="bytecode")
    assert contents.differing_sources(differs) == ["lib/missing.py", "lib/other.py"]


def test_a_changed_blob_is_not_read(tmp_path: Path) -> None:
    """Its name is the digest of what it must contain."""
    image, digest = assembled(tmp_path, "amd64")
    image.path(digest).write_text(json.dumps({"manifests": []}))
    with pytest.raises(ValueError, match="was changed"):
        image.images()


def test_the_packages_are_those_that_the_metadata_names(tmp_path: Path) -> None:
    """Python's, Debian's and the interpreter; nothing that a layer removed, and nothing that was uninstalled."""
    image, _ = assembled(tmp_path, "amd64")
    manifest = image.read(image.images()[0])
    environment = image.read(manifest["config"])["config"]["Env"]
    assert sbom.installed(contents.read(image, manifest, sbom.is_metadata), environment) == [
        Package("deb/debian", "libc6", "2.41-1+b1"),
        Package("generic", "python", "3.13.15"),
        Package("pypi", "requests", "2.0"),
    ]


def test_the_document_has_what_spdx_requires() -> None:
    """Every element has an ID of its own and is contained in the image; nothing depends on when it was made."""
    packages = [Package("deb/debian", "libc6", "2.41-1+b1"), Package("pypi", "requests", "2.0")]
    document = sbom.document(packages, "registry.example.com/image", f"sha256:{'a' * 64}", "2026-02-03T00:00:00Z")
    ids = [each["SPDXID"] for each in document["packages"]]
    assert len(set(ids)) == 3
    assert [each["relatedSpdxElement"] for each in document["relationships"]] == ids
    urls = [each["externalRefs"][0]["referenceLocator"] for each in document["packages"][1:]]
    assert urls == ["pkg:deb/debian/libc6@2.41-1%2Bb1", "pkg:pypi/requests@2.0"]
    assert document["spdxVersion"] == "SPDX-2.3"
    assert document["creationInfo"]["created"] == "2026-02-03T00:00:00Z"
