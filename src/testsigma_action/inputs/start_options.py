"""The input `start-options`: fields for the body of a start, with typed values, from YAML or JSON. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from math import isfinite

from testsigma_action.inputs import mappings
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.yaml_events import (
    MAPPING,
    MAX_DEPTH,
    AnyEvent,
    Events,
    is_end_of_list,
    is_end_of_mapping,
    is_list,
    is_mapping,
    is_quoted,
    place,
    reading,
)
from testsigma_action.inputs.yaml_faults import Kind, Unreadable

ACCEPTED = "a YAML or JSON mapping of fields to values, like {testDevices: [5, 6]}"
# Names are shown, so a value that was pasted in the place of a name is refused.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,49}")
# As JSON writes it. Anything else is a text: 1_000, 0x1F, 012 (which YAML 1.1 takes for 10).
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
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
    try:
        found = mappings.decoded_json(text, number=_number) if text.startswith("{") else None
        fields = _json_mapping(found) if isinstance(found, tuple) else _from_yaml(text)
        for name in fields:
            _check(name)
    except Unreadable as unreadable:
        raise Invalid(ACCEPTED, str(unreadable)) from None
    return {name: json.dumps(value) for name, value in fields.items()}


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


def _from_yaml(text: str) -> dict[str, Typed]:
    events = Events(text, Kind.SECRET)
    with reading(events, ACCEPTED):
        if not events.begins(MAPPING):
            raise Unreadable("")
        found = _mapping(events)
        events.end()
    return found


def _mapping(events: Events) -> dict[str, Typed]:
    return dict(mappings.collected(_pairs(events)))


def _pairs(events: Events) -> Iterator[tuple[str, str, Typed]]:
    while not is_end_of_mapping(event := events.take()):
        yield place(event), events.name(event), _value(events, events.take())


def _value(events: Events, event: AnyEvent) -> Typed:
    if is_mapping(event):
        return _mapping(events)
    if is_list(event):
        found: list[Typed] = []
        while not is_end_of_list(inner := events.take()):
            found.append(_value(events, inner))
        return found
    text = events.value(event)
    return text if is_quoted(event) else _meant(text, place(event))


def _meant(text: str, where: str) -> Typed:
    """The value that a text without quotes stands for."""
    if text in WORDS:
        return WORDS[text]
    return _number(text, where) if NUMBER.fullmatch(text) else text


def _number(text: str, where: str = "") -> int | float:
    """A number as it was written. Raises Unreadable for one that would change, or that JSON does not have."""
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text) or not isfinite(float(text)):
        raise Unreadable("a number is too long or too large; put it in quotes to send it as a text.", where)
    return float(text) if set(".eE") & set(text) else int(text)


def _json_mapping(pairs: tuple[tuple[str, object], ...], where: str = "", depth: int = 1) -> dict[str, Typed]:
    """A mapping in JSON; its entries are counted where it is the whole input."""
    places = ((where or f"Entry {at}", name, value) for at, (name, value) in enumerate(pairs, 1))
    return dict(mappings.collected((at, name, _json_value(value, at, depth + 1)) for at, name, value in places))


def _json_value(value: object, where: str, depth: int) -> Typed:
    if depth > MAX_DEPTH:
        raise Unreadable("it is nested too deeply.", where)
    if isinstance(value, tuple):
        return _json_mapping(value, where, depth)
    if isinstance(value, list):
        return [_json_value(each, where, depth + 1) for each in value]
    return value if isinstance(value, bool | int | float) else mappings.json_text(where, value)
