"""Reading a mapping, or a list of mappings, from YAML or JSON. Pure."""

import json
from collections.abc import Callable, Mapping
from itertools import islice
from typing import TypeVar

from testsigma_action.inputs.options import Kind
from testsigma_action.inputs.tree import MAX_DEPTH, TOO_DEEP, Pair, Plain, Tree, Unreadable
from testsigma_action.inputs.yaml_events import LIST, MAPPING, Events

T = TypeVar("T")
Json = None | bool | str | list["Json"] | tuple[tuple[str, "Json"], ...]


def mapping(text: str, accepted: str, convert: Callable[[tuple[Pair, ...]], T], hint: str = "") -> T:
    """A mapping whose values may be secrets. Raises Invalid, which quotes nothing; with the hint for anything else."""
    document = Events(text, Kind.SECRET)
    with document.errors_as_invalid(accepted):
        pairs = _json(text) if text.startswith("{") else None
        if not isinstance(pairs, tuple):
            document.begin(MAPPING, hint)
            pairs = tuple(document.pairs())
            document.end()
        return convert(pairs)


def entries(text: str, accepted: str, kinds: Mapping[str, Kind], most: int) -> list[Tree]:
    """The first entries of a list of mappings, with values of these kinds. Raises Invalid, which quotes nothing."""
    found = _json(text) if text.lstrip().startswith("[") else None
    if isinstance(found, list):
        return found[:most]
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return []
    document = Events(text, Kind.FREE_TEXT)
    with document.errors_as_invalid(accepted):
        document.begin(LIST)
        found = list(islice(document.items(kinds), most))
        if len(found) < most:
            document.end()
    return found


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
