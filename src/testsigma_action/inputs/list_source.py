"""Where a list of mappings comes from: the text of the input, or a file that it names. Pure."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testsigma_action.inputs.lists import Source

# A text on one line that is meant as a list, or as an entry of one.
LIST_LIKE = re.compile(r"[\[{]|-(\s|-|$)|.*:(\s|$)")


def is_path(text: str) -> bool:
    """Whether a text is meant as the path of a file: it has one line, and does not look like a list."""
    return "\n" not in text and not LIST_LIKE.match(text)


def source_of(name: str) -> "Callable[[str], Source]":
    """A parser for the list that this input takes: its entries, or the path of the file to read them from."""

    def read(text: str) -> "Source":
        from testsigma_action.inputs import keys, lists

        return lists.source(text, keys.LISTS[name])

    return read
