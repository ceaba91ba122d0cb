"""What the commit of a release changes, and what the changelog says of it."""

import shutil
from pathlib import Path

import pytest

from tests.e2e import checkout
from tools.release import action_file, changelog, commit

OPEN = "# Changelog\n\n## Unreleased\n\n- A change.\n\n## 0.1.0 - 2026-01-31\n\n- The first.\n"
DONE = OPEN.replace("Unreleased", "0.2.0 - 2026-02-03")


def test_the_newest_section_is_the_release() -> None:
    """Version, midnight of its day, and the notes without those of other releases."""
    assert changelog.newest(DONE) == changelog.Newest("0.2.0", 1770076800, "- A change.")
    assert changelog.newest(DONE).revision == "v0.2.0"
    assert changelog.newest(OPEN) == changelog.Newest(None, 0, "- A change.")


@pytest.mark.parametrize("heading", ["0.2.0", "0.2 - 2026-02-03", "v0.2.0 - 2026-02-03", "0.2.0 - today", "Soon"])
def test_a_heading_of_another_form_is_refused(heading: str) -> None:
    """A release without a day would have no time."""
    with pytest.raises(ValueError, match="is not like"):
        changelog.newest(OPEN.replace("Unreleased", heading))


def test_what_was_not_released_gets_a_version() -> None:
    """The heading is all that changes."""
    assert changelog.released(OPEN, "0.2.0", "2026-02-03") == DONE


@pytest.mark.parametrize("version", ["v0.2.0", "0.2", "0.02.0", "0.2.0-rc1", ""])
def test_a_version_has_three_numbers(version: str) -> None:
    """No moving tag can be made by mistake."""
    with pytest.raises(ValueError, match="no version"):
        changelog.released(OPEN, version, "2026-02-03")


@pytest.mark.parametrize("text", [DONE, OPEN.replace("- A change.", "")])
def test_nothing_to_release_is_refused(text: str) -> None:
    """A release has notes."""
    with pytest.raises(ValueError, match="nothing to release"):
        changelog.released(text, "0.3.0", "2026-02-03")


def test_a_release_and_its_end_change_the_files_that_name_it(tmp_path: Path) -> None:
    """Version, packaging of other CI systems, changelog and image; afterwards the action is built from its sources."""
    checkout.copy(tmp_path)
    (tmp_path / "CHANGELOG.md").write_text(OPEN, "utf-8")
    shutil.rmtree(tmp_path / "ci")
    commit.set_version(tmp_path, "0.2.0", "2026-02-03")
    commit.set_image(tmp_path, "docker://registry.example.com/image@sha256:0")
    assert '__version__ = "0.2.0"' in (tmp_path / commit.VERSION_FILE).read_text("utf-8")
    assert any("testsigma-action:0.2.0" in path.read_text("utf-8") for path in (tmp_path / "ci").rglob("*.*"))
    assert {name for page in commit.pages(tmp_path) for name in commit.releases(page.read_text("utf-8"))} == {"0.2.0"}
    workflow = (tmp_path / ".github/workflows/plans.yml").read_text("utf-8")
    assert workflow.count("/testsigma-action@v0.2.0 ") == workflow.count("/testsigma-action@") == 2
    assert (tmp_path / "CHANGELOG.md").read_text("utf-8") == DONE
    action = (tmp_path / "action.yml").read_text("utf-8")
    assert action_file.image(action) == "docker://registry.example.com/image@sha256:0"
    commit.reopen(tmp_path)
    assert action_file.image((tmp_path / "action.yml").read_text("utf-8")) == "Dockerfile"
    assert changelog.newest((tmp_path / "CHANGELOG.md").read_text("utf-8")) == changelog.Newest(None, 0, "")
