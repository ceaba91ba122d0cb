"""Wording about the policies: findings, why a failure is tolerated, and entries of a quarantine (untrusted text)."""

from testsigma_action.domain.findings import Failures
from testsigma_action.domain.policy_findings import FlakyCases, NotAccounted, OverLimit, PassedByPolicy, TooFewTests
from testsigma_action.domain.quarantine import Outdated
from testsigma_action.domain.tolerance import Quarantined, QuarantineEntry, Tolerance
from testsigma_action.domain.words import counted
from testsigma_action.reporting.contradiction_wording import contradiction

PolicyFinding = PassedByPolicy | OverLimit | NotAccounted | TooFewTests | FlakyCases
TOO_FEW_HINT = (
    "Check that the plan has all its suites and cases, and that the environment and configuration select them. If "
    "fewer are right, lower min-tests."
)
FLAKY_HINT = "Look at the flaky cases, which log and summary name. To accept them, set fail-on-flaky to false."


def sentence(finding: PolicyFinding) -> str:
    """One finding as one sentence, or as a few short ones."""
    match finding:
        case PassedByPolicy():
            flaky = f", {finding.flaky:,} of them only in a rerun" if finding.flaky else ""
            passed = f"{finding.passed:,} of {counted(finding.total, 'case')} passed{flaky}"
            return f"Passed by policy: {passed}; {tolerated(finding)}."
        case OverLimit():
            count = "counts" if finding.failures == 1 else "count"
            return f"{counted(finding.failures, 'failure')} {count}; max-failures allows {finding.allowed:,}."
        case NotAccounted():
            return f"The run is not a pass, because {contradiction(finding.contradiction)}."
        case TooFewTests():
            were = "was" if finding.executed == 1 else "were"
            return f"{counted(finding.executed, 'case')} {were} executed; min-tests is {finding.wanted:,}."
        case FlakyCases():
            return f"{counted(finding.cases, 'case')} passed only in a rerun, and fail-on-flaky is set."


def tolerated(finding: PassedByPolicy) -> str:
    """The numbers of tolerated failures: `2 failures are tolerated (1 in quarantine, 1 by max-failures)`."""
    by = {"in quarantine": finding.quarantined, "by max-failures": finding.within_limit}
    parts = ", ".join(f"{number:,} {word}" for word, number in by.items() if number)
    are = "is" if finding.tolerated == 1 else "are"
    return f"{counted(finding.tolerated, 'failure')} {are} tolerated ({parts})"


def of_failures(failures: Failures) -> str:
    """The sentence about failures that do not count, beside others that do; empty if there are none."""
    number = failures.tolerated
    return f"{counted(number, 'failure')} {'is' if number == 1 else 'are'} tolerated." if number else ""


def advice(finding: PolicyFinding) -> str:
    """What to do about a finding; may be empty."""
    match finding:
        case TooFewTests():
            return TOO_FEW_HINT
        case FlakyCases():
            return FLAKY_HINT
        case _:
            return ""


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
