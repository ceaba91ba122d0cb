"""One layer with all that an image adds to its base, always with the same bytes. Pure.

What differs from builder to builder is left out: times, owners, order, and directories that only repeat the base's.
"""

import io
import tarfile
from collections.abc import Iterable
from pathlib import PurePosixPath

WHITEOUT = ".wh."
KINDS = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE)

Entries = dict[str, tuple[tarfile.TarInfo, bytes]]


def pack(base: Iterable[tarfile.TarFile], added: Iterable[tarfile.TarFile], time: int) -> bytes:
    """The layers that were added to those of the base, as one uncompressed layer; raises ValueError.

    The time, in seconds since 1970, is that of every file.
    """
    modes = {_path(each): each.mode for layer in base for each in layer if each.isdir()}
    entries: Entries = {}
    for layer in added:
        _apply(layer, entries)
    kept = {path: entry for path, entry in entries.items() if not _repeats(path, entry[0], modes)}
    return _write(kept, time)


def _apply(layer: tarfile.TarFile, entries: Entries) -> None:
    """Put the entries of one more layer over those of the layers below it."""
    members = list(layer)
    for path in (_path(member) for member in members):
        _remove(path, entries)
    for member in members:
        if member.type not in KINDS:
            raise ValueError(f"{member.name} is neither a file nor a directory nor a symbolic link.")
        file = layer.extractfile(member) if member.isfile() else None
        entries[_path(member)] = (member, file.read() if file else b"")


def _remove(path: str, entries: Entries) -> None:
    """Remove what a whiteout hides; anything else hides nothing."""
    folder, name = PurePosixPath(path).parent, PurePosixPath(path).name
    if name == ".wh..wh..opq":
        raise ValueError(f"{path}: a directory that replaces one of the base is not supported.")
    if name.startswith(WHITEOUT):
        hidden = folder / name.removeprefix(WHITEOUT)
        for each in [each for each in entries if PurePosixPath(each).is_relative_to(hidden)]:
            del entries[each]


def _repeats(path: str, member: tarfile.TarInfo, modes: dict[str, int]) -> bool:
    return member.isdir() and modes.get(path) == member.mode


def _write(entries: Entries, time: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, (member, data) in sorted(entries.items()):
            new = tarfile.TarInfo(path)
            new.type, new.mode, new.linkname = member.type, member.mode, member.linkname
            new.size, new.mtime = len(data), time
            tar.addfile(new, io.BytesIO(data))
    return buffer.getvalue()


def _path(member: tarfile.TarInfo) -> str:
    return str(PurePosixPath("/", member.name).relative_to("/"))
