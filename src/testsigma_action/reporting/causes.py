"""Common causes of failures: messages that are equal except for numbers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from testsigma_action.domain.compare import Placed
from testsigma_action.domain.results import CaseResult

LOOKED_AT = 1000
"""Maximum number of failures that are compared, to limit the time."""

_SHOWN = 3
_FEWEST = 3
_COMPARED = 300
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Cause:
    """A message, the first case that has it, and the number of cases with such a message."""

    message: str
    first: CaseResult
    cases: int = 1


def common(failures: Iterable[Placed]) -> Iterator[Cause]:
    """The messages that several failures share, the most frequent first."""
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
