"""One layer with all that an image adds to its base, always with the same bytes. Pure.

What differs from builder to builder is left out: times, owners, order, and directories that only repeat the base's.
"""

import io
import tarfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TypeVar

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
KINDS = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE)

T = TypeVar("T")
Entries = dict[str, tuple[tarfile.TarInfo, bytes]]


def pack(base: Iterable[tarfile.TarFile], added: Iterable[tarfile.TarFile], time: int) -> bytes:
    """The layers that were added to those of the base, as one uncompressed layer; raises ValueError.

    The time, in seconds since 1970, is that of every file.
    """
    modes = {path_of(each): each.mode for layer in base for each in layer if each.isdir()}
    entries: Entries = {}
    for layer in added:
        _apply(layer, entries)
    for path, (member, _) in list(entries.items()):
        if member.isdir() and modes.get(path) == member.mode:
            del entries[path]
    return _write(entries, time)


def _apply(layer: tarfile.TarFile, entries: Entries) -> None:
    """Put the entries of one more layer over those of the layers below it."""
    members = list(layer)
    for path in map(path_of, members):
        if PurePosixPath(path).name == OPAQUE:
            raise ValueError(f"{path}: a directory that replaces one of the base is not supported.")
        hide(path, entries)
    for member in members:
        if member.type not in KINDS:
            raise ValueError(f"{member.name} is neither a file nor a directory nor a symbolic link.")
        file = layer.extractfile(member) if member.isfile() else None
        entries[path_of(member)] = (member, file.read() if file else b"")


def hide(path: str, entries: dict[str, T]) -> None:
    """Remove what a whiteout hides of the layers below it; anything else hides nothing."""
    folder, name = PurePosixPath(path).parent, PurePosixPath(path).name
    if name.startswith(WHITEOUT):
        hidden = folder if name == OPAQUE else folder / name.removeprefix(WHITEOUT)
        for each in [each for each in entries if PurePosixPath(each).is_relative_to(hidden)]:
            del entries[each]


def _write(entries: Entries, time: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, (member, data) in sorted(entries.items()):
            new = tarfile.TarInfo(path)
            new.type, new.mode, new.linkname = member.type, member.mode, member.linkname
            new.size, new.mtime = len(data), time
            tar.addfile(new, io.BytesIO(data))
    return buffer.getvalue()


def path_of(member: tarfile.TarInfo) -> str:
    """The path of an entry, without a leading slash."""
    return str(PurePosixPath("/", member.name).relative_to("/"))
