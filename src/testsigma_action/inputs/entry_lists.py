"""The entries of an input that is a list of mappings, or of the file that it names."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testsigma_action.inputs import cross_checks, files, lists, pasted, unknown, values
from testsigma_action.inputs.invalid import Invalid, Problem
from testsigma_action.inputs.list_source import ListFile, ListKind
from testsigma_action.inputs.options import Definition
from testsigma_action.secret import Secret


@dataclass(frozen=True, slots=True)
class Wanted:
    """The input (`name`), what its list has, and the folder that a relative path starts from.

    `neither` makes the sentence about a text that is no list, and no path of a file. `empty` is the one about an empty
    list; empty where that is accepted.
    """

    name: str
    kind: ListKind
    root: Path
    key: Secret
    neither: Callable[[str], str]
    empty: str = ""


def entries(source: Sequence[lists.Entry] | ListFile, wanted: Wanted) -> tuple[Sequence[lists.Entry], list[Problem]]:
    """The entries of the list, or the problem with the list as a whole."""
    try:
        found = _from_file(source.path, wanted) if isinstance(source, ListFile) else source
    except values.Refused as refused:
        return (), [refused.at(wanted.name)]
    if not found and wanted.empty:
        return (), [Problem(wanted.name, wanted.empty)]
    if len(found) > lists.MAX_ENTRIES:
        sentence = f"the list has more than {lists.MAX_ENTRIES} entries. Split it into several steps."
        return (), [Problem(wanted.name, sentence)]
    return found, []


def _from_file(path: str, wanted: Wanted) -> Sequence[lists.Entry]:
    """The entries of a file. Raises Refused."""
    file = f"the file {pasted.quoted(path, wanted.key)}"
    try:
        return lists.read(files.read_text(path, wanted.root, lists.MAX_SIZE), wanted.kind)
    except files.Missing:
        raise values.Refused(wanted.neither(path)) from None
    except files.Unusable as unusable:
        accepted = f"a YAML or JSON list of {wanted.kind.things}, like [{wanted.kind.example}]"
        raise values.Refused(f"{file} {unusable} It must hold {accepted}.") from None
    except Invalid as refusal:
        sentence = f"{file} is not accepted; it must hold a YAML or JSON list of {wanted.kind.things}. {refusal.remedy}"
        raise values.Refused(sentence.rstrip()) from None


def given(entry: lists.Entry, keys: Container[str]) -> dict[str, lists.Value]:
    """The values of an entry as inputs have them: without blanks around them, and an empty one is not given."""
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in entry.values.items()}
    return {name: value for name, value in trimmed.items() if value != "" or name not in keys}


@dataclass(frozen=True, slots=True)
class EntryKeys:
    """The keys of an entry by name, the sentences about required ones that are missing, and about no mapping."""

    known: Mapping[str, Definition]
    required: Mapping[str, str]
    no_mapping: str

    def read(self, entry: lists.Entry, key: Secret, base_url: str = "") -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The values of an entry by field; and what is wrong: the key, empty for the whole entry, and a sentence."""
        read: dict[str, Any] = {}
        wrong = [("", fault) for fault in (entry.faults if entry.instead is None else (self.no_mapping,))]
        for name, text in given(entry, self.known).items():
            try:
                if name not in self.known:
                    raise values.Refused(self._unknown(name, key))
                read[self.known[name].field] = value(self.known[name], text, key, base_url)
            except values.Refused as refused:
                wrong.append((name if name in self.known else "", refused.sentence))
        if not wrong or entry.instead is None:
            wrong += self._missing(entry)
        return read, wrong

    def _missing(self, entry: lists.Entry) -> Iterator[tuple[str, str]]:
        names = given(entry, self.known)
        return ((name, sentence) for name, sentence in self.required.items() if name not in names)

    def _unknown(self, name: str, key: Secret) -> str:
        """The sentence about a key that entries do not have."""
        meant = unknown.closest(name.strip().lower().replace("_", "-"), self.known)
        remedy = f"did you mean {meant}?" if meant else f"the keys are {', '.join(self.known)}."
        # What follows a colon may be a value.
        return f"{pasted.quoted(''.join(name.partition(':')[:2]), key)} is not a key of an entry; {remedy}"


def value(definition: Definition, found: lists.Value, key: Secret, base_url: str = "") -> object:
    """The value of a key. Raises Refused."""
    if isinstance(found, lists.Unread):
        raise values.Refused(f"its value is not accepted. {found.why}")
    read = values.read(definition, found, key)
    is_address = definition.name in cross_checks.ADDRESSES and isinstance(found, str)
    if is_address and (sentence := cross_checks.other_host(str(found), base_url)):
        raise values.Refused(sentence)
    return read


def where(name: str, at: int, label: str, key_name: str, key: Secret) -> str:
    """The place of a problem: the input, the entry by its position and its label, and the key."""
    shown = f" ({pasted.visible(label)})" if label and not pasted.looks_like_key(label, key) else ""
    return f"{name}, entry {at}{shown}" + f", {key_name}" * bool(key_name)
