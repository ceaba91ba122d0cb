"""The input `quarantine`: a list of cases -> entries, or problems that name the entry and the key."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from testsigma_action.domain.tolerance import QuarantineEntry
from testsigma_action.inputs import entry_lists, lists, pasted
from testsigma_action.inputs.entry_lists import EntryKeys, Wanted
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.keys import QUARANTINE_KEYS
from testsigma_action.inputs.list_source import QUARANTINE, ListFile
from testsigma_action.secret import Secret

REQUIRED = {
    "case": "required. It is the name of a case, with the wildcards * and ?, or its ID.",
    "reason": "required. It says why the failure of this case does not count.",
    "expires": "required. It is the last day on which the entry holds, like 2026-12-31.",
}
# An entry is for known trouble: somebody has to look at it at least twice a year.
LONGEST = timedelta(days=180)
KEYS = EntryKeys(
    {definition.name: definition for definition in QUARANTINE_KEYS},
    REQUIRED,
    f"an entry must be a mapping like {QUARANTINE.example}.",
)


def entries(
    source: Sequence[lists.Entry] | ListFile, key: Secret, root: Path, today: date
) -> tuple[tuple[QuarantineEntry, ...], list[Problem]]:
    """The entries of a list, in its order, and no problem; or no entries, and all problems."""
    wanted = Wanted("quarantine", QUARANTINE, root, key, partial(_neither, key=key))
    listed, problems = entry_lists.entries(source, wanted)
    found = []
    for at, entry in enumerate(listed, 1):
        read, wrong = _entry(at, entry, key, today)
        problems += wrong
        if not wrong:
            found.append(QuarantineEntry(**read))
    return ((), problems) if problems else (tuple(found), [])


def in_force(
    found: Sequence[QuarantineEntry], today: date
) -> tuple[tuple[QuarantineEntry, ...], tuple[QuarantineEntry, ...]]:
    """The entries that hold on this day, and those that have expired."""
    held = tuple(entry for entry in found if today <= entry.expires)
    return held, tuple(entry for entry in found if entry not in held)


def _neither(text: str, key: Secret) -> str:
    """The sentence about a text that is no list, and no path of a file."""
    return (
        f"{pasted.quoted(text, key)} is neither a list nor an existing file; a relative path starts at the workspace. "
        "A step with a checkout must come before this one."
    )


def _entry(at: int, entry: lists.Entry, key: Secret, today: date) -> tuple[dict[str, Any], list[Problem]]:
    """The values of an entry by field, and the problems with it."""
    read, wrong = KEYS.read(entry, key)
    if "expires" in read and read["expires"] - today > LONGEST:
        latest = f", so at most {today + LONGEST}" if today > date.min else ""
        sentence = f"{read['expires']} is not accepted; it must be at most {LONGEST.days} days ahead{latest}."
        wrong.append(("expires", sentence))
    label = read.get("case", "")
    return read, [Problem(entry_lists.where("quarantine", at, label, name, key), sentence) for name, sentence in wrong]
