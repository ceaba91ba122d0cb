"""Tables of Markdown."""

from collections.abc import Iterable


def table(*rows: Iterable[str]) -> str:
    """The first row is the head. Text like `<ID>` is shown, and not taken for HTML."""
    head, *others = (list(row) for row in rows)
    return "\n".join(_line(row) for row in (head, ["---"] * len(head), *others))


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("<", "&lt;").replace("|", "\\|") for cell in cells) + " |"
