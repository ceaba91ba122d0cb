"""Parsing a mapping of names to texts, from YAML or JSON, so that each value is what was written. Pure."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.vendor_script import RUNTIME_DATA
from testsigma_action.inputs.yaml_events import MAPPING, Events, Pair, reading
from testsigma_action.inputs.yaml_faults import Kind, Unreadable

T = TypeVar("T")

ACCEPTED = "a YAML or JSON mapping of names to single values, like {name: value}"
# How Testsigma's script takes them.
PAIR = re.compile(r"[\w.-]+=")


def read(text: str) -> Mapping[str, str]:
    """The names and values of a mapping. Raises Invalid, which quotes neither."""
    found = decoded_json(text) if text.startswith("{") else None
    if not isinstance(found, tuple):
        return _from_yaml(text)
    try:
        return collected(json_pairs(found))
    except Unreadable as unreadable:
        raise Invalid(ACCEPTED, str(unreadable)) from None


def _from_yaml(text: str) -> Mapping[str, str]:
    events = Events(text, Kind.SECRET)
    with reading(events, ACCEPTED):
        if not events.begins(MAPPING):
            raise Unreadable(RUNTIME_DATA if PAIR.match(text) else "")
        found = collected(events.pairs())
        events.end()
    return found


def collected(pairs: Iterable[tuple[str, str, T]]) -> Mapping[str, T]:
    """The mapping of these names and values, each of which has its place before it. Raises Unreadable."""
    found: dict[str, T] = {}
    for place, name, value in pairs:
        if not name:
            raise Unreadable("a name is empty.", place)
        if name in found:
            raise Unreadable("this name was given before; one of the two values would be lost.", place)
        found[name] = value
    return found


def decoded_json(text: str, number: Callable[[str], object] = str) -> object:
    """The value that JSON stands for, with objects as tuples of pairs; None if it is no JSON.

    Numbers are what `number` makes of their text, of `NaN` and the like, too.
    """
    try:
        return json.loads(
            text, strict=False, object_pairs_hook=tuple, parse_int=number, parse_float=number, parse_constant=number
        )
    except (ValueError, RecursionError):
        return None


def json_pairs(found: Iterable[tuple[str, object]]) -> Iterator[Pair]:
    """The names and values of an object of JSON. Raises Unreadable."""
    for at, (name, value) in enumerate(found, 1):
        yield f"Entry {at}", name, json_text(f"Entry {at}", value)


def json_text(place: str, value: object) -> str:
    """A value of JSON as text. Raises Unreadable."""
    if value is None:
        raise Unreadable('null is no value. An unset secret is null; write "" for an empty value.', place)
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        raise Unreadable("the value must be one text, not a list or a mapping.", place)
    return value
