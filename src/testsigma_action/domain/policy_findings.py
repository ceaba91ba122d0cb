"""Findings about the policies: see `findings`, which explains them and has the others."""

from dataclasses import dataclass

from testsigma_action.domain.evidence import Contradiction


@dataclass(frozen=True, slots=True)
class PassedByPolicy:
    """A pass although cases failed: their failures are tolerated, by the quarantine or by `max-failures`."""

    passed: int
    total: int
    quarantined: int
    within_limit: int
    reruns: int = 0
    flaky: int = 0

    @property
    def tolerated(self) -> int:
        """How many failures do not count."""
        return self.quarantined + self.within_limit


@dataclass(frozen=True, slots=True)
class OverLimit:
    """More failures count than `max-failures` allows, so that it tolerates none. `allowed` is its number of cases."""

    failures: int
    allowed: int


@dataclass(frozen=True, slots=True)
class NotAccounted:
    """All failures that are known are tolerated, and something shows that more may be wrong."""

    contradiction: Contradiction


@dataclass(frozen=True, slots=True)
class TooFewTests:
    """Fewer cases were executed than the input `min-tests` (`wanted`) requires."""

    executed: int
    wanted: int


@dataclass(frozen=True, slots=True)
class FlakyCases:
    """Cases passed only in a rerun, which the input `fail-on-flaky` does not accept."""

    cases: int


PolicyFinding = PassedByPolicy | OverLimit | NotAccounted | TooFewTests | FlakyCases
