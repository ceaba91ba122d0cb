"""Trouble while a run goes on, and while its results are collected: no run is lost, no verdict gets better."""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme

from tests.scenario.conftest import ALL_AT_ONCE, Bench
from tests.simulator import Fault, Server, Simulator, scenario

OUTAGES = {
    "reset": Fault("status", delivery="reset", count=2),
    "close": Fault("status", delivery="close", count=2),
    "truncated": Fault("status", delivery="truncate", count=2),
    "garbage": Fault("status", delivery="garbage", count=2),
    "endless": Fault("status", delivery="endless", chunk=256 * 1024, interval=0.0, count=2),
    "huge": Fault("status", delivery="huge", size=20 * 1024 * 1024, count=2),
    "html": Fault("status", text="<html>Maintenance</html>", count=2),
    "wrong type": Fault("status", text="[1]", count=2),
    "no fields": Fault("status", text="{}", count=2),
    "another run": Fault("status", text='{"id": 5, "status": "STATUS_COMPLETED", "result": "SUCCESS"}', count=2),
    "503": Fault("status", status=503, count=2),
    "429": Fault("status", status=429, count=2, headers={"Retry-After": "1"}),
}


@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
@pytest.mark.parametrize("fault", OUTAGES.values(), ids=OUTAGES.keys())
def test_an_outage_while_polling(bench: Bench, fault: Fault, name: str, exit_code: int) -> None:
    """An outage is waited out, is told once when it begins and once when it ends, and changes no verdict."""
    step = bench.run(server=bench.serve(scenario(name).with_faults(fault)))
    assert step.exit_code == exit_code
    assert step.log.count("does not answer") == 1
    assert step.log.count("answers again") == 1


def test_an_outage_up_to_the_deadline(bench: Bench) -> None:
    """An outage that lasts ends at the deadline, as a timeout and not as an error of the service."""
    server = bench.serve(scenario("passing").with_faults(Fault("status", status=503, count=None)))
    step = bench.run({"TESTSIGMA_TIMEOUT": "1s"}, server=server)
    assert step.exit_code == 4
    assert step.outputs["error-code"] == "api-unreachable"
    assert step.outputs["run-id"] == "1001"


def test_a_name_that_does_not_resolve(bench: Bench) -> None:
    """Nothing was started, and what is wrong with the address is said; `invalid` never resolves."""
    server = bench.serve(scenario("passing"))
    step = bench.run({"TESTSIGMA_BASE_URL": "https://host.invalid", "TESTSIGMA_TIMEOUT": "1s"}, server=server)
    assert step.exit_code == 3
    assert step.outputs["error-code"] == "api-unreachable"
    assert "host.invalid (the name cannot be resolved). Nothing was started." in step.log
    assert server.seen == []


def test_a_final_refusal_while_polling(bench: Bench) -> None:
    """A key that is revoked while the run goes on ends the step at once; the run is named."""
    server = bench.serve(scenario("passing").with_faults(Fault("status", status=401, after=1, count=None)))
    step = bench.run(server=server)
    assert step.exit_code == 3
    assert step.outputs["error-code"] == "api-key-rejected"
    assert "Run 1001 was left running." in step.log


def test_a_redirect_gets_no_key(bench: Bench) -> None:
    """A redirect is not followed, and its target is named."""
    other = bench.serve(scenario("passing"))
    away = Fault("*", status=302, headers={"Location": f"{other.url}/api"}, count=None)
    server = bench.serve(scenario("passing").with_faults(away))
    step = bench.run(server=server)
    assert step.exit_code == 3
    assert step.outputs["error-code"] == "api-redirected"
    assert other.seen == []
    assert other.url.removeprefix("http://") in step.log


@pytest.mark.parametrize("call", ["run", "machine", "suite", "steps"])
@pytest.mark.parametrize(("name", "exit_code"), [("passing", 0), ("failing", 1)])
def test_details_that_are_refused(bench: Bench, call: str, name: str, exit_code: int) -> None:
    """Details that cannot be had are named, and change no verdict."""
    step = bench.run(server=bench.serve(scenario(name).with_faults(Fault(call, status=403, count=None))))
    assert step.exit_code == exit_code
    if (name, call) != ("passing", "steps"):
        assert "Not available" in step.log


def test_a_run_that_ended_before_we_gave_up_on_it(bench: Bench) -> None:
    """A run that turns out to be over when it is to be stopped is judged by its results."""
    refused = Fault("status", status=403, count=1, takes_effect=True)
    server = bench.serve(scenario("failing").with_plan(life=()).with_faults(refused))
    step = bench.run({"TESTSIGMA_ON_TIMEOUT": "stop"}, server=server)
    assert step.exit_code == 1
    assert step.outputs["error-code"] == "tests-failed"


def test_the_key_is_nowhere(bench: Bench) -> None:
    """The key is in no log, file, summary or output, in any encoding, but in the line that masks it."""
    served = scenario("failing").with_plan(life=ALL_AT_ONCE)
    server = bench.serve(served.with_faults(Fault("cases", status=400, text="you sent key-for-tests")))
    step = bench.run({"RUNNER_DEBUG": "1"}, server=server)
    everything = step.everything.replace("::add-mask::key-for-tests", "", 1)
    for key in ("key-for-tests", quote("key-for-tests"), base64.b64encode(b"key-for-tests").decode()):
        assert key not in everything


@pytest.mark.parametrize("key", ["two\nlines", "tab\there", "nul-\x7f"])
def test_a_key_with_control_characters(bench: Bench, key: str) -> None:
    """A key that cannot be sent is an input error that does not quote it."""
    server = bench.serve(scenario("passing"))
    step = bench.run({"TESTSIGMA_API_KEY": key}, server=server)
    assert step.exit_code == 2
    assert key.split(maxsplit=1)[0] not in step.log
    assert server.calls == []


def test_a_netrc_file_is_never_read(bench: Bench) -> None:
    """The key that was given is sent, whatever a netrc file says."""
    netrc = bench.folder / "netrc"
    netrc.write_text("default login somebody password else\n")
    server = bench.serve(scenario("passing"))
    step = bench.run({"NETRC": str(netrc), "HOME": str(bench.folder)}, server=server)
    assert step.exit_code == 0
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {server.key}"}


def test_a_proxy_that_nobody_runs_is_not_asked_for_loopback(bench: Bench) -> None:
    """The demo works, and the key stays on this machine, whatever proxies are set."""
    dead = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
    assert bench.run(dead, server=bench.serve(scenario("passing"))).exit_code == 0


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, Path, Path]:
    """An authority of our own: its certificate, and one for localhost with its key."""
    issuer = trustme.CA()
    issued = issuer.issue_cert("localhost")
    paths = (tmp_path / "ca.pem", tmp_path / "server.pem", tmp_path / "server.key")
    issuer.cert_pem.write_to_path(paths[0])
    issued.cert_chain_pems[0].write_to_path(paths[1])
    issued.private_key_pem.write_to_path(paths[2])
    return paths


def test_tls(bench: Bench, authority: tuple[Path, Path, Path]) -> None:
    """With `ca-bundle` our own authority is trusted; without it nothing is sent, and the remedy is named."""
    bundle, certificate, private_key = authority
    simulator = Simulator(scenario("passing"))
    with Server(simulator, host="localhost", certificate=certificate, private_key=private_key) as server:
        assert bench.run({"TESTSIGMA_CA_BUNDLE": str(bundle)}, server=server).exit_code == 0
        seen = len(server.seen)
        step = bench.run(server=server)
        assert step.exit_code == 3
        assert step.outputs["error-code"] == "api-certificate"
        assert "ca-bundle" in step.log
        assert len(server.seen) == seen
