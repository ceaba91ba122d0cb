"""What the service says of an upload, and whether its devices are machines."""

from dataclasses import replace

import pytest

from tests.samples import case, machine, run, suite, tree
from testsigma_action.api.fields import DecodeError
from testsigma_action.api.uploads import Upload, _sent, _upload, fields
from testsigma_action.domain.run import Counts, RunSpec
from testsigma_action.domain.upload_events import Stored, UploadKind, UploadSpec, UploadVersion
from testsigma_action.domain.uploads import Uploaded, ignored_devices, pinned

VERSION = {"id": 68, "name": "v101", "status": "SUCCESS", "signStatus": "NONE", "signed": False, "uploadId": 62}
BODY = {"id": 62, "name": " Shop", "latestVersion": VERSION}
SPEC = UploadSpec("app.apk", "/app.apk", UploadKind.APK, "62", version="v101")


def version(**changes: object) -> UploadVersion:
    """The newest version, with other values in the answer."""
    found = _upload({**BODY, "latestVersion": {**VERSION, **changes}}).latest
    assert found
    return found


@pytest.mark.parametrize(
    ("kind", "changes", "usable"),
    [
        (UploadKind.APK, {}, Stored.DONE),
        (UploadKind.ATTACHMENT, {"status": "success"}, Stored.DONE),
        (UploadKind.APK, {"status": "COMPLETED"}, Stored.DONE),
        (UploadKind.APK, {"status": "IN_PROGRESS"}, Stored.PENDING),
        (UploadKind.APK, {"status": None}, Stored.PENDING),
        (UploadKind.APK, {"status": "SOMETHING_NEW"}, Stored.PENDING),
        (UploadKind.APK, {"status": "FAILED"}, Stored.FAILED),
        (UploadKind.APK, {"errorMessage": "No space"}, Stored.FAILED),
        (UploadKind.APK, {"errorMessage": {"code": "E1"}}, Stored.FAILED),
        (UploadKind.APK, {"signStatus": "FAILED"}, Stored.DONE),
        (UploadKind.IPA, {}, Stored.PENDING),
        (UploadKind.IPA, {"signStatus": "UNSIGNED"}, Stored.PENDING),
        (UploadKind.IPA, {"signStatus": None, "signed": True}, Stored.DONE),
        (UploadKind.IPA, {"signStatus": "SUCCESS"}, Stored.DONE),
        (UploadKind.IPA, {"signStatus": "SIGNING_FAILED"}, Stored.FAILED),
        (UploadKind.IPA, {"status": "IN_PROGRESS", "signed": True}, Stored.PENDING),
    ],
)
def test_whether_a_version_can_be_used(kind: UploadKind, changes: dict[str, object], usable: Stored) -> None:
    """Only the words for success are a success; an app for iOS must be signed, too."""
    assert version(**changes).usable(kind) is usable


def test_what_an_answer_must_be_about() -> None:
    """Another upload, another version, an old one, or none: that is not the answer to ours."""
    decode = _sent(SPEC, "62", 700, {"67"})
    assert decode(BODY).id == "68"
    others: tuple[object, ...] = (
        {**BODY, "id": 63},
        {**BODY, "latestVersion": {**VERSION, "name": "v100"}},
        {**BODY, "latestVersion": {**VERSION, "id": "067"}},
        {**BODY, "latestVersion": {**VERSION, "fileSize": 701}},
        {"id": 62, "name": "Shop"},
        [],
    )
    for body in others:
        with pytest.raises(DecodeError):
            decode(body)
    sized = {**BODY, "latestVersion": {**VERSION, "fileSize": 701}}
    assert _sent(replace(SPEC, unique=True), "62", 700, ())(sized).id == "68"
    assert decode({**BODY, "latestVersion": {**VERSION, "fileSize": 0}}).size is None


def test_the_fields_of_the_form() -> None:
    """A new version keeps the name and the project of its upload; a new upload has all that the user gave."""
    kept = fields(SPEC, Upload("62", "Shop", "11"))
    wanted = {"projectId": "11", "name": "Shop", "uploadType": "APK", "platformType": "TestsigmaLab", "version": "v101"}
    assert kept == wanted
    new = replace(SPEC, upload_id="", name="Data", project_id="3", application_id="4", kind=UploadKind.ATTACHMENT)
    found = fields(new, Upload("", "Data"))
    assert (found["projectId"], found["applicationId"], found["uploadType"]) == ("3", "4", "Attachment")


def test_versions_are_pinned_for_devices() -> None:
    """Versions that were pinned by the user stay."""
    spec = pinned(RunSpec("1", upload_versions={"5": "9"}), [Uploaded("a", "62", "68", "v", ("7", "8"))])
    assert spec.upload_versions == {"5": "9", "7": "68", "8": "68"}


def test_devices_that_are_no_machines() -> None:
    """A device must be a machine of one of the runs; nothing is said unless the machines of all of them are known."""
    specs = [RunSpec("1", upload_versions={"7": "68", "8": "68"}), RunSpec("2", upload_versions={"0009": "5"})]
    done = run(counts=Counts(total=1, passed=1))
    trees = [tree(replace(machine(suite(case())), machine_id=one), remote=done) for one in ("7", "9")]
    assert ignored_devices(specs, trees) == ("8",)
    assert ignored_devices(specs, [trees[0], None]) == ()
    assert ignored_devices(specs, [trees[0], replace(trees[1], listed=False)]) == ()
    nameless = replace(trees[1], machines=(replace(trees[1].machines[0], machine_id=""),))
    assert ignored_devices(specs, [trees[0], nameless]) == ()
    assert ignored_devices([], []) == ()
