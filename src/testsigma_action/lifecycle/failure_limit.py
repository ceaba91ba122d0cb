"""The limit of `stop-after-failures`."""

from testsigma_action.domain.findings import StoppedAfterFailures


class FailureLimit:
    """Counts the failed cases of all runs together, up to a limit; 0: there is none."""

    def __init__(self, limit: int) -> None:
        """Start without failures."""
        self._limit = limit
        self._failed: dict[int, int] = {}

    def reached(self, index: int, failed: int) -> StoppedAfterFailures | None:
        """Record how many cases of a run have failed; a lower number is old. Returns the finding at the limit."""
        self._failed[index] = max(failed, self._failed.get(index, 0))
        total = sum(self._failed.values())
        return StoppedAfterFailures(total, self._limit) if 0 < self._limit <= total else None
