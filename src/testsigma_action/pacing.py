"""When to ask next: pure arithmetic."""

import random
from datetime import timedelta

SHORTEST = 2.0
LONGEST = 60.0
# How much of the time that a run has taken so far may pass until we look again.
FRACTION = 0.1
JITTER = 0.1


def next_delay(elapsed: float, interval: timedelta | None) -> float:
    """Seconds until the next poll: the interval that was asked for, else a tenth of the time elapsed (seconds).

    What nobody knows better than its age is likely to go on for as long again: asking after a fixed fraction of it
    keeps the delay at the end in proportion, within 2 s and 60 s. Jitter keeps many jobs from asking in step.
    """
    if interval is not None:
        return interval.total_seconds()
    spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
    return min(LONGEST, max(SHORTEST, elapsed * FRACTION)) * spread
