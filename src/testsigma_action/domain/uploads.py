"""Files that are uploaded before the first start: what was asked for, and what came of it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from testsigma_action.domain.identity import same_id
from testsigma_action.domain.results import ResultTree
from testsigma_action.domain.run import RunSpec


class UploadKind(Enum):
    """What a file is for the service. An app for iOS is signed by the service after it was uploaded."""

    APK = "apk"
    IPA = "ipa"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class UploadSpec:
    """A file to upload: as a new version of the upload `upload_id`, or as a new upload with `name`.

    `file` is the text of the input, `path` the absolute path of the file that it names. `version` is always set by the
    time the file is sent; if it is `unique`, no other version has this name. `devices` are IDs of machines.
    """

    file: str
    path: str
    kind: UploadKind
    upload_id: str = ""
    name: str = ""
    project_id: str = ""
    application_id: str = ""
    version: str = ""
    unique: bool = False
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that the service has stored, and the version that it became."""

    file: str
    upload_id: str
    version_id: str
    version: str
    devices: tuple[str, ...] = ()


def pinned(spec: RunSpec, uploads: Iterable[Uploaded]) -> RunSpec:
    """The spec of a run that uses these versions on their devices."""
    versions = {device: one.version_id for one in uploads for device in one.devices}
    return replace(spec, upload_versions={**spec.upload_versions, **versions})


def ignored_devices(specs: Sequence[RunSpec], trees: Sequence[ResultTree | None]) -> tuple[str, ...]:
    """The devices with a version that are no machine of any run: the service ignores such an ID without a word.

    None unless the machines of all runs are known.
    """
    if not trees or not all(tree and tree.complete for tree in trees):
        return ()
    machines = [machine.machine_id for tree in trees if tree for machine in tree.machines]
    devices = dict.fromkeys(device for spec in specs for device in spec.upload_versions)
    return tuple(one for one in devices if all(machines) and not any(same_id(one, other) for other in machines))
