"""A limit that is a number of cases, or a percentage of them. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """At most `number` cases; with `percent`, at most `number` per cent of the cases."""

    number: int
    percent: bool = False

    def of(self, cases: int) -> int:
        """The largest number of cases, of so many, that is within the limit: a fraction of a case is none."""
        return cases * self.number // 100 if self.percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


NO_CASE = Share(0)
