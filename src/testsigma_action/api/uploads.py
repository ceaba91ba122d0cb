"""The calls about uploads. See docs/api.md for the facts and their sources."""

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from testsigma_action.api import lists
from testsigma_action.api.fields import DecodeError, Decoder, Fields, about, part
from testsigma_action.api.http import Json, Limits, Request
from testsigma_action.api.retry import Endpoints
from testsigma_action.domain.identity import same_id
from testsigma_action.domain.upload_events import Stored, UploadKind, UploadSpec, UploadVersion
from testsigma_action.errors import Transient

# A quote or a line break would end the name of a file (WHATWG, "Multipart form data").
ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


@dataclass(slots=True)
class FileForm:
    """Fields, and a file with exactly `size` bytes, which `content` returns in blocks; it may raise to break off.

    `sent` counts the bytes of the file that were sent. `complete`: all of the form was; only then can the service act
    on it.
    """

    fields: Mapping[str, str]
    name: str
    size: int
    content: Callable[[], Iterable[bytes]]
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))
    sent: int = 0
    complete: bool = False

    @property
    def content_type(self) -> str:
        """The value of the header."""
        return f"multipart/form-data; boundary={self.boundary}"

    def __len__(self) -> int:
        """The length of the body in bytes."""
        return len(self._head) + self.size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        """The body in pieces. The end of the form is sent only if `content` has returned all of the file."""
        yield self._head
        for block in self.content():
            yield block
            self.sent += len(block)
        yield self._tail
        self.complete = True

    @property
    def _head(self) -> bytes:
        parts = [self._part(f'name="{name}"') + value for name, value in self.fields.items()]
        file_name = self.name.translate(ESCAPED)
        kind = "Content-Type: application/octet-stream\r\n"
        parts.append(self._part(f'name="fileContent"; filename="{file_name}"', kind))
        return "\r\n".join(parts).encode("utf-8", "replace")

    def _part(self, disposition: str, more: str = "") -> str:
        return f"--{self.boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n"

    @property
    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode("ascii")


UPLOADS, VERSIONS = "/api/v1/uploads", "/api/v1/upload_versions"
KINDS = {UploadKind.APK: "APK", UploadKind.IPA: "IPA", UploadKind.ATTACHMENT: "Attachment"}
# The operators of a query, and what separates and quotes its parts.
MARKS = frozenset(":!><~@;$,*'")
# For a connection, and for each block of a file (seconds): a busy service may read slowly.
PATIENCE = 30.0
DONE, FAILED = re.compile("SUCCESS|COMPLETED|SIGNED|DONE"), re.compile("FAIL|ERROR|REJECT")


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload, and its newest version if that is known: older answers do not name it."""

    id: str
    name: str
    project_id: str = ""
    latest: UploadVersion | None = None


@dataclass(frozen=True, slots=True)
class FoundVersions:
    """Versions of one or several uploads. `complete`: there are no others; if it is false, there may be."""

    found: tuple[UploadVersion, ...] = ()
    complete: bool = False


class Uploads(Endpoints):
    """The uploads of an account. Reading is retried until `until`, sending never. See `Endpoints` for the errors."""

    async def fetch(self, upload_id: str, *, until: float) -> Upload:
        """One upload."""
        request = Request("GET", f"{UPLOADS}/{part(upload_id)}", f"read upload {upload_id}")
        return await self._get(request, about(upload_id, _upload), until)

    async def fetch_versions(self, upload_id: str, *, until: float) -> FoundVersions:
        """The versions of an upload, as far as one page has them. The service may ignore the query."""

        def versions(body: Json) -> FoundVersions:
            page = lists.page(body)
            found = [_version(Fields(row)) for row in page.rows]
            ours = tuple(one for one in found if one and same_id(one.upload_id, upload_id))
            return FoundVersions(ours, complete=page.last and all(one and one.upload_id for one in found))

        query = {"query": f"uploadId:{upload_id}"}
        request = Request("GET", VERSIONS, f"list the versions of upload {upload_id}", query, optional=True)
        return await self._get(request, versions, until)

    async def find(self, name: str, *, until: float) -> FoundVersions:
        """The newest versions of all uploads with a name, as far as one page has them.

        A mark of the query in the name changes what is listed, so the list is never complete then.
        """

        def versions(body: Json) -> FoundVersions:
            # The documents show a single object; others are lists. The service may ignore the query.
            page = lists.Page((body,), last=True) if Fields(body).identity("id") else lists.page(body)
            named = [one for one in map(_upload, page.rows) if one.name == name.strip()]
            newest = tuple(one.latest for one in named if one.latest)
            return FoundVersions(newest, complete=page.last and len(newest) == len(named) and not MARKS & set(name))

        request = Request("GET", UPLOADS, f"look for the upload '{name}'", {"query": f"name:{name}"})
        return await self._get(request, versions, until)

    async def send(
        self, spec: UploadSpec, to: Upload, form: FileForm, known: Collection[str], *, until: float, seconds: float
    ) -> UploadVersion:
        """Send a file, within so many seconds. An answer about one of the versions in `known` (IDs) is not about it.

        After Transient or DeadlineExceeded it may have been stored, if the form is complete.
        """
        method, path = ("PUT", f"{UPLOADS}/{part(to.id)}") if to.id else ("POST", UPLOADS)
        limits = Limits(connect=min(PATIENCE, seconds), read=seconds, total=seconds)
        request = Request(method, path, f"upload '{spec.file}'", form=form, limits=limits)
        version = await self._transport.send(request, _sent(spec, to.id, form.size, known), until=until)
        if not form.complete:
            raise Transient(f"Could not {request.purpose}: it was answered before all of the file was sent.")
        return version


def fields(spec: UploadSpec, to: Upload) -> dict[str, str]:
    """The fields of the form. A new version keeps the name of its upload."""
    given = {
        "projectId": spec.project_id or to.project_id,
        "applicationId": spec.application_id,
        "name": to.name,
        "uploadType": KINDS[spec.kind],
        "platformType": "TestsigmaLab",
        "version": spec.version,
    }
    return {name: value for name, value in given.items() if value}


def _sent(spec: UploadSpec, upload_id: str, size: int, known: Collection[str]) -> Decoder[UploadVersion]:
    """A decoder that rejects an answer about another version: an old one, or one that another job sent just now."""

    def decoded(body: Json) -> UploadVersion:
        found = _upload(body)
        new = found.latest if found.latest and found.latest.id not in known else None
        ours = new and new.name == spec.version and (spec.unique or new.size in {None, size})
        if not new or not ours or not same_id(found.id, upload_id or found.id):
            raise DecodeError(f"that does not describe version '{spec.version}'")
        return new

    return decoded


def _upload(body: Json) -> Upload:
    row = Fields(body)
    identity = row.identity("id")
    if not identity:
        raise DecodeError("that does not describe an upload")
    latest = _version(row.inner("latestVersion"), identity)
    return Upload(identity, row.text("name").strip(), row.identity("projectId"), latest)


def _version(row: Fields, upload_id: str = "") -> UploadVersion | None:
    """A version; None if it has no ID or no name, as in older answers."""
    identity, name = row.identity("id"), row.text("name").strip()
    if not identity or not name:
        return None
    failed = row.text("errorMessage") or row.mistyped("errorMessage", str)
    return UploadVersion(
        id=identity,
        name=name,
        upload_id=row.identity("uploadId") or upload_id,
        stored=Stored.FAILED if failed else _progress(row.text("status")),
        signed=Stored.DONE if row.flag("signed") else _progress(row.text("signStatus")),
        # An empty file is never sent, so 0 says nothing.
        size=row.count("fileSize") or None,
        error=row.text("errorMessage"),
    )


def _progress(word: str) -> Stored:
    """Only SUCCESS is documented. An unknown word is waited for."""
    shown = word.upper()
    if FAILED.search(shown):
        return Stored.FAILED
    return Stored.DONE if DONE.fullmatch(shown) else Stored.PENDING
