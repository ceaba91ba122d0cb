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

from testsigma_action.api.error_response import backoff
from testsigma_action.api.uploads import FileForm, FoundVersions, Upload, fields
from testsigma_action.domain import upload_events as events
from testsigma_action.domain.upload_events import Stored, UploadListener, UploadSpec, UploadVersion
from testsigma_action.domain.uploads import Uploaded
from testsigma_action.errors import ApiError, InputError
from testsigma_action.inputs import files
from testsigma_action.lifecycle import upload_failure
from testsigma_action.lifecycle.remote import Remote
from testsigma_action.lifecycle.start import StartFailure, failure_of


async def upload_all(
    specs: Sequence[UploadSpec], remote: Remote, limit: timedelta, emit: UploadListener
) -> AsyncIterator[Uploaded]:
    """Upload the files one after the other, each within the limit.

    Raises InputError for a file, and ApiError for the service; then there may be versions that no run uses.
    """
    sent = frozenset[str]()
    for spec in specs:
        sending = _Sending(spec, remote, limit, remote.after(limit.total_seconds()), emit)
        try:
            uploaded = await sending.run(sent)
        except files.Unusable as unusable:
            raise InputError(f"uploads: the file '{spec.file}' {unusable}") from None
        sent |= {uploaded.version_id}
        yield uploaded


@dataclass(slots=True)
class _VersionSearch:
    """The versions with the name of ours, of the upload `to`: as it was before, without an ID if it is new.

    `known` has the IDs of versions that were there before ours was sent; `all_known`: all with our name are among them.
    """

    spec: UploadSpec
    to: Upload
    remote: Remote
    known: frozenset[str] = frozenset()
    all_known: bool = False

    async def note_known(self, sent: frozenset[str]) -> None:
        """Read the versions that are there now; `sent` has the IDs of those that this step made before.

        Only a version of the user's may have a name that others have, too.
        """
        named = FoundVersions(complete=True) if self.spec.unique else await self._listed()
        newest = (self.to.latest,) if self.to.latest else ()
        self.known, self.all_known = sent.union(one.id for one in (*newest, *named.found)), named.complete

    async def find(self, size: int, until: float) -> FoundVersions:
        """Search for a version that was not there before: it may be missing in lists for a while.

        A version of the same name that may have been there before is none: without a complete list nothing is found.
        One of another size is not taken for ours, and proves nothing: its size may have changed since.
        """
        pauses, (settled, until) = self.remote.limits.search_pauses(), self.remote.search_limits(until)
        while self.all_known:
            now, listed = self.remote.now(), await self._listed()
            fresh = [one for one in listed.found if one.id not in self.known]
            ours = tuple(one for one in fresh if one.size in {None, size})
            if ours or (listed.complete and now >= settled):
                return FoundVersions(ours, complete=len(ours) == len(fresh))
            again = self.remote.after(next(pauses))
            # The first list from then on is a proof.
            again = min(again, settled) if self.remote.now() < settled else again
            if again > until:
                break
            await self.remote.sleep_until(again)
        return FoundVersions()

    async def _listed(self) -> FoundVersions:
        """The versions with our name, each of them once; none if they cannot be read."""
        versions = await (self._of_upload(self.to.id) if self.to.id else self._of_new_uploads())
        named = {one.id: one for one in versions.found if one.name == self.spec.version}
        return FoundVersions(tuple(named.values()), versions.complete)

    async def read_again(self, version: UploadVersion) -> UploadVersion:
        """What the service says of a version now; unchanged if it cannot be read."""
        versions = await self._of_upload(version.upload_id)
        return next((one for one in versions.found if one.id == version.id), version)

    async def _of_upload(self, upload_id: str) -> FoundVersions:
        """The newest version of an upload, and all others if they can be listed.

        If only the newest one is known, and it is still the one of before, there is no other new one. Older ones may
        have the same name, unless ours is unique.
        """
        calls, until = self.remote.client.uploads, self.remote.after(2 * self.remote.limits.list_answer)
        try:
            latest = (await calls.fetch(upload_id, until=until)).latest
        except ApiError:
            return FoundVersions()
        newest = (latest,) if latest else ()
        try:
            listed = await calls.fetch_versions(upload_id, until=until)
        except ApiError:
            same = latest is not None and self.to.latest is not None and latest.id == self.to.latest.id
            return FoundVersions(newest, complete=same and self.spec.unique)
        return FoundVersions((*newest, *listed.found), listed.complete)

    async def _of_new_uploads(self) -> FoundVersions:
        """The newest versions of all uploads with our name."""
        until = self.remote.after(2 * self.remote.limits.list_answer)
        try:
            return await self.remote.client.uploads.find(self.spec.name, until=until)
        except ApiError:
            return FoundVersions()


@dataclass(frozen=True, slots=True)
class _Sending:
    """One file, until it can be used or `until` (instant of the monotonic clock)."""

    spec: UploadSpec
    remote: Remote
    limit: timedelta
    until: float
    emit: UploadListener

    async def run(self, sent: frozenset[str]) -> Uploaded:
        """Send the file, and wait until a run can use it. `sent` has the versions of files before this one.

        Raises Unusable if the file cannot be read any more, or changed while it was sent.
        """
        spec, search = self.spec, _VersionSearch(self.spec, await self._target(), self.remote.quiet())
        await search.note_known(sent)
        version, adopted = await self._send(search)
        version = await self._until_usable(search, version)
        uploaded = Uploaded(spec.file, version.upload_id, version.id, version.name, spec.devices)
        self.emit(events.UploadDone(uploaded, adopted))
        return uploaded

    async def _target(self) -> Upload:
        """The upload that gets a new version, or one that does not exist yet and has no ID."""
        if not self.spec.upload_id:
            return Upload("", self.spec.name)
        until = self.remote.unreachable_until(self.until)
        try:
            return await self.remote.client.uploads.fetch(self.spec.upload_id, until=until)
        except ApiError as error:
            raise upload_failure.refused(error) from None

    async def _send(self, search: _VersionSearch) -> tuple[UploadVersion, bool]:
        """The version that the file became, and whether it had to be looked for."""
        until, number = self.remote.unreachable_until(self.until), 0
        while True:
            path = Path(self.spec.path)
            state = files.state_of(path)
            content = partial(files.content, path, state)
            form = FileForm(fields(self.spec, search.to), path.name, state.size, content)
            self.emit(events.UploadBegan(self.spec, form.size))
            answer = await self._answer(search, form)
            if isinstance(answer, UploadVersion):
                if number:
                    self.remote.client.on_retry(None)
                return answer, False
            if found := await self._after(answer, form, search):
                return found, True
            number += 1
            again = self.remote.after(backoff(number, answer.retry_after))
            if again >= until:
                raise upload_failure.refused(answer)
            self.remote.client.on_retry(answer.message)
            await self.remote.sleep_until(again)

    async def _answer(self, search: _VersionSearch, form: FileForm) -> UploadVersion | ApiError:
        """The answer, or the error of the service. Raises Unusable."""
        uploads, left = self.remote.client.uploads, max(0.1, self.until - self.remote.now())
        sending = uploads.send(self.spec, search.to, form, search.known, until=self.until, seconds=left)
        sender = asyncio.ensure_future(sending)
        try:
            while not (await asyncio.wait({sender}, timeout=self.remote.limits.upload_progress))[0]:
                self.emit(events.UploadProgress(self.spec, form.sent, form.size))
            return sender.result()
        except ApiError as error:
            return error
        finally:
            sender.cancel()

    async def _after(self, error: ApiError, form: FileForm, search: _VersionSearch) -> UploadVersion | None:
        """The version, if the file was stored all the same; None if it must be sent again. Raises UploadError."""
        kind = failure_of(error)
        if kind is StartFailure.REFUSED or upload_failure.is_too_large(error):
            raise upload_failure.refused(error)
        if kind is StartFailure.NOT_SENT or (kind is StartFailure.RATE_LIMITED and not form.complete):
            return None
        if not form.complete:
            raise upload_failure.cut_off(error, form.sent, form.size, late=self.remote.now() >= self.until)
        self.emit(events.UploadAnswerLost(self.spec, error.message))
        ours = await search.find(form.size, self.until)
        if len(ours.found) == 1:
            return ours.found[0]
        nothing = ours.complete and not ours.found
        if nothing and kind is StartFailure.RATE_LIMITED:
            return None
        raise upload_failure.refused(error) if nothing and error.said else upload_failure.uncertain(error, self.spec)

    async def _until_usable(self, search: _VersionSearch, version: UploadVersion) -> UploadVersion:
        """The version, once the service has stored it and, if it does that, signed it. Raises UploadError."""
        pauses = self.remote.limits.search_pauses()
        if version.usable(self.spec.kind) is Stored.PENDING:
            self.emit(events.UploadPending(self.spec, version))
        while version.usable(self.spec.kind) is Stored.PENDING:
            pause = next(pauses)
            if self.remote.now() + pause > self.until:
                raise upload_failure.not_in_time(version, self.spec, self.limit)
            await asyncio.sleep(pause)
            version = await search.read_again(version)
        if version.usable(self.spec.kind) is Stored.FAILED:
            raise upload_failure.not_stored(version, self.spec)
        return version
