"""The input `plans`: a list of runs -> run requests, or problems that name the entry and the key."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from testsigma_action.inputs import entry_lists, lists, pasted, unknown, values
from testsigma_action.inputs.entry_lists import Wanted
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.keys import ENTRY_KEYS
from testsigma_action.inputs.list_source import RUNS, ListFile
from testsigma_action.inputs.options import BY_NAME, RunRequest
from testsigma_action.secret import Secret
from testsigma_action.text import appearance

# How many IDs of a wrong list a message has.
MOST_SHOWN = 3
UNSPACED = re.compile(r"([^\s:]+):\t?\S+")
KEYS = {definition.name: definition for definition in ENTRY_KEYS}
NO_MAPPING = "an entry must be a mapping like {plan-id: 431}."
NO_SPACE = "a space is missing after the colon."
EMPTY = "the list is empty, so there is nothing to run."
NO_PLAN = "required. It is the number in the address of the plan's page."


@dataclass(frozen=True, slots=True)
class Context:
    """The context for reading an entry: the inputs that are its defaults (by field), and the checks of its values.

    `base_url` is empty if it is not known. `root` is the folder that a relative path starts from.
    """

    defaults: Mapping[str, Any]
    key: Secret
    base_url: str
    root: Path


def requests(
    source: Sequence[lists.Entry] | ListFile, context: Context
) -> tuple[tuple[RunRequest, ...], list[Problem]]:
    """The runs of a list, in its order, and no problem; or no runs, and all problems."""
    wanted = Wanted("plans", RUNS, context.root, context.key, partial(_neither, key=context.key), EMPTY)
    entries, problems = entry_lists.entries(source, wanted)
    requested = []
    for at, entry in enumerate(entries, 1):
        request, wrong = _request(at, entry, context)
        requested.append(request)
        problems += wrong
    problems += _repeated_names(requested)
    problems += _same_identity(requested)
    return ((), problems) if problems else (tuple(requested), [])


def _neither(text: str, key: Secret) -> str:
    """The sentence about a text that is no list, and no path of a file; IDs are shown as a list of runs."""
    ids = text.replace(",", " ").split()
    if not (ids and all(map(_is_number, ids))) or pasted.looks_like_key(text, key):
        remedy = "a relative path starts at the workspace."
    elif len(ids) == 1:
        remedy = f"for one plan, set the input plan-id: {ids[0]}."
    else:
        shown = ", ".join(f"{{plan-id: {each}}}" for each in ids[:MOST_SHOWN])
        remedy = f"write [{shown}{', ...' * (len(ids) > MOST_SHOWN)}]."
    return f"{pasted.quoted(text, key)} is neither a list nor an existing file; {remedy}"


def _request(at: int, entry: lists.Entry, context: Context) -> tuple[RunRequest, list[Problem]]:
    """The run of an entry, and the problems with it."""
    read: dict[str, Any] = {}
    faults = entry.faults if entry.instead is None else (_no_mapping(entry.instead, context.key),)
    wrong = [("", fault) for fault in faults]
    given = entry_lists.given(entry, KEYS)
    for name, value in given.items():
        try:
            if name not in KEYS:
                wrong.append(("", _unknown(name, context.key)))
            else:
                read[KEYS[name].field] = entry_lists.value(KEYS[name], value, context.key, context.base_url)
        except values.Refused as refused:
            wrong.append((name, refused.sentence))
    if not faults and not any(_meant(name) == "plan-id" for name in given):
        wrong.append(("plan-id", NO_PLAN))
    request = _with_defaults(read, context.defaults)
    return request, [Problem(_where(at, request, name, context.key), sentence) for name, sentence in wrong]


def _no_mapping(text: str, key: Secret) -> str:
    """The sentence about a text in place of an entry, which is shown unless it may be runtime data."""
    if _is_number(text) and not pasted.looks_like_key(text, key):
        return f"'{text}' is not a mapping; write {{plan-id: {text}}}."
    if unspaced := _unspaced(text):
        return f"{pasted.quoted(unspaced, key)} is not a mapping; {NO_SPACE}"
    return NO_MAPPING


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20


def _unspaced(text: str) -> str:
    """The beginning of a text that is a key with a colon and no space after it; without a value that may be secret."""
    found = UNSPACED.match(text)
    meant = _meant(found[1]) if found else ""
    if not found or meant not in KEYS:
        return ""
    return f"{found[1]}:" if meant == "runtime-data" else found[0]


def _meant(name: str) -> str:
    """The key that a name stands for, also where it is misspelt; empty if it is like none."""
    alike = name.strip().lower().replace("_", "-")
    return unknown.closest(alike, KEYS) if alike not in BY_NAME else alike


def _unknown(name: str, key: Secret) -> str:
    """The sentence about a key that entries do not have."""
    if unspaced := _unspaced(name):
        return f"{pasted.quoted(unspaced, key)} is not a key of an entry; {NO_SPACE}"
    meant = _meant(name)
    if meant in KEYS:
        remedy = f"did you mean {meant}?"
    else:
        remedy = "it is an input for the whole step." if meant else f"the keys are {', '.join(KEYS)}."
    # What follows a colon may be a value.
    shown = "".join(name.partition(":")[:2])
    return f"{pasted.quoted(shown, key)} is not a key of an entry; {remedy}"


def _with_defaults(read: Mapping[str, Any], defaults: Mapping[str, Any]) -> RunRequest:
    """The run of an entry; runtime data is merged name by name, and everything else is taken as a whole."""
    inherited = {definition.field for definition in ENTRY_KEYS} - {"plan_id", "name"}
    given = {name: value for name, value in defaults.items() if name in inherited} | dict(read)
    given["runtime_data"] = {**defaults.get("runtime_data", {}), **read.get("runtime_data", {})}
    return RunRequest(**given)


def _where(at: int, request: RunRequest, name: str, key: Secret) -> str:
    """The place of a problem: the entry by its position, and by its name or plan if it has one, and the key."""
    label = request.name if request.name and not pasted.looks_like_key(request.name, key) else ""
    label = pasted.visible(label) if label else f"plan {request.plan_id}" * bool(request.plan_id)
    return f"plans, entry {at}" + f" ({label})" * bool(label) + f", {name}" * bool(name)


def _repeated_names(requested: Sequence[RunRequest]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for at, request in enumerate(requested, 1):
        name = appearance(request.name)
        if name and first.setdefault(name, at) != at:
            yield Problem(f"plans, entry {at}, name", f"entry {first[name]} has the same name; each must be unique.")


def _same_identity(requested: Sequence[RunRequest]) -> Iterator[Problem]:
    """Runs with the same plan and build number could not be distinguished if the answer to a start were lost."""
    first: dict[tuple[str, str], int] = {}
    for at, request in enumerate(requested, 1):
        identity = (request.plan_id, request.build_number)
        if all(identity) and first.setdefault(identity, at) != at:
            yield Problem(
                f"plans, entry {at} (plan {request.plan_id}), build-number",
                f"entry {first[identity]} runs the same plan with the same build number, so their runs could not be "
                "told apart. Leave build-number out, or give each entry its own.",
            )
