"""The summary is readable on GitHub, on a desktop and on a phone, in every scene."""

import re
import struct

import pytest

from tests.visual import checks, github
from tests.visual.scenes import HOSTILE, SCENES
from tests.visual.studio import DESK, PHONE, README_SCENE, Studio
from testsigma_action.errors import REPOSITORY

# The simulator, or the service itself in a report that no step made.
SERVICE = re.compile(r"http://127\.0\.0\.1:\d+/|https://app\.testsigma\.com/")
EVERYWHERE = pytest.mark.parametrize("width", [DESK, PHONE])
IN_ALL_SCENES = pytest.mark.parametrize("name", SCENES)


@EVERYWHERE
@IN_ALL_SCENES
def test_nothing_is_cut_off(studio: Studio, name: str, width: int) -> None:
    """The page scrolls down only, and no element hides a part of what it says."""
    assert checks.overflow(studio.sight(name, width)) == []


@IN_ALL_SCENES
def test_diagrams(studio: Studio, name: str) -> None:
    """Mermaid draws every diagram; a block that it cannot read would stand there as an error."""
    sight = studio.sight(name, DESK)
    assert checks.diagrams(sight) == []
    assert sight.diagrams == studio.summary(name).count("```mermaid\n")


@EVERYWHERE
@IN_ALL_SCENES
def test_diagrams_can_be_read(studio: Studio, name: str, width: int) -> None:
    """No text of a diagram is shrunk beyond reading where the page is narrow."""
    assert checks.tiny(studio.sight(name, width)) == []


@IN_ALL_SCENES
def test_headings(studio: Studio, name: str) -> None:
    """The headings are an outline: the first is of level 2, and none skips a level."""
    sight = studio.sight(name, DESK)
    assert sight.headings
    assert checks.headings(sight) == []


@IN_ALL_SCENES
def test_what_matters_is_seen_first(studio: Studio, name: str) -> None:
    """Verdict, reason and the first failure stand on the first screen, and nothing has to be unfolded for them."""
    assert checks.hidden(studio.sight(name, DESK)) == []


@IN_ALL_SCENES
def test_nothing_is_removed(studio: Studio, name: str) -> None:
    """GitHub's filter finds nothing to remove: no tag or attribute that it does not know, no script, no comment."""
    assert github.foreign(studio.summary(name)) == []


@IN_ALL_SCENES
def test_nothing_is_active(studio: Studio, name: str) -> None:
    """All links are ours, nobody is mentioned, no text becomes a picture."""
    sight = studio.sight(name, DESK)
    found = SERVICE.search(studio.summary(name))
    ours = (REPOSITORY, found[0]) if found else (REPOSITORY,)
    assert checks.strange_links(sight, ours) == []
    assert checks.shorthand(sight) == []


def test_hostile_text_is_read_as_it_is(studio: Studio) -> None:
    """Whatever a name or message is, people see it letter by letter."""
    assert checks.lost(studio.sight("hostile", DESK), HOSTILE) == []


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG: https://www.w3.org/TR/png-3/#11IHDR"""
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_for_the_readme(studio: Studio, theme: github.Theme) -> None:
    """The first screen of a red run makes a picture that is small enough for a page which many people load."""
    assert checks.overflow(studio.sight(README_SCENE, DESK, theme)) == []
    picture = studio.for_readme(theme).read_bytes()
    assert len(picture) < 300_000
    width, height = size(picture)
    assert (width, height <= checks.FIRST_SCREEN) == (DESK, True)
