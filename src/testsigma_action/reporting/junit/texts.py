"""Texts of testcases, in the form that both the JUnit and the CTRF file have them."""

from testsigma_action.domain.results import StepResult
from testsigma_action.reporting.junit.entries import Entry
from testsigma_action.reporting.wording import RESULTS, last_steps
from testsigma_action.text import lines, one_line

LINE = 500
"""Maximum length of a line (characters)."""

# Together these keep a body below 64 KB in UTF-8, whatever it says, and its lines at 500 characters.
_BODY_MESSAGE = 6000
_STEP = 200


def body(entry: Entry) -> str:
    """The message, the last steps and the notes of an attempt, on lines."""
    before, steps = last_steps(entry.steps)
    found = [lines(entry.message, _BODY_MESSAGE, LINE) or "No message."]
    if steps:
        found += ["", "Steps:"]
    if before:
        found.append(f"     ... {before} before these")
    found += [_step_line(step) for step in steps]
    notes = [one_line(note, LINE) for note in entry.notes if note]
    return plain("\n".join([*found, "", *notes] if notes else found))


def plain(text: str) -> str:
    """The text without U+FFFD."""
    return text.replace("\N{REPLACEMENT CHARACTER}", "?")


def _step_line(step: StepResult) -> str:
    mark = " " if step.result.tolerable else "*"
    return f"{mark}{step.position:4}. {RESULTS[step.result]}: {one_line(step.action, _STEP)}"
