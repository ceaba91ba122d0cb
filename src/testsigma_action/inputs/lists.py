"""The entries of an input that is a list of mappings, or of the file that it names.

What is wrong with one value does not hide what is wrong with the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testsigma_action.inputs import cross_checks, documents, files, parsers, pasted, unknown, values
from testsigma_action.inputs.documents import Pair, Tree, Unreadable
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.keys import ListKind
from testsigma_action.inputs.options import BY_NAME, Definition
from testsigma_action.inputs.values import Refused
from testsigma_action.secret import Secret

# The longest list; what follows it is not parsed.
MAX_ENTRIES = 200
# Characters of a list, and bytes of its file. The parser takes seconds for more.
MAX_SIZE = 256 * 1024
OR_FILE = "or the path of a file with one"
PATHS = "A relative path starts at the workspace, and a checkout must come before this step."


@dataclass(frozen=True, slots=True)
class Context:
    """The key, which no message shows; the base URL, empty if it is not known; where a relative path starts."""

    key: Secret
    base_url: str
    root: Path


@dataclass(frozen=True, slots=True)
class Entry:
    """The values of an entry by field; and what is wrong: the key, empty for the whole entry, and a sentence."""

    values: dict[str, Any]
    wrong: list[tuple[str, str]]
    is_mapping: bool = True


def read(text: str, kind: ListKind, context: Context) -> tuple[list[Entry], list[Problem]]:
    """The entries of a list, or of the file with this path; or the problem with the list as a whole."""
    try:
        found = _from_file(text, kind, context) if parsers.is_path(text) else _parsed(text, kind)
        if len(found) > MAX_ENTRIES:
            raise Refused(f"the list has more than {MAX_ENTRIES} entries. Split it into several steps.")
    except Unreadable as unreadable:
        sentence = f"its value is not accepted; it must be {kind.list_like}, {OR_FILE}. {unreadable.remedy}"
        return [], [Problem(kind.name, sentence.rstrip())]
    except Refused as refused:
        return [], [Problem(kind.name, str(refused))]
    return [_entry(each, kind, context) if isinstance(each, tuple) else _no_mapping(each, kind) for each in found], []


def _from_file(path: str, kind: ListKind, context: Context) -> list[Tree]:
    """The entries of a file. Raises Refused."""
    shown = pasted.quoted(path, context.key)
    try:
        return _parsed(files.read_text(path, context.root, MAX_SIZE), kind)
    except files.Missing:
        accepted = f"it must be {kind.list_like}, {OR_FILE}. {PATHS}"
        raise Refused(f"{shown} is neither a list nor an existing file; {accepted}") from None
    except files.Unusable as unusable:
        why = str(unusable)
    except Unreadable as unreadable:
        why = f"is not accepted. {unreadable.remedy}".rstrip()
    raise Refused(f"the file {shown} {why} It must hold {kind.list_like}.")


def _parsed(text: str, kind: ListKind) -> list[Tree]:
    """The entries of a list, at most one more than are accepted. Raises Unreadable."""
    if len(text) > MAX_SIZE:
        raise Unreadable(f"It has more than {MAX_SIZE // 1024} KB.")
    return documents.entries(text, {key.name: key.kind for key in kind.keys}, MAX_ENTRIES + 1)


def problems(entries: Sequence[Entry], kind: ListKind, key: Secret) -> list[Problem]:
    """What is wrong with the entries; each problem has the input, the position and label of the entry, and the key."""
    found = []
    for at, entry in enumerate(entries, 1):
        labels = [shape.format(entry.values[field]) for field, shape in kind.labels.items() if entry.values.get(field)]
        label = next((f" ({pasted.visible(each)})" for each in labels if not pasted.looks_like_key(each, key)), "")
        place = f"{kind.name}, entry {at}{label}"
        found += [Problem(f"{place}, {name}" if name else place, sentence) for name, sentence in entry.wrong]
    return found


def _no_mapping(found: Tree, kind: ListKind) -> Entry:
    sentence = f"the entry is not a mapping; write it like {kind.example}, with a space after each colon."
    return Entry({}, [("", found.remedy if isinstance(found, Unreadable) else sentence)], is_mapping=False)


def _entry(pairs: Sequence[Pair], kind: ListKind, context: Context) -> Entry:
    entry, seen, given = Entry({}, []), set[str](), set[str]()
    keys = {key.name: key for key in kind.keys}
    for where, name, value in pairs:
        if isinstance(name, Unreadable):
            entry.wrong.append(("", name.remedy))
            continue
        if name not in keys:
            entry.wrong.append(("", _unknown(name, keys, context.key)))
        elif name in seen:
            entry.wrong.append((name, f"its value is not accepted. {Unreadable(documents.REPEATED, where).remedy}"))
        elif not isinstance(value, str) or value.strip():
            given.add(name)
            try:
                entry.values[keys[name].field] = _value(keys[name], value, where, context)
            except Unreadable as unreadable:
                entry.wrong.append((name, f"its value is not accepted. {unreadable.remedy}"))
            except Refused as refused:
                entry.wrong.append((name, str(refused)))
        seen.add(name)
    missing = [key for key in kind.keys if key.required and key.name not in given]
    entry.wrong.extend((key.name, f"required. {key.required}") for key in missing)
    return entry


def _value(definition: Definition, found: Tree, where: str, context: Context) -> object:
    """The value of a key; a list is read as a text with commas. Raises Unreadable and Refused."""
    given: values.Given
    if definition.takes is Mapping and isinstance(found, tuple):
        given = documents.texts(found)
    elif definition.takes is list and isinstance(found, list):
        given = ", ".join(documents.one_text(each, where) for each in found)
    else:
        given = documents.one_text(found, where).strip()
    value = values.read(definition, given, context.key)
    is_address = definition.name in cross_checks.ADDRESSES and isinstance(given, str)
    if is_address and (sentence := cross_checks.other_host(str(given), context.base_url)):
        raise Refused(sentence)
    return value


def _unknown(name: str, keys: Iterable[str], key: Secret) -> str:
    """The sentence about a key that entries do not have."""
    # What follows a colon may be a value.
    word, colon, _ = name.partition(":")
    meant = unknown.closest(word.strip().lower().replace("_", "-"), keys)
    space = ", with a space after the colon" if colon else ""
    remedy = f"did you mean {meant}{space}?" if meant else f"the keys are {', '.join(keys)}."
    if name in BY_NAME:
        remedy = "it is an input for the whole step."
    return f"{pasted.quoted(word + colon, key)} is not a key of an entry; {remedy}"
