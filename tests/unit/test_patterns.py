"""Paths with wildcards: which files they name."""

from pathlib import Path

import pytest

from testsigma_action.inputs.files import MOST_FILES, Found, find
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.paths import has_wildcard


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with some files."""
    for name in ("a.json", "b.json", "sub/deep/c.json", "sub/note.txt", "[1].json", ".hidden.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}", "utf-8")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "link.json").symlink_to("a.json")
    return tmp_path


@pytest.mark.parametrize(
    ("given", "files", "unmatched"),
    [
        (["a.json"], ["a.json"], []),
        (["a.json", "a.json", "./a.json"], ["a.json"], []),
        (["b.json", "a.json"], ["a.json", "b.json"], []),
        (["sub/**/*.json"], ["sub/deep/c.json"], []),
        (["**/c.json"], ["sub/deep/c.json"], []),
        (["[1].json"], ["[1].json"], []),
        (["[ab].json"], ["a.json", "b.json"], []),
        (["a.json", "nope.json", "no*.json"], ["a.json"], ["nope.json", "no*.json"]),
        (["link.json", "a.json"], ["link.json"], []),
        (["**oops/*.json", "[", "../*.jsonx"], [], ["**oops/*.json", "[", "../*.jsonx"]),
    ],
)
def test_files(root: Path, given: list[str], files: list[str], unmatched: list[str]) -> None:
    """Each file once, whatever names it; a name that exists is no pattern. What names nothing is told."""
    assert find(given, root) == Found(tuple(files), tuple(unmatched))


def test_folders_are_no_files(root: Path) -> None:
    """A wildcard skips them; one that is named is a file that cannot be read."""
    assert "folder.json" not in find(["*.json"], root).files
    assert find(["folder.json"], root).files == ("folder.json",)


def test_skipped_names(root: Path) -> None:
    """A wildcard does not name them; their own name does."""
    assert find(["[ab].json"], root, {"b.json"}).files == ("a.json",)
    assert find(["b.json"], root, {"b.json"}).files == ("b.json",)


def test_names_that_no_file_has(root: Path) -> None:
    """A name that the system does not accept names no file. A link to itself is one, which cannot be read."""
    long = "x" * 300 + ".json"
    assert find([long, f"{long}/*.json", "a.json"], root) == Found(("a.json",), (long, f"{long}/*.json"))
    (root / "sub" / "loop.json").symlink_to("loop.json")
    assert find(["sub/*.json"], root).files == ("sub/loop.json",)


def test_absolute_paths(root: Path) -> None:
    """They stay as they were written."""
    assert find([f"{root}/sub/deep/*.json"], Path("/")).files == (f"{root}/sub/deep/c.json",)


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that names the whole disk is refused."""
    monkeypatch.chdir(tmp_path)
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number}.json").touch()
    with pytest.raises(Invalid, match="at most 2,000 files"):
        find(["*.json"], tmp_path)


def test_wildcards() -> None:
    """Signs that make a pattern."""
    assert [has_wildcard(text) for text in ("a.json", "*.json", "a?", "[a]")] == [False, True, True, True]
