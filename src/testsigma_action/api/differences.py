"""Compares an answer with the documentation, without telling any of its values, or names that are not documented."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from testsigma_action.api.decode import RESULTS, STATUSES
from testsigma_action.api.documented import DOCUMENTED
from testsigma_action.api.envelope import unwrapped
from testsigma_action.api.fields import DecodeError, Fields
from testsigma_action.api.lists import rows_of
from testsigma_action.domain.checkup import Difference, Kind, Level

MISSING = object()
_JSON: tuple[tuple[type, Kind], ...] = (
    (bool, Kind.FLAG),
    (int, Kind.NUMBER),
    (float, Kind.NUMBER),
    (dict, Kind.OBJECT),
    (list, Kind.LIST),
)


def differences(level: Level, body: object) -> frozenset[Difference]:
    """How an answer differs from the documentation, without any of its values, and without names of its own."""
    content = unwrapped(body)
    found = {one for name, kind in DOCUMENTED[level].items() for one in _compared(content, name, kind)}
    if content is not body:
        found.add(Difference("data", Kind.ABSENT, Kind.OBJECT))
    return frozenset(found)


def recognised(level: Level, body: object) -> bool:
    """Whether an answer has a field that is documented for this call and not optional, with a value of its kind."""
    content = unwrapped(body)
    required = ((name, kind) for name, kind in DOCUMENTED[level].items() if name and not kind & Kind.ABSENT)
    return any(_kind(value, kind) & kind for name, kind in required for value in _values(content, name))


def _compared(content: object, name: str, documented: Kind) -> Iterator[Difference]:
    """The differences of one field, in all objects that should have it."""
    found = Counter(_kind(value, documented) for value in _values(content, name))
    for kind, number in found.items():
        if not kind & documented:
            yield Difference(name, documented, kind, everywhere=number == found.total())


def _values(content: object, name: str) -> Iterator[object]:
    """The values of a field, one for each object that should have it: `MISSING` where one has not."""
    part, _, rest = name.partition(".")
    key = part.removesuffix("[]")
    if not key:
        values = _page_rows(content) if part else [content]
    elif not isinstance(content, dict):
        return
    else:
        value = content.get(key, MISSING)
        values = (value if isinstance(value, list) else []) if part != key else [value]
    for value in values:
        if rest:
            yield from _values(value, rest)
        else:
            yield value


def _page_rows(content: object) -> list[object]:
    try:
        return rows_of(content)
    except DecodeError:
        return []


def _kind(value: object, documented: Kind) -> Kind:
    """What a value is. A text is of the documented form if it can be read so."""
    if value is None or value is MISSING:
        return Kind.NULL if value is None else Kind.ABSENT
    if isinstance(value, str):
        forms = (form for form, reads in _FORMS.items() if form & documented and reads(value))
        return next(forms, Kind.TEXT)
    return next(kind for of_type, kind in _JSON if isinstance(value, of_type))


def _is_time(text: str) -> bool:
    return Fields({"time": text}).instant("time") is not None


_FORMS: Mapping[Kind, Callable[[str], bool]] = MappingProxyType(
    {
        Kind.TIME: _is_time,
        Kind.RESULT: lambda text: text.strip().upper() in RESULTS,
        Kind.STATUS: lambda text: text.strip().upper() in STATUSES,
    }
)
