"""The input `quarantine`: a list of cases -> entries, or problems that name the entry and the key."""

from datetime import date, timedelta

from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.inputs import lists
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.keys import QUARANTINE

# An entry is for known trouble: somebody has to look at it at least twice a year.
LONGEST = timedelta(days=180)


def entries(text: str, context: lists.Context, today: date) -> tuple[tuple[QuarantineEntry, ...], list[Problem]]:
    """The entries of a list, in its order, and no problem; or no entries, and all problems."""
    found, problems = lists.read(text, QUARANTINE, context)
    for entry in found:
        expires = entry.values.get("expires", today)
        if expires - today > LONGEST:
            latest = f", so at most {today + LONGEST}" if today > date.min else ""
            sentence = f"{expires} is not accepted; it must be at most {LONGEST.days} days ahead{latest}."
            entry.wrong.append(("expires", sentence))
    problems += lists.problems(found, QUARANTINE, context.key)
    return ((), problems) if problems else (tuple(QuarantineEntry(**entry.values) for entry in found), [])
