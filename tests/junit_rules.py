"""What readers of JUnit files insist on, as rules. Written from public schemas and parsers, independent of our writer.

- junit-10.xsd of the Jenkins xUnit plugin validates every file (jenkinsci/xunit-plugin, types/model/xsd/junit-10.xsd).
- surefire-test-report.xsd fixes what a testcase may hold, and in which order (apache/maven-surefire).
- Readers without a schema have needs of their own, which stand beside their rule.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

# Attributes that each element must have and may have besides, where both schemas allow them. junit-10.xsd knows no
# `skipped` on the root; counts that are not complete would mislead, so the root has none.
_ATTRIBUTES: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "time"}, set()),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}, set()),
    "properties": (set(), set()),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, set()),
    "failure": ({"type"}, {"message"}),
    "error": ({"type"}, {"message"}),
    "skipped": (set(), {"message"}),
    "flakyFailure": ({"type"}, {"message"}),
    "rerunFailure": ({"type"}, {"message"}),
    "stackTrace": (set(), set()),
}
# The children of each element, in their order, as an expression over their tags. surefire has a fixed sequence within a
# testcase (`failure`, `rerunFailure`, `flakyFailure`, `skipped`, `error`); readers differ in which of several outcomes
# counts, so there is one at most. Nested suites are ignored by dorny/test-reporter. Jenkins and mikepenz count
# `flakyFailure` and `rerunFailure`, but not `flakyError` and `rerunError`.
_CHILDREN = {
    "testsuites": "(testsuite )+",
    "testsuite": "(properties )?(testcase )+",
    "properties": "(property )+",
    "testcase": "failure (rerunFailure )*|(flakyFailure )*|skipped |(rerunFailure )*error ",
    "flakyFailure": "stackTrace ",
    "rerunFailure": "stackTrace ",
}
_COUNTED = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
_SECONDS = re.compile(r"[0-9]+(\.[0-9]{1,3})?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_LONGEST_LINE = 500


def counts(root: ET.Element) -> dict[str, int]:
    """How many tests, failures, errors and skipped tests the suites of a file say they have."""
    return {name: sum(int(suite.get(name, "")) for suite in root) for name in _COUNTED}


def broken(root: ET.Element) -> list[str]:
    """Every rule that a file breaks, with the element that breaks it; empty for a file that every reader takes."""
    found = [] if root.tag == "testsuites" else [f"the root is {root.tag}"]
    for element in root.iter():
        found += [f"{element.tag} {element.get('name', '')!r}: {how}" for how in _broken_by(element)]
    return found + list(_ambiguous(root))


def _broken_by(element: ET.Element) -> Iterator[str]:
    yield from _wrong_structure(element)
    yield from _wrong_values(element)
    yield from _wrong_text(element)
    if element.tag == "testsuite":
        yield from _wrong_counts(element)


def _wrong_structure(element: ET.Element) -> Iterator[str]:
    if element.tag not in _ATTRIBUTES:
        yield "no reader knows this element"
        return
    required, optional = _ATTRIBUTES[element.tag]
    if missing := required - set(element.attrib):
        yield f"has no {sorted(missing)}"
    if unknown := set(element.attrib) - required - optional:
        yield f"has {sorted(unknown)}"
    children = "".join(f"{child.tag} " for child in element)
    if not re.fullmatch(_CHILDREN.get(element.tag, ""), children):
        yield f"holds {children}"


def _wrong_values(element: ET.Element) -> Iterator[str]:
    for name in ("name", "classname", "type"):
        if not element.get(name, "x").strip():
            yield f"{name} is empty"
    if not _SECONDS.fullmatch(element.get("time", "0")):
        yield f"time is {element.get('time')}"
    # testbeats takes a timestamp without a zone for local time.
    if not _INSTANT.fullmatch(element.get("timestamp", "2026-01-01T00:00:00Z")):
        yield f"timestamp is {element.get('timestamp')}"


def _wrong_text(element: ET.Element) -> Iterator[str]:
    # codecov takes <skipped message="..."/> without text for a pass; GitLab shows the text alone.
    if element.tag in {"skipped", "failure", "error", "stackTrace"} and not (element.text or "").strip():
        yield "has no text"
    texts = [element.text or "", *element.attrib.values()]
    # xunit-viewer crashes on U+FFFD.
    if any("\N{REPLACEMENT CHARACTER}" in text for text in texts):
        yield "has a U+FFFD"
    if any("\n" in value for value in element.attrib.values()):
        yield "an attribute has a line break"
    # Some readers match stack traces with expressions that take seconds on a long line.
    if max(map(len, texts[0].split("\n"))) > _LONGEST_LINE:
        yield "has a long line"


def _wrong_counts(suite: ET.Element) -> Iterator[str]:
    for attribute, tag in _COUNTED.items():
        number = sum(1 for _ in suite.iter(tag))
        if suite.get(attribute) != str(number):
            yield f"{attribute} is {suite.get(attribute)}, of {number}"


def _ambiguous(root: ET.Element) -> Iterator[str]:
    """GitLab shows testcases of the same name as one, and readers that merge files do so by the names of suites."""
    cases = Counter((case.get("classname"), case.get("name")) for case in root.iter("testcase"))
    yield from (f"testcase {name} stands there {number} times" for name, number in cases.items() if number > 1)
    suites = Counter(suite.get("name") for suite in root)
    yield from (f"testsuite {name} stands there {number} times" for name, number in suites.items() if number > 1)
