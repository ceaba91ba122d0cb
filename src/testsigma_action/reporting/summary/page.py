"""A page of Markdown with a size limit, which records what was left out.

GitHub drops a summary above 1 MiB as a whole, so a page has a budget. When it fills, first the steps of failures are
left out, then their messages, then their names, then rows of tables (see `left_out`). Several runs share the space.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum

from testsigma_action.domain.words import counted

BUDGET = 900_000
"""Maximum size of a page (bytes of UTF-8)."""

ROWS = 820_000
REST = 870_000
_TABLE_TAGS = 100


class Detail(IntEnum):
    """Levels of detail of a failure, with the page size up to which each is used."""

    STEPS = 560_000
    MESSAGE = 680_000
    NAME = 750_000


class Page:
    """The page so far."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0
        self._details = list(Detail)
        # How many failures have so much detail only, and how many of other things are missing.
        self._left_out: Counter[Detail | str] = Counter()
        # Base and scale of all limits: see `share`.
        self._start, self._part = 0, 1.0

    def add(self, *parts: str, limit: int = BUDGET) -> None:
        """Add the parts that are not empty, with a blank line after each, if all of them fit."""
        self._left_out["other paragraph"] += not self._fits(parts, limit)

    def add_failure(self, render: Callable[[Detail], str], title: str = "") -> None:
        """Add a failure in as much detail as fits; the level of detail never rises again."""
        while self._details:
            detail = self._details[0]
            if self._fits([title, render(detail)], detail):
                self._left_out[detail] += 1
                return
            self._details.pop(0)
        self._left_out["failure"] += 1

    @contextmanager
    def folded(self, label: str) -> Iterator[None]:
        """Fold the parts that are added within the context, if the label fits."""
        opened = self._fits([f"<details><summary>{label}</summary>"], Detail.NAME)
        yield
        if opened:
            self._fits(["</details>"], BUDGET)

    def add_table(self, head: Sequence[str], rows: Iterable[str], folded: str = "") -> None:
        """Add a table with as many rows (`<tr>...</tr>`) as fit; with `folded`, below a line to unfold it."""
        kept = [f"<table>\n<tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>"]
        if folded:
            kept[0] = f"<details><summary>{folded}</summary>\n{kept[0]}"
        room = self._end(ROWS) - self._size - len(kept[0].encode()) - _TABLE_TAGS
        for row in rows:
            room -= len(row.encode()) + 1
            if room >= 0:
                kept.append(row)
            else:
                self._left_out["row"] += 1
        self.add("\n".join([*kept, "</table></details>" if folded else "</table>"]))

    @contextmanager
    def share(self, parts: int, limit: int) -> Iterator[None]:
        """Limit the parts added within the context to one of `parts` equal shares of the space up to `limit`.

        All limits are scaled accordingly, and failures have full detail again while they fit.
        """
        kept = self._start, self._part, self._details
        self._start, self._part = self._size, max(limit - self._size, 0) / parts / limit
        self._details = list(Detail)
        yield
        self._start, self._part, self._details = kept

    def left_out(self) -> str:
        """One sentence about what was left out; empty if nothing was."""
        parts = {
            "the steps of {}": (self._left_out[Detail.MESSAGE], "failure"),
            "all but the names of {}": (self._left_out[Detail.NAME], "failure"),
            "{} altogether": (self._left_out["failure"], "failure"),
            "{} of tables": (self._left_out["row"], "row"),
            "{}": (self._left_out["other paragraph"], "other paragraph"),
        }
        words = [text.format(counted(number, noun)) for text, (number, noun) in parts.items() if number]
        return f"Left out to stay below GitHub's limit: {', '.join(words)}. All numbers are complete." if words else ""

    def text(self) -> str:
        """The page."""
        return "".join(self._parts)

    def _fits(self, parts: Iterable[str], limit: int) -> bool:
        text = "".join(f"{part}\n\n" for part in parts if part)
        size = len(text.encode())
        if self._size + size > self._end(limit):
            return False
        self._parts.append(text)
        self._size += size
        return True

    def _end(self, limit: int) -> int:
        """The page size for a limit within the current share. Closing tags may use the whole budget."""
        return limit if limit == BUDGET else self._start + int(limit * self._part)
