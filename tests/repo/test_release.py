"""The files that say which image the action is agree with each other."""

import re
from pathlib import Path

from testsigma_action import __version__
from tools.ci_files import project
from tools.release import action_file, changelog, commit
from tools.release.__main__ import REPOSITORY

ROOT = Path(__file__).resolve().parents[2]
NEWEST = changelog.newest((ROOT / "CHANGELOG.md").read_text("utf-8"))
IMAGE = action_file.image((ROOT / "action.yml").read_text("utf-8"))


def test_an_image_is_named_by_the_commit_of_a_release_and_by_no_other() -> None:
    """Between two releases the action is built from its sources: the image of the last one would not have them."""
    assert (IMAGE == action_file.FROM_SOURCE) == (NEWEST.version is None), "run make reopen"
    if NEWEST.version:
        assert NEWEST.version == __version__
        assert re.fullmatch(rf"docker://{re.escape(REPOSITORY)}@sha256:[0-9a-f]{{64}}", IMAGE)


def test_the_image_says_where_its_sources_are() -> None:
    """The label is the address of the repository."""
    assert f'image.source="{project.REPOSITORY}"' in (ROOT / "Dockerfile").read_text("utf-8")


def test_the_name_of_the_image_is_a_name_for_registries() -> None:
    """In lower case and without a tag: a release is named by its digest alone."""
    assert re.fullmatch(r"ghcr\.io/[a-z0-9._-]+/testsigma-action", REPOSITORY)


def test_pages_and_examples_name_this_version() -> None:
    """All of them name the same release, by its whole version, because no tag moves."""
    texts = {page: page.read_text("utf-8") for page in commit.pages(ROOT)}
    assert {name for text in texts.values() for name in commit.releases(text)} == {__version__}
    moving = re.compile(r"testsigma-action(?:@|/|/\.github/workflows/plans\.yml@)v(?!\d+\.\d+\.\d+\b)")
    assert [str(page) for page, text in texts.items() if moving.search(text)] == []


def test_the_reusable_workflow_uses_the_action_of_its_own_release() -> None:
    """All of its steps that use the action name this version; a release changes them, as it changes the pages."""
    path = ROOT / ".github/workflows/plans.yml"
    used = re.findall(r"uses: \S+/testsigma-action@v(\S+)", path.read_text("utf-8"))
    assert used == [__version__] * 2
    assert path in commit.pages(ROOT)


def test_the_workflow_publishes_nothing_by_itself() -> None:
    """A person starts it, and one job for each permission to write has no more than it needs."""
    workflow = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    assert re.search(r"^on:\n  workflow_dispatch:\n\npermissions: \{\}$", workflow, re.MULTILINE)
    jobs = re.split(r"^  (?=\w+:\n    name:)", workflow.partition("\njobs:\n")[2], flags=re.MULTILINE)[1:]
    writes = {job.partition(":")[0]: set(re.findall(r"^      ([\w-]+): write", job, re.MULTILINE)) for job in jobs}
    assert writes == {
        "build": set(),
        "publish": {"packages", "id-token", "attestations"},
        "release": {"contents"},
    }
