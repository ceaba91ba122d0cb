"""The simulator's uploads: the published shapes, and what a form becomes."""

import json
import socket
from dataclasses import replace
from typing import Any

import pytest

from tests.simulator import Machine, Request, Scenario, Server, Simulator, Suite, UploadBefore, passed, scenario
from tests.simulator.caller import Caller, Clock
from tests.simulator.wire import Response

FIELDS = {"name": "Shop", "uploadType": "IPA", "platformType": "TestsigmaLab", "version": "1.1"}
NEW = FIELDS | {"projectId": "11", "applicationId": "4"}
UPLOADS = "/api/v1/uploads"
# The keys of the published bodies that a client may read.
PUBLISHED = {"id", "name", "latestVersionId", "latestVersion", "versions", "isFlutter"}
PUBLISHED_VERSION = {"id", "name", "fileName", "uploadType", "fileSize", "preSignedURL", "signed"}
PUBLISHED_VERSION |= {"errorMessage", "status", "signStatus", "uploadId", "uploadName", "path"}
PUBLISHED_BEFORE = {"id", "projectId", "name", "version", "uploadStatus", "status", "message", "preSignedURL"}


def form(fields: dict[str, str], content: bytes = b"an app") -> tuple[bytes, str]:
    """A form with a file, and its content type."""
    parts = [f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in fields.items()]
    parts.append('--B\r\nContent-Disposition: form-data; name="fileContent"; filename="app.ipa"\r\n\r\n')
    return "\r\n".join(parts).encode() + content + b"\r\n--B--\r\n", "multipart/form-data; boundary=B"


def send(caller: Caller, method: str, path: str, fields: dict[str, str], content: bytes = b"an app") -> Response:
    """Send a form."""
    body, kind = form(fields, content)
    key = caller.simulator.scenario.api_keys[0]
    headers = {"authorization": f"Bearer {key}", "content-type": kind}
    return caller.simulator.answer(Request(method, path, headers, body))


def body(response: Response) -> Any:  # noqa: ANN401 - JSON
    """The JSON of a good answer."""
    assert response.status == 200, response.body
    return json.loads(response.body)


def service(**options: object) -> tuple[Caller, Clock]:
    """An account with one upload, whose machine uses it."""
    machine = Machine("Pixel", (Suite("Smoke", (passed("Log in"),)),), id=211, upload=62)
    content = replace(scenario("passing"), uploads_before=(UploadBefore(62),)).with_plan(machines=(machine,))
    clock = Clock()
    return Caller(Simulator(content.with_options(**options), clock)), clock


def test_the_published_shapes() -> None:
    """Answers have the keys of the published ones; what is read may have the older shape."""
    caller, _ = service(upload_shape="versions")
    created = body(send(caller, "POST", UPLOADS, NEW))
    assert created.keys() >= PUBLISHED
    assert created["latestVersion"].keys() >= PUBLISHED_VERSION
    assert created["name"] == " Shop"
    flat = service(upload_shape="flat")[0].get(f"{UPLOADS}/62")
    assert flat.keys() >= PUBLISHED_BEFORE
    assert not flat.keys() & {"latestVersion", "latestVersionId"}


def test_a_new_version_is_stored_and_signed_later() -> None:
    """The answer has the version; an app for iOS is signed after a while, and its machines use it at once."""
    caller, clock = service(signed_after=60.0, upload_stored_after=5.0)
    version = body(send(caller, "PUT", f"{UPLOADS}/62", FIELDS))["latestVersion"]
    assert (version["id"], version["name"], version["uploadId"], version["fileSize"]) == (9031, "1.1", 62, 6)
    assert (version["status"], version["signStatus"], version["signed"]) == ("IN_PROGRESS", "IN_PROGRESS", False)
    clock.now += 61.0
    read = caller.get(f"{UPLOADS}/62")["latestVersion"]
    assert (read["status"], read["signStatus"], read["signed"]) == ("SUCCESS", "SUCCESS", True)
    run = caller.start()["id"]
    assert caller.simulator.runs()[run].apps == {211: 9031}
    listed = caller.get("/api/v1/upload_versions?query=uploadId:62")
    assert [(one["id"], one["name"]) for one in listed] == [(68, "1.0"), (9031, "1.1")]


def test_a_pinned_version() -> None:
    """A start may name another version for a machine; one for an unknown device is ignored without a word."""
    caller, _ = service(app_details=True)
    run = caller.start(uploadVersions={"211": "77", "999": "78"})["id"]
    assert caller.simulator.runs()[run].apps == {211: 77}
    run = caller.start(uploadVersions={"211": "68"})["id"]
    machine = caller.simulator.runs()[run].tree.machines[0].id
    details = caller.get(f"/api/v2/test_runs/{run}/test_machine_results/{machine}")
    assert details["appDetails"]["appVersion"] == "1.0"


@pytest.mark.parametrize("how", ["object", "array", "page"])
def test_lists(how: str) -> None:
    """Uploads are listed in each of the shapes that the documents leave open."""
    caller, _ = service(upload_lists=how)
    listed: Any = caller.get(f"{UPLOADS}?query=name:Shop")
    rows = listed["content"] if how == "page" else listed if how == "array" else [listed]
    assert [row["id"] for row in rows] == [62]


def test_storage_that_fails_is_an_answer_like_any_other() -> None:
    """The status is 200; only the body says it."""
    caller, _ = service(upload_error="No space left")
    version = body(send(caller, "PUT", f"{UPLOADS}/62", FIELDS))["latestVersion"]
    assert (version["status"], version["errorMessage"]) == ("FAILED", "No space left")


@pytest.mark.parametrize(
    ("path", "method", "fields", "status"),
    [
        (UPLOADS, "POST", FIELDS, 400),
        (f"{UPLOADS}/63", "PUT", FIELDS, 404),
        (f"{UPLOADS}/62", "PUT", FIELDS | {"uploadType": "ZIP"}, 400),
        (f"{UPLOADS}/62", "PUT", FIELDS | {"version": ""}, 400),
    ],
)
def test_refused(path: str, method: str, fields: dict[str, str], status: int) -> None:
    """A form that lacks something, or that is about an upload that does not exist."""
    assert send(service()[0], method, path, fields).status == status


def test_only_forms_are_accepted() -> None:
    """JSON is no form."""
    assert service()[0].raw("PUT", f"{UPLOADS}/62", {"name": "Shop"}).status == 415


def test_what_is_recorded() -> None:
    """The fields, and what identifies the file: not its content."""
    caller, _ = service()
    send(caller, "PUT", f"{UPLOADS}/62", FIELDS, b"x" * 1000)
    seen = caller.simulator.recording.all()[-1]
    assert seen.call == "upload-version"
    assert isinstance(seen.body, dict)
    assert (seen.body["version"], seen.body["size"], len(seen.body["digest"])) == ("1.1", 1000, 64)


def exchange(client: socket.socket, request: bytes) -> bytes:
    """The first byte of an answer."""
    client.sendall(request)
    return client.recv(1)


def test_a_connection_that_is_cut() -> None:
    """The connection is reset in the middle of the form, and nothing is stored."""
    content = Scenario(uploads_before=(UploadBefore(62),)).with_options(body_cut=20_000)
    sent, kind = form(FIELDS, b"x" * 200_000)
    with Server(Simulator(content)) as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        head = f"PUT {UPLOADS}/62 HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {len(sent)}\r\n\r\n"
        with pytest.raises(ConnectionError):
            exchange(client, head.encode() + sent)
        assert server.seen == []
        assert len(server.simulator.uploads()[62].versions) == 1
