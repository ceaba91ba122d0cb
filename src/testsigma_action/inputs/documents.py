"""A YAML or JSON document as a tree, in which every value is the text that was written. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple

from testsigma_action.inputs.invalid import Invalid

Json = None | bool | str | list["Json"] | tuple[tuple[str, "Json"], ...]
ONE_TEXT = "the value must be one text, not a list or a mapping. Put a text that looks like one in double quotes."
REPEATED = "this name was given before; one of the two values would be lost."
# No input is nested deeper, and the parser takes minutes for a text of brackets alone.
MAX_DEPTH = 10
TOO_DEEP = "it is nested too deeply."


class Kind(Enum):
    """What a value may be. Only secrets are never shown, and a ` #` may be a part of any but an ID."""

    SECRET = auto()
    FREE_TEXT = auto()
    ID = auto()
    # The path of a file, or a list with secrets.
    ENTRIES = auto()

    @property
    def remedy(self) -> str:
        """How such a value is written so that YAML does not change it."""
        if self is Kind.SECRET:
            return "Put the value in double quotes, or write a secret as ${{ toJSON(secrets.NAME) }}."
        return "Put the value in double quotes."


class Unreadable(Invalid):
    """A part of a document that is not accepted, with whole sentences as its remedy."""

    def __init__(self, why: str, where: str = "") -> None:
        """Put the place, if it is known, before the reason."""
        super().__init__(remedy=f"{where}: {why}" if where else why[:1].upper() + why[1:])


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


def mapping(text: str, hint: str = "") -> tuple[Pair, ...]:
    """The pairs of a mapping whose values may be secrets. Raises Unreadable, with the hint for anything else."""
    found = _json(text) if text.startswith("{") else None
    if isinstance(found, tuple):
        return found
    from testsigma_action.inputs import yaml_events

    return yaml_events.mapping(text, hint)


def entries(text: str, kinds: Mapping[str, Kind], most: int) -> list[Tree]:
    """The first entries of a list of mappings, with values of these kinds. Raises Unreadable."""
    found = _json(text) if text.lstrip().startswith("[") else None
    if isinstance(found, list):
        return found[:most]
    from testsigma_action.inputs import yaml_events

    return yaml_events.entries(text, kinds, most)


def unique(pairs: Iterable[Pair]) -> Iterator[tuple[str, str, Tree]]:
    """The place, the name and the value of each pair. Raises Unreadable for a name that is not accepted."""
    names = set[str]()
    for where, name, value in pairs:
        if isinstance(name, Unreadable):
            raise name
        if not name:
            raise Unreadable("a name is empty.", where)
        if name in names:
            raise Unreadable(REPEATED, where)
        names.add(name)
        yield where, str(name), value


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


def _json(text: str) -> Tree | None:
    """The tree of a text in JSON; None if it is none."""
    try:
        found = json.loads(
            text, strict=False, object_pairs_hook=tuple, parse_int=Plain, parse_float=Plain, parse_constant=Plain
        )
    except (ValueError, RecursionError):
        return None
    return _of_json(found)


def _of_json(value: Json, where: str = "", depth: int = 1) -> Tree:
    """The tree of a value; the entries of the whole document are counted."""
    if depth > MAX_DEPTH:
        return Unreadable(TOO_DEEP, where)
    if value is None:
        return Unreadable('null is no value. An unset secret is null; write "" for an empty value.', where)
    if isinstance(value, bool):
        return Plain(str(value).lower())
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [_of_json(inner, where or f"Entry {at}", depth + 1) for at, inner in enumerate(value, 1)]
    placed = ((where or f"Entry {at}", name, inner) for at, (name, inner) in enumerate(value, 1))
    return tuple(Pair(place, name, _of_json(inner, place, depth + 1)) for place, name, inner in placed)
