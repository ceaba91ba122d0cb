"""Dataclasses <-> JSON, by the types of their fields. What a field has to be, is said once: in the dataclass.

Keys are camelCase, times ISO 8601 in UTC, durations seconds, enums their values, tuples lists. A `Timing` has no object
of its own: its fields stand after those of its owner. Where a field may hold one of several classes, `kind` names the
class. Any other type is refused with a TypeError. Numbers, texts, times and durations that are read are bounded, since
reports calculate with them.
"""

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from testsigma_action.domain.run import Counts, Timing

T = TypeVar("T")
Json = Any
Object = dict[str, Json]
_Field = tuple[str, Callable[[object], Any], Callable[[Any], Json]]

# The longest text that is written (characters), and the bounds of numbers and times that are read.
LONGEST_TEXT = 65_536
_BOUND = 2**63
_YEARS = range(1970, 2300)
_LONGEST_DURATION = timedelta(days=366 * 300)
# Fields that may be missing, and have their defaults then: earlier versions did not write them, and of the earlier
# attempts of a case none has earlier ones. `by_details` only matters while results are read, so it is not written.
# Any other one may be what speaks against a pass.
_OPTIONAL = {
    *("build", "pipeline_run", "environment_name", "app_details", "uploads", "ignored_devices", "policy", "parts"),
    *("ctrf_file", "agent_file", "earlier", "by_details"),
}
# The version of the format of results files.
SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of one type are written and read."""

    encode: Callable[[Any], Json]
    decode: Callable[[Json], Any]


def encode(value: Any, *without: str) -> Object:  # noqa: ANN401 - any dataclass
    """Return the object for a dataclass: a key for each field but for those named."""
    kind: Any = type(value)
    return {shown: to_json(part(value)) for shown, part, to_json in _written(kind, without)}


def encode_only(value: Any, *names: str) -> Object:  # noqa: ANN401 - any dataclass
    """The same for these fields only, in this order."""
    kind: Any = type(value)
    hints = _hints(kind)
    return {key(name): codec_of(hints[name]).encode(getattr(value, name)) for name in names}


def decode(kind: type[T], data: Json) -> T:
    """Return the value that `encode` made this of. Raises ValueError, KeyError or TypeError where it is none."""
    wanted: Any = kind
    found: T = codec_of(wanted).decode(data)
    return found


@cache
def codec_of(kind: Any) -> Codec:  # noqa: ANN401 - any type that a field may have
    """The codec of a type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if _is_enum(kind):
        return Codec(attrgetter("_value_"), kind)
    if is_dataclass(kind):
        return Codec(encode, partial(_read, kind))
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _tuple(arguments[0])
    if origin is Mapping and arguments[0] is str:
        return _mapping(codec_of(arguments[1]))
    raise TypeError(f"{kind} has no form in JSON: say in this module what it is")


@cache
def key(name: str) -> str:
    """The name of a field in JSON."""
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


def kebab(name: str) -> str:
    """The name of a class, or a key in JSON, in the style of a value or an output: `tests-failed` for `TestsFailed`."""
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def time(point: datetime) -> str:
    """A time in UTC, in milliseconds, or in microseconds where it has such."""
    spec = "microseconds" if point.microsecond % 1000 else "milliseconds"
    return f"{point.astimezone(UTC).isoformat('T', spec)[:-6]}Z"


def checked(kind: type, data: Json) -> Json:
    """A value of this type. Raises TypeError for any other."""
    if isinstance(data, kind):
        return data
    raise TypeError(f"{kind.__name__} expected")


def _text(data: Json) -> str:
    if not isinstance(data, str) or len(data) > LONGEST_TEXT:
        raise TypeError("a text that is not too long expected")
    return data


def _number(data: Json) -> int:
    if not isinstance(data, int) or isinstance(data, bool) or not -_BOUND < data < _BOUND:
        raise TypeError("a number that is not too large expected")
    return data


def _moment(data: Json) -> datetime:
    """A time with its zone: others cannot be compared."""
    found = datetime.fromisoformat(data)
    if found.tzinfo is None or found.year not in _YEARS:
        raise ValueError("a time with its zone expected")
    return found.astimezone(UTC)


def _duration(data: Json) -> timedelta:
    found = timedelta(seconds=data)
    if abs(found) > _LONGEST_DURATION:
        raise ValueError("a shorter duration expected")
    return found


_PLAIN: dict[Any, Codec] = {
    bool: Codec(bool, partial(checked, bool)),
    str: Codec(str, _text),
    int: Codec(int, _number),
    datetime: Codec(time, _moment),
    date: Codec(date.isoformat, date.fromisoformat),
    timedelta: Codec(timedelta.total_seconds, _duration),
}


def _union(kinds: tuple[Any, ...]) -> Codec:
    """One of several: null or a value, else an object that names its class."""
    others = [kind for kind in kinds if kind is not types.NoneType]
    inner = codec_of(others[0]) if len(others) == 1 else _tagged(others)
    if len(others) == len(kinds):
        return inner
    return Codec(
        lambda value: None if value is None else inner.encode(value),
        lambda data: None if data is None else inner.decode(data),
    )


def _tagged(kinds: list[Any]) -> Codec:
    """A member of a union of dataclasses and enums. Of an enum the object has the `value`."""
    if not all(is_dataclass(kind) or _is_enum(kind) for kind in kinds):
        raise TypeError(f"only dataclasses and enums can be members of a union: {kinds}")
    tags = {kind: kebab(kind.__name__) for kind in kinds}
    known = {tag: kind for kind, tag in tags.items()}

    def to_json(value: object) -> Object:
        tag = {"kind": tags[type(value)]}
        return tag | ({"value": value.value} if isinstance(value, Enum) else encode(value))

    def from_json(data: Object) -> object:
        kind = known[data["kind"]]
        return kind(data["value"]) if _is_enum(kind) else decode(kind, data)

    return Codec(to_json, from_json)


def _is_enum(kind: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(kind, type) and issubclass(kind, Enum)


def _tuple(kind: Any) -> Codec:  # noqa: ANN401 - as above
    """A list. The codec of its members is made when it is needed: what holds others of its own kind would never end."""
    return Codec(
        lambda values: list(map(codec_of(kind).encode, values)),
        lambda data: tuple(map(codec_of(kind).decode, checked(list, data))),
    )


def _mapping(inner: Codec) -> Codec:
    return Codec(
        lambda values: {name: inner.encode(value) for name, value in values.items()},
        lambda data: {name: inner.decode(value) for name, value in data.items()},
    )


@cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    return get_type_hints(kind)


@cache
def _written(kind: Any, without: tuple[str, ...]) -> list[_Field]:  # noqa: ANN401 - as above
    """The key, the attribute and the encoder of each field; those of a `Timing` after the others."""
    hints = {name: hint for name, hint in _hints(kind).items() if name not in without}
    own = [(name, name, hint) for name, hint in hints.items() if hint is not Timing]
    for owner in (name for name, hint in hints.items() if hint is Timing):
        own += [(name, f"{owner}.{name}", hint) for name, hint in _hints(Timing).items()]
    return [(key(name), attrgetter(path), codec_of(hint).encode) for name, path, hint in own]


def _read(kind: Any, data: Object) -> object:  # noqa: ANN401 - as above
    """A dataclass from an object with a key for each field."""
    checked(dict, data)
    given: dict[str, Any] = {}
    for name, hint in _hints(kind).items():
        if hint is Timing:
            given[name] = decode(Timing, data)
        elif key(name) in data or name not in _OPTIONAL:
            given[name] = decode(hint, data[key(name)])
    if kind is Counts and any((number or 0) < 0 for number in given.values()):
        raise ValueError("counters from 0 expected")
    return kind(**given)
