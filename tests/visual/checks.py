"""Checks of a rendered summary. Each returns the defects that it found, in words."""

import re
from collections.abc import Iterable
from itertools import pairwise

from tests.visual.studio import Sight

FIRST_SCREEN = 1000
"""Pixels from the top that a reader on a desk sees before deciding whether to read on."""

SMALLEST = 8.0
"""Pixels from top to bottom of letters that can still be read."""

# https://github.com/gjtorikian/html-pipeline/blob/main/lib/html_pipeline/node_filter/mention_filter.rb
MENTION = re.compile(r"(?:^|\W)@([a-z0-9][a-z0-9-]*)(?!/)(?=\.+[ \t\W]|\.+$|[^0-9a-zA-Z_.]|$)", re.IGNORECASE)
TEAM = re.compile(r"(?:^|\W)@[a-z0-9][a-z0-9-]*/[a-z0-9_.-]+", re.IGNORECASE)
# A time of day is none.
EMOJI = re.compile(r":(?!\d+:)[a-z0-9_+-]+:|:100:")


def overflow(sight: Sight) -> list[str]:
    """The page is wider than the window, or something on it is cut off; what scrolls by itself is neither."""
    wide = [f"the page is {sight.scroll_width} px wide in a window of {sight.width}"]
    return (wide if sight.scroll_width > sight.width else []) + [f"cut off: {element}" for element in sight.cut_off]


def diagrams(sight: Sight) -> list[str]:
    """A diagram that could not be drawn."""
    return [f"not drawn: {error}" for error in sight.failed_diagrams]


def tiny(sight: Sight, smallest: float = SMALLEST) -> list[str]:
    """Text of a diagram that nobody can read."""
    return [f"{height:.1f} px: {text}" for text, height in sight.labels if height < smallest]


def headings(sight: Sight) -> list[str]:
    """The first heading is not of the second level, or a level is skipped on the way down."""
    steps = pairwise([1, *sight.headings])
    return [f"level {below} follows level {above}" for above, below in steps if below > above + 1 or below < 2]


def hidden(sight: Sight, first_screen: int = FIRST_SCREEN) -> list[str]:
    """A text that was looked for is not there, folded away, or too far down."""
    found = []
    for text, place in sight.places.items():
        if place is None:
            found.append(f"missing: {text}")
        elif not place.visible:
            found.append(f"folded: {text}")
        elif place.top > first_screen:
            found.append(f"at {place.top} px: {text}")
    return found


def lost(sight: Sight, texts: Iterable[str]) -> list[str]:
    """A text that is not on the page as it was written."""
    return [f"lost: {text}" for text in texts if text not in sight.text]


def shorthand(sight: Sight) -> list[str]:
    """Text in which GitHub would find a mention or an emoji."""
    patterns = (MENTION, TEAM, EMOJI)
    return [f"active: {text}" for text in sight.running if any(pattern.search(text) for pattern in patterns)]


def strange_links(sight: Sight, ours: tuple[str, ...]) -> list[str]:
    """A link that does not begin like one of ours."""
    return [f"links to {link}" for link in sight.links if not link.startswith(ours)]
