"""The tree of a YAML or JSON document, in which every value is the text that was written. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

ONE_TEXT = "the value must be one text, not a list or a mapping. Put a text that looks like one in double quotes."
# No input is nested deeper, and the parser takes minutes for a text of brackets alone.
MAX_DEPTH = 10
TOO_DEEP = "it is nested too deeply."


class Unreadable(Exception):
    """A part of a document that is not accepted. Its text has whole sentences that quote nothing."""

    def __init__(self, why: str, where: str = "") -> None:
        """Put the place, if it is known, before the reason."""
        super().__init__(f"{where}: {why}" if where else why[:1].upper() + why[1:])


class Plain(str):
    """A text that was written without quotes, such as the numbers and words of JSON."""

    __slots__ = ()


class Pair(NamedTuple):
    """A name and its value, and their place, like "Line 2" in YAML and "Entry 2" in JSON."""

    where: str
    name: "str | Unreadable"
    value: "Tree"


# A mapping is a tuple of pairs. What is not accepted stands in the tree as an error, which does not hide the others.
Tree = str | Unreadable | list["Tree"] | tuple[Pair, ...]


def unique(pairs: Iterable[Pair]) -> Iterator[tuple[str, str, Tree]]:
    """The place, the name and the value of each pair. Raises Unreadable for a name that is not accepted."""
    names = set[str]()
    for where, name, value in pairs:
        if isinstance(name, Unreadable):
            raise name
        if not name:
            raise Unreadable("a name is empty.", where)
        if name in names:
            raise repeated(where)
        names.add(name)
        yield where, str(name), value


def repeated(where: str) -> Unreadable:
    """What is wrong with a name that stands twice in a mapping."""
    return Unreadable("this name was given before; one of the two values would be lost.", where)


def texts(pairs: Iterable[Pair]) -> dict[str, str]:
    """A mapping whose values are texts. Raises Unreadable."""
    return {name: one_text(value, where) for where, name, value in unique(pairs)}


def one_text(value: Tree, where: str) -> str:
    """The text of a value. Raises Unreadable."""
    if isinstance(value, Unreadable):
        raise value
    if not isinstance(value, str):
        raise Unreadable(ONE_TEXT, where)
    return str(value)
