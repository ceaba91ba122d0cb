"""Generated files: a program is marked as such, everything else is text."""

from collections.abc import Mapping
from typing import Any

from tools.ci_files import project
from tools.ci_files.dump import dump


class Program(str):
    """The text of a file that can be executed."""

    __slots__ = ()


def mode(text: str) -> int:
    """The permissions of a generated file."""
    return 0o755 if isinstance(text, Program) else 0o644


def yaml_text(document: Mapping[str, Any]) -> str:
    """A YAML file, with the keys in the given order."""
    return f"# {project.GENERATED}\n{dump(document)}"
