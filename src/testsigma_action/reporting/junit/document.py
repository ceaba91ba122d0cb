"""JUnit XML in a dialect that all common readers support. `suites` and `entries` define its contents.

Readers interpret JUnit differently, so the file only uses what all of them read in the same way:

- one level of suites (dorny/test-reporter ignores nested ones), each with a timestamp (without it Azure adds up the
  times of parallel suites) that ends in `Z` (else testbeats takes it for local time);
- a root without counts (the Jenkins xUnit plugin validates strictly, and its schema has no `skipped` there);
- names that are never empty, and each (classname, name) only once (GitLab shows equal ones as one);
- at most one outcome in a case (readers differ in which one wins), with text that begins with the message (GitLab drops
  the attribute; codecov takes `skipped` without text for a pass) and short lines (some readers match stack traces with
  expressions that take seconds on a long one);
- attempts before or after the one that counts as surefire writes them, in the order of its schema: `flakyFailure` and
  `rerunFailure` (Jenkins ignores `flakyError` and `rerunError`), never a second testcase;
- no U+FFFD (xunit-viewer crashes on it).
"""

# junitparser says that it is typed, but annotates only some of its methods.

import re
from collections.abc import Iterator
from datetime import UTC, timedelta

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import Result as Child
from junitparser.xunit2 import FlakyFailure, InterimResult, RerunFailure

from testsigma_action.domain.names import UniqueNames
from testsigma_action.domain.report import Report
from testsigma_action.reporting.junit.entries import LINE, Attempts, Entry, Outcome, body, plain
from testsigma_action.reporting.junit.suites import WHOLE_RUN, Suite, suites
from testsigma_action.reporting.wording import heading
from testsigma_action.text import MESSAGE, NAME, lines, one_line

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_NO_REASON = "Not executed."
# Tuples: members of an enumeration have a slow hash, and every testcase is looked up.
_FAILED = (Outcome.FAILURE, Outcome.ERROR)
_SKIPPED = (Outcome.SKIPPED, Outcome.TOLERATED, Outcome.PENDING)
# A URL is as long as `web_link` accepts, or it leads nowhere.
_PROPERTY = 2048


def render(report: Report) -> Iterator[str]:
    """Yield one well-formed XML document with at least one testcase."""
    found = suites(report)
    root = JUnitXml(_line(heading(report)) or WHOLE_RUN)
    root.time = _seconds(sum((suite.duration for suite in found), timedelta()))
    names, classnames = UniqueNames(), UniqueNames()
    for suite in found:
        path = [_line(part) or "-" for part in suite.path]
        classname = classnames.unique(".".join(part.replace(".", "_") for part in path))
        root.append(_suite(suite, names.unique(" / ".join(path)), classname))
    # Every `<` begins a tag, since it is escaped in texts.
    # One expression: a name would keep another copy of the document.
    yield _DECLARATION + root.tostring().decode().replace("<test", "\n<test") + "\n"


def _suite(suite: Suite, name: str, classname: str) -> TestSuite:
    element = TestSuite(name)
    element.timestamp = suite.started.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    for key, value in suite.properties.items():
        if value:
            element.add_property(key, _line(value, _PROPERTY))
    names, cases = UniqueNames(), []
    for attempts in suite.tests:
        case = TestCase(names.unique(_line(attempts[0].name) or "-"), classname, _seconds(attempts[0].duration))
        case.extend(_children(attempts))
        cases.append(case)
    # `add_testcase` would count all cases again for each one.
    element.add_testcases(cases)
    element.time = _seconds(suite.duration)
    return element


def _children(attempts: Attempts) -> list[Child]:
    """The outcome of a testcase and its other attempts, in the order of surefire's schema.

    As in surefire's reports, it passed if its last attempt did, with the failed attempts attached; otherwise it has the
    first failure, with the later ones attached. A failure that is tolerated is skipped, without attempts: readers turn
    every `<failure>` red.
    """
    last, failed = attempts[-1], [one for one in attempts if one.outcome in _FAILED]
    if last.outcome is Outcome.PASSED:
        return [_failure(one, FlakyFailure) for one in failed]
    if last.outcome in _SKIPPED:
        element = Skipped(_line(last.message, MESSAGE) or _NO_REASON)
        element.text = plain(lines(last.message, MESSAGE, LINE)) or _NO_REASON
        return [element]
    first, *later = failed
    others = [_failure(one, RerunFailure) for one in later]
    if first.outcome is Outcome.FAILURE:
        return [_failure(first, Failure), *others]
    return [*others, _failure(first, Error)]


def _failure(attempt: Entry, kind: type[Failure | Error | InterimResult]) -> Child:
    element = kind(_line(attempt.message, MESSAGE), _camel(attempt.kind))
    if isinstance(element, InterimResult):
        element.stack_trace = body(attempt)
    else:
        element.text = body(attempt)
    return element


def _line(text: str, most: int = NAME) -> str:
    return plain(one_line(text, most))


def _seconds(duration: timedelta | None) -> float:
    """Seconds, rounded to milliseconds, so that the number has no exponent."""
    return max(round(duration.total_seconds(), 3), 0.0) if duration else 0.0


def _camel(words: str) -> str:
    """Turn `timed-out` or `ASSERT_ERROR` into CamelCase, as readers expect of a type."""
    found = re.findall("[A-Za-z0-9]+", one_line(words, 60))
    return "".join(word if word[0].isupper() and not word.isupper() else word.capitalize() for word in found) or "Error"
