"""Compares an answer with the documentation, without telling any of its values, or names that are not documented."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from testsigma_action.api.decode import STATUSES, result
from testsigma_action.api.documented import DOCUMENTED
from testsigma_action.api.envelope import unwrapped
from testsigma_action.api.fields import Fields
from testsigma_action.api.lists import rows_of
from testsigma_action.domain.checkup import Difference, Kind, Level

MISSING = object()
TYPES = {bool: Kind.FLAG, int: Kind.NUMBER, float: Kind.NUMBER, dict: Kind.OBJECT, list: Kind.LIST}
# What reads a text of this form; it returns None for any other text.
FORMS: Mapping[Kind, Callable[[str], object]] = {
    Kind.TIME: lambda text: Fields({"time": text}).instant("time"),
    Kind.RESULT: result,
    Kind.STATUS: lambda text: STATUSES.get(text.strip().upper()),
}


def differences(level: Level, body: object) -> frozenset[Difference] | None:
    """How an answer differs from the documentation, without any of its values, and without names of its own.

    None for another service: if no field that is documented for this call, and not optional, has a value of its kind.
    """
    content = unwrapped(body)
    found: set[Difference] = set()
    recognised = False
    for name, documented in DOCUMENTED[level].items():
        kinds = Counter(_kind(value, documented) for value in _values(content, name))
        for kind, number in kinds.items():
            if not kind & documented:
                found.add(Difference(name, documented, kind, everywhere=number == kinds.total()))
            elif name and not documented & Kind.ABSENT:
                recognised = True
    if content is not body:
        found.add(Difference("data", Kind.ABSENT, Kind.OBJECT))
    return frozenset(found) if recognised else None


def _values(content: object, name: str) -> Iterator[object]:
    """The values of a field, one for each object that should have it: `MISSING` where one has not."""
    part, _, rest = name.partition(".")
    key = part.removesuffix("[]")
    values: list[object] = []
    if not key:
        values = (rows_of(content) or []) if part else [content]
    elif isinstance(content, dict):
        values = [content.get(key, MISSING)] if part == key else Fields(content).rows(key)
    for value in values:
        if rest:
            yield from _values(value, rest)
        else:
            yield value


def _kind(value: object, documented: Kind) -> Kind:
    """What a value is. A text is of the documented form if it can be read so."""
    if value is None or value is MISSING:
        return Kind.NULL if value is None else Kind.ABSENT
    if isinstance(value, str):
        forms = (form for form, read in FORMS.items() if form & documented and read(value) is not None)
        return next(forms, Kind.TEXT)
    return TYPES[type(value)]
