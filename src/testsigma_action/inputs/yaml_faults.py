"""Why a text in YAML cannot be read, and how to write it, in words that quote nothing. Pure."""

import re
from enum import Enum, auto

# Replaces tabs while YAML is parsed: the parser accepts none in a value without quotes.
TAB = "\ue000"
# A tab before a block, or after the dash that begins an entry.
TAB_INDENT = re.compile(rf" *(?:- *)*[\t{TAB}]")
NO_TABS = "a tab cannot be used for indentation; use spaces."
CHECK_INDENTATION = "check the indentation, and that a space follows each colon"


class Kind(Enum):
    """What a value may be: a ` #` may be a part of a secret or of a free text, but not of an ID."""

    SECRET = auto()
    FREE_TEXT = auto()
    ID = auto()

    @property
    def remedy(self) -> str:
        """How such a value is written so that YAML does not change it."""
        if self is Kind.SECRET:
            return "Put the value in double quotes, or write a secret as ${{ toJSON(secrets.NAME) }}."
        return "Put the value in double quotes."


class Unreadable(Exception):
    """A part of a document that is not accepted. Its text has whole sentences that quote nothing."""

    def __init__(self, why: str, where: str = "") -> None:
        """Put the place, if it is known, before the reason."""
        super().__init__(f"{where}: {why}" if where else why[:1].upper() + why[1:])


def first_tab(source: str) -> int:
    """The number of the first line that is indented with a tab; 0 if there is none."""
    return next((at for at, line in enumerate(source.split("\n"), 1) if TAB_INDENT.match(line)), 0)


def reason(source: str, at: int, begun: int | None) -> str:
    """What is wrong at a place of the source.

    `begun` is the place of the text or the list that the parser could not finish, if it says so.
    """
    line = source[:at].rpartition("\n")[2] + source[at:].partition("\n")[0]
    begins = "" if begun is None else source[begun : begun + 1]
    if TAB_INDENT.match(line):
        return NO_TABS
    if begins in {"'", '"'}:
        return r"a text in quotes does not end, or has an unknown escape (\\ is a backslash in double quotes)."
    if begins in {"{", "["}:
        return "a comma or a bracket is missing."
    if source[at : at + 1] in set("@`%|>"):
        return "a text that begins with @, `, %, | or > needs double quotes."
    return f"{CHECK_INDENTATION}. A text that contains ': ' needs double quotes."
