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


def outdated(found: Outdated) -> list[str]:
    """A sentence for each entry that somebody should remove or renew (untrusted)."""
    reasons = {
        "expired on {}. Its failures count again.": found.expired,
        "names no case. Remove or correct it.": found.unmatched,
        "may not be needed: all that it names passed in all recent runs.": found.passing,
    }
    return [
        f"The quarantine of {_whose(one)} {reason.format(one.expires.isoformat())}"
        for reason, entries in reasons.items()
        for one in entries
    ]


def _whose(entry: QuarantineEntry) -> str:
    """What an entry is about: the case and its place, and who put it there."""
    place = " / ".join(filter(None, (entry.machine, entry.suite, entry.case)))
    data_set = f" [{entry.data_set}]" if entry.data_set else ""
    return f"'{place}{data_set}'{f' (owner: {entry.owner})' if entry.owner else ''}"
