"""Invalid inputs: the exception of all parsers, and a problem as it is reported."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Invalid(Exception):
    """A value that is not accepted. Its text says what is accepted; `remedy` has whole sentences, or nothing.

    Neither quotes the value, which may be a secret; only the host of an address is shown.
    """

    def __init__(self, accepted: str = "", remedy: str = "") -> None:
        """Keep both. In a parser that says by `accepting` what is accepted, the first may be empty."""
        super().__init__(accepted)
        self.remedy = remedy


@contextmanager
def accepting(accepted: str) -> Iterator[None]:
    """Say what a parser accepts, whatever inner parsers say of it; their remedies are kept."""
    try:
        yield
    except (Invalid, ValueError) as error:
        remedy = error.remedy if isinstance(error, Invalid) else ""
        raise Invalid(accepted, remedy) from None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the input (or another place) that it is about, and a sentence that is safe to show."""

    where: str
    sentence: str

    def __str__(self) -> str:
        """How it is reported."""
        return f"{self.where}: {self.sentence}"
