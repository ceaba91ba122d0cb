"""Where a list of mappings comes from: the text of the input, or a file that it names. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from testsigma_action.inputs import parsers
from testsigma_action.inputs.invalid import Invalid

if TYPE_CHECKING:
    from testsigma_action.inputs.lists import Entry

# A text on one line that is meant as a list, or as an entry of one.
LIST_LIKE = re.compile(r"[\[{]|-(\s|-|$)|.*:(\s|$)")


@dataclass(frozen=True, slots=True)
class ListKind:
    """What an input takes that is a list: of which things, and an example.

    YAML may have a comment after the value of a key in `ids`; values of those in `texts` are no secrets either. The
    value of a key in `lists` may be a list, which is read as a text with commas.
    """

    things: str
    example: str
    ids: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()

    @property
    def accepted(self) -> str:
        """What is accepted, for the sentence about a text that is not."""
        return f"a YAML or JSON list of {self.things}, like [{self.example}], or the path of a file with one"


# An unknown key may be a misspelt `runtime-data`, whose values are secrets.
RUNS = ListKind(
    things="runs",
    example="{plan-id: 431}",
    ids=frozenset({"plan-id", "environment-id", "upload-versions"}),
    texts=frozenset({"name", "build-number", "execution-config"}),
)
QUARANTINE = ListKind(
    things="cases",
    example="{case: Pay by card, reason: the bank's test system is down, expires: 2026-12-31}",
    ids=frozenset({"expires"}),
    texts=frozenset({"case", "reason", "suite", "machine", "data-set", "owner", "issue"}),
)
UPLOADS = ListKind(
    things="uploads",
    example="{file: build/app.apk, upload-id: 62, devices: [211]}",
    ids=frozenset({"upload-id", "project-id", "application-id", "devices"}),
    texts=frozenset({"file", "name", "version", "type"}),
    lists=frozenset({"devices"}),
)


@dataclass(frozen=True, slots=True)
class ListFile:
    """The path of a file that has the list."""

    path: str


def is_path(text: str) -> bool:
    """Whether a text is meant as the path of a file: it has one line, and does not look like a list."""
    return "\n" not in text and not LIST_LIKE.match(text)


def source_of(kind: ListKind) -> "Callable[[str], Sequence[Entry] | ListFile]":
    """A parser for such a list: its entries, or the file to read them from."""
    return partial(_source, kind=kind)


def _source(text: str, kind: ListKind) -> "Sequence[Entry] | ListFile":
    """Raises Invalid, which never quotes the text."""
    if not is_path(text):
        from testsigma_action.inputs import lists

        return lists.read(text, kind)
    try:
        return ListFile(parsers.path(text))
    except Invalid:
        raise Invalid(kind.accepted) from None
