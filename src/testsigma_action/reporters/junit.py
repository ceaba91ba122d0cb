"""JUnit XML in the dialect that all common readers agree on; `testcases` says what becomes a testcase.

No two readers have the same idea of JUnit, so the file keeps to what none of them gets wrong: one level of suites
(dorny/test-reporter ignores nested ones), integer counters that add up, names that are never empty, each
(classname, name) only once (GitLab collapses equal ones), at most one outcome a case (readers differ in which one
wins), a body that begins with the message (GitLab drops the attribute) and short lines (some readers match stack
traces with expressions that take seconds on a long one). Attempts before or after the one that counts are written as
surefire does it, never as a second testcase.
"""

# junitparser says that it is typed, but annotates only some of its methods.

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.xunit2 import FlakyError, FlakyFailure, InterimResult, RerunError, RerunFailure

from testsigma_action.report import Report
from testsigma_action.reporters import RESULTS, heading, story
from testsigma_action.reporters.testcases import WHOLE_RUN, Entry, Outcome, Suite, suites
from testsigma_action.text import MESSAGE, lines, one_line
from testsigma_action.tree import StepResult

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# Together these keep a body below 64 KB in UTF-8, whatever it says, and its lines at 500 characters.
_BODY_MESSAGE = 6000
_LINE = 500
_STEP = 200
_BATCH = 500


class _Seconds(float):
    """A number of seconds that writes itself without an exponent."""

    def __str__(self) -> str:
        return f"{self:.3f}"


class _Names:
    """Tells equal names apart by a counter."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """Return the name, with ` (2)` or more behind it where it was given before."""
        candidate = name
        while candidate in self._used:
            self._used[name] += 1
            candidate = f"{name} ({self._used[name]})"
        self._used[candidate] = 1
        return candidate


def render(report: Report) -> Iterator[str]:
    """Yield the document in pieces; together they are one well-formed XML document with at least one testcase."""
    found = suites(report)
    root = JUnitXml(one_line(heading(report)) or WHOLE_RUN)
    _count(root, found)
    opening, closing = _split(root)
    yield _DECLARATION + opening + "\n"
    names, classnames = _Names(), _Names()
    for suite in found:
        path = [one_line(part) or "-" for part in suite.path]
        element = TestSuite(names.unique(" / ".join(path)))
        classname = classnames.unique(".".join(part.replace(".", "_") for part in path))
        yield from _write_suite(suite, element, classname)
    yield closing + "\n"


def _write_suite(suite: Suite, element: TestSuite, classname: str) -> Iterator[str]:
    _count(element, [suite])
    if suite.timing.started:
        element.timestamp = _timestamp(suite.timing.started)
    for name, value in suite.properties.items():
        if value:
            element.add_property(name, one_line(value))
    opening, closing = _split(element)
    yield opening
    names = _Names()
    for start in range(0, len(suite.entries), _BATCH):
        batch = suite.entries[start : start + _BATCH]
        yield _write_cases([_testcase(entry, names.unique(one_line(entry.name) or "-"), classname) for entry in batch])
    yield f"\n{closing}\n"


def _write_cases(cases: list[ET.Element]) -> str:
    """Write many elements at once (one at a time takes twice as long), each on its own line."""
    holder = ET.Element("testsuite")
    holder.extend(cases)
    text = ET.tostring(holder, encoding="unicode")
    return text.removeprefix("<testsuite>").removesuffix("</testsuite>").replace("<testcase ", "\n<testcase ")


def _testcase(entry: Entry, name: str, classname: str) -> ET.Element:
    """Make an element; one that passed, as most do, is not worth the detour through junitparser."""
    time = f"{_seconds(entry.duration):.3f}"
    case = ET.Element("testcase", {"name": name, "classname": classname, "time": time})
    if entry.outcome is Outcome.SKIPPED:
        TestCase.fromelem(case).append(Skipped(one_line(entry.message, MESSAGE)))
    elif entry.outcome is not Outcome.PASSED:
        element = Failure if entry.outcome is Outcome.FAILURE else Error
        told = element(one_line(entry.message, MESSAGE), _camel(entry.kind) or "Error")
        told.text = _body(entry)
        TestCase.fromelem(case).append(told)
    for other in entry.others:
        TestCase.fromelem(case).append(_other_attempt(other, passed=entry.outcome is Outcome.PASSED))
    return case


def _other_attempt(attempt: Entry, *, passed: bool) -> InterimResult:
    """Make the element for an attempt that does not count; `passed` says whether the case did at last."""
    failure, error = (FlakyFailure, FlakyError) if passed else (RerunFailure, RerunError)
    element: type[InterimResult] = failure if attempt.outcome is Outcome.FAILURE else error
    told = element(one_line(attempt.message, MESSAGE), _camel(attempt.kind) or "Error")
    told.stack_trace = _body(attempt)
    return told


def _body(entry: Entry) -> str:
    before, steps = story(entry.steps)
    told = [lines(entry.message, _BODY_MESSAGE, _LINE)]
    if steps:
        told += ["", "Steps:"]
    if before:
        told.append(f"     ... {before} before these")
    told += [_step_line(step) for step in steps]
    notes = [one_line(note, _LINE) for note in entry.notes if note]
    return "\n".join([*told, "", *notes]) if notes else "\n".join(told)


def _step_line(step: StepResult) -> str:
    mark = " " if step.result.tolerable else ">"
    return f"{mark}{step.position:4}. {RESULTS[step.result]}: {one_line(step.action, _STEP)}"


def _count(element: JUnitXml | TestSuite, counted: list[Suite]) -> None:
    outcomes = Counter(entry.outcome for suite in counted for entry in suite.entries)
    element.tests = outcomes.total()
    element.failures = outcomes[Outcome.FAILURE]
    element.errors = outcomes[Outcome.ERROR]
    element.skipped = outcomes[Outcome.SKIPPED]
    element.time = _Seconds(_seconds(sum((suite.duration for suite in counted), timedelta())))


def _split(element: JUnitXml | TestSuite) -> tuple[str, str]:
    """Split an element into its opening, with what it has so far, and its closing tag."""
    element.append(TestCase())
    text: str = element.tostring().decode()
    opening, _, closing = text.partition("<testcase />")
    return opening, closing


def _seconds(duration: timedelta | None) -> float:
    return max(duration.total_seconds(), 0.0) if duration else 0.0


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _camel(words: str) -> str:
    """Turn `timed-out` or `ASSERT_ERROR` into CamelCase, which no reader takes for a type of its own."""
    found = re.findall("[A-Za-z0-9]+", one_line(words, 60))
    return "".join(word if word[0].isupper() and not word.isupper() else word.capitalize() for word in found)
