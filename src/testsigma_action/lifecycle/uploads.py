"""Uploading files before the first start, each of them exactly once.

The service has no idempotency key, and a new version moves every machine that uses the upload. So a file is sent again
only if it was not sent, or if the service refused it for now and a search proved that it stored nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from testsigma_action.api.error_response import RetryEvent, backoff
from testsigma_action.api.file_form import FileForm
from testsigma_action.api.uploads import Upload, Uploads, fields
from testsigma_action.domain.upload_events import (
    Stored,
    UploadAnswerLost,
    UploadBegan,
    UploadDone,
    UploadListener,
    UploadPending,
    UploadProgress,
    UploadSpec,
    UploadVersion,
)
from testsigma_action.domain.uploads import Uploaded
from testsigma_action.errors import ApiError, DeadlineExceeded
from testsigma_action.inputs import files
from testsigma_action.lifecycle import upload_failure
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.start_failure import StartFailure, failure_of, no_answer
from testsigma_action.lifecycle.upload_search import Before, VersionSearch


async def upload_all(
    specs: Sequence[UploadSpec], remote: Remote, limit: timedelta, emit: UploadListener
) -> AsyncIterator[Uploaded]:
    """Upload the files one after the other, each within the limit.

    Raises InputError for a file, and ApiError for the service; then there may be versions that no run uses.
    """
    seconds, sent = limit.total_seconds(), frozenset[str]()
    for spec in specs:
        sending = _Sending(spec, remote, remote.client.uploads, remote.after(seconds), seconds, emit)
        uploaded = await sending.run(sent)
        sent |= {uploaded.version_id}
        yield uploaded


@dataclass(frozen=True, slots=True)
class _Sending:
    """One file, until it can be used or `until` (instant of the monotonic clock)."""

    spec: UploadSpec
    remote: Remote
    uploads: Uploads
    until: float
    limit: float
    emit: UploadListener

    async def run(self, sent: frozenset[str]) -> Uploaded:
        """Send the file, and wait until a run can use it. `sent` has the versions of files before this one."""
        search = VersionSearch(self.spec, await self._target(), self.remote.quiet())
        version, adopted = await self._send(search, await search.before(sent))
        version = await self._until_usable(search, version)
        spec = self.spec
        uploaded = Uploaded(spec.file, version.upload_id, version.id, version.name, spec.devices)
        self.emit(UploadDone(uploaded, adopted))
        return uploaded

    async def _target(self) -> Upload:
        """The upload that gets a new version, or one that does not exist yet and has no ID."""
        if not self.spec.upload_id:
            return Upload("", self.spec.name)
        until = min(self.until, self.remote.after(self.remote.limits.unreachable))
        try:
            return await self.uploads.fetch(self.spec.upload_id, until=until)
        except ApiError as error:
            raise upload_failure.refused(error) from None

    async def _send(self, search: VersionSearch, before: Before) -> tuple[UploadVersion, bool]:
        """The version that the file became, and whether it had to be looked for."""
        unreachable, number = min(self.until, self.remote.after(self.remote.limits.unreachable)), 0
        while True:
            number += 1
            form = self._form(search.to)
            self.emit(UploadBegan(self.spec, form.size))
            answer = await self._answer(search.to, form, before.ids)
            if isinstance(answer, UploadVersion):
                self._on_retry(number - 1)
                return answer, False
            if found := await self._after(answer, form, search, before):
                return found, True
            again = self.remote.after(backoff(number, answer.retry_after))
            if again >= unreachable:
                raise upload_failure.refused(answer)
            self._on_retry(number, answer.message)
            await self.remote.sleep_until(again)

    def _on_retry(self, number: int, message: str = "") -> None:
        """Report a retry or, without a message, that one succeeded. The number is 0 if there was none."""
        if number:
            self.remote.on_retry(RetryEvent(f"upload '{self.spec.file}'", number, message))

    def _form(self, to: Upload) -> FileForm:
        path = Path(self.spec.path)
        try:
            state = files.state_of(path)
        except files.Unusable as unusable:
            raise upload_failure.unusable_file(self.spec, str(unusable)) from None
        return FileForm(fields(self.spec, to), path.name, state.size, partial(files.content, path, state))

    async def _answer(self, to: Upload, form: FileForm, known: frozenset[str]) -> UploadVersion | ApiError:
        """The answer, or the error of the service. Raises InputError if the file changed."""
        left = max(0.1, self.until - self.remote.now())
        sending = self.uploads.send(self.spec, to, form, known, until=self.until, seconds=left)
        sender = asyncio.ensure_future(sending)
        try:
            while not (await asyncio.wait({sender}, timeout=self.remote.limits.upload_progress))[0]:
                self.emit(UploadProgress(self.spec, form.sent, form.size))
            return sender.result()
        except files.Unusable as unusable:
            raise upload_failure.unusable_file(self.spec, str(unusable)) from None
        except DeadlineExceeded:
            return no_answer(f"upload '{self.spec.file}'")
        except ApiError as error:
            return error
        finally:
            sender.cancel()

    async def _after(
        self, error: ApiError, form: FileForm, search: VersionSearch, before: Before
    ) -> UploadVersion | None:
        """The version, if the file was stored all the same; None if it must be sent again. Raises UploadError."""
        kind = failure_of(error)
        if kind is StartFailure.REFUSED or upload_failure.is_too_large(error):
            raise upload_failure.refused(error)
        if kind is StartFailure.NOT_SENT or (kind is StartFailure.RATE_LIMITED and not form.complete):
            return None
        if not form.complete:
            raise upload_failure.cut_off(error, form.sent, form.size, late=self.remote.now() >= self.until)
        self.emit(UploadAnswerLost(self.spec, error.message))
        found = await search.find(before, form.size, self.until)
        if len(found.versions) == 1:
            return found.versions[0]
        if found.nothing and kind is StartFailure.RATE_LIMITED:
            return None
        if found.nothing and error.said:
            raise upload_failure.refused(error)
        raise upload_failure.uncertain(error, self.spec)

    async def _until_usable(self, search: VersionSearch, version: UploadVersion) -> UploadVersion:
        """The version, once the service has stored it and, if it does that, signed it. Raises UploadError."""
        pauses = self.remote.limits.search_pauses()
        if version.usable(self.spec.kind) is Stored.PENDING:
            self.emit(UploadPending(self.spec, version))
        while (state := version.usable(self.spec.kind)) is not Stored.DONE:
            if state is Stored.FAILED:
                raise upload_failure.not_stored(version, self.spec)
            pause = next(pauses)
            if self.remote.now() + pause > self.until:
                raise upload_failure.not_in_time(version, self.spec, self.limit)
            await asyncio.sleep(pause)
            version = await search.read_again(version)
        return version
