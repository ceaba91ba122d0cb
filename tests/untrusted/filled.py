"""Fills every text field of a value with a given text. It finds fields by their types, so it covers new ones too."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
_PLAIN: dict[object, object] = {
    bool: True,
    int: 3,
    float: 1.5,
    datetime: NOW,
    date: NOW.date(),
    timedelta: timedelta(seconds=90),
    type(None): None,
    object: None,
}


Within = tuple[Any, ...]


@lru_cache(maxsize=4096)
def filled(kind: Any, text: str, choice: int = 0, within: Within = ()) -> Any:  # noqa: ANN401 - any type, a value of it
    """A value of a type; `choice` says which member of an enumeration it has. A list has two values, of two choices.

    Equal parts of one report are one object: tens of thousands of them would take most of the time of these tests.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is str:
        return text
    if origin in {Union, types.UnionType}:
        # Of several classes or nothing: nothing for every second choice, so that failures that count are there, too.
        nothing = len(arguments) > 2 and arguments[-1] is type(None) and choice % 2
        return None if nothing else filled(arguments[0], text, choice, within)
    if origin is Literal:
        return arguments[choice % len(arguments)]
    if origin is tuple:
        return _tuple(arguments, text, choice, within)
    if origin is not None and issubclass(origin, Mapping):
        return {filled(arguments[0], text, choice, within): filled(arguments[1], text, choice, within)}
    return _plain(kind, text, choice, within)


def _tuple(kinds: tuple[Any, ...], text: str, choice: int, within: Within) -> tuple[Any, ...]:
    if kinds[-1] is not Ellipsis:
        return tuple(filled(kind, text, choice, within) for kind in kinds)
    # What holds others of its own kind, like the earlier results of a case, does so once.
    number = 0 if within.count(kinds[0]) > 1 else 2
    return tuple(filled(kinds[0], text, choice + each, within) for each in range(number))


def _plain(kind: Any, text: str, choice: int, within: Within) -> Any:  # noqa: ANN401 - as above
    if is_dataclass(kind):
        hints, inner = get_type_hints(kind), (*within, kind)
        make = cast("Callable[..., Any]", kind)
        return make(**{one.name: filled(hints[one.name], text, choice, inner) for one in fields(kind) if one.init})
    if issubclass(kind, Enum):
        members = list(kind)
        return members[choice % len(members)]
    if kind not in _PLAIN:
        raise TypeError(f"nothing known of {kind}: say in this module what a value of it is")
    return _PLAIN[kind]


def places(kind: Any, path: str = "", within: Within = ()) -> list[str]:  # noqa: ANN401 - any type
    """Where there are texts in values of a type."""
    if kind is str:
        return [path]
    if kind in within:
        return []
    if is_dataclass(kind):
        hints, inner = get_type_hints(kind), (*within, kind)
        return [place for one in fields(kind) for place in places(hints[one.name], f"{path}.{one.name}", inner)]
    return [place for argument in get_args(kind) for place in places(argument, path, within)]
