"""Generated files: programs, YAML as people write it, and tables of Markdown."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from tools.ci_files import project


class Program(str):
    """The text of a file that can be executed."""

    __slots__ = ()


def mode(text: str) -> int:
    """The permissions of a generated file."""
    return 0o755 if isinstance(text, Program) else 0o644


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def dump(document: Mapping[str, Any]) -> str:
    """The document as YAML: in the given order, lists indented below their keys, text of several lines in blocks."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=10**6, allow_unicode=True)


def yaml_text(document: Mapping[str, Any]) -> str:
    """A YAML file, with the keys in the given order."""
    return f"# {project.GENERATED}\n{dump(document)}"


def table(*rows: Iterable[str]) -> str:
    """A table of Markdown. The first row is the head. Text like `<ID>` is shown, and not taken for HTML."""
    head, *others = (list(row) for row in rows)
    return "\n".join(_line(row) for row in (head, ["---"] * len(head), *others))


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("<", "&lt;").replace("|", "\\|") for cell in cells) + " |"
