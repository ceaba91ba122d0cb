"""Files below the workspace: written whole or not at all, never through a symbolic link, owned like the workspace."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from testsigma_action.secret import NO_SECRET, Secret

MODE = 0o644


class Workspace:
    """The folder that reports are written to."""

    def __init__(self, root: Path, secret: Secret = NO_SECRET) -> None:
        """Take the folder, which need not exist yet, and the secret that no file may have."""
        self.root = root
        self._secret = secret

    def write(self, path: str, chunks: Iterable[str]) -> None:
        """Write a text file atomically: readers see the old one or the new one. Raises OSError."""
        if not path.startswith("/") and ".." in Path(path).parts:
            raise OSError(f"'{path}' leads out of the workspace")
        target = self.root / path
        self._make_folder(target.parent)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:50]}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.writelines(self._secret.hidden_in_chunks(chunks))
                os.fchmod(descriptor, MODE)
                self._give(Path(temporary))
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _make_folder(self, folder: Path) -> None:
        """Make the folder and those above it, up to the workspace, none of which may be a symbolic link."""
        if folder == self.root or self.root not in folder.parents:
            folder.mkdir(parents=True, exist_ok=True)
            return
        self._make_folder(folder.parent)
        if folder.is_symlink():
            raise OSError(
                f"'{folder.relative_to(self.root)}' is a symbolic link, and files are not written through one"
            )
        if not folder.exists():
            folder.mkdir()
            self._give(folder)

    def _give(self, path: Path) -> None:
        """In a container we are root, and the workspace belongs to somebody who wants to clean it up."""
        if os.geteuid() == 0 and self.root in path.parents:
            owner = self.root.stat()
            os.chown(path, owner.st_uid, owner.st_gid)
