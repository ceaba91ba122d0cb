"""The input `uploads`: what is accepted, and what is said about anything else."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from testsigma_action.domain.upload_events import UploadKind, UploadSpec
from testsigma_action.inputs.reading import Reading, read_inputs

KEYS = {"TESTSIGMA_API_KEY": "k" * 20, "TESTSIGMA_PLAN_ID": "12"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the files of a build, and one file beside it."""
    workspace = tmp_path / "workspace"
    (workspace / "build").mkdir(parents=True)
    for name in ("build/app.apk", "build/app.ipa", "build/data.csv", "a[1].apk"):
        (workspace / name).write_text("content")
    (workspace / "empty.apk").touch()
    (tmp_path / "outside.apk").write_text("content")
    (workspace / "linked.apk").symlink_to(tmp_path / "outside.apk")
    (workspace / "inside.apk").symlink_to(workspace / "build" / "app.apk")
    return workspace


def read(root: Path, text: str, **given: str) -> Reading:
    """The inputs with these uploads, and with others."""
    return read_inputs((), KEYS | {"TESTSIGMA_UPLOADS": text} | given, root)


def problem(root: Path, text: str, **given: str) -> str:
    """All that is wrong, in which case there are no uploads."""
    found = read(root, text, **given)
    assert found.problems
    return "\n".join(found.problems)


def test_all_keys(root: Path) -> None:
    """A new version of an upload, and a new upload; devices are a list or a single ID; a number is text."""
    found = read(
        root,
        "- file: build/*.apk\n  upload-id: 62 # the shop\n  version: 1.10\n  devices: [211, 0212] # both\n"
        "- {file: build/app.ipa, name: Shop, project-id: 3, application-id: 4, devices: 213}\n"
        "- {file: build/data.csv, upload-id: 63, type: Attachment}",
    )
    assert found.problems == ()
    android, ios, data = found.inputs.uploads
    path = str(root / "build" / "app.apk")
    devices = ("211", "212")
    assert android == UploadSpec("build/*.apk", path, UploadKind.APK, "62", version="1.10", devices=devices)
    assert (ios.kind, ios.name, ios.project_id, ios.application_id) == (UploadKind.IPA, "Shop", "3", "4")
    assert (ios.devices, ios.version, data.kind) == (("213",), "", UploadKind.ATTACHMENT)
    assert found.inputs.upload_timeout == timedelta(minutes=15)


def test_json_and_files(root: Path) -> None:
    """The list may be JSON, or stand in a file; the address of an upload's page has its ID."""
    page = "https://app.testsigma.com/ui/uploads/62"
    text = f'[{{"file": "build/app.apk", "upload-id": "{page}", "devices": [211, "212"]}}]'
    (root / "uploads.yml").write_text(text)
    for source in (text, "uploads.yml"):
        (found,) = read(root, source).inputs.uploads
        assert (found.upload_id, found.devices) == ("62", ("211", "212"))


WRONG = """\
- {file: build/*, upload-id: 3}
- {upload-id: 3}
- {file: empty.apk}
- {file: nothing.zip, name: Shop, devises: 3}
- {file: build/data.csv, upload-id: x y, devices: [a]}
- {file: build/app.apk, upload-id: 3, name: Shop, devices: [[1]]}
- 7
"""
PROBLEMS = """\
uploads, entry 1 (build/*), file: 'build/*' matches 3 files, and must match exactly one.
uploads, entry 2, file: required. It is the path of the file, or a pattern like build/*.apk that matches one file.
uploads, entry 3 (empty.apk), file: 'empty.apk' is empty.
uploads, entry 3 (empty.apk), upload-id: required, for a new version of an upload; it is the number in the address of \
the upload's page. For a new upload, set name, project-id and application-id instead.
uploads, entry 4 (nothing.zip): 'devises' is not a key of an entry; did you mean devices?
uploads, entry 4 (nothing.zip), file: 'nothing.zip' does not exist here. A relative path starts at the workspace.
uploads, entry 4 (nothing.zip), project-id: required with name: it says where the new upload belongs.
uploads, entry 4 (nothing.zip), application-id: required with name: it says where the new upload belongs.
uploads, entry 5 (build/data.csv), upload-id: 'x y' is not accepted; it must be an ID (digits), as in the address of \
its page.
uploads, entry 5 (build/data.csv), devices: 'a' is not accepted; it must be a list of IDs (digits), like [211, 212].
uploads, entry 5 (build/data.csv), type: required, since the ending of the file is neither .apk nor .ipa: APK, IPA or \
Attachment.
uploads, entry 6 (build/app.apk), devices: its value is not accepted. Line 6: the value must be one text, not a list \
or a mapping. Put a text that looks like one in double quotes.
uploads, entry 6 (build/app.apk), name: cannot be combined with upload-id: an upload that exists has a name.
uploads, entry 7: the entry is not a mapping; write it like {file: build/app.apk, upload-id: 62, devices: [211]}, with \
a space after each colon.
"""


def test_all_problems_at_once(root: Path) -> None:
    """Each names the entry, its file and the key."""
    assert problem(root, WRONG) + "\n" == PROBLEMS


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("../outside.apk", "leads out of the workspace"),
        ("linked.apk", "leads out of the workspace"),
        ("link*.apk", "leads out of the workspace"),
        ("build", "is not a regular file"),
        ("build/*.aab", "matches no file here"),
        ("missing/app.apk", "does not exist here"),
        (f"'*{'a' * 300}.apk'", "matches no file here"),
        ("/dev/null", "is not a regular file"),
    ],
)
def test_files_that_are_not_accepted(root: Path, file: str, why: str) -> None:
    """A path does not leave the workspace, by `..` or by a link; only regular files with content can be sent."""
    assert why in problem(root, f"[{{file: {file}, upload-id: 3, type: apk}}]")


@pytest.mark.parametrize("hidden", ["a", "b"])
def test_a_match_that_cannot_be_looked_at_counts(root: Path, monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    """A folder may be listed, and its files not be looked at: then another match is not the only one."""
    for folder in ("a", "b"):
        (root / "out" / folder).mkdir(parents=True)
        (root / "out" / folder / "app.apk").write_text("an app", encoding="utf-8")
    look = os.stat

    def stat(path: Path | str | int, *, follow_symlinks: bool = True) -> os.stat_result:
        if str(path).endswith(f"{hidden}/app.apk"):
            raise PermissionError(13, "Permission denied")
        return look(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "stat", stat)
    assert "matches 2 files" in problem(root, "[{file: 'out/*/*.apk', upload-id: 3}]")


def test_files_that_are_accepted(root: Path) -> None:
    """An absolute path is what it says, a link within the workspace is followed, and a bracket may be a bracket."""
    outside = root.parent / "outside.apk"
    files = {str(outside): outside, f"{outside.parent}/out*.apk": outside, "a[1].apk": root / "a[1].apk"}
    for file, path in (files | {"inside.apk": root / "build/app.apk", "**/app.apk": root / "build/app.apk"}).items():
        (found,) = read(root, f"[{{file: '{file}', upload-id: 3}}]").inputs.uploads
        assert found.path == str(path)


def test_a_device_has_one_version(root: Path) -> None:
    """Two entries, or an entry and upload-versions, cannot name the same device; nor can a file be sent twice."""
    both = "[{file: build/app.apk, upload-id: 3, devices: [211]}, {file: inside.apk, upload-id: 4, devices: [211, 5]}]"
    found = problem(root, both)
    assert "uploads, entry 2 (inside.apk), file: entry 1 uploads the same file." in found
    assert "uploads, entry 2 (inside.apk), devices: entry 1 has a version for 211, too." in found
    one = "[{file: build/app.apk, upload-id: 3, devices: [211]}]"
    said = "uploads, entry 1, devices: upload-versions has a version for 211, too. Give each device one version."
    assert problem(root, one, TESTSIGMA_UPLOAD_VERSIONS="{211: 5}") == said
    plans = "[{plan-id: 1}, {plan-id: 2, upload-versions: {211: 5}}]"
    found = problem(root, one, TESTSIGMA_PLANS=plans, TESTSIGMA_PLAN_ID="")
    assert found.startswith("uploads, entry 1, devices: upload-versions (plans, entry 2) has a version for 211, too.")


def test_nothing_is_uploaded_for_a_run_that_exists(root: Path) -> None:
    """A run that is attached to has its build already."""
    one = "[{file: build/app.apk, upload-id: 3}]"
    found = problem(root, one, TESTSIGMA_PLAN_ID="", TESTSIGMA_RUN_ID="900", TESTSIGMA_UPLOAD_TIMEOUT="5m")
    assert "Remove uploads, upload-timeout." in found


def test_the_host_of_a_page(root: Path) -> None:
    """The address of an upload on another host is another upload."""
    page = "https://app-eu.testsigma.com/ui/uploads/62"
    assert "the page is on another host" in problem(root, f"[{{file: build/app.apk, upload-id: '{page}'}}]")


def test_a_key_is_not_shown(root: Path) -> None:
    """An API key in the place of a path is refused, and no message has it."""
    found = problem(root, f"[{{file: {'k' * 20}, upload-id: 3}}]")
    assert "k" * 8 not in found


def test_the_path_of_an_app_instead_of_a_list(root: Path) -> None:
    """Whoever writes the path of the app itself is told that a list is needed, and how it looks."""
    (root / "large.apk").write_bytes(bytes(300 * 1024))
    (root / "small.apk").write_bytes(bytes([255, 0]))
    for path in ("large.apk", "small.apk"):
        said = problem(root, path)
        assert "It must hold a YAML or JSON list of uploads, like [{file: build/app.apk, upload-id: 62" in said
