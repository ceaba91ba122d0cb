"""An upload: what was asked for, what the service says of it, and the events.

Pure; only imported if there are uploads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from testsigma_action.domain.uploads import Uploaded


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


class Stored(Enum):
    """Whether the service has stored a version, or signed it. An unknown word counts as pending."""

    DONE = "done"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class UploadVersion:
    """A version of an upload, as the last answer described it.

    `name` is the version's own; `error` is the message of the service (untrusted). `size` is None if unknown.
    """

    id: str
    name: str
    upload_id: str
    stored: Stored
    signed: Stored
    size: int | None = None
    error: str = ""

    def usable(self, kind: UploadKind) -> Stored:
        """Whether a run can use it: it is stored and, for an app for iOS, signed."""
        if kind is not UploadKind.IPA or self.stored is not Stored.DONE:
            return self.stored
        return self.signed


@dataclass(frozen=True, slots=True)
class UploadBegan:
    """A file of `size` bytes is about to be sent."""

    spec: UploadSpec
    size: int


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """So many bytes of a file were sent."""

    spec: UploadSpec
    sent: int
    size: int


@dataclass(frozen=True, slots=True)
class UploadAnswerLost:
    """The answer to an upload was lost, or is about another version. The version is searched by its name."""

    spec: UploadSpec
    reason: str


@dataclass(frozen=True, slots=True)
class UploadPending:
    """The service has the file, and still has to store it, or to sign it."""

    spec: UploadSpec
    version: UploadVersion


@dataclass(frozen=True, slots=True)
class UploadDone:
    """The version can be used. `adopted`: it was found by its name."""

    uploaded: Uploaded
    adopted: bool = False


UploadEvent = UploadBegan | UploadProgress | UploadAnswerLost | UploadPending | UploadDone
UploadListener = Callable[[UploadEvent], None]
