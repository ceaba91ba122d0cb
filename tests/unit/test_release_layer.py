"""The layer of a release depends on what is in it, and on nothing else."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import permutations

import pytest

from tools.release.layer import pack

# Name, kind, mode, content or target of a link, time, owner.
File = tuple[str, bytes, int, str, int, int]
DIR, REG, LINK, HARD = tarfile.DIRTYPE, tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE

FOLDER: File = ("app/", DIR, 0o755, "", 5, 7)
PROGRAM: File = ("app/main.py", REG, 0o755, "print()", 6, 8)
COMMAND: File = ("usr/bin/command", LINK, 0o777, "/app/main.py", 7, 9)


@contextmanager
def archive(*files: File) -> Iterator[tarfile.TarFile]:
    """A layer with these files, as a builder leaves it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, mode, text, time, owner in files:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.mtime, info.uid, info.uname = kind, mode, time + 0.5, owner, "somebody"
            data = text.encode() if kind == REG else b""
            info.linkname = text if kind in {LINK, HARD} else ""
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    buffer.seek(0)
    with tarfile.open(fileobj=buffer) as tar:
        yield tar


def packed(*layers: tuple[File, ...], base: tuple[File, ...] = ()) -> bytes:
    """These layers on a base, as one."""
    with ExitStack() as stack:
        below, *added = (stack.enter_context(archive(*files)) for files in (base, *layers))
        return pack([below], added, 42)


def listed(layer: bytes) -> dict[str, tarfile.TarInfo]:
    """What is in a layer."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        return {member.name: member for member in tar}


def test_order_time_and_owner_do_not_matter() -> None:
    """Two builders at two times give the same bytes."""
    files = (FOLDER, PROGRAM, COMMAND)
    later = tuple((*file[:4], file[4] + 1000, file[5] + 1) for file in files)
    layers = {packed(order) for order in permutations(files)} | {packed(later), packed(files[:2], files[2:])}
    assert len(layers) == 1
    for member in listed(layers.pop()).values():
        assert (member.uid, member.gid, member.uname, member.gname, member.mtime) == (0, 0, "", "", 42)


@pytest.mark.parametrize(
    "changed",
    [
        ("app/main.py", REG, 0o755, "print(1)", 6, 8),
        ("app/main.py", REG, 0o644, "print()", 6, 8),
        ("app/main.py", LINK, 0o777, "print()", 6, 8),
        ("app/other.py", REG, 0o755, "print()", 6, 8),
    ],
    ids=["content", "mode", "kind", "name"],
)
def test_everything_else_matters(changed: File) -> None:
    """Content, mode, kind and name of a file."""
    assert packed((FOLDER, changed)) != packed((FOLDER, PROGRAM))


def test_directories_of_the_base_are_left_out() -> None:
    """Builders differ in which of them they repeat. One whose mode was changed stays."""
    base: tuple[File, ...] = (("run/", DIR, 0o755, "", 1, 0), ("usr/", DIR, 0o755, "", 1, 0))
    layer = packed((("run/", DIR, 0o755, "", 9, 0), ("usr/", DIR, 0o700, "", 9, 0), PROGRAM), base=base)
    assert list(listed(layer)) == ["app/main.py", "usr"]


def test_what_a_later_layer_removes_is_gone() -> None:
    """The whiteout stays, because it hides what the base has under that name too."""
    removed: File = ("app/.wh.main.py", REG, 0o600, "", 1, 0)
    assert list(listed(packed((FOLDER, PROGRAM), (removed,)))) == ["app", "app/.wh.main.py"]
    again: File = ("app/main.py", REG, 0o755, "again", 1, 0)
    assert packed((FOLDER, PROGRAM), (removed, again)) == packed((FOLDER, removed, again))


@pytest.mark.parametrize(
    "file", [("app/link", HARD, 0o644, "app/main.py", 1, 0), ("app/.wh..wh..opq", REG, 0o644, "", 1, 0)]
)
def test_what_cannot_be_packed_is_refused(file: File) -> None:
    """No silent loss."""
    with pytest.raises(ValueError, match="app/"):
        packed((FOLDER, PROGRAM, file))
