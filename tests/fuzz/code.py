"""Scripts as code: what makes a value again, without what it has by default."""

from dataclasses import MISSING, Field, fields, is_dataclass
from enum import IntEnum

WIDTH = 120


def code(value: object, indent: int = 0) -> str:
    """The expression that makes this value; it needs the names of tests.simulator, tests.simulation and `Script`."""
    opening, parts, closing = _parts(value, indent + 4)
    on_one_line = opening + ", ".join(parts) + ("," if opening == "(" and len(parts) == 1 else "") + closing
    if not closing or (len(on_one_line) + indent < WIDTH and "\n" not in on_one_line):
        return on_one_line
    gap = "\n" + " " * (indent + 4)
    return f"{opening}{gap}{f',{gap}'.join(parts)},\n{' ' * indent}{closing}"


def _parts(value: object, indent: int) -> tuple[str, list[str], str]:
    if is_dataclass(value) and not isinstance(value, type):
        given = [one for one in fields(value) if one.init and getattr(value, one.name) != _default(one)]
        parts = [f"{one.name}={code(getattr(value, one.name), indent)}" for one in given]
        return f"{type(value).__name__}(", parts, ")"
    if isinstance(value, tuple):
        return "(", [code(each, indent) for each in value], ")"
    if isinstance(value, dict):
        return "{", [f"{key!r}: {code(each, indent)}" for key, each in value.items()], "}"
    return repr(int(value) if isinstance(value, IntEnum) else value), [], ""


def _default(one: "Field[object]") -> object:
    return one.default_factory() if one.default_factory is not MISSING else one.default
