"""What many failures have in common: the same words in their messages, whatever the numbers in them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from testsigma_action.domain.compare import Placed
from testsigma_action.domain.results import CaseResult

LOOKED_AT = 1000
"""How many failures are looked at: enough to find what is common, few enough to take no time."""

_SHOWN = 3
_FEWEST = 3
_COMPARED = 300
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Cause:
    """A message, the first case that has it, and the number of cases that have one like it."""

    message: str
    first: CaseResult
    cases: int = 1


def common(failures: Iterable[Placed]) -> Iterator[Cause]:
    """The messages that several of the first failures have, the most frequent first."""
    causes: dict[str, Cause] = {}
    for *_, case in islice(failures, LOOKED_AT):
        message = case.message
        key = _DIGITS.sub("0", message[:_COMPARED])
        if key in causes:
            causes[key].cases += 1
        elif message:
            causes[key] = Cause(message, case)
    frequent = sorted(causes.values(), key=lambda cause: -cause.cases)
    return (cause for cause in frequent[:_SHOWN] if cause.cases >= _FEWEST)
