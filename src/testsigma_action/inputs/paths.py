"""Paths as they are written, and the files behind them. Opens no file."""

from pathlib import Path


def has_wildcard(path: str) -> bool:
    """Whether a path can name more than one file."""
    return any(sign in path for sign in "*?[")


def is_folder(path: Path) -> bool:
    """Whether there is a folder at a path. One that cannot be looked at is none, and ends no search."""
    try:
        return path.is_dir()
    except OSError:
        return False


def resolved(path: Path) -> Path:
    """The path without symbolic links, by which two spellings are the same file; unchanged if they form a loop."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
