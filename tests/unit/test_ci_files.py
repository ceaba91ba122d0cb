"""Files below the workspace: whole or not at all, never through a symbolic link."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from testsigma_action.ci.files import Workspace
from testsigma_action.secret import Secret

AS_ROOT = os.geteuid() == 0


def broken() -> Iterator[str]:
    """A report that breaks while it is rendered."""
    yield "half"
    raise ZeroDivisionError


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    """Chunks one after the other, readable for everybody, with nothing left beside it."""
    Workspace(tmp_path).write("a/b/report.xml", iter(["<a>", "ü\n", "</a>"]))
    target = tmp_path / "a" / "b" / "report.xml"
    assert target.read_bytes() == "<a>ü\n</a>".encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert list(target.parent.iterdir()) == [target]


def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    """Later steps run as other users."""
    before = os.umask(0o077)
    try:
        Workspace(tmp_path).write("report.xml", ["x"])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report.xml").stat().st_mode) == 0o644


def test_a_file_is_replaced(tmp_path: Path) -> None:
    """The old one is gone, not appended to."""
    workspace = Workspace(tmp_path)
    workspace.write("report.xml", ["a long old text"])
    workspace.write("report.xml", ["new"])
    assert (tmp_path / "report.xml").read_text(encoding="utf-8") == "new"


def test_a_report_that_breaks_leaves_the_old_one(tmp_path: Path) -> None:
    """Readers see the old one or the new one, never a half one, and no rest of it."""
    workspace = Workspace(tmp_path)
    workspace.write("report.xml", ["old"])
    with pytest.raises(ZeroDivisionError):
        workspace.write("report.xml", broken())
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("report.xml", "old")]


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    """Who asks for a place outside gets it."""
    target = tmp_path / "outside" / "deep" / "report.xml"
    (tmp_path / "workspace").mkdir()
    Workspace(tmp_path / "workspace").write(str(target), ["x"])
    assert target.read_text(encoding="utf-8") == "x"


def test_an_absolute_path_does_not_need_the_workspace(tmp_path: Path) -> None:
    """A workspace that does not exist is no reason against a file elsewhere."""
    target = tmp_path / "report.xml"
    Workspace(tmp_path / "workspace").write(str(target), ["x"])
    assert target.read_text(encoding="utf-8") == "x"


def test_the_workspace_need_not_exist(tmp_path: Path) -> None:
    """It is made where it is missing."""
    Workspace(tmp_path / "new" / "workspace").write("report.xml", ["x"])
    assert (tmp_path / "new" / "workspace" / "report.xml").exists()


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """A pull request could put a link to anywhere into the checkout."""
    elsewhere = tmp_path / "elsewhere"
    root = tmp_path / "workspace"
    elsewhere.mkdir()
    root.mkdir()
    (root / "link").symlink_to(elsewhere)
    for path in ("link/report.xml", "link/deeper/report.xml"):
        with pytest.raises(OSError, match="symbolic link"):
            Workspace(root).write(path, ["x"])
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("path", ["../report.xml", "a/../../report.xml", "a/../report.xml"])
def test_no_way_out_of_the_workspace(tmp_path: Path, path: str) -> None:
    """A relative path stays below the workspace, whoever made it."""
    root = tmp_path / "workspace"
    root.mkdir()
    with pytest.raises(OSError, match="out of the workspace"):
        Workspace(root).write(path, ["x"])
    assert [each.name for each in tmp_path.rglob("*")] == ["workspace"]


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    """What it points to may come into being later."""
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "link").symlink_to(tmp_path / "later")
    with pytest.raises(OSError, match="symbolic link"):
        Workspace(tmp_path / "workspace").write("link/report.xml", ["x"])
    assert not (tmp_path / "later").exists()


def test_an_absolute_path_below_the_workspace_follows_no_link(tmp_path: Path) -> None:
    """It is the checkout that is not trusted, however its files are named."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        Workspace(tmp_path / "workspace").write(str(tmp_path / "workspace" / "link" / "report.xml"), ["x"])
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_that_is_a_link_is_replaced(tmp_path: Path) -> None:
    """The link goes; what it pointed to stays as it was."""
    victim = tmp_path / "victim"
    victim.write_text("untouched", encoding="utf-8")
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "report.xml").symlink_to(victim)
    Workspace(root).write("report.xml", ["x"])
    assert victim.read_text(encoding="utf-8") == "untouched"
    assert not (root / "report.xml").is_symlink()


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    """And nothing is left beside it."""
    (tmp_path / "report.xml").mkdir()
    with pytest.raises(OSError, match=r"report\.xml"):
        Workspace(tmp_path).write("report.xml", ["x"])
    assert [path.name for path in tmp_path.iterdir()] == ["report.xml"]


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path: Path) -> None:
    """It is not removed."""
    (tmp_path / "a").write_text("file", encoding="utf-8")
    with pytest.raises(OSError, match="a"):
        Workspace(tmp_path).write("a/report.xml", ["x"])
    assert (tmp_path / "a").read_text(encoding="utf-8") == "file"


def test_a_name_that_is_too_long_is_an_error(tmp_path: Path) -> None:
    """An error of the file system, like any other."""
    with pytest.raises(OSError, match="long"):
        Workspace(tmp_path).write("x" * 300, ["x"])
    assert list(tmp_path.iterdir()) == []


def test_long_names_in_any_script_can_be_written(tmp_path: Path) -> None:
    """The name of the temporary file beside it is not longer than the file system allows."""
    Workspace(tmp_path).write("界" * 80, ["x"])
    assert (tmp_path / ("界" * 80)).exists()


def test_any_text_can_be_written(tmp_path: Path) -> None:
    """Lone surrogates come with names from the service; they do not cost the report."""
    Workspace(tmp_path).write("report.xml", ["a\udcffb"])
    assert (tmp_path / "report.xml").read_text(encoding="utf-8") == "a?b"


def test_no_file_has_the_secret(tmp_path: Path) -> None:
    """Whatever a report is made of, and wherever its pieces are parted."""
    Workspace(tmp_path, Secret("key-for-tests")).write("report.xml", ["a key-for", "-tests b key-for-te", "sts"])
    assert (tmp_path / "report.xml").read_text(encoding="utf-8") == "a *** b ***"


@pytest.mark.skipif(not AS_ROOT, reason="only root gives files away")
def test_files_belong_to_the_owner_of_the_workspace(tmp_path: Path) -> None:
    """In a container we are root, and somebody else wants to clean up; what lies outside is not touched."""
    root, outside = tmp_path / "workspace", tmp_path / "outside"
    root.mkdir()
    os.chown(root, 12345, 12346)
    workspace = Workspace(root)
    workspace.write("a/b/report.xml", ["x"])
    workspace.write(str(outside / "report.xml"), ["x"])
    for path in (root / "a", root / "a" / "b", root / "a" / "b" / "report.xml"):
        assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)
    assert (outside / "report.xml").stat().st_uid == 0


@pytest.mark.skipif(not AS_ROOT, reason="only root gives files away")
def test_folders_that_were_there_keep_their_owner(tmp_path: Path) -> None:
    """We give away what we made, nothing else."""
    os.chown(tmp_path, 12345, 12346)
    (tmp_path / "a").mkdir()
    Workspace(tmp_path).write("a/report.xml", ["x"])
    assert (tmp_path / "a").stat().st_uid == 0
    assert (tmp_path / "a" / "report.xml").stat().st_uid == 12345
