"""What a CTRF file must keep, as rules. Written from the public specification (https://ctrf.io), not from our writer.

`make junit-consumers` checks files against the published JSON schema, too.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

STATUSES = ("passed", "failed", "skipped", "pending", "other")
_ROOT = {
    "reportFormat": str,
    "specVersion": str,
    "reportId": str,
    "timestamp": str,
    "generatedBy": str,
    "results": dict,
}
_RESULTS = {"tool": dict, "summary": dict, "tests": list, "environment": dict, "extra": dict}
_SUMMARY = dict.fromkeys(("tests", *STATUSES, "flaky", "suites", "start", "stop", "duration"), int)
_ENVIRONMENT = {
    **dict.fromkeys(("reportName", "buildName", "buildUrl", "repositoryName", "commit", "branchName"), str),
    "testEnvironment": str,
    "healthy": bool,
    "extra": dict,
}
_TEST = {
    **dict.fromkeys(("id", "name", "status", "message", "trace", "rawStatus", "browser", "device"), str),
    **dict.fromkeys(("duration", "start", "stop", "retries"), int),
    **dict.fromkeys(("suite", "tags", "retryAttempts", "steps"), list),
    **dict.fromkeys(("parameters", "extra"), dict),
    "flaky": bool,
}
_ATTEMPT = {"attempt": int, "status": str, "duration": int, "message": str, "trace": str, "extra": dict}
_STEP = {"name": str, "status": str, "extra": dict}


def counts(document: Mapping[str, Any]) -> dict[str, int]:
    """How many tests with each status the summary says there are; `tests` is their number."""
    summary = document["results"]["summary"]
    return {name: summary[name] for name in ("tests", *STATUSES)}


def broken(document: Mapping[str, Any]) -> list[str]:
    """Every rule that a file breaks; empty for one that every reader accepts."""
    return list(_broken(document))


def _broken(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrong(document, _ROOT, {"reportFormat", "specVersion", "results"}, "root")
    results = document["results"]
    yield from _wrong(results, _RESULTS, {"tool", "summary", "tests"}, "results")
    yield from _wrong(results["summary"], _SUMMARY, {"tests", *STATUSES, "start", "stop"}, "summary")
    yield from _wrong(results["environment"], _ENVIRONMENT, set(), "environment")
    uuid.UUID(document["reportId"])
    for test in results["tests"]:
        yield from _wrong_test(test)
    yield from _wrong_counts(results)


def _wrong(found: Mapping[str, Any], known: Mapping[str, type], required: set[str], where: str) -> Iterator[str]:
    if missing := required - found.keys():
        yield f"{where}: {missing} missing"
    for name, value in found.items():
        if name not in known or type(value) is not known[name]:
            yield f"{where}: {name} is {value!r}"


def _wrong_test(test: Mapping[str, Any]) -> Iterator[str]:
    where = f"test {test.get('name')!r}"
    yield from _wrong(test, _TEST, {"name", "status", "duration", "suite", "id"}, where)
    uuid.UUID(test["id"])
    attempts = test.get("retryAttempts", [])
    for one in attempts:
        yield from _wrong(one, _ATTEMPT, {"attempt", "status"}, f"attempt of {where}")
    for one in test.get("steps", []):
        yield from _wrong(one, _STEP, {"name", "status"}, f"step of {where}")
    if not {one["status"] for one in (test, *attempts, *test.get("steps", []))} <= set(STATUSES):
        yield f"{where}: an unknown status"
    if not test["name"].strip() or not all(test["suite"]) or test["duration"] < 0:
        yield f"{where}: an empty name, an empty suite, or a negative duration"
    if test.get("retries", 0) != len(attempts) or [one["attempt"] for one in attempts] != sorted(
        {one["attempt"] for one in attempts}
    ):
        yield f"{where}: attempts without order, or another number of them"
    # Readers take a test that passed and has retries for flaky.
    failed = any(one["status"] == "failed" for one in attempts)
    if test.get("flaky", False) != (test["status"] == "passed" and failed) or (attempts and not failed):
        yield f"{where}: flaky is {test.get('flaky')}"


def _wrong_counts(results: Mapping[str, Any]) -> Iterator[str]:
    tests, summary = results["tests"], results["summary"]
    statuses = Counter(test["status"] for test in tests)
    expected = {"tests": len(tests), **{name: statuses[name] for name in STATUSES}}
    expected["flaky"] = sum(test.get("flaky", False) for test in tests)
    expected["suites"] = len({tuple(test["suite"]) for test in tests})
    if wrong := {name: number for name, number in expected.items() if summary.get(name, 0) != number}:
        yield f"summary: it should have {wrong}"
    for key in ("name", "id"):
        if repeated := [value for value, number in Counter(test[key] for test in tests).items() if number > 1]:
            yield f"tests with the same {key}: {repeated}"
    if not tests or summary["stop"] < summary["start"]:
        yield "no tests, or an end before the start"
