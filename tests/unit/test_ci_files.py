"""Files below the workspace: whole or not at all, never through a symbolic link."""

import os
import resource
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testsigma_action.platforms.files import Workspace
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
    """Who asks for a place outside gets it, if its folder exists; a workspace is not needed for it."""
    target = tmp_path / "report.xml"
    Workspace(tmp_path / "workspace").write(str(target), ["x"])
    assert target.read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("path", ["outside/report.xml", "outside/deep/report.xml", "workspace/../outside/report.xml"])
def test_a_folder_outside_the_workspace_has_to_exist(tmp_path: Path, path: str) -> None:
    """A folder of the host does not exist in the container: a file below a new one would be lost with the container."""
    (tmp_path / "workspace").mkdir()
    with pytest.raises(OSError, match=r"does not exist.*relative to the workspace"):
        Workspace(tmp_path / "workspace").write(str(tmp_path / path), ["x"])
    assert not (tmp_path / "outside").exists()


def test_the_workspace_has_to_exist(tmp_path: Path) -> None:
    """One that is missing is the workspace of another machine, and what is written to it is lost."""
    with pytest.raises(OSError, match=r"workspace.*does not exist"):
        Workspace(tmp_path / "new" / "workspace").write("a/report.xml", ["x"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("absolute", [True, False])
def test_folders_can_be_entered_by_later_steps(tmp_path: Path, absolute: bool) -> None:  # noqa: FBT001 - a parameter
    """Whatever the umask is."""
    path = "a/b/report.xml"
    before = os.umask(0o077)
    try:
        Workspace(tmp_path).write(str(tmp_path / path) if absolute else path, ["x"])
    finally:
        os.umask(before)
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (tmp_path / "a", tmp_path / "a" / "b")] == [0o755] * 2


def make_fifo(path: Path) -> None:
    """A named pipe that nobody reads."""
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    """A socket that nobody listens at."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def make_link_to_a_device(path: Path) -> None:
    """What `/dev/stdout` is: a link that leads to something that is no file."""
    path.symlink_to("/dev/null")


def make_device(path: Path) -> None:
    """What `/dev/null` is."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices, and not everywhere")


MADE = (make_fifo, make_socket, make_device, make_link_to_a_device, Path.mkdir)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_what_is_no_file_is_left_as_it_is(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A device, a pipe, a socket or a folder is never replaced by a report, and nothing is left beside it."""
    target = tmp_path / "report.xml"
    make(target)
    before = target.lstat()
    with pytest.raises(OSError, match=r"report\.xml.*not a regular file"):
        Workspace(tmp_path).write("report.xml", ["x"])
    assert (target.lstat().st_ino, target.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["report.xml"]


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
    outside.mkdir()
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


WITHOUT_OWNERSHIP = """
import ctypes, os, sys
sys.path.insert(0, {source!r})
from pathlib import Path
from testsigma_action.platforms.files import Workspace
CAP_CHOWN, CAP_FOWNER, PR_CAPBSET_DROP = 0, 3, 24
for capability in (CAP_CHOWN, CAP_FOWNER):
    assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
if os.fork() == 0:
    os.execv(sys.executable, [sys.executable, "-I", "-c", {program!r}])
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
WRITE = """
import sys
sys.path.insert(0, {source!r})
from pathlib import Path
from testsigma_action.platforms.files import Workspace
Workspace(Path({root!r})).write("a/report.xml", ["x"])
"""


@pytest.mark.skipif(not AS_ROOT, reason="only root can give up what root may do")
def test_root_that_may_not_give_files_away_still_writes_them(tmp_path: Path) -> None:
    """Without CAP_CHOWN (`--cap-drop all`), and where a network file system takes root for nobody."""
    os.chown(tmp_path, 12345, 12346)
    tmp_path.chmod(0o777)
    source = str(Path(__file__).parents[2] / "src")
    program = WITHOUT_OWNERSHIP.format(source=source, program=WRITE.format(source=source, root=str(tmp_path)))
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a" / "report.xml").read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("path", ["report.xml", "a/b/report.xml", "there/report.xml"])
def test_a_file_that_could_be_written(tmp_path: Path, path: str) -> None:
    """To check it makes nothing, neither the file nor its folder."""
    (tmp_path / "there").mkdir()
    Workspace(tmp_path).check(path)
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]


def _in_the_way(root: Path) -> str:
    (root / "a").touch()
    return "a/report.xml"


def _a_folder(root: Path) -> str:
    (root / "report.xml").mkdir()
    return "report.xml"


def _a_link(root: Path) -> str:
    (root / "a").symlink_to(root)
    return "a/report.xml"


PLACES: list[Callable[[Path], str]] = [
    _in_the_way,
    _a_folder,
    _a_link,
    lambda _: "../report.xml",
    lambda root: f"{root}-missing/report.xml",
    lambda _: f"{'a' * 300}.xml",
    lambda _: f"new/{'a' * 300}.xml",
    lambda _: f"new/{'a' * 300}/report.xml",
]


@pytest.mark.parametrize("make", PLACES)
def test_a_check_and_a_write_agree(tmp_path: Path, make: Callable[[Path], str]) -> None:
    """What cannot be written is found beforehand, with the same error."""
    path = make(tmp_path)
    with pytest.raises(OSError) as checked:  # noqa: PT011 - compared below
        Workspace(tmp_path).check(path)
    with pytest.raises(OSError) as written:  # noqa: PT011
        Workspace(tmp_path).write(path, ["x"])
    assert (type(checked.value), checked.value.strerror) == (type(written.value), written.value.strerror)


def test_a_file_that_could_not_be_written_is_noticed(tmp_path: Path) -> None:
    """A file is cleared by writing something: on a full disk an empty file can be made, and no report."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            Workspace(tmp_path).clear("report.xml")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_an_earlier_step_is_cleared(tmp_path: Path) -> None:
    """What an earlier step left is gone, with nothing beside it."""
    (tmp_path / "report.xml").write_text("green", "utf-8")
    Workspace(tmp_path).clear("report.xml")
    assert list(tmp_path.iterdir()) == []
