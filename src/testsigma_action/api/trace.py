"""What is known of each request, for debugging: never a body, a header or the key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trace:
    """One request and its answer. `status` is 0 without an answer; `size` counts the bytes of the body that were read.

    `attempt` is the number of the try, from 1 on.
    """

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    seconds: float
    size: int
    attempt: int


OnTrace = Callable[[Trace], None]


def untraced(_: Trace) -> None:
    """Ignore the trace."""
