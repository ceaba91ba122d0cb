"""A figure: a measured value with its limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its limit; `note` explains it."""

    name: str
    value: float
    limit: float
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is within its limit."""
        return self.value <= self.limit

    def line(self) -> str:
        """One line for people: name, value, limit, `ok` or `OVER`, and the note."""
        told = f"{self.name:<26} {self.value:8.2f} {self.limit:8.2f}  {'ok' if self.ok else 'OVER':<4}  {self.note}"
        return told.rstrip()

    def data(self) -> dict[str, str | float | bool]:
        """The same for programs."""
        return {"name": self.name, "value": self.value, "limit": self.limit, "ok": self.ok, "note": self.note}
