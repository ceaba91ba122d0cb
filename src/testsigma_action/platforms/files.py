"""Files in the workspace: written atomically, never through a symbolic link, with the owner of the workspace."""

import errno
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from testsigma_action.secret import NO_SECRET, Secret

FILE_MODE = 0o644
FOLDER_MODE = 0o755


class NotRegular(OSError):
    """The target is a device, a pipe, a socket or a folder, which must not be replaced by a report."""


class Workspace:
    """The folder that reports are written to."""

    def __init__(self, root: Path, secret: Secret = NO_SECRET) -> None:
        """Use a root folder, and a secret to mask in all files."""
        self.root = Path(os.path.normpath(root))
        self._secret = secret

    def write(self, path: str, chunks: Iterable[str]) -> None:
        """Write a text file atomically; relative paths are below the root folder. Raises OSError."""
        target = self._target(path)
        self._make_folder(target.parent)
        _check_is_file(target)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:50]}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.writelines(self._secret.hidden_in_chunks(chunks))
            self._share(Path(temporary), FILE_MODE)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def clear(self, path: str) -> None:
        """Write a character to the file, and remove it. Raises the OSError that writing this file would raise."""
        self.write(path, " ")
        self._target(path).unlink(missing_ok=True)

    def check(self, path: str) -> None:
        """Raise the OSError that writing this file would raise, as far as it is known without making anything."""
        target = self._target(path)
        self._make_folder(target.parent, making=False)
        nearest = next(folder for folder in target.parents if folder.exists())
        for name in target.relative_to(nearest).parts:
            with suppress(FileNotFoundError):
                # Raises if `nearest` is no folder, or if the name is too long, which its own folder cannot say while
                # it does not exist.
                (nearest / name).lstat()
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        _check_is_file(target)

    def _target(self, path: str) -> Path:
        if not path.startswith("/") and ".." in Path(path).parts:
            raise OSError(f"'{path}' leads out of the workspace")
        return Path(os.path.normpath(self.root / path))

    def _make_folder(self, folder: Path, *, making: bool = True) -> None:
        """Create the folder and its parents within the workspace, none of which may be a symbolic link.

        Without `making` they are only checked. The workspace and folders outside it must exist: a missing one may exist
        on the host only, and files that are written to it in a container would be lost.
        """
        if folder == self.root or self.root not in folder.parents:
            if not folder.is_dir():
                raise OSError(f"the folder '{folder}' does not exist here; use a path relative to the workspace")
            return
        self._make_folder(folder.parent, making=making)
        if folder.is_symlink():
            raise OSError(
                f"'{folder.relative_to(self.root)}' is a symbolic link; files are not written through symbolic links"
            )
        if making and not folder.exists():
            folder.mkdir()
            self._share(folder, FOLDER_MODE)

    def _share(self, path: Path, mode: int) -> None:
        """Make it readable for later steps, whatever the umask is, and give it to the owner of the workspace.

        In a container the step runs as root, but the runner must be able to delete the files. Some file systems and
        restricted containers do not permit that; then the report is kept anyway.
        """
        with suppress(OSError):
            path.chmod(mode)
            if os.geteuid() == 0 and self.root in path.parents:
                owner = self.root.stat()
                os.chown(path, owner.st_uid, owner.st_gid)


def append(path: Path, text: str, secret: Secret) -> None:
    """Append text to a file of the platform, with the secret masked. Raises OSError, also for a pipe without reader."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, FILE_MODE)
    with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(secret.hidden_in(text))


def read(path: str, limit: int) -> bytes:
    """The first `limit` bytes of a file. Raises OSError. Not blocking: reading a pipe might never end."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        return file.read(limit)


def same_place(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same place, whatever links are on the way. Nothing has to be there."""
    return os.path.realpath(one) == os.path.realpath(other)


def permission_advice(error: OSError) -> str:
    """What to do if this user may not write a file; empty if the error has another reason."""
    if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return ""
    return (
        f'The step runs as user {os.geteuid()}. Use --user "$(id -u):$(id -g)" with docker run, or mount an emptyDir '
        "at /work in Kubernetes."
    )


def _check_is_file(target: Path) -> None:
    """Raises NotRegular if the target is not a regular file, or links to something else."""
    if target.exists() and not target.is_file():
        raise NotRegular(f"'{target}' is not a regular file; use another file, or 'off'")
