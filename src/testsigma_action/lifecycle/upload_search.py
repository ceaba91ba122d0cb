"""Searching for the version of a file, after the answer to its upload was lost."""

from dataclasses import dataclass

from testsigma_action.api.uploads import FoundVersions, Upload
from testsigma_action.domain.upload_events import UploadSpec, UploadVersion
from testsigma_action.errors import ApiError
from testsigma_action.lifecycle.remote import Remote


@dataclass(slots=True)
class VersionSearch:
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
        limits, pauses = self.remote.limits, self.remote.limits.search_pauses()
        settled = self.remote.after(limits.replication)
        until = max(min(until, settled + limits.search_slack), self.remote.after(limits.shortest_search))
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
