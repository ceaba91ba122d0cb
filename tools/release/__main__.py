"""The steps of a release: `python -m tools.release COMMAND`. docs/releasing.md says when to use which."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e import base as bases
from tests.e2e import checkout as checkouts
from tests.e2e import engine as engines
from tools.ci_files import project
from tools.release import action_file, changelog, commit, sbom
from tools.release.build import Builder
from tools.release.contents import read
from tools.release.layout import Layout
from tools.release.registry import CopyError, TagTakenError, push

ROOT = Path(__file__).resolve().parents[2]
# The repository of the image, without a tag.
REPOSITORY = project.IMAGE.rpartition(":")[0]


class RefusedError(Exception):
    """The release must not go on, for the reason that the message gives."""


def build(folder: Path) -> None:
    """Build what a release publishes into a folder: the image, a list of packages for each architecture, the notes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        digest = _builder(Path(scratch) / "base").build(ROOT, folder / "image", "image")
    _compare(digest)
    newest = changelog.newest((ROOT / "CHANGELOG.md").read_text("utf-8"))
    (folder / "notes.md").write_text(newest.notes + "\n", "utf-8")
    outputs = {"image": REPOSITORY, "version": newest.version or "", "digest": digest}
    outputs |= write_sboms(Layout(folder / "image"), folder)
    (folder / "outputs").write_text("".join(f"{name}={value}\n" for name, value in outputs.items()), "utf-8")


def write_sboms(layout: Layout, folder: Path) -> dict[str, str]:
    """Write the list of packages of each architecture; name of an output -> digest of the image that it is about."""
    digests = {}
    for descriptor in layout.images():
        manifest = layout.read(descriptor)
        config = layout.read(manifest["config"])
        packages = sbom.installed(read(layout, manifest, sbom.is_metadata), config["config"].get("Env", ()))
        document = sbom.document(packages, REPOSITORY, descriptor["digest"], config["created"])
        path = folder / f"sbom-{config['architecture']}.spdx.json"
        path.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        digests[config["architecture"]] = descriptor["digest"]
    return digests


def publish(folder: Path) -> None:
    """Push the image that `build` left in a folder to its registry, under its version."""
    outputs = (folder / "outputs").read_text("utf-8") if (folder / "outputs").exists() else "version="
    known = dict(line.partition("=")[::2] for line in outputs.splitlines())
    if action_file.image((ROOT / "action.yml").read_text("utf-8")) == action_file.FROM_SOURCE or not known["version"]:
        raise RefusedError("This is not the commit of a release: run `make release VERSION=...` first.")
    _compare(known["digest"])
    push(folder / "image", known["digest"], f"{known['image']}:{known['version']}")


def reproduce() -> None:
    """Build this checkout and a copy of it elsewhere, and compare the digests with each other and with action.yml."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "copy").mkdir()
        checkouts.copy(folder / "copy")
        builder = _builder(folder / "base")
        digests = [builder.build(place, folder / str(n), "image") for n, place in enumerate((ROOT, folder / "copy"))]
    if len(set(digests)) > 1:
        raise RefusedError(f"Two builds of the same sources have different digests: {' and '.join(digests)}.")
    _compare(digests[0])
    print(f"Two builds have the same digest: {digests[0]}")


def prepare(version: str) -> None:
    """Make the changes of a release commit: version, changelog, digest of the image."""
    commit.set_version(ROOT, version, datetime.now(UTC).date().isoformat())
    with tempfile.TemporaryDirectory() as scratch:
        builder = _builder(Path(scratch) / "base")
        if "@" not in builder.base:
            raise RefusedError("The pinned base cannot be pulled. A release on another base would have another digest.")
        digest = builder.build(ROOT, Path(scratch) / "image", "image")
    commit.set_image(ROOT, f"docker://{REPOSITORY}@{digest}")
    print(f"Commit these changes, and open a pull request. The image will be {REPOSITORY}@{digest}")


def _builder(folder: Path) -> Builder:
    engine = engines.find()
    return Builder.on(engine, bases.choose(engine), folder)


def _compare(digest: str) -> None:
    """Refuse another digest than the one that action.yml names, if it names one."""
    named = action_file.image((ROOT / "action.yml").read_text("utf-8"))
    if named not in {action_file.FROM_SOURCE, f"docker://{REPOSITORY}@{digest}"}:
        raise RefusedError(
            f"action.yml names {named}, but these sources make {digest}. "
            "For a release, run `make release VERSION=...` again. For any other change, run `make reopen` first."
        )


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="tools.release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build").add_argument("folder", type=Path)
    commands.add_parser("publish").add_argument("folder", type=Path)
    commands.add_parser("reproduce")
    commands.add_parser("prepare").add_argument("version")
    commands.add_parser("reopen")
    options = parser.parse_args()
    try:
        match options.command:
            case "build":
                build(options.folder)
            case "publish":
                publish(options.folder)
            case "reproduce":
                reproduce()
            case "prepare":
                prepare(options.version)
            case _:
                commit.reopen(ROOT)
    except (RefusedError, CopyError, TagTakenError, engines.NoEngineError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(problem.output, problem, sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
