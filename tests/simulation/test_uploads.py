"""Uploads: sent once, before the first start, and nothing is started after one that failed or is in doubt."""

import json
import signal
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.simulation import Cut, Outcome, Signal, World
from tests.simulator import Fault, Machine, Scenario, Suite, UploadBefore, failed, passed, scenario

CONTENT = b"the app of this commit " * 10_000
ONE = "[{file: app.apk, upload-id: 62, devices: [211]}]"
SENT = "upload-version"


def service(*faults: Fault, **options: object) -> Scenario:
    """A plan with one machine, which uses an upload that exists."""
    machine = Machine("Pixel", (Suite("Smoke", (passed("Log in"),)),), id=211, upload=62)
    content = replace(scenario("passing"), uploads_before=(UploadBefore(62),), runs_before=(), pace="time")
    return content.with_plan(machines=(machine,)).with_options(**options).with_faults(*faults)


def world(content: Scenario, folder: Path, uploads: str = ONE, **given: Any) -> World:  # noqa: ANN401 - of World
    """A workspace with files to upload."""
    environ = {"TESTSIGMA_UPLOADS": uploads, **given.pop("environ", {})}
    made = World(content, folder, environ, **given)
    for name in ("app.apk", "app.ipa", "data.csv"):
        (made.workspace / name).write_bytes(CONTENT + name.encode())
    return made


def results(outcome: Outcome) -> dict[str, Any]:
    """The results file."""
    (path,) = outcome.workspace.glob("test-results/*.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def apps(made: World) -> list[dict[int, int]]:
    """The version that each machine of each run tested, as the service knows it."""
    return [run.apps for run in made.simulator.runs().values()]


def version_ids(outcome: Outcome) -> dict[str, str]:
    """The versions that the files became, as the output has them."""
    found: dict[str, str] = json.loads(outcome.outputs["upload-version-ids"])
    return found


def not_started(outcome: Outcome, exit_code: int, code: str, *words: str) -> None:
    """Nothing was started, and all reports say why."""
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (exit_code, code), outcome.log
    assert "start" not in outcome.calls
    assert "Nothing was started." in outcome.log
    for word in words:
        assert word in outcome.log
    assert results(outcome)["verdict"]["code"] == code


def test_a_new_version_is_tested(tmp_path: Path) -> None:
    """The file goes to the service as it is; its version is pinned for the devices, and is in log, outputs and file."""
    made = world(service(), tmp_path)
    outcome = made.run()
    assert outcome.exit_code == 0, outcome.log
    (sent,) = (seen.body for seen in outcome.seen if seen.call == SENT)
    assert isinstance(sent, dict)
    number = results(outcome)["runs"][0]["spec"]["buildNumber"]
    wanted = {"name": "Shop", "uploadType": "APK", "platformType": "TestsigmaLab", "version": number, "file": "app.apk"}
    assert {key: sent[key] for key in wanted} == wanted
    content = CONTENT + b"app.apk"
    assert (sent["size"], sent["digest"]) == (len(content), sha256(content).hexdigest())
    assert apps(made) == [{211: 9031}]
    assert json.loads(outcome.outputs["upload-version-ids"]) == {"app.apk": "9031"}
    assert outcome.calls.index(SENT) < outcome.calls.index("start")
    assert "Uploaded 'app.apk': version ID 9031, for devices 211" in outcome.log
    (kept,) = results(outcome)["uploads"]
    assert kept == {"file": "app.apk", "uploadId": "62", "versionId": "9031", "version": number, "devices": ["211"]}


def test_a_new_upload(tmp_path: Path) -> None:
    """A name, a project and an application make a new upload; without devices nothing is pinned."""
    text = "[{file: data.csv, type: attachment, name: Data, project-id: 11, application-id: 4, version: '7'}]"
    made = world(service(), tmp_path, text)
    outcome = made.run()
    assert outcome.exit_code == 0, outcome.log
    (upload,) = (one for one in made.simulator.uploads().values() if one.id != 62)
    assert (upload.name, upload.project_id, upload.application_id, upload.latest.name) == ("Data", 11, 4, "7")
    assert apps(made) == [{211: 68}]


def test_the_log_names_the_file_that_a_pattern_matches(tmp_path: Path) -> None:
    """So that everybody sees which build is tested; a path is not said twice."""
    by_pattern = world(service(), tmp_path, "[{file: '*.apk', upload-id: 62, devices: [211]}]").run()
    assert "Uploading '*.apk' (app.apk, 0.2 MB) as version" in by_pattern.log
    assert "Uploading 'app.apk' (0.2 MB) as version" in world(service(), tmp_path / "x").run().log


def test_without_uploads_nothing_is_asked(tmp_path: Path) -> None:
    """The output is empty, and no call about uploads is made."""
    outcome = World(service(), tmp_path).run()
    assert outcome.outputs["upload-version-ids"] == ""
    assert not [call for call in outcome.calls if "upload" in call]


def test_several_plans(tmp_path: Path) -> None:
    """A file is uploaded once for the step, before the first start, and pinned in each run."""
    plans = "[{plan-id: 420}, {plan-id: 420, upload-versions: {77: 5}}]"
    environ = {"TESTSIGMA_PLAN_ID": "", "TESTSIGMA_PLANS": plans}
    made = world(service(), tmp_path, environ=environ)
    outcome = made.run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.calls.count(SENT) == 1
    starts = [seen.body for seen in outcome.seen if seen.call == "start"]
    pinned = [body["uploadVersions"] for body in starts if isinstance(body, dict)]
    assert sorted(pinned, key=len) == [{"211": "9031"}, {"77": "5", "211": "9031"}]
    assert apps(made) == [{211: 9031}, {211: 9031}]


def test_an_app_for_ios_is_signed_first(tmp_path: Path) -> None:
    """The step waits for the signature, says so once, and starts nothing before."""
    text = "[{file: app.ipa, upload-id: 62, devices: [211]}]"
    made = world(service(signed_after=200.0), tmp_path, text)
    outcome = made.run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.log.count("Waiting until Testsigma has signed 'app.ipa' (version ID 9031).") == 1
    uploaded, started = (next(seen.time for seen in outcome.seen if seen.call == call) for call in (SENT, "start"))
    assert started - uploaded >= 200.0


def test_a_file_is_stored_later(tmp_path: Path) -> None:
    """A status that is not the documented one is waited for."""
    made = world(service(upload_stored_after=40.0), tmp_path)
    outcome = made.run()
    assert (outcome.exit_code, apps(made)) == (0, [{211: 9031}])
    assert "Waiting until Testsigma has stored 'app.apk'" in outcome.log


def test_storage_that_fails(tmp_path: Path) -> None:
    """The status of the answer is 200, and the words of the service are in the reason."""
    outcome = world(service(upload_error="No space left on device"), tmp_path).run()
    not_started(outcome, 3, "upload-failed", "Testsigma could not store 'app.apk'", "No space left on device")


def test_a_signature_that_fails(tmp_path: Path) -> None:
    """An app that cannot be signed cannot be tested."""
    outcome = world(service(signing_fails=True), tmp_path, "[{file: app.ipa, upload-id: 62}]").run()
    not_started(outcome, 3, "upload-failed", "Testsigma could not sign 'app.ipa'")


def test_a_signature_that_never_comes(tmp_path: Path) -> None:
    """The wait for it has its own limit."""
    text, limit = "[{file: app.ipa, upload-id: 62}]", {"TESTSIGMA_UPLOAD_TIMEOUT": "3m"}
    outcome = world(service(signed_after=1e6), tmp_path, text, environ=limit).run()
    not_started(outcome, 3, "upload-failed", "has not signed 'app.ipa' (version ID 9031) within 3 min 00 s")
    assert 150 < outcome.duration < 200


@pytest.mark.parametrize("how", ["versions", "flat"])
@pytest.mark.parametrize(
    "fault", [Fault(SENT, delivery="reset", takes_effect=True), Fault(SENT, text="", takes_effect=True)]
)
def test_a_lost_answer_is_looked_up(how: str, fault: Fault, tmp_path: Path) -> None:
    """The version is found by its name, also where an upload does not name its versions; nothing is sent twice."""
    made = world(service(fault, upload_shape=how, upload_listed_after=7.0), tmp_path)
    outcome = made.run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.calls.count(SENT) == 1
    assert "The answer to the upload was lost, and the version was found." in outcome.log
    assert apps(made) == [{211: 9031}]


def test_the_lost_answer_of_a_new_upload(tmp_path: Path) -> None:
    """A new upload is found by its name and its version, however uploads are listed."""
    text = "[{file: app.apk, name: Build, project-id: 11, application-id: 4, devices: [211]}]"
    for how in ("object", "array", "page"):
        lost = Fault("upload-new", status=502, takes_effect=True)
        made = world(service(lost, upload_lists=how, upload_listed_after=20.0), tmp_path / how, text)
        outcome = made.run()
        assert outcome.exit_code == 0, outcome.log
        assert (outcome.calls.count("upload-new"), apps(made)) == (1, [{211: 9031}])


def test_a_lost_answer_that_is_not_found(tmp_path: Path) -> None:
    """Nobody knows whether the file was stored: nothing is sent again, and nothing is started.

    A complete list proves that it was not, if the service itself answered.
    """
    page = Fault(SENT, status=504, text="<html>Timeout</html>")
    outcome = world(service(page), tmp_path / "gateway").run()
    not_started(outcome, 3, "upload-uncertain", "may have been stored")
    assert outcome.calls.count(SENT) == 1
    outcome = world(service(Fault(SENT, status=500)), tmp_path / "service").run()
    not_started(outcome, 3, "upload-failed")
    assert outcome.calls.count(SENT) == 1


def test_a_version_of_the_same_name_from_before(tmp_path: Path) -> None:
    """With a version name of the user, one that existed before is not ours."""
    lost = Fault(SENT, delivery="reset")
    text = "[{file: app.apk, upload-id: 62, version: '1.0', devices: [211]}]"
    not_started(world(service(lost), tmp_path / "nothing", text).run(), 3, "upload-uncertain")
    made = world(service(replace(lost, takes_effect=True)), tmp_path / "stored", text)
    assert (made.run().exit_code, apps(made)) == (0, [{211: 9031}])


def test_a_version_of_the_same_name_that_may_be_old(tmp_path: Path) -> None:
    """Without a list from before, a version with a name of the user may be an old one: it is not taken for ours."""
    faults = (
        Fault("uploads", status=503, count=None, end=6.5),
        Fault("upload-new", delivery="reset", takes_effect=True),
    )
    text = "[{file: app.apk, name: Build, project-id: 11, application-id: 4, version: '1.0', devices: [211]}]"
    not_started(world(service(*faults), tmp_path / "new", text).run(), 3, "upload-uncertain")
    faults = (Fault("upload-versions", status=404), Fault(SENT, status=502))
    text = "[{file: app.apk, upload-id: 62, version: '0.9', devices: [211]}]"
    old = replace(service(*faults), uploads_before=(UploadBefore(62, versions=("0.9", "1.0")),))
    not_started(world(old, tmp_path / "version", text).run(), 3, "upload-uncertain")


def test_without_a_list_nothing_is_proven(tmp_path: Path) -> None:
    """Another job may have uploaded a newer version since: after a 429 the file is not sent again."""
    newer = Fault("upload", after=1, count=None, fields={"latestVersion.id": 8000, "latestVersion.name": "theirs"})
    unlisted = Fault("upload-versions", status=404, count=None)
    for faults, calls in (((unlisted,), 2), ((unlisted, newer), 1)):
        limited = Fault(SENT, status=429)
        outcome = world(service(limited, *faults), tmp_path / str(calls)).run()
        assert outcome.calls.count(SENT) == calls
        assert outcome.outputs["error-code"] == ("" if calls == 2 else "upload-uncertain")


def test_the_answer_is_about_another_version(tmp_path: Path) -> None:
    """Another job uploaded a version at the same time, and the answer describes that one: ours is looked up."""
    strange = Fault(SENT, fields={"latestVersion.id": 8000, "latestVersion.name": "theirs"})
    made = world(service(strange), tmp_path)
    assert (made.run().exit_code, apps(made)) == (0, [{211: 9031}])


TWO = "[{{file: app.apk, {0}, devices: [211]}}, {{file: app.ipa, type: APK, {0}, devices: [212]}}]"


@pytest.mark.parametrize("to", ["upload-id: 62", "name: Build, project-id: 11, application-id: 4"])
@pytest.mark.parametrize("stored", [True, False])
def test_two_files_of_the_same_size_and_name(to: str, tmp_path: Path, *, stored: bool) -> None:
    """The version of the first file is never taken for that of the second one, whose answer was lost."""
    lost = Fault("upload-[nv]e*", after=1, delivery="reset", takes_effect=stored)
    outcome = world(service(lost), tmp_path, TWO.format(to)).run()
    if not stored:
        not_started(outcome, 3, "upload-uncertain")
        return
    assert outcome.exit_code == 0, outcome.log
    assert [version_ids(outcome), outcome.calls.count("start")] == [{"app.apk": "9031", "app.ipa": "9032"}, 1]


@pytest.mark.parametrize(
    ("text", "after", "newest", "ours"),
    [
        ("[{file: app.apk, upload-id: 62, version: '1.0', devices: [211]}]", 0, 68, ["9031"]),
        (TWO.format("upload-id: 62"), 1, 9031, ["9031", "9032"]),
    ],
)
def test_an_answer_that_is_behind(text: str, after: int, newest: int, ours: list[str], tmp_path: Path) -> None:
    """An answer that describes the newest version of before is not about ours, though that has the same name."""
    outcome = world(service(Fault(SENT, after=after, fields={"latestVersion.id": newest})), tmp_path, text).run()
    assert outcome.exit_code == 0, outcome.log
    assert list(version_ids(outcome).values()) == ours


def test_another_job_uploads_a_version_of_the_same_name(tmp_path: Path) -> None:
    """With a version name of the user, the answer may describe the file of another job: it has another size."""
    theirs = Fault(SENT, fields={"latestVersion.id": 8000, "latestVersion.fileSize": 5})
    made = world(service(theirs), tmp_path, "[{file: app.apk, upload-id: 62, version: '7', devices: [211]}]")
    assert (made.run().exit_code, apps(made)) == (0, [{211: 9031}])


def test_the_size_of_a_version_proves_nothing(tmp_path: Path) -> None:
    """A version with our name and another size may be ours: the file is not sent again, and nothing is started."""
    limited = Fault("upload-new", status=429, takes_effect=True)
    smaller = Fault("uploads", count=None, fields={"latestVersion.fileSize": 5})
    text = "[{file: app.apk, name: Build, project-id: 11, application-id: 4}]"
    outcome = world(service(limited, smaller, upload_lists="object"), tmp_path, text).run()
    not_started(outcome, 3, "upload-uncertain")
    assert outcome.calls.count("upload-new") == 1


def test_a_name_that_a_query_cannot_have(tmp_path: Path) -> None:
    """The service reads a comma or a colon as a mark of the query, so a list without the upload proves nothing."""
    for name in ("Build, debug", "Build:debug"):
        text = f"[{{file: app.apk, name: '{name}', project-id: 11, application-id: 4}}]"
        limited = Fault("upload-new", status=429, takes_effect=True)
        outcome = world(service(limited), tmp_path / name, text).run()
        assert outcome.calls.count("upload-new") == 1, outcome.log
        assert (outcome.exit_code, outcome.outputs["error-code"]) in {(0, ""), (3, "upload-uncertain")}


def test_a_refusal_for_now(tmp_path: Path) -> None:
    """After a 429 the file is sent again, once it is proven that it was not stored."""
    made = world(service(Fault(SENT, status=429, headers={"Retry-After": "30"})), tmp_path)
    outcome = made.run()
    assert (outcome.exit_code, outcome.calls.count(SENT), apps(made)) == (0, 2, [{211: 9031}])
    first, second = (seen.time for seen in outcome.seen if seen.call == SENT)
    assert second - first >= 60.0
    stored = Fault(SENT, status=429, takes_effect=True)
    outcome = world(service(stored), tmp_path / "stored").run()
    assert (outcome.exit_code, outcome.calls.count(SENT)) == (0, 1)


def test_no_connection(tmp_path: Path) -> None:
    """What was never sent is sent again; after two minutes the step gives up."""
    made = world(service(), tmp_path, cuts=(Cut("refused", Fault(SENT, count=2)),))
    outcome = made.run()
    assert (outcome.exit_code, apps(made)) == (0, [{211: 9031}])
    assert outcome.log.index("Testsigma answers again") < outcome.log.index("Uploaded 'app.apk'")
    outcome = world(service(), tmp_path / "never", cuts=(Cut("refused", Fault(SENT, count=None)),)).run()
    not_started(outcome, 3, "api-unreachable")
    assert outcome.duration < 150


@pytest.mark.parametrize(
    ("status", "code"), [(400, "upload-failed"), (401, "api-key-rejected"), (403, "api-forbidden")]
)
def test_a_refusal(status: int, code: str, tmp_path: Path) -> None:
    """The service says that it did nothing."""
    outcome = world(service(Fault(SENT, status=status)), tmp_path).run()
    not_started(outcome, 3, code)
    assert outcome.calls.count(SENT) == 1


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """A gateway that says so has passed nothing on: nothing is looked for, and the advice is about the size."""
    page = Fault(SENT, status=413, text="<html>413 Request Entity Too Large</html>")
    outcome = world(service(page), tmp_path).run()
    not_started(outcome, 3, "upload-failed", "413 Request Entity Too Large", "limits for the size of a file")
    assert outcome.duration < 5


def test_an_upload_that_does_not_exist(tmp_path: Path) -> None:
    """A wrong ID is found before anything is sent."""
    outcome = world(service(), tmp_path, "[{file: app.apk, upload-id: 63}]").run()
    not_started(outcome, 3, "not-found", "upload 63")
    assert SENT not in outcome.calls


def test_a_connection_that_is_cut_off(tmp_path: Path) -> None:
    """A form without its end cannot be stored: the step ends, and looks for nothing."""
    outcome = world(service(body_cut=100_000), tmp_path).run()
    not_started(outcome, 3, "upload-failed", "of 0.2 MB were sent")
    assert (outcome.calls.count(SENT), outcome.calls.count("upload-versions")) == (0, 0)


def test_a_slow_service(tmp_path: Path) -> None:
    """The log shows the progress twice a minute; the time is not that of the run."""
    limits = {"TESTSIGMA_TIMEOUT": "1m"}
    made = world(service(body_rate=2500.0), tmp_path, environ=limits)
    outcome = made.run()
    assert outcome.exit_code == 0, outcome.log
    assert outcome.duration > 90
    lines = [line for line in outcome.lines if "MB sent" in line]
    assert 2 <= len(lines) <= 4
    assert "[0:00:30] 'app.apk': 0.1 MB of 0.2 MB sent" in lines[0]
    assert apps(made) == [{211: 9031}]


def test_a_service_that_is_too_slow(tmp_path: Path) -> None:
    """The timeout of uploads ends it; a block that is not read for half a minute does, too."""
    limit = {"TESTSIGMA_UPLOAD_TIMEOUT": "1m"}
    outcome = world(service(body_rate=2500.0), tmp_path, environ=limit).run()
    not_started(outcome, 3, "upload-failed", "were sent", "Raise upload-timeout")
    assert 60 <= outcome.duration < 70
    outcome = world(service(body_rate=100.0), tmp_path / "stuck").run()
    not_started(outcome, 3, "upload-failed")
    assert outcome.duration < 40


def test_no_answer(tmp_path: Path) -> None:
    """All of the file was sent, and no answer came in time: it may have been stored."""
    limit = {"TESTSIGMA_UPLOAD_TIMEOUT": "1m"}
    outcome = world(service(Fault(SENT, delay=1e5, status=504)), tmp_path, environ=limit).run()
    not_started(outcome, 3, "upload-uncertain")
    made = world(service(Fault(SENT, delay=1e5)), tmp_path / "stored", environ=limit)
    assert (made.run().exit_code, apps(made)) == (0, [{211: 9031}])


@pytest.mark.parametrize("options", [{"body_rate": 2500.0}, {"upload_stored_after": 1e5}])
def test_a_signal(options: dict[str, object], tmp_path: Path) -> None:
    """A signal ends the step within 2 seconds; nothing is started, and the reports are written."""
    made = world(service(**options), tmp_path, signals=(Signal(signal.SIGTERM, 40.0),))
    outcome = made.run()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (143, "cancelled")
    assert outcome.duration < 42
    assert "start" not in outcome.calls
    assert results(outcome)["verdict"]["code"] == "cancelled"
    made.clock.skip(1000)
    assert made.simulator.runs() == {}


def test_the_first_of_two_is_known(tmp_path: Path) -> None:
    """What was uploaded before a failure is in the outputs; nothing is started."""
    text = "[{file: app.apk, upload-id: 62}, {file: data.csv, upload-id: 62, type: Attachment}]"
    outcome = world(service(Fault(SENT, status=400, after=1)), tmp_path, text).run()
    not_started(outcome, 3, "upload-failed", "Could not upload 'data.csv'")
    assert json.loads(outcome.outputs["upload-version-ids"]) == {"app.apk": "9031"}


@pytest.mark.parametrize("content", [b"", CONTENT[:-5], CONTENT * 2])
def test_a_file_that_changes(content: bytes, tmp_path: Path) -> None:
    """A build that is still going on is no build: what was sent of it is not stored, and the step ends with 2."""
    made = world(service(body_rate=5000.0), tmp_path)
    made.at(20.0, lambda _: (made.workspace / "app.apk").write_bytes(content))
    outcome = made.run()
    not_started(outcome, 2, "bad-input", "the file 'app.apk' changed while it was sent")
    assert len(made.simulator.uploads()[62].versions) == 1


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    """A file that cannot be read any more when it is sent is wrong input."""
    made = world(service(), tmp_path, cuts=(Cut("refused", Fault(SENT, count=3)),))
    made.at(0.2, lambda _: (made.workspace / "app.apk").unlink())
    not_started(made.run(), 2, "bad-input", "the file 'app.apk' is not a regular file")


WARNING = "Device 212 is not a machine of the run. Testsigma ignores a version for such a device"


@pytest.mark.parametrize(
    "environ",
    [
        {"TESTSIGMA_UPLOADS": "[{file: app.apk, upload-id: 62, devices: [211, 212]}]"},
        {"TESTSIGMA_UPLOADS": "", "TESTSIGMA_UPLOAD_VERSIONS": "{0211: 68, 212: 68}"},
    ],
)
def test_a_device_that_is_no_machine(environ: dict[str, str], tmp_path: Path) -> None:
    """The service says nothing, so the step warns: in log, summary, annotations and results file."""
    outcome = world(service(), tmp_path, environ=environ).run()
    assert outcome.exit_code == 0
    assert f"Warning: {WARNING}" in outcome.log
    assert [line for line in outcome.lines if line.startswith("::warning") and WARNING in line]
    assert WARNING in outcome.summary
    (machine,) = results(outcome)["runs"][0]["machines"]
    there_is = f"The machines are: {machine['title']} (211)."
    assert (there_is in outcome.log, there_is in outcome.summary) == (True, True)
    assert results(outcome)["ignoredDevices"] == ["212"]


def test_no_warning_unless_the_machines_are_known(tmp_path: Path) -> None:
    """All devices are machines, or nobody knows: then nothing is said."""
    assert "not a machine" not in world(service(), tmp_path).run().log
    text = "[{file: app.apk, upload-id: 62, devices: [212]}]"
    outcome = world(service(list_of_cases=False), tmp_path / "unlisted", text).run()
    assert "not a machine of" not in outcome.log


def test_the_app_under_test(tmp_path: Path) -> None:
    """What the service says about the app is in the results file, without the link, which is a credential."""
    outcome = world(service(app_details=True), tmp_path).run()
    (machine,) = results(outcome)["runs"][0]["machines"]
    assert machine["appDetails"]["appVersionId"] == "9031"
    assert "PLACEHOLDER" not in json.dumps(machine)


def test_a_second_attempt_that_continues_does_not_claim_its_version(tmp_path: Path) -> None:
    """The run of the first attempt tested another version than the one that the second attempt uploaded."""
    pay = Machine("Pixel", (Suite("Smoke", (failed("Pay", "Tap", message="No"),)),), id=211, upload=62)
    made = world(service().with_plan(machines=(pay,)), tmp_path, environ={"TESTSIGMA_ON_JOB_RERUN": "failed"})
    assert results(made.run())["runs"][0]["spec"]["uploadVersions"] == {"211": "9031"}
    made.environ = {**made.environ, "GITHUB_RUN_ATTEMPT": "2"}
    outcome = made.run()
    assert "start" not in outcome.calls
    assert (version_ids(outcome), results(outcome)["runs"][0]["spec"]["uploadVersions"]) == ({"app.apk": "9032"}, {})


def test_a_second_attempt_finds_the_run_of_the_first(tmp_path: Path) -> None:
    """The key of a build number does not depend on the versions that files became."""
    keys = []
    for attempt in ("1", "2"):
        environ = {"GITHUB_RUN_ATTEMPT": attempt}
        outcome = world(service(), tmp_path / attempt, environ=environ).run()
        keys.append(results(outcome)["runs"][0]["spec"]["buildNumber"].split("-")[-2])
    assert keys[0] == keys[1]
