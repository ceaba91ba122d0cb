"""A figure: a measured value with its limit."""

from dataclasses import dataclass

# Some ratios of times vary with the machine and with what else it does. Such a figure fails only when it is this far
# above its limit; in between it is called slow.
TOLERANCE = 1.25


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its limit; `note` explains it. `varies`: the same code gives other values on another machine."""

    name: str
    value: float
    limit: float
    note: str = ""
    varies: bool = False

    @property
    def ok(self) -> bool:
        """Whether it is within its limit, or not far above it if it varies."""
        return self.value <= self.limit * (TOLERANCE if self.varies else 1)

    @property
    def judgement(self) -> str:
        """`ok`, `slow` (above the limit by less than the tolerance) or `OVER`."""
        if not self.ok:
            return "OVER"
        return "ok" if self.value <= self.limit else "slow"

    def line(self) -> str:
        """One line for people: name, value, limit, judgement and note."""
        return f"{self.name:<26} {self.value:8.2f} {self.limit:8.2f}  {self.judgement:<4}  {self.note}".rstrip()

    def data(self) -> dict[str, str | float | bool]:
        """The same for programs."""
        return {"name": self.name, "value": self.value, "limit": self.limit, "ok": self.ok, "note": self.note}
