"""The step as a process: how it is started, what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import junit_rules
from tests.ci_readers import JSON_FILE
from tests.scenario.files import read_command_file
from tests.scenario.secrecy import key_of, leaks
from tests.simulator import Phase, Scenario, Seen, Server, Simulator

ROOT = Path(__file__).resolve().parents[2]
# Far above what any of these processes needs (seconds); one that hangs is ended.
PATIENCE = 60
# No case has failed before the end of such a run: its list of cases is not read before the results are collected.
ALL_AT_ONCE = (Phase("STATUS_IN_PROGRESS", done=0.0),)
FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")


def body_of(seen: Seen) -> dict[str, Any]:
    """The body of a request that has one."""
    assert isinstance(seen.body, dict)
    return seen.body


@dataclass(frozen=True)
class Outcome:
    """What a step that has ended leaves behind."""

    exit_code: int
    log: str
    workspace: Path
    commands: Path

    @property
    def lines(self) -> list[str]:
        """The log, line by line."""
        return self.log.splitlines()

    @property
    def outputs(self) -> dict[str, str]:
        """GITHUB_OUTPUT as the runner reads it."""
        return read_command_file((self.commands / "GITHUB_OUTPUT").read_text("utf-8"))

    @property
    def state(self) -> dict[str, str]:
        """GITHUB_STATE as the runner reads it."""
        return read_command_file((self.commands / "GITHUB_STATE").read_text("utf-8"))

    @property
    def runs_left(self) -> list[dict[str, Any]]:
        """The runs that the post stage is told of."""
        runs: list[dict[str, Any]] = json.loads(self.state["runs"])
        return runs

    @property
    def summary(self) -> str:
        """The summary of the step."""
        return (self.commands / "GITHUB_STEP_SUMMARY").read_text("utf-8")

    @property
    def junit_path(self) -> Path:
        """The one JUnit file in the workspace."""
        (path,) = (self.workspace / "test-results").glob("TEST-*.xml")
        return path

    @property
    def junit(self) -> ET.Element:
        """The root of the JUnit file."""
        return ET.fromstring(self.junit_path.read_text("utf-8"))

    @property
    def junit_counts(self) -> dict[str, int]:
        """What the suites of the JUnit file count: tests, failures, errors, skipped."""
        return junit_rules.counts(self.junit)

    @property
    def results(self) -> dict[str, Any]:
        """The results as JSON."""
        outputs = self.workspace / JSON_FILE
        (path,) = (path for path in outputs.parent.glob("testsigma*.json") if path != outputs)
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return document

    @property
    def everything(self) -> str:
        """All that the step wrote anywhere, the log included."""
        files = [path for folder in (self.workspace, self.commands) for path in folder.rglob("*") if path.is_file()]
        return "\n".join([self.log, *(path.read_text("utf-8") for path in files)])


@dataclass
class Step:
    """A step that goes on."""

    process: "subprocess.Popen[str]"
    workspace: Path
    commands: Path
    key: str = ""
    log: str = ""

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self, *, within: float) -> bool:
        """Whether it has ended, or does so within some seconds."""
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait(self) -> Outcome:
        """Wait for its end."""
        self.log = self.process.communicate(timeout=PATIENCE)[0] or ""
        return Outcome(self.process.returncode, self.log, self.workspace, self.commands)


@dataclass
class Bench:
    """Starts steps and simulators for one test."""

    folder: Path
    steps: list[Step] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)

    def serve(self, scenario: Scenario, simulator: Simulator | None = None) -> Server:
        """A simulator of the service with this scenario, or this simulator; it ends with the test."""
        server = Server(simulator or Simulator(scenario))
        server.__enter__()
        self.servers.append(server)
        return server

    def start(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        server: Server | None = None,
        arguments: tuple[str, ...] = (),
        github: bool = True,
        root: Path = ROOT,
        script: str = "entrypoint.py",
        program: tuple[str, ...] = (),
        stdout: int = subprocess.PIPE,
        files: Mapping[str, bytes] | None = None,
    ) -> Step:
        """Start a step, by its script or as another program; its environment is what is given, and what all tests need.

        `files` are in the workspace before.
        Its log is collected, unless it goes to a file descriptor of the test's own.
        """
        folder = self.folder / f"step-{len(self.steps) + 1}"
        workspace, commands = folder / "workspace", folder / "commands"
        workspace.mkdir(parents=True)
        commands.mkdir()
        for name, content in (files or {}).items():
            (workspace / name).write_bytes(content)
        given = {
            **_needed(),
            **(self._github(workspace, commands) if github else {}),
            **({"TESTSIGMA_BASE_URL": server.url, "TESTSIGMA_API_KEY": server.key} if server else {}),
            **({"TESTSIGMA_PLAN_ID": str(server.simulator.scenario.plans[0].id)} if server else {}),
            "TESTSIGMA_POLL_INTERVAL": "0.1s",
            **(environ or {}),
        }
        command = [*(program or (sys.executable, "-I", "-u", str(root / script))), *arguments]
        process = subprocess.Popen(
            command, cwd=workspace, env=given, text=True, stdout=stdout, stderr=subprocess.STDOUT
        )
        step = Step(process, workspace, commands, key_of(given))
        self.steps.append(step)
        return step

    def run(self, environ: Mapping[str, str] | None = None, **options: Any) -> Outcome:  # noqa: ANN401 - as for start
        """Start a step and wait for its end."""
        return self.start(environ, **options).wait()

    def signalled(
        self,
        server: Server,
        call: str,
        number: signal.Signals,
        environ: Mapping[str, str] | None = None,
        *,
        count: int = 1,
    ) -> Outcome:
        """Start a step, send it a signal once the server has seen so many of these calls, and wait for its end."""
        step = self.start(environ, server=server)
        server.wait_for(call, count)
        step.send(number)
        return step.wait()

    @staticmethod
    def _github(workspace: Path, commands: Path) -> dict[str, str]:
        for name in FILES:
            (commands / name).touch()
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_RUN_NUMBER": "812",
            "GITHUB_RUN_ATTEMPT": "1",
            **{name: str(commands / name) for name in FILES},
        }

    def check_secrecy(self) -> None:
        """No step of this test showed its key, in its log or in any file."""
        assert [leak for step in self.steps for leak in leaks(step.log, self.folder, step.key)] == []

    def check_junit(self) -> None:
        """Every JUnit file of this test keeps the rules of all readers."""
        files = [path for step in self.steps for path in step.workspace.rglob("*.xml") if path.is_file()]
        roots = [ET.fromstring(path.read_text("utf-8")) for path in files]
        assert [problem for root in roots for problem in junit_rules.broken(root)] == []

    def close(self) -> None:
        """End what still goes on."""
        for step in self.steps:
            if step.process.poll() is None:
                step.process.kill()
                step.process.communicate()
        for server in self.servers:
            server.release()
            server.__exit__(None, None, None)


def _needed() -> dict[str, str]:
    """What a process needs of our own environment: programs, and the counting of coverage."""
    wanted = ("PATH", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE")
    return {name: os.environ[name] for name in wanted if name in os.environ}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Steps and simulators of one test, ended with it.

    Whatever the test is about: no key may be seen anywhere, and every reader takes its JUnit files.
    """
    made = Bench(tmp_path)
    try:
        yield made
    finally:
        made.close()
    made.check_secrecy()
    made.check_junit()


@pytest.fixture
def run_scenario(bench: Bench) -> Callable[..., Outcome]:
    """Run one step against one scenario."""

    def run(scenario: Scenario, environ: Mapping[str, str] | None = None, **options: Any) -> Outcome:  # noqa: ANN401
        return bench.run(environ, server=bench.serve(scenario), **options)

    return run
