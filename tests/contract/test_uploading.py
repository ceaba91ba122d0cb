"""Sending a file over real sockets, where the service may answer before all of it was sent."""

import json
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.contract.conftest import Raw, Talk, result_of, soon, transport
from testsigma_action.api.error_response import ignore
from testsigma_action.api.uploads import FileForm, Upload, Uploads, fields
from testsigma_action.domain.upload_events import UploadKind, UploadSpec
from testsigma_action.errors import Transient
from testsigma_action.inputs import files

SPEC = UploadSpec("app.apk", "", UploadKind.APK, "62", version="v101", unique=True)
VERSION = {"id": 68, "name": "v101", "status": "SUCCESS", "uploadId": 62}
# More than the sockets of a machine keep on the way.
SIZE = 30_000_000


def answer_early(connection: socket.socket) -> None:
    """Answer after the first bytes, as if the file had been stored, and leave."""
    connection.recv(1000)
    body = json.dumps({"id": 62, "name": "Shop", "latestVersion": VERSION}).encode()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    connection.close()


def test_an_answer_before_the_end_of_the_file(raw: Callable[[Talk], Raw], tmp_path: Path) -> None:
    """Without the end of its form no file can have been stored, whatever the answer says."""
    path = tmp_path / "app.apk"
    path.write_bytes(bytes(SIZE))
    to = Upload("62", "Shop")
    form = FileForm(fields(SPEC, to), path.name, SIZE, partial(files.content, path, files.state_of(path)))
    uploads = Uploads(transport(raw(answer_early).url), ignore)
    with pytest.raises(Transient):
        result_of(uploads.send(SPEC, to, form, (), until=soon(), seconds=9.0))
    assert not form.complete
