"""The input `uploads`: a list of files -> upload specs, or problems that name the entry and the key.

The files are looked at, too: each exists, can be read, is not empty, and is the only one that its pattern matches.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from testsigma_action.domain.upload_events import UploadKind, UploadSpec
from testsigma_action.inputs import files, lists, pasted
from testsigma_action.inputs.invalid import Problem
from testsigma_action.inputs.keys import UPLOADS

KINDS = {f".{kind.value}": kind for kind in (UploadKind.APK, UploadKind.IPA)}
NO_TARGET = (
    "required, for a new version of an upload; it is the number in the address of the upload's page. For a new upload, "
    "set name, project-id and application-id instead."
)
TWO_TARGETS = "cannot be combined with upload-id: an upload that exists has a name."
OF_NEW = "required with name: it says where the new upload belongs."
NO_KIND = "required, since the ending of the file is neither .apk nor .ipa: APK, IPA or Attachment."


def specs(text: str, context: lists.Context) -> tuple[tuple[UploadSpec, ...], list[Problem]]:
    """The uploads of a list, in its order, and no problem; or no uploads, and all problems."""
    entries, problems = lists.read(text, UPLOADS, context)
    found: list[UploadSpec] = []
    for entry in entries:
        path = _path(entry, context)
        if entry.is_mapping:
            entry.wrong.extend([*_missing(entry, path), *_repeated(entry.values, path, found)])
        if not entry.wrong:
            found.append(_spec(entry.values, path))
    problems += lists.problems(entries, UPLOADS, context.key)
    return ((), problems) if problems else (tuple(found), [])


def _path(entry: lists.Entry, context: lists.Context) -> str:
    """The file of an entry; empty if there is none, or something is wrong with it."""
    try:
        return str(files.the_only_match(entry.values["file"], context.root)) if "file" in entry.values else ""
    except files.Unusable as unusable:
        entry.wrong.append(("file", f"{pasted.quoted(entry.values['file'], context.key)} {unusable}"))
        return ""


def _missing(entry: lists.Entry, path: str) -> Iterator[tuple[str, str]]:
    """Keys that are missing, or exclude each other. Those that were refused have their own problem."""
    given = {name.replace("_", "-") for name in entry.values} | {name for name, _ in entry.wrong}
    if "upload-id" not in given and "name" not in given:
        yield "upload-id", NO_TARGET
    elif "upload-id" in given and "name" in given:
        yield "name", TWO_TARGETS
    elif "name" in given:
        yield from ((name, OF_NEW) for name in ("project-id", "application-id") if name not in given)
    if "type" not in given and path and Path(path).suffix.lower() not in KINDS:
        yield "type", NO_KIND


def _repeated(read: dict[str, Any], path: str, before: Sequence[UploadSpec]) -> Iterator[tuple[str, str]]:
    """What earlier entries have as well: a file is named by the output, and a device has one version."""
    for at, other in enumerate(before, 1):
        if path and path == other.path:
            yield "file", f"entry {at} uploads the same file."
        if both := [device for device in read.get("devices", ()) if device in other.devices]:
            yield "devices", f"entry {at} has a version for {', '.join(both)}, too. Give each device one version."


def _spec(read: dict[str, Any], path: str) -> UploadSpec:
    given = dict(read)
    kind = given.pop("type", "") or KINDS[Path(path).suffix.lower()].value
    return UploadSpec(path=path, kind=UploadKind(kind), **given)
