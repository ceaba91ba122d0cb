"""Text of an input that is, or may be, a mapping -> value. Pure; a value that is not accepted raises Invalid."""

import json
import re
from collections.abc import Mapping
from math import isfinite

from testsigma_action.domain.run import ConfigurationRef
from testsigma_action.inputs import documents
from testsigma_action.inputs.documents import Plain, Tree, Unreadable
from testsigma_action.inputs.invalid import Invalid, accepting
from testsigma_action.inputs.parsers import identity, is_digits, line
from testsigma_action.inputs.pasted import reference

CONFIGURATION_MAPPING = re.compile(r"""\{|['"]?(id|name)['"]?\s*:(\s|$)""")
# How Testsigma's script takes runtime data.
SCRIPT_PAIR = re.compile(r"[\w.-]+=")
SCRIPT_FORM = "The form name=value,name=value is that of Testsigma's script; write {name: value}."
# Names are shown, so a value that was pasted in the place of a name is refused.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,49}")
# As JSON writes it, and what some writers make of numbers that JSON does not have. Anything else is a text: 1_000,
# 0x1F, 012 (which YAML 1.1 takes for 10).
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|NaN|-?Infinity")
LONGEST_NUMBER = 19
WORDS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
# Fields with an input of their own, and those that would make another call of the start.
INSTEAD = {
    "executionId": "set plan-id.",
    "environmentId": "set environment-id.",
    "buildNo": "set build-number.",
    "executionConfig": "set execution-config.",
    "runtimeData": "set runtime-data.",
    "uploadVersions": "set upload-versions.",
    **dict.fromkeys(
        ("isReRun", "reRunType", "executionResultId", "testCaseResultRequests"), "to run cases again, set rerun-failed."
    ),
    **dict.fromkeys(
        ("canStopAll", "result"), "the step stops runs by itself: see on-timeout, on-cancel and stop-after-failures."
    ),
}

Typed = dict[str, "Typed"] | list["Typed"] | str | int | float | bool


@accepting("a name, an ID (digits), {name: ...} or {id: ...}")
def configuration(value: str | Mapping[str, str]) -> ConfigurationRef:
    """A saved configuration: its name, its ID (all digits), `{name: ...}` or `{id: ...}`. Raises Invalid."""
    if isinstance(value, str) and not CONFIGURATION_MAPPING.match(value):
        return ConfigurationRef(id=identity(value)) if is_digits(value) else ConfigurationRef(name=line(value))
    given = mapping(value)
    if given.keys() == {"id"}:
        return ConfigurationRef(id=identity(given["id"]))
    if given.keys() == {"name"} and given["name"]:
        return ConfigurationRef(name=line(given["name"]))
    raise Invalid


@accepting("a YAML or JSON mapping of names to single values, like {name: value}")
def mapping(value: str | Mapping[str, str]) -> Mapping[str, str]:
    """A mapping of names to texts, as YAML or JSON, or parsed already. Raises Invalid, which never quotes it."""
    if not isinstance(value, str):
        return value
    if value[:1] in {"$", "%"} and len(value.split()) == 1 and (found := reference(value)):
        raise Invalid(remedy=f"The value is the name of a variable. {found.remedy}")
    return documents.texts(documents.mapping(value, SCRIPT_FORM if SCRIPT_PAIR.match(value) else ""))


@accepting("a YAML or JSON mapping of device IDs to upload version IDs, like {31: 68}")
def upload_versions(value: str | Mapping[str, str]) -> Mapping[str, str]:
    """A mapping of IDs of devices to IDs of upload versions. Raises Invalid."""
    given = mapping(value)
    found = {identity(device): identity(version) for device, version in given.items()}
    if len(found) < len(given):
        raise Invalid(remedy="One device has two versions.")
    return found


@accepting("a YAML or JSON mapping of fields to values, like {testDevices: [5, 6]}")
def start_options(value: str) -> Mapping[str, str]:
    """Fields for the body of a start, each with its value as JSON. Raises Invalid, which quotes no value."""
    pairs = documents.unique(documents.mapping(value))
    fields = {name: json.dumps(_typed(inner, where)) for where, name, inner in pairs}
    for name in fields:
        if not NAME.fullmatch(name):
            raise Unreadable("a name has other characters than letters, digits, _, . and -, or is too long.")
        for field, remedy in INSTEAD.items():
            # However it is written: the service may read it all the same.
            if _plain(name) == _plain(field):
                raise Unreadable(f"the field {field} cannot be set here; {remedy}")
    return fields


def _plain(name: str) -> str:
    return re.sub("[_.-]", "", name).lower()


def _typed(value: Tree, where: str) -> Typed:
    """A value with its type: a text without quotes may stand for a boolean or a number."""
    if isinstance(value, Unreadable):
        raise value
    if isinstance(value, tuple):
        return {name: _typed(inner, at) for at, name, inner in documents.unique(value)}
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
