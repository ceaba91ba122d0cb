"""The files that paths with wildcards name."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.paths import is_folder, resolved

# Maximum number of files.
MOST_FILES = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """The files that patterns name, each once and sorted; and the patterns that name none."""

    files: tuple[str, ...]
    unmatched: tuple[str, ...] = ()


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
