"""Wording about the policies: why a failure is tolerated, and entries of a quarantine (untrusted text)."""

from testsigma_action.domain.quarantine import Outdated
from testsigma_action.domain.tolerance import Quarantined, QuarantineEntry, Tolerance


def why_tolerated(tolerance: Tolerance) -> str:
    """Why a failure does not count (untrusted), as one or more phrases."""
    if isinstance(tolerance, Quarantined):
        return "; ".join(map(_in_quarantine, tolerance.entries))
    return f"Tolerated: no more cases failed than max-failures ({tolerance.limit}) allows"


def _in_quarantine(entry: QuarantineEntry) -> str:
    known = {"owner": entry.owner, "issue": entry.issue}
    facts = ", ".join(f"{name}: {value}" for name, value in known.items() if value)
    return f"In quarantine until {entry.expires.isoformat()}{f' ({facts})' if facts else ''}: {entry.reason}"


def named(entry: QuarantineEntry) -> str:
    """What an entry is about (untrusted): the case and its place."""
    parts = filter(None, (entry.machine, entry.suite, entry.case))
    data_set = f" [{entry.data_set}]" if entry.data_set else ""
    return f"{' / '.join(parts)}{data_set}"


def outdated(found: Outdated) -> list[str]:
    """A sentence for each entry that somebody should remove or renew (untrusted)."""
    expired = [
        f"The quarantine of {_whose(one)} expired on {one.expires.isoformat()}. Its failures count again."
        for one in found.expired
    ]
    unmatched = [f"The quarantine of {_whose(one)} names no case. Remove or correct it." for one in found.unmatched]
    passing = [
        f"The quarantine of {_whose(one)} may not be needed: all that it names passed in all recent runs."
        for one in found.passing
    ]
    return [*expired, *unmatched, *passing]


def _whose(entry: QuarantineEntry) -> str:
    return f"'{named(entry)}' (owner: {entry.owner})" if entry.owner else f"'{named(entry)}'"
