"""Files that were uploaded: uploads, their versions, and how long it takes until those are stored and signed."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulator.content import UploadBefore
from tests.simulator.scenario import Options
from tests.simulator.wire import Refusal, Request, as_id

KINDS = ("Attachment", "APK", "IPA")
REQUIRED = ("name", "uploadType", "platformType", "version")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a multipart form, and its file."""

    fields: Mapping[str, str]
    file_name: str
    content: bytes

    @property
    def digest(self) -> str:
        """Tells contents apart."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(slots=True)
class Version:
    """A version of an upload; times are seconds of the simulator's clock."""

    id: int
    name: str
    upload: "Upload"
    kind: str = "APK"
    file_name: str = "app.apk"
    size: int = 1
    digest: str = ""
    came: float = float("-inf")
    error: str = ""

    def stored(self, now: float, options: Options) -> bool:
        """Whether it can be used, apart from its signature."""
        return not self.error and now - self.came >= options.upload_stored_after

    def signed(self, now: float, options: Options) -> bool:
        """Whether it is signed; only apps for iOS ever are."""
        return self.kind == "IPA" and not options.signing_fails and now - self.came >= options.signed_after


@dataclass(slots=True)
class Upload:
    """An upload with its versions, the newest last."""

    id: int
    name: str
    project_id: int
    application_id: int
    versions: list[Version] = field(default_factory=list)

    @property
    def latest(self) -> Version:
        """The version that its machines use."""
        return self.versions[-1]


class Uploads:
    """All uploads of the account."""

    def __init__(self, before: tuple[UploadBefore, ...]) -> None:
        self.all: dict[int, Upload] = {}
        self._next_id, self._next_version = 700, 9031
        for one in before:
            upload = Upload(one.id, one.name, one.project_id, one.application_id)
            for number, name in enumerate(one.versions):
                upload.versions.append(Version(one.first_version + number, name, upload, one.kind))
            self.all[one.id] = upload

    def one(self, upload_id: int) -> Upload:
        """An upload by its ID."""
        if upload_id not in self.all:
            raise Refusal(404, f"Resource not found for id: {upload_id}", "0")
        return self.all[upload_id]

    def version(self, version_id: int) -> Version | None:
        """A version by its ID."""
        return next((one for upload in self.all.values() for one in upload.versions if one.id == version_id), None)

    def create(self, form: Form, now: float, options: Options) -> Upload:
        """A new upload; names need not be unique."""
        project, application = (as_id(form.fields.get(name)) for name in ("projectId", "applicationId"))
        if project < 0 or application < 0:
            raise Refusal(400, "projectId and applicationId are required")
        upload = Upload(self._next_id, form.fields["name"], project, application)
        self._add(upload, form, now, options)
        self._next_id += 1
        self.all[upload.id] = upload
        return upload

    def update(self, upload_id: int, form: Form, now: float, options: Options) -> Upload:
        """A new version: from now on all machines that use the upload use it."""
        upload = self.one(upload_id)
        self._add(upload, form, now, options)
        upload.name = form.fields["name"]
        return upload

    def _add(self, upload: Upload, form: Form, now: float, options: Options) -> None:
        kind = form.fields["uploadType"]
        version = Version(self._next_version, form.fields["version"], upload, kind, form.file_name, len(form.content))
        version.digest, version.came, version.error = form.digest, now, options.upload_error
        self._next_version += 1
        upload.versions.append(version)


def form_of(request: Request) -> Form:
    """The form of a request, with all that an upload needs."""
    form = parsed_form(request)
    if form is None:
        raise Refusal(400, "Required request part 'fileContent' is not present")
    if missing := [name for name in REQUIRED if not form.fields.get(name)]:
        raise Refusal(400, f"Required parameter {missing[0]} is not present")
    if form.fields["uploadType"] not in KINDS:
        raise Refusal(400, "uploadType is not one of Attachment, APK, IPA")
    return form


def parsed_form(request: Request) -> Form | None:
    """The form of a request, None if it is none or has no file."""
    boundary = re.fullmatch(r"multipart/form-data; *boundary=(\S+)", request.headers.get("content-type", ""))
    if not boundary:
        return None
    first, *parts, end = (b"\r\n" + request.body).split(b"\r\n--" + boundary[1].encode())
    if first or end != b"--\r\n":
        return None
    fields: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    for part in parts:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'; name="([^"]*)"', head)
        file_name = re.search(rb'; filename="([^"]*)"', head)
        if name and file_name and name[1] == b"fileContent":
            file = file_name[1].decode(), content
        elif name:
            fields[name[1].decode()] = content.decode()
    return Form(fields, *file) if file else None
