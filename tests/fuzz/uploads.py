"""Uploads: makes them a part of a script, and what the step promises about them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

from tests.fuzz import trouble
from tests.simulation.clock import BEGIN
from tests.simulator import Scenario, UploadBefore
from tests.simulator.uploads import Version, parsed_form

if TYPE_CHECKING:
    from tests.fuzz.story import Story
    from tests.simulation import Exchange

EXISTING, NO_SUCH_UPLOAD = 62, 63
FILES: Mapping[str, bytes] = {"app.apk": b"an app", "app.ipa": b"an app for iOS", "data.csv": b"a,b\n" * 40_000}
CALLS = ("upload-new", "upload-version")
# How the service may be, the first value being the usual one.
OPTIONS: Mapping[str, tuple[object, ...]] = {
    "upload_error": (*[""] * 9, "No space left"),
    "upload_stored_after": (0.0, 0.0, 3.0, 100.0),
    "signed_after": (60.0, 0.0, 60.0, 1000.0),
    "signing_fails": (*[False] * 5, True),
    "upload_listed_after": (0.0, 0.0, 10.0, 100.0),
    "upload_shape": ("versions", "versions", "flat"),
    "upload_lists": ("page", "array", "object"),
    "body_rate": (0.0, 0.0, 3000.0, 100_000.0),
    "body_cut": (*[None] * 9, 100),
}
# Longest time in which a lost answer is looked for, and in which an upload is read before (seconds).
LOOK, READ = 80.0, 120.0


def inputs_of(random: Random) -> dict[str, str]:
    """One or two files, as new versions of an upload or as new uploads."""
    files = random.sample(sorted(FILES), random.choice((1, 1, 2)))
    entries = [_entry(random, file, str(10 * number)) for number, file in enumerate(files, 1)]
    limit = random.choice(("", "20s", "2m", "2m"))
    return {"TESTSIGMA_UPLOADS": json.dumps(entries), **({"TESTSIGMA_UPLOAD_TIMEOUT": limit} if limit else {})}


def _entry(random: Random, file: str, device: str) -> dict[str, object]:
    to = random.choice((*[EXISTING] * 9, NO_SUCH_UPLOAD, None, None))
    entry: dict[str, object] = {"file": file}
    entry |= {"name": "New", "project-id": "11", "application-id": "4"} if to is None else {"upload-id": str(to)}
    entry |= {"type": "Attachment"} if file == "data.csv" else {}
    entry |= random.choice(({}, {"devices": [device]}))
    return entry | random.choice(({}, {}, {"version": "1.0"}))


def scenario_of(random: Random, scenario: Scenario) -> Scenario:
    """The same service with an upload, and with more trouble."""
    changes = {name: random.choice(values) for name, values in OPTIONS.items()}
    found = replace(scenario, uploads_before=(UploadBefore(EXISTING),)).with_options(**changes)
    return replace(found, faults=(*trouble.of_uploads(random), *found.faults))


def longest(story: "Story") -> float:
    """Seconds that the uploads of a script take at most."""
    given = story.script.given("upload-timeout") or "15m"
    seconds = float(given[:-1]) * (60 if given.endswith("m") else 1)
    return len(_entries(story)) * (seconds + LOOK + READ)


def nothing_after_a_failed_upload(story: "Story") -> Iterator[str]:
    """A run is started only if each file was stored and signed by then, and with its version for its devices."""
    entries = _entries(story)
    for start in story.starts if entries else ():
        pinned = json.loads(start.request.body).get("uploadVersions", {})
        for entry in entries:
            versions = {str(one.id) for one in _usable(story, str(entry["file"]), BEGIN + start.arrived)}
            if not versions:
                yield f"a run was started, and {entry['file']} cannot be used"
            for device in entry.get("devices", ()):
                if versions and pinned.get(device) not in versions:
                    yield f"device {device} tests version {pinned.get(device)}, and {entry['file']} is {versions}"


def uploaded_once(story: "Story") -> Iterator[str]:
    """Each file is stored once at most, and sent again only after it was refused for now."""
    stored = Counter(version.digest for version in _new_versions(story))
    yield from (f"a file was stored {number} times" for number in stored.values() if number > 1)
    answered: dict[str, Exchange] = {}
    for sent in (one for one in story.outcome.exchanges if one.call in CALLS):
        form = parsed_form(sent.request)
        digest = form.digest if form else ""
        if (earlier := answered.get(digest)) and (not earlier.received or earlier.response.status != 429):
            yield f"a file was sent again after {earlier.response.status}"
        answered[digest] = sent


def _entries(story: "Story") -> list[dict[str, list[str]]]:
    entries: list[dict[str, list[str]]] = json.loads(story.script.given("uploads") or "[]")
    return entries


def _new_versions(story: "Story") -> Iterator[Version]:
    """The versions that were stored since the beginning."""
    for upload in story.world.simulator.uploads().values():
        yield from (version for version in upload.versions if version.digest)


def _usable(story: "Story", file: str, now: float) -> Iterator[Version]:
    """The versions with the content of a file that a run could use at that time."""
    options, digest = story.script.scenario.options, sha256(FILES[file]).hexdigest()
    for version in _new_versions(story):
        signed = version.kind != "IPA" or version.signed(now, options)
        if version.digest == digest and version.came <= now and version.stored(now, options) and signed:
            yield version
