"""The fields on which a verdict rests, by the facts about the API: where they stand, and which values are unreadable.

Written from docs/api.md, not from the client: what a client makes of such a value is what the promises look at.
"""

from collections.abc import Iterator, Mapping
from typing import Any

COUNTED = ("total", "failed", "passed", "aborted", "stopped", "notExecuted", "queued", "running")
PLAIN = tuple(f"{name}Count" for name in COUNTED)
CONSOLIDATED = tuple(f"consolidatedPlan{name[0].upper()}{name[1:]}Count" for name in COUNTED)
RESULTS = ("SUCCESS", "PASSED", "FAILURE", "FAILED", "ABORTED", "STOPPED", "NOT_EXECUTED", "QUEUED")

UNREADABLE_COUNTS: tuple[object, ...] = (" 1", -1, True, "many", {}, [], 1.5, 10**30)
UNREADABLE_RESULTS: tuple[object, ...] = ("SOMETHING_NEW", 7, True, ["SUCCESS"], {"result": "SUCCESS"})
UNREADABLE_LISTS: tuple[object, ...] = ({}, "none", 3, True)

# For each call, the places of its evidence and the values that nobody can read there.
PLACES: Mapping[str, tuple[tuple[str, tuple[object, ...]], ...]] = {
    "status": (
        ("result", UNREADABLE_RESULTS),
        ("consolidatedResult", UNREADABLE_RESULTS),
        *((name, UNREADABLE_COUNTS) for name in PLAIN + CONSOLIDATED),
        *((f"testPlanResultMetric.{name}", UNREADABLE_COUNTS) for name in CONSOLIDATED),
    ),
    "cases": (
        ("testCases.*.result", UNREADABLE_RESULTS),
        ("testCases.0.result", UNREADABLE_RESULTS),
        ("testCases.0.iterationResults", UNREADABLE_LISTS),
        ("testCases.*.iterationResults.0.result", UNREADABLE_RESULTS),
        ("testCases.*.iterationResults.0", UNREADABLE_LISTS),
    ),
    "run": (
        ("result", UNREADABLE_RESULTS),
        *((f"metrics.{name}", UNREADABLE_COUNTS) for name in PLAIN + CONSOLIDATED),
    ),
    "machine": (("result", UNREADABLE_RESULTS),),
    "suite": (("result", UNREADABLE_RESULTS),),
    "case": (("result", UNREADABLE_RESULTS),),
}


def spoiled() -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every call, with every value in every place of its answer that makes a part of its evidence unreadable."""
    for call, places in PLACES.items():
        for place, values in places:
            yield from ((call, {place: value}) for value in values)


def unreadable(call: str, body: object) -> Iterator[str]:
    """The places of an answer at which evidence stands that nobody can read."""
    if not isinstance(body, dict):
        return
    if call == "cases":
        yield from _of_cases(body.get("testCases"))
        return
    yield from _of_results(body, ("result", "consolidatedResult") if call == "status" else ("result",))
    if call == "status":
        yield from _of_counts(body, PLAIN + CONSOLIDATED)
        yield from _of_counts(body.get("testPlanResultMetric"), CONSOLIDATED)
    if call == "run":
        yield from _of_counts(body.get("metrics"), PLAIN + CONSOLIDATED)


def _of_cases(rows: object) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            yield f"the row {row!r:.40}"
            continue
        yield from _of_results(row, ("result",))
        sets = row.get("iterationResults")
        if sets is not None and not isinstance(sets, list):
            yield f"iterationResults: {sets!r:.40}"
        for one in sets if isinstance(sets, list) else ():
            yield from _of_results(one, ("result",)) if isinstance(one, dict) else (f"the data set {one!r:.40}",)


def _of_results(body: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = body.get(name)
        known = value is None or (isinstance(value, str) and value in {*RESULTS, ""})
        if not known:
            yield f"{name}: {value!r:.40}"


def _of_counts(body: object, names: tuple[str, ...]) -> Iterator[str]:
    for name in names if isinstance(body, dict) else ():
        value = body.get(name)  # type: ignore[attr-defined] # it is a dict here
        if value is not None and not _is_count(value):
            yield f"{name}: {value!r:.40}"


def _is_count(value: object) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and len(value) <= 12
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= 10**12 and value == int(value)
