"""The key is seen nowhere. The bench looks for it after every scenario; here are those that try to bring it out."""

import base64
import html
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.scenario.conftest import Bench, Outcome
from tests.scenario.secrecy import leaks, shows
from tests.scenario.test_exit_codes import sabotaged
from tests.simulator import Fault, Phase, Scenario, scenario

KEY = "ey/J+hb_G.key-for=tests"
HELD = (Phase("STATUS_IN_PROGRESS", hold=True),)
DEBUG = {"RUNNER_DEBUG": "1", "ACTIONS_STEP_DEBUG": "true", "ACTIONS_RUNNER_DEBUG": "true", "PYTHONVERBOSE": "1"}
SHAPES: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "url": lambda key: quote(key, safe=""),
    "lower url": lambda key: quote(key, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d"),
    "json": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "json of browsers": lambda key: key.replace("=", "\\u003d").replace("+", "\\u002b").replace("/", "\\u002f"),
    "all escaped": lambda key: "".join(f"\\u{ord(each):04X}" for each in key),
    "html": html.escape,
    "references": lambda key: "".join(f"&#{ord(each)};" for each in key),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "header": lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
    "user": lambda key: base64.urlsafe_b64encode(f"user:{key}:x".encode()).decode(),
    "user with a longer name": lambda key: base64.b64encode(f"user1:{key}".encode()).decode(),
}


def with_key(served: Scenario) -> Scenario:
    """The scenario, for a key that looks different in every encoding."""
    return replace(served, api_keys=(KEY,))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_service_that_repeats_the_key(bench: Bench, shape: str) -> None:
    """Names, messages, errors and a redirect that hold the key, in whatever encoding, do not bring it out."""
    seen = SHAPES[shape](KEY)
    body = f'{{"error": "x {seen} y", "message": "{seen}"}}'
    served = with_key(scenario("failing").with_plan(name=seen, message=f"a {seen} b"))
    faults = (Fault("status", status=503, text=body), Fault("steps", status=404, text=body, count=None))
    assert bench.run({}, server=bench.serve(served.with_faults(*faults))).exit_code == 1
    refused = bench.run({}, server=bench.serve(served.with_faults(Fault("start", status=403, text=body))))
    assert refused.exit_code == 3
    assert "***" in refused.log
    elsewhere = {"Location": f"https://{quote(KEY, safe='')}.example/{seen}"}
    redirected = bench.serve(served.with_faults(Fault("*", status=302, headers=elsewhere, count=None)))
    assert bench.run({}, server=redirected).exit_code == 3


@pytest.mark.parametrize(
    ("encoding", "escapes", "packed"),
    [("utf-16", "must", False), ("utf-32-be", "some", True), ("utf-8", "all", True), ("utf-16-le", "all", False)],
)
def test_the_key_in_an_answer_of_any_encoding(bench: Bench, encoding: str, escapes: str, *, packed: bool) -> None:
    """UTF-16 and UTF-32, escapes of every character or of some, gzip: in texts, names of fields and errors."""
    dress = {"encoding": encoding, "escapes": escapes, "gzip": packed}
    body = json.dumps({"error": f"{'x' * 290} {KEY}", KEY: KEY})
    plan = {"name": f"{KEY} {KEY}", "message": f"{'m ' * 499}{KEY}", "at_end": {KEY: KEY}}
    served = with_key(scenario("failing").with_plan(**plan)).with_options(**dress)
    faults = (Fault("status", status=503, text=body), Fault("steps", status=404, text=body, count=None))
    step = bench.run({}, server=bench.serve(served.with_faults(*faults)))
    assert step.exit_code == 1
    assert "*** ***" in step.log
    for text in (body, f"<p>Key {KEY} is\nnot known</p>"):
        refused = bench.run({}, server=bench.serve(served.with_faults(Fault("*", status=403, text=text, count=None))))
        assert refused.exit_code == 3
        assert not any(KEY[start : start + 8] in refused.log.partition("\n")[2] for start in range(len(KEY) - 8))


def test_debugging_shows_no_more(run_scenario: Callable[..., Outcome]) -> None:
    """The switches that make runners and Python talkative do not change what is said."""
    step = run_scenario(scenario("failing"), DEBUG)
    assert step.exit_code == 1
    assert "authorization" not in step.everything.lower()


def test_a_bug_does_not_show_it(bench: Bench, tmp_path: Path) -> None:
    """The text of an exception may be anything, the key among it; the traceback has it hidden."""
    root = sabotaged(tmp_path, "lifecycle/collect.py", "collect")
    path = root / "src" / "testsigma_action" / "lifecycle" / "collect.py"
    broken = "import os; raise RuntimeError(os.environ['TESTSIGMA_API_KEY'])"
    path.write_text(path.read_text("utf-8").replace("raise RuntimeError('sabotage')", broken), "utf-8")
    step = bench.run(server=bench.serve(scenario("passing")), root=root)
    assert step.exit_code == 70
    assert "RuntimeError: ***" in step.log


@pytest.mark.parametrize(
    "key", ["first half\nsecond half", "first-half\r\nsecond-half", "two words", "tab\tin-between", "ümläut-key"]
)
def test_a_key_that_is_none(bench: Bench, key: str) -> None:
    """A key with a line break, a blank or a letter that no header takes is an input error that quotes nothing of it."""
    server = bench.serve(scenario("passing"))
    step = bench.run({"TESTSIGMA_API_KEY": key}, server=server)
    assert step.exit_code == 2
    assert server.calls == []
    assert "api-key: its value is not accepted" in step.log
    assert not any(part in step.everything for part in (*key.split(), key))


def test_a_key_in_the_wrong_input(bench: Bench) -> None:
    """A key that was put into another input as well is not quoted by the error, in no file."""
    mixed_up = dict.fromkeys(("INPUT_PLAN-ID", "INPUT_SUMMARY-TITLE", "INPUT_BUILD-NUMBER"), f"x {KEY}")
    step = bench.run({"INPUT_API-KEY": KEY, "INPUT_WAIT": f"{'x' * 90}{KEY}", **mixed_up})
    assert step.exit_code == 2
    assert "summary-title: contains an API key" in step.log
    assert KEY[:8] not in step.everything.partition("\n")[2]


def test_no_netrc_is_read(bench: Bench) -> None:
    """Credentials for the host in a netrc file, at home or named by NETRC, are not sent and not told."""
    server = bench.serve(scenario("passing"))
    secret = "password-of-somebody-else"  # noqa: S105 - not ours, and none
    home = bench.folder / "home"
    home.mkdir()
    text = f"machine 127.0.0.1 login mallory password {secret}\ndefault login mallory password {secret}\n"
    for path in (home / ".netrc", home / "named"):
        path.write_text(text, "utf-8")
        path.chmod(0o600)
    for extra in ({"HOME": str(home)}, {"HOME": str(home), "NETRC": str(home / "named")}):
        step = bench.run(extra, server=server)
        assert step.exit_code == 0
        assert secret not in step.everything
    assert {seen.headers["authorization"] for seen in server.seen} == {"Bearer key-for-tests"}


def test_a_redirect_gets_no_key(bench: Bench) -> None:
    """Neither the start nor a later call follows a redirect: the host that it names is not even called."""
    other = bench.serve(scenario("passing"))
    for call in ("start", "status"):
        away = Fault(call, status=307, headers={"Location": f"{other.url}/api/v1/execution_results"}, count=None)
        bench.run({"TESTSIGMA_TIMEOUT": "3s"}, server=bench.serve(scenario("passing").with_faults(away)))
    assert other.seen == []


def test_no_process_shows_the_key(bench: Bench) -> None:
    """While a step goes on no command line of it or of what it started has the key."""
    server = bench.serve(scenario("passing").with_plan(life=HELD))
    step = bench.start(server=server)
    server.wait_for("status")
    family = {str(step.process.pid), *_children(step.process.pid)}
    lines = [Path("/proc", number, "cmdline").read_bytes() for number in family]
    assert any(b"entrypoint.py" in line for line in lines)
    assert not any(b"key-for-tests" in line for line in lines)
    server.release()
    assert step.wait().exit_code == 0


def _children(process: int) -> list[str]:
    found: list[str] = []
    for path in Path("/proc", str(process), "task").glob("*/children"):
        # A thread may have ended since it was listed.
        with suppress(FileNotFoundError, ProcessLookupError):
            found += path.read_text("ascii").split()
    return found


def test_values_of_runtime_data_are_not_shown(bench: Bench) -> None:
    """Whatever becomes of a run: names of variables are told, their values are not, in no log and no file."""
    given = {
        "INPUT_RUNTIME-DATA": '{"preview": "https://user:hunter-two@preview.example", "token": "value-of-runtime"}'
    }
    served = scenario("failing")
    refused = served.with_faults(Fault("start", status=400, text='{"error": "Bad runtime data"}'))
    slow = served.with_plan(life=HELD)
    for one, environ in (
        (served, {}),
        (refused, {}),
        (slow, {"TESTSIGMA_TIMEOUT": "0.5s"}),
        (served, {"INPUT_WAIT": "x"}),
    ):
        server = bench.serve(one)
        step = bench.run(given | environ, server=server)
        assert not any(value in step.everything for value in ("hunter-two", "value-of-runtime"))
        assert "INPUT_WAIT" in environ or "preview, token" in step.log
        assert server.calls == [] or "value-of-runtime" in str(server.seen_of("start")[0].body)


def test_runtime_data_that_cannot_be_read_is_not_shown(bench: Bench) -> None:
    """What a parser says of it would quote it."""
    for text in (
        "{preview: [value-of-runtime",
        "value-of-runtime",
        "a: {b: value-of-runtime}",
        "? value-of-runtime\n: x\n- y",
    ):
        step = bench.run({"INPUT_RUNTIME-DATA": text}, server=bench.serve(scenario("passing")))
        assert step.exit_code == 2
        assert "value-of-runtime" not in step.everything


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_seen(shape: str, tmp_path: Path) -> None:
    """What looks for the key after every scenario finds it in a log and in a file, in every encoding."""
    shown = f"a {SHAPES[shape](KEY)} b"
    (tmp_path / "file").write_text(shown, "utf-8")
    assert shows(shown, KEY)
    assert leaks(f"::add-mask::{KEY}\n{shown}\nx", tmp_path, KEY) == [shown, str(tmp_path / "file")]
    assert leaks(f"x\n::add-mask::{KEY}", tmp_path / "none", KEY) == [f"::add-mask::{KEY}"]
