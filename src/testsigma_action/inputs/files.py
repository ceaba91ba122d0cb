"""Reading a file that an input names: a regular file of bounded size, as UTF-8."""

import os
from pathlib import Path


class Unusable(Exception):
    """A file that cannot be read; the text says why and completes "the file 'x' ..."."""


class Missing(Unusable):
    """A file that does not exist."""


def read_text(path: str, root: Path, limit: int) -> str:
    """The text of a file of at most `limit` bytes. A relative path starts at `root`. Raises Unusable."""
    try:
        found = _located(path, root)
        if not found.is_file():
            raise Unusable("is not a regular file.")
        # Not blocking: a pipe may have taken its place.
        with os.fdopen(os.open(found, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise Missing("does not exist here. A relative path starts at the workspace.") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise Unusable(f"cannot be read ({getattr(error, 'strerror', '') or type(error).__name__}).") from None
    if len(content) > limit:
        raise Unusable(f"has more than {limit // 1024} KB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable("is not UTF-8 text.") from None


def _located(path: str, root: Path) -> Path:
    """The file behind all symbolic links; a relative path must not lead out of the workspace. Raises Unusable."""
    base = root.resolve()
    found = (base / path).resolve(strict=True)
    if not path.startswith("/") and base not in found.parents:
        raise Unusable("leads out of the workspace.")
    return found
