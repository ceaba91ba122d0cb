"""Dataclasses <-> JSON, by the types of their fields. What a field has to be, is said once: in the dataclass.

Keys are camelCase, times ISO 8601 in UTC, durations seconds, enums their values, tuples lists. A `Timing` has no object
of its own: its fields stand among those of its owner. Where a field may hold one of several classes, `kind` names the
class. Any other type is refused with a TypeError.
"""

import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

from testsigma_action.domain.run import Counts, Timing
from testsigma_action.reporting import json_values
from testsigma_action.reporting.json_values import Json

Object = dict[str, Json]

_KIND, _VALUE = "kind", "value"
_MILLISECOND = 1000
# Fields that may be missing, and have their defaults then: earlier versions did not write them, and of the earlier
# attempts of a case none has earlier ones. Any other one may be what speaks against a pass.
_OPTIONAL = {
    *("build", "pipeline_run", "environment_name", "app_details", "uploads", "ignored_devices", "policy", "parts"),
    *("ctrf_file", "agent_file", "earlier"),
}
# The version of the format of results files.
SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of one type are written and read. `encode` is None where a value is JSON already."""

    encode: Callable[[Any], Json] | None
    decode: Callable[[Json], Any]


def encode(value: Any, *without: str) -> Object:  # noqa: ANN401 - any dataclass
    """Return the object for a dataclass: a key for each field but for those named."""
    kind: Any = type(value)
    return _writer(kind, without)(value)


def decode(kind: Any, data: Json) -> Any:  # noqa: ANN401 - a value of the type that is given
    """Return the value that `encode` made this of. Raises ValueError, KeyError or TypeError where it is none."""
    return codec_of(kind).decode(data)


@cache
def codec_of(kind: Any) -> Codec:  # noqa: ANN401 - any type that a field may have
    """The codec of a type."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if _is_enum(kind):
        return Codec(attrgetter("_value_"), kind)
    if is_dataclass(kind):
        return _dataclass(kind)
    return _composed(kind)


def _composed(kind: Any) -> Codec:  # noqa: ANN401 - as above
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is not None and issubclass(origin, Mapping) and arguments[0] is str:
        return _mapping(codec_of(arguments[1]))
    raise TypeError(f"{kind} has no form in JSON: say in this module what it is")


def key(name: str) -> str:
    """The name of a field in JSON."""
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


def time(point: datetime) -> str:
    """A time in UTC, in milliseconds, or in microseconds where it has such."""
    spec = "microseconds" if point.microsecond % _MILLISECOND else "milliseconds"
    return f"{point.astimezone(UTC).isoformat('T', spec)[:-6]}Z"


def seconds(span: timedelta) -> float:
    """A duration as a number of seconds."""
    return span.total_seconds()


_PLAIN: dict[Any, Codec] = {
    **{kind: Codec(None, partial(json_values.checked, kind)) for kind in (float, bool)},
    str: Codec(None, json_values.text),
    int: Codec(None, json_values.number),
    datetime: Codec(time, json_values.moment),
    date: Codec(date.isoformat, date.fromisoformat),
    timedelta: Codec(seconds, json_values.duration),
}


def _union(kinds: tuple[Any, ...]) -> Codec:
    """One of several: null or a value, else an object that names its class."""
    others = [kind for kind in kinds if kind is not types.NoneType]
    inner = codec_of(others[0]) if len(others) == 1 else _tagged(others)
    return _optional(inner) if len(others) < len(kinds) else inner


def _optional(inner: Codec) -> Codec:
    to_json, from_json = inner.encode, inner.decode
    return Codec(
        (lambda value: None if value is None else to_json(value)) if to_json else None,
        lambda data: None if data is None else from_json(data),
    )


def _tagged(kinds: list[Any]) -> Codec:
    """A member of a union of dataclasses and enums. Of an enum the object has the `value`."""
    if not all(is_dataclass(kind) or _is_enum(kind) for kind in kinds):
        raise TypeError(f"only dataclasses and enums can be members of a union: {kinds}")
    tags = {kind: _tag(kind) for kind in kinds}
    known = {tag: kind for kind, tag in tags.items()}

    def to_json(value: object) -> Object:
        tag = {_KIND: tags[type(value)]}
        return tag | ({_VALUE: value.value} if isinstance(value, Enum) else encode(value))

    def from_json(data: Object) -> object:
        kind = known[data[_KIND]]
        return kind(data[_VALUE]) if _is_enum(kind) else decode(kind, data)

    return Codec(to_json, from_json)


def _is_enum(kind: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(kind, type) and issubclass(kind, Enum)


def _tag(kind: type) -> str:
    """The name of a class as a value: `tests-failed` for `TestsFailed`."""
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "-", kind.__name__).lower()


def _tuple(kinds: tuple[Any, ...]) -> Codec:
    if len(kinds) != 2 or kinds[1] is not Ellipsis:
        return _fixed([codec_of(kind) for kind in kinds])
    inner = _late(kinds[0])

    def to_json(values: tuple[Any, ...]) -> list[Json]:
        encoder = inner().encode
        return list(map(encoder, values)) if encoder else list(values)

    return Codec(to_json, lambda data: tuple(map(inner().decode, json_values.checked(list, data))))


def _late(kind: Any) -> Callable[[], Codec]:  # noqa: ANN401 - as above
    """The codec of a type, made when it is needed: what holds others of its own kind would never end."""
    return lambda: codec_of(kind)


def _fixed(codecs: list[Codec]) -> Codec:
    def to_json(values: tuple[Any, ...]) -> list[Json]:
        return [codec.encode(value) if codec.encode else value for codec, value in zip(codecs, values, strict=True)]

    return Codec(
        to_json,
        lambda data: tuple(
            codec.decode(value) for codec, value in zip(codecs, json_values.checked(list, data), strict=True)
        ),
    )


def _mapping(inner: Codec) -> Codec:
    def to_json(values: Mapping[str, Any]) -> Object:
        return {name: inner.encode(value) if inner.encode else value for name, value in values.items()}

    return Codec(to_json, lambda data: {name: inner.decode(value) for name, value in data.items()})


def _dataclass(kind: Any) -> Codec:  # noqa: ANN401 - as above
    """An object with a key for each field."""
    hints = get_type_hints(kind)
    parts = [(name, key(name), _late(hint)) for name, hint in hints.items() if hint is not Timing]
    timings = [name for name, hint in hints.items() if hint is Timing]

    def from_json(data: Object) -> object:
        json_values.checked(dict, data)
        given = {
            name: codec().decode(data[shown]) for name, shown, codec in parts if shown in data or name not in _OPTIONAL
        }
        if kind is Counts and any((number or 0) < 0 for number in given.values()):
            raise ValueError("counters from 0 expected")
        return kind(**given, **{name: codec_of(Timing).decode(data) for name in timings})

    return Codec(encode, from_json)


@cache
def _writer(kind: Any, without: tuple[str, ...]) -> Callable[[object], Object]:  # noqa: ANN401 - as above
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in without}
    timings = [name for name, hint in hints.items() if hint is Timing]
    names = [name for name in hints if name not in timings]
    encoders = [(key(name), codec_of(hints[name]).encode) for name in names]
    values_of = _values_of(names)

    def to_json(value: object) -> Object:
        parts = zip(encoders, values_of(value), strict=True)
        found = {shown: part if encoder is None else encoder(part) for (shown, encoder), part in parts}
        for name in timings:
            found |= _timing(getattr(value, name))
        return found

    return to_json


def _timing(timing: Timing) -> Object:
    """Written by hand, for it is written so often."""
    started, ended, duration = timing.started, timing.ended, timing.duration
    return {
        "started": None if started is None else time(started),
        "ended": None if ended is None else time(ended),
        "duration": None if duration is None else seconds(duration),
    }


def _values_of(names: list[str]) -> Callable[[object], Iterable[object]]:
    if len(names) == 1:
        only = attrgetter(names[0])
        return lambda value: (only(value),)
    return attrgetter(*names) if names else lambda _: ()
