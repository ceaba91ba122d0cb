"""Edits of an answer as data: a value of any kind in any field, for answers that no part of a scenario can express."""

import json
from dataclasses import dataclass, replace

from tests.simulator.wire import Response


@dataclass(frozen=True, slots=True)
class Edit:
    """Puts `value` at a place of the answer's JSON.

    `path` names keys and positions, with dots in between (`testCases.0.result`); `*` is every key that exists, or every
    row. A key that is missing is added where its object exists. What the path does not find stays as it is.
    """

    path: str
    value: object


def edited(response: Response, edits: tuple[Edit, ...]) -> Response:
    """The response after all edits; one that is no JSON stays as it is."""
    if not edits:
        return response
    try:
        body = json.loads(response.body)
    except ValueError:
        return response
    for edit in edits:
        body = _placed(body, tuple(edit.path.split(".")), edit.value)
    return replace(response, body=json.dumps(body, separators=(",", ":")).encode("ascii"))


def _placed(node: object, path: tuple[str, ...], value: object) -> object:
    if not path:
        return value
    name, *rest = path
    if isinstance(node, dict):
        names = tuple(node) if name == "*" else (name,) if name in node or not rest else ()
        return node | {key: _placed(node.get(key), tuple(rest), value) for key in names}
    if isinstance(node, list):
        return [
            _placed(row, tuple(rest), value) if name in {"*", str(position)} else row
            for position, row in enumerate(node)
        ]
    return node
