"""The machine that a CI system runs commands on: `docker`, the user of the agent, and the simulator of the API."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.conftest import OWNER
from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE
from tests.simulator import Server
from tools.ci_files import project

# What the files name as the image, which is replaced by the one that was built here.
NAMES = project.IMAGE
# The command lines are recorded, because lists of processes show them. A container also gets what leads it to the
# simulator, which listens on this machine only.
DOCKER = """#!/bin/bash
printf '%s\\n' "$@" >> {log}
for word; do
    case $word in {names}) word={image} ;; esac
    words+=("$word")
    if [ "$word" = run ]; then
        words+=(--network=host --label={label} --env=TESTSIGMA_BASE_URL --env=TESTSIGMA_POLL_INTERVAL)
    fi
done
exec {engine} "${{words[@]}}"
"""
# Jobs run as the user that the agent runs as. Here root starts the containers, in place of a daemon.
ID = f"#!/bin/sh\necho {OWNER}\n"


@dataclass(frozen=True, slots=True)
class Agent:
    """A machine whose commands find `docker` and `id`."""

    tools: Path
    engine: Engine

    @classmethod
    def create(cls, folder: Path, engine: Engine) -> "Agent":
        """Write the commands into an empty folder."""
        agent = cls(folder, engine)
        words = {"log": agent.log, "image": IMAGE, "engine": engine.command, "label": agent.label}
        quoted = {name: shlex.quote(str(word)) for name, word in words.items()}
        agent.log.touch()
        agent._write("docker", DOCKER.format(**quoted, names=NAMES))
        agent._write("id", ID)
        return agent

    @property
    def label(self) -> str:
        """The label of all containers of this machine."""
        return f"testsigma.ci={self.tools}"

    def remove_containers(self) -> None:
        """Remove what is left of them."""
        for name in self.engine.run("ps", "--all", "--quiet", "--filter", f"label={self.label}").stdout.split():
            self.engine.run("rm", "--force", "--volumes", name, check=False)

    @property
    def log(self) -> Path:
        """The words of all command lines of `docker`."""
        return self.tools / "docker.log"

    @property
    def command_lines(self) -> str:
        """What a list of processes would have shown."""
        return self.log.read_text("utf-8")

    def environ(self, variables: Mapping[str, str]) -> dict[str, str]:
        """The environment of the agent with these variables of a job."""
        search = {"PATH": f"{self.tools}:{os.environ['PATH']}", "HOME": str(self.tools)}
        return {**self.engine.environ, **search, **variables}

    def _write(self, name: str, text: str) -> None:
        path = self.tools / name
        path.write_text(text, "utf-8")
        path.chmod(0o755)


def started_with(server: Server) -> dict[str, Any]:
    """The body of the request that started the first run."""
    body = server.seen_of("start")[0].body
    assert isinstance(body, dict)
    return body
