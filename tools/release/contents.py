"""Files of an image in an OCI layout, read without running it."""

import tarfile
from collections.abc import Callable, Mapping
from importlib.util import source_from_cache
from typing import Any

from tools.release.layer import hide, path_of
from tools.release.layout import Layout


def read(layout: Layout, manifest: Mapping[str, Any], wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The wanted files of an image as a container sees them: path without a leading slash -> content.

    A symbolic link has its target as its content.
    """
    files: dict[str, bytes] = {}
    for descriptor in manifest["layers"]:
        with tarfile.open(layout.path(descriptor["digest"])) as layer:
            added = {}
            for member in layer:
                path = path_of(member)
                hide(path, files)
                file = layer.extractfile(member) if member.isfile() and wanted(path) else None
                if file:
                    added[path] = file.read()
                elif member.issym() and wanted(path):
                    added[path] = member.linkname.encode()
            files |= added
    return files


def differing_sources(layout: Layout) -> list[str]:
    """Python files that the images have bytecode of, but that are missing or not the same for every architecture.

    Bytecode that needs no look at its source would hide such a difference.
    """
    images = [
        read(layout, layout.read(image), lambda path: path.endswith((".py", ".pyc"))) for image in layout.images()
    ]
    sources = {source_from_cache(path) for files in images for path in files if path.endswith(".pyc")}
    first = images[0]
    return sorted(path for path in sources if any(files.get(path, b"?") != first.get(path) for files in images))
