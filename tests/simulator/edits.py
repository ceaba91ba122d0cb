"""Values in single places of an answer, for answers that no part of a scenario can express.

A place names keys and positions, with dots in between (`testCases.0.result`); `*` is every key that there is, or every
row. A key that is missing is added where its object exists. A place that does not exist changes nothing.
"""

from collections.abc import Mapping


def edited(body: object, values: Mapping[str, object]) -> object:
    """The JSON value `body` with other values in these places."""
    for place, value in values.items():
        body = _with(body, tuple(place.split(".")), value)
    return body


def _with(node: object, place: tuple[str, ...], value: object) -> object:
    if not place:
        return value
    name, *rest = place
    if isinstance(node, dict):
        names = tuple(node) if name == "*" else (name,) if name in node or not rest else ()
        return node | {key: _with(node.get(key), tuple(rest), value) for key in names}
    if isinstance(node, list):
        return [_with(row, tuple(rest), value) if name in {"*", str(at)} else row for at, row in enumerate(node)]
    return node
