"""Scenarios from JSON files: the fields of the dataclasses by their names."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tests.simulator.builtin import NAMES, scenario
from tests.simulator.content import Phase
from tests.simulator.scenario import Scenario

HELP = """
A scenario file is a JSON object with the fields of a scenario, for example:

  {"extends": "failing",
   "options": {"index": false, "page_size": 20},
   "faults": [{"call": "status", "status": 503, "after": 1, "count": 2, "headers": {"Retry-After": "1"}}]}

or from scratch:

  {"plans": [{"id": 7, "name": "My plan",
              "life": [{"status": "STATUS_IN_PROGRESS", "idle": true}, {"status": "STATUS_IN_PROGRESS", "seconds": 8}],
              "machines": [{"title": "Chrome", "suites": [{"name": "Smoke", "cases": [
                {"name": "Log in", "steps": [{"action": "Click on Log in"}]},
                {"name": "Pay", "result": "FAILURE", "message": "No such element"}]}]}]}]}

The modules content.py, scenario.py and faults.py in tests/simulator describe every field.
"""


_SCALARS: dict[type, type | tuple[type, ...]] = {int: int, float: (int, float), str: str, bool: bool}


class BadScenario(ValueError):
    """A scenario that cannot be understood; the message says where."""


def load(name: str) -> Scenario:
    """A built-in scenario by its name, or one from a JSON file by its path; raises BadScenario."""
    if name in NAMES:
        return scenario(name)
    try:
        data = json.loads(Path(name).read_text("utf-8"))
    except OSError as problem:
        known = ", ".join(NAMES)
        raise BadScenario(f"{name!r} is neither a built-in scenario ({known}) nor a file that can be read") from problem
    except ValueError as problem:
        raise BadScenario(f"{name}: no JSON: {problem}") from problem
    return from_json(data)


def from_json(data: object) -> Scenario:
    """A scenario from JSON; with `extends` it changes a built-in one, whose options are kept apart from those given."""
    given = dict(_mapping(data, "the scenario"))
    base = given.pop("extends", None)
    if base is None:
        built: Scenario = _build(Scenario, given, "scenario")
        return built
    if base not in NAMES:
        raise BadScenario(f"extends: {base!r} is none of {', '.join(NAMES)}")
    known = scenario(str(base))
    options = _changes(type(known.options), given.pop("options", {}), "scenario.options")
    changed = replace(known, **_changes(Scenario, given, "scenario"))
    return changed.with_options(**options)


def _mapping(data: object, where: str) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise BadScenario(f"{where}: expected an object, not {_short(data)}")
    return data


def _build(kind: Any, data: object, where: str) -> Any:  # noqa: ANN401 - the class is known at run time only
    if kind is Phase and isinstance(data, str):
        return Phase(data)
    try:
        return kind(**_changes(kind, data, where))
    except TypeError as problem:
        raise BadScenario(f"{where}: {problem}") from problem


def _changes(kind: Any, data: object, where: str) -> dict[str, Any]:  # noqa: ANN401
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    given = _mapping(data, where)
    unknown = sorted(given.keys() - known)
    if unknown:
        raise BadScenario(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    return {name: _value(hints[name], value, f"{where}.{name}") for name, value in given.items()}


def _value(hint: Any, data: object, where: str) -> Any:  # noqa: ANN401
    if get_origin(hint) in {Union, UnionType}:
        parts = [part for part in get_args(hint) if part is not NoneType]
        present = next((part for part in parts if (get_origin(part) is tuple) == isinstance(data, list)), parts[0])
        return None if data is None else _value(present, data, where)
    if is_dataclass(hint):
        return _build(hint, data, where)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint)[0], data, where)
    return _plain(hint, data, where)


def _plain(hint: Any, data: object, where: str) -> object:  # noqa: ANN401
    if get_origin(hint) is Literal:
        return _checked(data in get_args(hint), f"one of {get_args(hint)}", data, where)
    if hint in _SCALARS:
        return _checked(isinstance(data, _SCALARS[hint]), f"a value of type {hint.__name__}", data, where)
    return _mapping(data, where)


def _tuple(part: Any, data: object, where: str) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(data, list):
        raise BadScenario(f"{where}: expected a list, not {_short(data)}")
    return tuple(_value(part, each, f"{where}[{number}]") for number, each in enumerate(data))


def _checked(fits: bool, wanted: str, data: object, where: str) -> object:  # noqa: FBT001
    if not fits:
        raise BadScenario(f"{where}: expected {wanted}, not {_short(data)}")
    return data


def _short(data: object) -> str:
    return f"{data!r:.60}"
