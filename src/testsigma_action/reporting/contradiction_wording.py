"""Wording for evidence against a pass: parts of sentences whose subject is the run."""

from testsigma_action.domain.evidence import (
    BadCounter,
    BrokenRows,
    Contradiction,
    CounterName,
    NeverRan,
    Oddity,
    Unaccounted,
    UnknownCaseResult,
    UnreadableFields,
)
from testsigma_action.domain.words import counted
from testsigma_action.text import one_line

# Maximum number of fields in a sentence, and maximum length of a name (characters).
MAX_NAMED, LONGEST_NAME = 3, 100

COUNTERS = {CounterName.NOT_EXECUTED: "not executed"}
ODDITIES = {
    Oddity.EMPTY_LIST: "its list of cases is empty, although its counters show cases that passed",
    Oddity.BROKEN_PART: "a part of it did not pass",
    Oddity.INCOMPLETE_LIST: "its list of cases is incomplete, or nothing says how many cases there are",
}


def contradiction(found: Contradiction) -> str:
    """Evidence against a pass, as the end of a sentence about the run, without full stop."""
    match found:
        case BrokenRows():
            return f"{cases_and_hooks(found.cases, found.hooks)} did not pass{_unknown_result(found.unknown)}"
        case BadCounter():
            return f"its counters show {found.number:,} {COUNTERS.get(found.counter, found.counter.value)}"
        case Unaccounted():
            return f"nothing is known of {found.cases:,} of {counted(found.total, 'case')}"
        case UnreadableFields():
            more = f" and {len(found.names) - MAX_NAMED} more" if len(found.names) > MAX_NAMED else ""
            return f"{', '.join(f'`{name}`' for name in found.names[:MAX_NAMED])}{more} cannot be read"
        case NeverRan():
            return f"{counted(found.cases, 'case')} of it {'was' if found.cases == 1 else 'were'} not executed"
        case Oddity():
            return ODDITIES[found]


def _unknown_result(unknown: UnknownCaseResult | None) -> str:
    if unknown is None:
        return ""
    name, label = one_line(unknown.name, LONGEST_NAME), one_line(unknown.label, LONGEST_NAME)
    if unknown.data_set is not None:
        data_set = one_line(unknown.data_set, LONGEST_NAME)
        return f" (the result of '{name}', data set '{data_set}', is missing or unknown)"
    quoted = f": '{label}'" if label else ""
    return f" (the result of '{name}' is missing or unknown{quoted})"


def cases_and_hooks(cases: int, hooks: int) -> str:
    """The numbers of cases and hooks: `2 cases`, `1 hook`, `1 case and 2 hooks`."""
    numbers = {"case": cases, "hook": hooks}
    return " and ".join(counted(number, noun) for noun, number in numbers.items() if number) or counted(0, "case")
