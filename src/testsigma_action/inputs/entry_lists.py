"""The entries of an input that is a list of mappings, or of the file that it names."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from testsigma_action.inputs import files, lists, pasted, values
from testsigma_action.inputs.invalid import Invalid, Problem
from testsigma_action.inputs.list_source import ListFile, ListKind
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
        raise values.Refused(f"{file} {unusable}") from None
    except Invalid as refusal:
        sentence = f"{file} is not accepted; it must hold a YAML or JSON list of {wanted.kind.things}. {refusal.remedy}"
        raise values.Refused(sentence.rstrip()) from None


def given(entry: lists.Entry, keys: Container[str]) -> dict[str, lists.Value]:
    """The values of an entry as inputs have them: without blanks around them, and an empty one is not given."""
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in entry.values.items()}
    return {name: value for name, value in trimmed.items() if value != "" or name not in keys}
