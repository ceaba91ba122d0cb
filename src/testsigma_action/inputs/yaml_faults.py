"""Why a line of YAML cannot be read, in words that quote nothing. Pure."""

import re

# Replaces tabs while YAML is parsed: the parser accepts none in a value without quotes.
TAB = "\ue000"
# A tab before a block, or after the dash that begins an entry.
TAB_INDENT = re.compile(rf" *(?:- *)*[\t{TAB}]")
NO_TABS = "a tab cannot be used for indentation; use spaces."
CHECK_INDENTATION = "check the indentation, and that a space follows each colon"


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
