"""Where a list of mappings comes from: the text of the input, or a file that it names. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from testsigma_action.inputs import parsers
from testsigma_action.inputs.invalid import Invalid

if TYPE_CHECKING:
    from testsigma_action.inputs.lists import Entry

ACCEPTED = "a YAML or JSON list of runs, like [{plan-id: 431}], or the path of a file with one"
# A text on one line that is meant as a list, or as an entry of one.
LIST_LIKE = re.compile(r"[\[{]|-(\s|-|$)|.*:(\s|$)")


@dataclass(frozen=True, slots=True)
class ListFile:
    """The path of a file that has the list."""

    path: str


def is_path(text: str) -> bool:
    """Whether a text is meant as the path of a file: it has one line, and does not look like a list."""
    return "\n" not in text and not LIST_LIKE.match(text)


def source(text: str) -> "Sequence[Entry] | ListFile":
    """The entries of a list, or the file to read them from. Raises Invalid, which never quotes the text."""
    if not is_path(text):
        from testsigma_action.inputs import lists

        return lists.read(text)
    try:
        return ListFile(parsers.path(text))
    except Invalid:
        raise Invalid(ACCEPTED) from None
