"""The owner of the repository is defined once, and `make owner` changes it everywhere."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from testsigma_action.errors import REPOSITORY
from tools import owner
from tools.ci_files import project

ROOT = Path(__file__).resolve().parents[2]
CURRENT = owner.current(ROOT)
# Tests that compare text about the repository with the code.
DEPENDING = ("test_ci_files.py", "test_drift.py", "test_links.py", "test_readme.py", "test_troubleshooting.py")


def tracked() -> list[Path]:
    """All text files that are, or could be, in a commit."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink() and path.suffix not in owner.BINARY]


def checkout(target: Path) -> Path:
    """A copy of all text files."""
    for path in tracked():
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return target


def contents(folder: Path) -> dict[str, str]:
    """The text of each file that may name the owner."""
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in owner.files(folder)}


def owners(text: str) -> set[str]:
    """All owners that a text names."""
    return {name for _, name, _ in owner.OCCURRENCE.findall(text)} - owner.NOT_OWNERS


def misspelled(text: str, right: str) -> list[str]:
    """What a text names, and should not, or not in this spelling."""
    found = [each for each in owner.OCCURRENCE.findall(text) if each[1] not in owner.NOT_OWNERS]
    return ["".join(each) for each in found if each[1] != owner.spelled(right, each[0], each[2])]


def test_there_is_one_spelling() -> None:
    """Every file names the owner as it is defined, and names in the registry are in lower case."""
    wrong = {name: misspelled(text, CURRENT) for name, text in contents(ROOT).items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_no_other_file_names_the_owner() -> None:
    """Code and tests import the owner, so that nothing is left behind when it changes."""
    known = set(owner.files(ROOT))
    others = [path for path in tracked() if path not in known and path != Path(__file__)]
    assert [str(path.relative_to(ROOT)) for path in others if owners(path.read_text("utf-8"))] == []


def test_the_placeholder_stands_in_names_only() -> None:
    """OWNER is always followed by the name of the repository; alone, `make owner` would not find it."""
    alone = re.compile(r"\bOWNER\b(?!=|/testsigma-action)")
    assert [name for name, text in contents(ROOT).items() if alone.search(text)] == []


def test_the_image_belongs_to_the_owner() -> None:
    """The packaging for other CI systems derives its addresses from the definition; registries take lower case only."""
    assert project.REPOSITORY == REPOSITORY
    assert project.IMAGE.startswith(f"ghcr.io/{CURRENT.lower()}/testsigma-action:")


def test_the_owner_changes_everywhere_and_back(tmp_path: Path) -> None:
    """From one owner to another and back: nothing of the one before is left, and a second time changes nothing."""
    before = contents(checkout(tmp_path))
    for name in ("Acme-Corp", "other"):
        assert owner.DEFINITION in owner.set_owner(tmp_path, name)
        assert owner.set_owner(tmp_path, name) == []
        assert [misspelled(text, name) for text in contents(tmp_path).values() if misspelled(text, name)] == []
    owner.set_owner(tmp_path, CURRENT)
    assert contents(tmp_path) == before


def test_everything_still_agrees_with_another_owner(tmp_path: Path) -> None:
    """After `make owner` the repository's own tests pass: texts, code and generated files have the same addresses."""
    owner.set_owner(checkout(tmp_path), "Acme-Corp")
    shutil.copytree(ROOT / "docs" / "images", tmp_path / "docs" / "images", dirs_exist_ok=True)
    tests = [f"tests/repo/{name}" for name in DEPENDING]
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *tests]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV"))}
    done = subprocess.run(command, cwd=tmp_path, env=environ, check=False, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout


def test_an_interrupted_change_can_be_repeated(tmp_path: Path) -> None:
    """The definition is written last: if only some files were changed, the same command completes the change."""
    checkout(tmp_path)
    readme = tmp_path / "README.md"
    readme.write_text(owner.replaced(readme.read_text("utf-8"), CURRENT, "acme"), "utf-8")
    owner.set_owner(tmp_path, "acme")
    assert owners("\n".join(contents(tmp_path).values())) == {"acme"}
    assert list(owner.files(tmp_path))[-1] == tmp_path / owner.DEFINITION


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("uses: OWNER/testsigma-action@v0.1.0", "uses: Acme/testsigma-action@v0.1.0"),
        ("https://github.com/OWNER/testsigma-action.git", "https://github.com/Acme/testsigma-action.git"),
        ("docker://ghcr.io/owner/testsigma-action@sha256:0", "docker://ghcr.io/acme/testsigma-action@sha256:0"),
        ("pipe: owner/testsigma-action:0.1.0", "pipe: acme/testsigma-action:0.1.0"),
        ("testsigma: owner/testsigma@0.1.0", "testsigma: acme/testsigma@0.1.0"),
        ("registry.example.com/testsigma-action", "registry.example.com/testsigma-action"),
        ("OWNER/testsigma-action-base", "OWNER/testsigma-action-base"),
        ("somebody/testsigma-action", "somebody/testsigma-action"),
    ],
)
def test_the_owner_is_written_as_its_place_needs_it(before: str, after: str) -> None:
    """As given on GitHub, in lower case in registries; other names and other owners stay."""
    assert owner.replaced(before, "OWNER", "Acme") == after


@pytest.mark.parametrize("name", ["", "-acme", "acme-", "a--b", "acme/shop", "a b", "ä", "a" * 40, "container"])
def test_a_name_that_cannot_be_an_owner_is_refused(name: str, tmp_path: Path) -> None:
    """Nothing is read or written for a name that GitHub would not accept."""
    with pytest.raises(ValueError, match="cannot be the name"):
        owner.set_owner(tmp_path, name)
