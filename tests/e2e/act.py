"""Runs workflow files with act, and reads what it tells."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE

WORKFLOWS = Path(__file__).parent / "workflows"
# Seconds: the longest that a workflow may take, and that act may take to clean up when it is told to end.
LONGEST = 90.0
CLEANING = 20.0


@dataclass(frozen=True, slots=True)
class Told:
    """What act told about one workflow: its events in order, and its exit code.

    `step` is the ID of the action's step.
    """

    events: Sequence[Mapping[str, Any]]
    exit_code: int
    step: str = "testsigma"

    def of(self, stage: str, job: str | None = None) -> "list[Mapping[str, Any]]":
        """The events of the action in a stage (Main or Post)."""
        wanted = (event for event in self.events if event.get("stepID") == [self.step] and event["stage"] == stage)
        return [event for event in wanted if job in {None, event["jobID"]}]

    def commands(self, name: str, stage: str = "Main") -> list[str]:
        """The data of the workflow commands with this name that the action gave."""
        return [event["arg"] for event in self.of(stage) if event.get("command") == name]

    def log(self, stage: str = "Main") -> str:
        """What the action printed, apart from workflow commands."""
        return "".join(event["msg"] for event in self.of(stage) if event.get("raw_output"))

    def outputs(self, job: str | None = None) -> dict[str, str]:
        """The outputs of the action."""
        return {e["name"]: e["arg"] for e in self.of("Main", job) if e.get("command") == "set-output"}

    def summary(self) -> str:
        """What the action wrote into the summary."""
        return "".join(event["content"] for event in self.of("Main") if event.get("command") == "summary")

    def results(self) -> dict[str, str]:
        """Result (success or failure) of every step that has an ID, and of the action's post stage as `post`."""
        found = {}
        for event in self.events:
            name = "".join(event.get("stepID", ()))
            if "stepResult" in event and name and not name.isdigit():
                found["post" if event["stage"] == "Post" else name] = event["stepResult"]
        return found

    def step_exit_code(self) -> int:
        """Exit code of the action's container."""
        codes = [e["msg"].rpartition(" ")[2] for e in self.of("Main") if e["msg"].startswith("exit with `FAILURE`: ")]
        return int(codes[0]) if codes else 0

    def state(self) -> dict[str, str]:
        """What the action left for its post stage, as far as a workflow handed it over (see state.sh)."""
        given = [event for event in self.events if event.get("command") == "set-env"]
        names = [(event["name"].partition("STATE_")[2], event["arg"]) for event in given]
        return {name: value for name, value in names if name}

    def failed_jobs(self) -> list[str]:
        """IDs of the jobs that failed."""
        return [event["jobID"] for event in self.events if event.get("jobResult") == "failure"]


class WorkflowRun:
    """One workflow that is going on; a context manager that leaves no process and no container behind."""

    def __init__(
        self, containers: tuple[str, ...], command: Sequence[str], environ: Mapping[str, str], engine: Engine, log: Path
    ) -> None:
        """`containers` are the beginnings of the names of its containers."""
        self._containers = containers
        self._command = command
        self._environ = environ
        self._engine = engine
        self._log = log

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.with_suffix(".jsonl").open("w") as out, self._log.with_suffix(".stderr").open("w") as err:
            self._process = subprocess.Popen(
                self._command, env=dict(self._environ), stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(CLEANING)
            self._process.kill()
            self._process.wait()
        self._engine.remove(*self._containers)
        self._write_log()

    def wait(self, step: str = "testsigma", timeout: float = LONGEST) -> Told:
        """Wait for its end; raises TimeoutExpired. `step` is the ID of the action's step."""
        exit_code = self._process.wait(timeout)
        return Told(self._events(), exit_code, step)

    def container(self) -> str:
        """Name of the action's container, which must be running."""
        (name,) = self._engine.containers(IMAGE, *self._containers)
        return name

    def _events(self) -> list[dict[str, Any]]:
        lines = self._log.with_suffix(".jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def _write_log(self) -> None:
        """For people: the log as act would have printed it."""
        with self._log.open("w", encoding="utf-8") as file:
            file.writelines(f"[{e.get('job', '')}] {e.get('msg', '').rstrip()}\n" for e in self._events())


@dataclass(frozen=True)
class Act:
    """How to start workflows: the engine, its socket, the image of the jobs, and a home that is nobody's."""

    engine: Engine
    socket: str | None
    job_image: str
    home: Path
    logs: Path

    @cached_property
    def _environ(self) -> dict[str, str]:
        places = {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home), "XDG_CACHE_HOME": str(self.home)}
        return {**self.engine.environ, **places, **({"DOCKER_HOST": self.socket} if self.socket else {})}

    def start(self, name: str, workspace: Path, *options: str, key: str, base_url: str) -> WorkflowRun:
        """A workflow of the folder `workflows` in a workspace, to be entered."""
        return self.start_file(WORKFLOWS / f"{name}.yml", workspace, *options, key=key, base_url=base_url)

    def start_file(
        self, workflow: Path, workspace: Path, *options: str, key: str, base_url: str, event: str = "push"
    ) -> WorkflowRun:
        """Any workflow file in a workspace, to be entered, as after an event.

        The work tree is mounted, not copied, so that its files can be looked at. Secrets are printed raw: it is not
        act that shall keep them out of the log.
        """
        act = shutil.which("act", path=str(Path(sys.executable).parent)) or "act"
        command = [
            *(act, event, "--json", "--directory", str(workspace), "--workflows", str(workflow)),
            *("--platform", f"ubuntu-latest={self.job_image}", "--pull=false", "--container-daemon-socket", "-"),
            *("--bind", "--rm", "--no-cache-server", "--insecure-secrets"),
            *("--secret", f"TESTSIGMA_API_KEY={key}", "--var", f"BASE_URL={base_url}", *options),
        ]
        name = workflow.stem
        return WorkflowRun(containers(workflow), command, self._environ, self.engine, self.logs / f"{name}.log")


def containers(workflow: Path) -> tuple[str, ...]:
    """The beginnings of the names that act gives to the containers of a workflow.

    With its jobs: else `plans` would stand for the containers of the workflow `plans-interrupted` as well, which may
    run at the same time, and whose containers must not be removed.
    """
    document = yaml.safe_load(workflow.read_text("utf-8"))
    shown = [job.get("name", key).partition("${{")[0].strip() for key, job in document["jobs"].items()]
    return tuple(re.sub(r"[^a-zA-Z0-9-]", "-", f"act-{document['name']}-{name}-") for name in shown)
