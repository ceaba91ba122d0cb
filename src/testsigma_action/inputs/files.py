"""Files that inputs name, by paths or patterns.

A text of bounded size is read at once, a file to upload is opened when it is sent.
"""

import os
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.paths import has_wildcard, is_folder, resolved

BLOCK = 64 * 1024
# How many matches of a pattern are looked at; and how many files several patterns may name together.
MAX_MATCHES, MOST_FILES = 100, 2000


class Unusable(Exception):
    """A file that cannot be read; the text says why and completes "the file 'x' ..."."""


class Missing(Unusable):
    """A file that does not exist."""


def read_text(path: str, root: Path, limit: int) -> str:
    """The text of a file of at most `limit` bytes. A relative path starts at `root`. Raises Unusable."""
    with _unusable(), _opened(_located(path, root)) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Unusable(f"has more than {limit // 1024} KB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable("is not UTF-8 text.") from None


@dataclass(frozen=True, slots=True)
class Found:
    """The files that patterns name, each once and sorted; and the patterns that name none."""

    files: tuple[str, ...]
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileState:
    """The size of a file in bytes, and when it was changed (nanoseconds): a file that changes gets another one."""

    size: int
    changed: int


def the_only_match(pattern: str, root: Path) -> Path:
    """The regular file with this path, or the only one that matches the pattern. Raises Unusable."""
    matches = list(islice(matching_files(pattern, root), MAX_MATCHES))
    if not matches and has_wildcard(pattern):
        raise Missing("matches no file here. A relative path starts at the workspace.")
    if len(matches) > 1:
        raise Unusable(f"matches {len(matches)} files, and must match exactly one.")
    with _unusable():
        found = _located(matches[0] if matches else pattern, root)
    state_of(found)
    return found


def state_of(path: Path) -> FileState:
    """The state of a file that can be read and is not empty. Raises Unusable."""
    with opened(path) as file:
        return state_of_opened(file)


def opened(path: Path) -> BinaryIO:
    """A regular file that is not empty, opened to be read. Raises Unusable."""
    with _unusable():
        file = _opened(path)
    if not state_of_opened(file).size:
        file.close()
        raise Unusable("is empty.")
    return file


def state_of_opened(file: BinaryIO) -> FileState:
    """The state of a file that was opened."""
    status = os.fstat(file.fileno())
    return FileState(status.st_size, status.st_mtime_ns)


def content(path: Path, state: FileState) -> Iterator[bytes]:
    """The content of a file in blocks. Raises Unusable if it is not in this state before and after."""
    with opened(path) as file:
        left = state.size
        while left and state_of_opened(file) == state and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
        if left or state_of_opened(file) != state:
            raise Unusable("changed while it was sent. The build must end before this step.")


def find(given: Sequence[str], root: Path, skipped: Container[str] = ()) -> Found:
    """Find the files; relative paths start at `root`. Raises Invalid for too many of them.

    A wildcard does not name files that have one of the `skipped` names.
    """
    files: dict[Path, str] = {}
    unmatched = []
    for pattern in given:
        matching = sorted(islice(matching_files(pattern, root, skipped), MOST_FILES + 1))
        for file in matching:
            files.setdefault(resolved(root / file), file)
        unmatched += [] if matching else [pattern]
    if len(files) > MOST_FILES:
        raise Invalid(f"paths of at most {MOST_FILES:,} files")
    return Found(tuple(sorted(files.values())), tuple(dict.fromkeys(unmatched)))


def matching_files(pattern: str, root: Path, skipped: Container[str] = ()) -> Iterator[str]:
    """The files that one pattern names. A file with exactly this name comes first: `[` may be a part of names."""
    anchor = Path(pattern).anchor
    base = Path(anchor) if anchor else root
    try:
        if (root / pattern).exists():
            yield pattern
            return
        for found in base.glob(pattern.removeprefix(anchor)):
            if found.name not in skipped and not is_folder(found):
                yield str(found if anchor else found.relative_to(root))
    except (OSError, ValueError, NotImplementedError):
        # A pattern that Python or the system does not accept names no file.
        return


def _opened(path: Path) -> BinaryIO:
    """A regular file, opened to be read. Raises Unusable and OSError."""
    if not path.is_file():
        raise Unusable("is not a regular file.")
    # Not blocking: a pipe may have taken its place.
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


@contextmanager
def _unusable() -> Iterator[None]:
    """Turn the errors of the system into Unusable."""
    try:
        yield
    except FileNotFoundError:
        raise Missing("does not exist here. A relative path starts at the workspace.") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise Unusable(f"cannot be read ({getattr(error, 'strerror', '') or type(error).__name__}).") from None


def _located(path: str, root: Path) -> Path:
    """The file behind all symbolic links; a relative path must not lead out of the workspace. Raises Unusable."""
    base = root.resolve()
    found = (base / path).resolve(strict=True)
    if not path.startswith("/") and base not in found.parents:
        raise Unusable("leads out of the workspace.")
    return found
