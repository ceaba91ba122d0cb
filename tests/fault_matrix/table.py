"""docs/guarantees.md: one table for each call, made of the cells."""

from collections.abc import Mapping
from pathlib import Path

from tests.fault_matrix.calls import CALLS
from tests.fault_matrix.cells import Cell
from tests.fault_matrix.faults import TROUBLES

PATH = Path(__file__).resolve().parents[2] / "docs" / "guarantees.md"
HEAD = """\
# What happens when something goes wrong

This page shows what happens when a fault hits a call of the step, once or every time. Tests write it: they run each
cell with the real client against a simulated service, on a virtual clock (`make guarantees`). In every cell the tests
also check that

- the step is green only if the service has a run that completed and passed;
- the plan is started once at most, and the start is sent again only if the service cannot have acted on it;
- a run that was started is in the output `run-id`, or the step ends with `start-uncertain` and says so;
- the step ends by its deadline, and never with a bug (exit code 70).

A page of HTML, a redirect, or another answer that is not in the service's own form comes from a gateway or a proxy.
Before the service has answered once, such a refusal is final, because `base-url` may be wrong. Afterwards it is an
outage, and the step keeps trying until `timeout`. An error of the service itself (401, 403, 404) is always final.

The plan of these tests takes a minute and passes, and `timeout` is 30 minutes. "Passes" is exit code 0, after as many
tries as necessary.
"""
Row = tuple[str, str]


def section(name: str, cells: Mapping[tuple[str, int | None], Cell]) -> str:
    """The table of one call; faults with the same outcome share a row."""
    rows: dict[Row, list[str]] = {}
    for trouble in TROUBLES:
        if (trouble, 1) in cells:
            row = (cells[trouble, 1].words, cells[trouble, None].words)
            rows.setdefault(row, []).append(TROUBLES[trouble].words)
    lines = [f"## {CALLS[name].words}", "", "| When this happens | Once | Every time |", "|---|---|---|"]
    lines += [f"| {'<br>'.join(words)} | {once} | {for_good} |" for (once, for_good), words in rows.items()]
    return "\n".join(lines) + "\n"


def sections(document: str) -> dict[str, str]:
    """The sections of the page by their headings."""
    _, *parts = document.split("\n## ")
    return {part.partition("\n")[0]: f"## {part}".rstrip("\n") + "\n" for part in parts}


def document(parts: Mapping[str, str]) -> str:
    """The page."""
    return "\n".join([HEAD, *parts.values()])
