"""A terminal: the script of the examples, without a terminal and at a real one."""

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.ci_systems.agent import Agent, started_with
from tests.ci_systems.conftest import ROOT
from tests.e2e.conftest import serving
from tests.e2e.secrecy import assert_not_in
from tests.simulator import Server, scenario

SCRIPT = ROOT / "examples/ci/terminal/testsigma.sh"
WAY_OUT = 7.5


def environ(agent: Agent, server: Server) -> dict[str, str]:
    """The variables of somebody who has set the key."""
    ours = {"TESTSIGMA_API_KEY": server.key, "TESTSIGMA_BASE_URL": server.url, "TESTSIGMA_POLL_INTERVAL": "0.2s"}
    return {name: value for name, value in agent.environ(ours).items() if name != "CI"}


def run(agent: Agent, folder: Path, server: Server, *arguments: str, **changes: str) -> "tuple[int, str]":
    """Exit code and output of the script."""
    done = subprocess.run(
        [str(SCRIPT), *arguments],
        cwd=folder,
        env={**environ(agent, server), **changes},
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=90,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(("name", "code"), [("passing", 0), ("failing", 1)])
def test_the_script(agent: Agent, folder: Path, key: str, name: str, code: int) -> None:
    """The exit code is the verdict, options are passed on, files belong to the user, and the key is nowhere."""
    with serving(scenario(name).with_plan(id=431), key) as server:
        done, log = run(agent, folder, server, "431", "--results-file", "off")
    assert done == code, log
    written = list(folder.rglob("*"))
    outputs = ["testsigma-outputs.env", "testsigma-outputs.json"]
    assert sorted(path.name for path in written) == ["TEST-testsigma-431.xml", "test-results", *outputs]
    assert {path.stat().st_uid for path in written} == {folder.stat().st_uid}
    assert_not_in(key, [log, agent.command_lines])


def test_what_is_missing_is_named(agent: Agent, folder: Path, key: str) -> None:
    """Without a plan or a key nothing is started, and the script says what to do."""
    with serving(scenario("passing"), key) as server:
        assert "Usage: testsigma.sh PLAN_ID" in run(agent, folder, server)[1]
        assert "read -rs TESTSIGMA_API_KEY" in run(agent, folder, server, "431", TESTSIGMA_API_KEY="")[1]
    assert not agent.command_lines


def test_ctrl_c_at_a_terminal(agent: Agent, folder: Path, key: str) -> None:
    """It stops the run. The key is not shown, and progress is drawn on one line."""
    with serving(scenario("slow").with_plan(id=431), key) as server:
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [str(SCRIPT), "431"],
            cwd=folder,
            env={**environ(agent, server), "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        ) as process:
            os.close(theirs)
            server.wait_for("status", count=2, timeout=60)
            os.write(ours, b"\x03")
            server.wait_for("stop", timeout=WAY_OUT)
            log = _read_all(ours)
        os.close(ours)
    assert process.returncode == 130, log
    assert "\r\x1b[K" in log
    assert_not_in(key, [log, agent.command_lines])


def _read_all(terminal: int) -> str:
    """What is printed until the other end is closed."""
    parts = []
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux: nobody has the other end.
            break
        parts.append(part)
    return b"".join(parts).decode()


def test_the_command_for_those_who_move(agent: Agent, folder: Path, key: str) -> None:
    """What the page shows in place of the vendor's script starts the same run."""
    page = (ROOT / "docs/moving-from-the-script.md").read_text("utf-8")
    (command,) = re.findall(r"^docker run .*$", page, re.MULTILINE)
    with serving(scenario("passing").with_plan(id=230), key) as server:
        done = subprocess.run(["sh", "-c", command], cwd=folder, env=environ(agent, server), check=False, timeout=90)
    assert done.returncode == 0
    body = started_with(server)
    assert body["buildNo"] == "773"
    assert body["runtimeData"] == {"buildurl": "http://test1.url.com", "data1": "testdata"}
    assert (folder / "junit-report.xml").is_file()


def test_the_page() -> None:
    """The command on the page has the options of the script."""
    page = (ROOT / "docs/ci/terminal.md").read_text("utf-8")
    (command,) = re.findall(r"^docker run .*$", page, re.MULTILINE)
    wanted = ["--rm", "-it", '--user "$(id -u):$(id -g)"', '-v "$PWD:/work"', "-e TESTSIGMA_API_KEY", "--plan-id 431"]
    assert [each for each in wanted if f" {each}" not in command] == []
