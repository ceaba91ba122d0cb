"""The input `start-options`: fields for the body of a start, with typed values, from YAML or JSON. Pure."""

import json
import re
from collections.abc import Mapping
from math import isfinite

from testsigma_action.inputs import documents, tree
from testsigma_action.inputs.tree import Pair, Plain, Tree, Unreadable

ACCEPTED = "a YAML or JSON mapping of fields to values, like {testDevices: [5, 6]}"
# Names are shown, so a value that was pasted in the place of a name is refused.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,49}")
# As JSON writes it, and what some writers make of numbers that JSON does not have. Anything else is a text: 1_000,
# 0x1F, 012 (which YAML 1.1 takes for 10).
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|NaN|-?Infinity")
LONGEST_NUMBER = 19
WORDS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
RERUNS = "to run cases again, set rerun-failed."
STOPS = "the step stops runs by itself: see on-timeout, on-cancel and stop-after-failures."
# Fields with an input of their own, and those that would make another call of the start.
INSTEAD = {
    "executionId": "set plan-id.",
    "environmentId": "set environment-id.",
    "buildNo": "set build-number.",
    "executionConfig": "set execution-config.",
    "runtimeData": "set runtime-data.",
    "uploadVersions": "set upload-versions.",
    "isReRun": RERUNS,
    "reRunType": RERUNS,
    "executionResultId": RERUNS,
    "testCaseResultRequests": RERUNS,
    "canStopAll": STOPS,
    "result": STOPS,
}

Typed = dict[str, "Typed"] | list["Typed"] | str | int | float | bool


def read(text: str) -> Mapping[str, str]:
    """The fields, each with its value as JSON. Raises Invalid, which quotes no value."""
    return documents.mapping(text, ACCEPTED, _fields)


def _fields(pairs: tuple[Pair, ...]) -> Mapping[str, str]:
    fields = {name: json.dumps(_typed(value, where)) for where, name, value in tree.unique(pairs)}
    for name in fields:
        _check(name)
    return fields


def _check(name: str) -> None:
    """Refuse a field that cannot be set here, however it is written: the service may read it all the same."""
    if not NAME.fullmatch(name):
        raise Unreadable("a field has a name with other characters than letters, digits, _, . and -, or a long one.")
    plain = _plain(name)
    for field, remedy in INSTEAD.items():
        if plain == _plain(field):
            raise Unreadable(f"the field {field} cannot be set here; {remedy}")


def _plain(name: str) -> str:
    return re.sub("[_.-]", "", name).lower()


def _typed(value: Tree, where: str) -> Typed:
    """A value with its type: a text without quotes may stand for a boolean or a number."""
    if isinstance(value, Unreadable):
        raise value
    if isinstance(value, tuple):
        return {name: _typed(inner, at) for at, name, inner in tree.unique(value)}
    if isinstance(value, list):
        return [_typed(inner, where) for inner in value]
    if not isinstance(value, Plain):
        return value
    if value in WORDS:
        return WORDS[value]
    return _number(value, where) if NUMBER.fullmatch(value) else value


def _number(text: str, where: str) -> int | float:
    """A number as it was written. Raises Unreadable for one that would change, or that JSON does not have."""
    if len(text) > LONGEST_NUMBER or not isfinite(float(text)):
        raise Unreadable("a number is too long or too large; put it in quotes to send it as a text.", where)
    return float(text) if set(".eE") & set(text) else int(text)
