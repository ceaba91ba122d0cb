"""Which entries of the quarantines of several parts are outdated: pure."""

from collections.abc import Iterator, Sequence

from testsigma_action.domain.quarantine import Outdated
from testsigma_action.domain.report import Part
from testsigma_action.domain.tolerance import QuarantineEntry


def outdated(parts: Sequence[Part]) -> Outdated:
    """The entries that no part needs: an entry that is outdated for one plan may name cases of another one."""
    expired = dict.fromkeys(entry for part in parts for entry in part.outdated.expired)
    unmatched = dict.fromkeys(entry for part in parts for entry in part.outdated.unmatched)
    passing = dict.fromkeys(entry for part in parts for entry in part.outdated.passing)
    return Outdated(
        tuple(expired),
        tuple(entry for entry in unmatched if all(entry in part.outdated.unmatched for part in _using(entry, parts))),
        tuple(entry for entry in passing if all(_unneeded(entry, part.outdated) for part in _using(entry, parts))),
    )


def _using(entry: QuarantineEntry, parts: Sequence[Part]) -> Iterator[Part]:
    return (part for part in parts if entry in part.policy.quarantine)


def _unneeded(entry: QuarantineEntry, outdated: Outdated) -> bool:
    return entry in outdated.passing or entry in outdated.unmatched
