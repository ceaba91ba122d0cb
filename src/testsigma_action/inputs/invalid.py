"""Invalid inputs: the exception of all parsers, and a problem as it is reported."""

from dataclasses import dataclass


class Invalid(ValueError):
    """A value that is not accepted. Its text says what is accepted; `remedy` has whole sentences, or nothing.

    Neither quotes the value, which may be a secret; only the host of an address is shown.
    """

    def __init__(self, accepted: str, remedy: str = "") -> None:
        """Keep both."""
        super().__init__(accepted)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the input (or another place) that it is about, and a sentence that is safe to show."""

    where: str
    sentence: str

    def __str__(self) -> str:
        """How it is reported."""
        return f"{self.where}: {self.sentence}"
