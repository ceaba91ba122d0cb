"""Uploads over real sockets: what is sent arrives, and nothing is started after one that broke off."""

import signal
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from tests.scenario.conftest import Bench, body_of
from tests.simulator import Machine, Scenario, Suite, UploadBefore, passed, scenario

FILES: Mapping[str, bytes] = {"app.apk": b"0123456789" * 100_000}
ENVIRON = {"TESTSIGMA_UPLOADS": "[{file: app.apk, upload-id: 62, devices: [211]}]"}
# More than the sockets of a machine keep on the way.
LARGE: Mapping[str, bytes] = {"app.apk": b"0123456789" * 3_000_000}


def service(**options: object) -> Scenario:
    """A plan with one machine, which uses an upload that exists."""
    machine = Machine("Pixel", (Suite("Smoke", (passed("Log in"),)),), id=211, upload=62)
    content = replace(scenario("passing"), uploads_before=(UploadBefore(62),), runs_before=())
    return content.with_plan(machines=(machine,)).with_options(**options)


def test_a_file_arrives_as_it_is(bench: Bench) -> None:
    """All bytes, with their number announced, and the version is tested on its device."""
    server = bench.serve(service())
    outcome = bench.run(ENVIRON, server=server, files=FILES)
    assert outcome.exit_code == 0, outcome.log
    (sent,) = server.seen_of("upload-version")
    assert body_of(sent)["digest"] == sha256(FILES["app.apk"]).hexdigest()
    assert int(sent.headers["content-length"]) > len(FILES["app.apk"])
    assert [run.apps for run in server.simulator.runs().values()] == [{211: 9031}]


def test_a_connection_that_is_cut_off(bench: Bench) -> None:
    """A part of the file was read: exit code 3, all reports, and no run."""
    server = bench.serve(service(body_cut=500_000))
    outcome = bench.run(ENVIRON, server=server, files=LARGE)
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (3, "upload-failed"), outcome.log
    assert "start" not in server.calls
    assert outcome.results["verdict"]["code"] == "upload-failed"
    assert outcome.junit.find(".//error") is not None
    assert "Nothing was started." in outcome.summary


def test_a_signal_while_a_file_is_sent(bench: Bench) -> None:
    """The step does not wait for a service that reads slowly, and starts nothing."""
    server = bench.serve(service(body_rate=20_000.0))
    step = bench.start(ENVIRON, server=server, files=FILES)
    server.wait_for("upload")
    step.send(signal.SIGTERM)
    outcome = step.wait()
    assert (outcome.exit_code, outcome.outputs["error-code"]) == (143, "cancelled")
    assert server.calls == ["upload"]
    assert outcome.results["verdict"]["code"] == "cancelled"
