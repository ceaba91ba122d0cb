"""Parsing a list of mappings, from YAML or JSON, whose values are texts or mappings of names to texts. Pure.

What is wrong with one value does not hide what is wrong with the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from testsigma_action.inputs import mappings
from testsigma_action.inputs.invalid import Invalid
from testsigma_action.inputs.list_source import ListKind
from testsigma_action.inputs.yaml_events import (
    LIST,
    Events,
    is_end_of_list,
    is_list,
    is_mapping,
    is_tagged,
    place,
    reading,
)
from testsigma_action.inputs.yaml_faults import Kind, Unreadable

TAGGED = "an entry must be a mapping without tags (!) and anchors (&, *)."
# The longest list; what follows it is not parsed.
MAX_ENTRIES = 200
# Characters of a list, and bytes of its file. The parser takes seconds for more.
MAX_SIZE = 256 * 1024
# Between the texts of a value that is a list.
SEPARATOR = ", "


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that cannot be read, and why: a whole sentence that quotes nothing."""

    why: str


Value = str | Mapping[str, str] | Unread


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping in a list, and what is wrong with it apart from its values.

    `instead` is the text that stands in its place; empty if that is a list or nothing, None if it is a mapping.
    """

    values: Mapping[str, Value]
    faults: tuple[str, ...] = ()
    instead: str | None = None


def read(text: str, kind: ListKind) -> Sequence[Entry]:
    """The entries of a list, at most one more than are accepted. Raises Invalid, which never quotes the text."""
    if len(text) > MAX_SIZE:
        raise Invalid(kind.accepted, f"It has more than {MAX_SIZE // 1024} KB.")
    found = mappings.decoded_json(text) if text.lstrip().startswith("[") else None
    if not any(map(_says_something, text.splitlines())):
        return []
    if isinstance(found, list):
        return [_json_entry(each, kind) for each in found[: MAX_ENTRIES + 1]]
    return _from_yaml(text, kind)


def _says_something(line: str) -> bool:
    """Whether a line of YAML is more than a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _from_yaml(text: str, kind: ListKind) -> list[Entry]:
    events = Events(text, Kind.FREE_TEXT)
    with reading(events, kind.accepted):
        if not events.begins(LIST):
            raise Unreadable("")
        entries = list(islice(_yaml_entries(events, kind), MAX_ENTRIES + 1))
        if len(entries) <= MAX_ENTRIES:
            events.end()
    return entries


def _yaml_entries(events: Events, kind: ListKind) -> Iterator[Entry]:
    depth = events.depth
    while not is_end_of_list(event := events.take()):
        if is_mapping(event):
            yield _yaml_entry(events, kind)
        else:
            events.skip_to(depth)
            yield Entry({}, (TAGGED,)) if is_tagged(event) else Entry({}, instead=events.text(event))


def _yaml_entry(events: Events, kind: ListKind) -> Entry:
    """The entry that has begun; each of its values is read, whatever is wrong with those before it."""
    depth, values, faults = events.depth, dict[str, Value](), list[str]()
    while True:
        event = events.take()
        if events.depth < depth:
            events.kind = Kind.FREE_TEXT
            return Entry(values, tuple(faults))
        try:
            events.kind = Kind.FREE_TEXT
            name = events.name(event)
            events.kind = _kind_of(name.strip(), kind)
        except Unreadable as unreadable:
            events.skip_to(depth)
            faults.append(str(unreadable))
            name = None
        value = _yaml_value(events, may_be_list=name in kind.lists)
        if name is not None:
            values[name] = value if name not in values else _repeated(place(event))


def _kind_of(key: str, kind: ListKind) -> Kind:
    if key in kind.ids:
        return Kind.ID
    return Kind.FREE_TEXT if key in kind.texts else Kind.SECRET


def _yaml_value(events: Events, *, may_be_list: bool) -> Value:
    depth = events.depth
    try:
        event = events.take()
        if is_mapping(event):
            return mappings.collected(events.pairs())
        if may_be_list and is_list(event):
            return SEPARATOR.join(_texts(events))
        return events.value(event, required=False)
    except Unreadable as unreadable:
        events.skip_to(depth)
        return Unread(str(unreadable))


def _texts(events: Events) -> Iterator[str]:
    """The texts of a list that has begun. Raises Unreadable."""
    while not is_end_of_list(event := events.take()):
        yield events.value(event)


def _json_entry(found: object, kind: ListKind) -> Entry:
    if not isinstance(found, tuple):
        return Entry({}, instead=found if isinstance(found, str) else "")
    values: dict[str, Value] = {}
    for name, value in found:
        may_be_list = name in kind.lists
        values[name] = _json_value(value, may_be_list=may_be_list) if name not in values else _repeated("")
    return Entry(values)


def _json_value(value: object, *, may_be_list: bool) -> Value:
    try:
        if isinstance(value, tuple):
            return mappings.collected(mappings.json_pairs(value))
        if may_be_list and isinstance(value, list):
            return SEPARATOR.join(mappings.json_text("", each) for each in value)
        return mappings.json_text("", value)
    except Unreadable as unreadable:
        return Unread(str(unreadable))


def _repeated(where: str) -> Unread:
    return Unread(str(Unreadable("this key was given before; one of the two values would be lost.", where)))
