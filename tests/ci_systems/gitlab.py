"""Runs pipelines of GitLab with gitlab-ci-local, in a repository of their own.

It reads `.gitlab-ci.yml`, components and inputs as GitLab does, starts the image of a job with the same shell, and
hands artifacts and dotenv reports to later jobs. What it does not do: mask variables, and read reports on the server.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.ci_systems.conftest import ROOT
from tests.e2e import base, checkout
from tests.e2e.engine import Engine
from tests.e2e.image import IMAGE
from tools.ci_files import project

COMPONENT = ROOT / "ci/gitlab/templates/testsigma/template.yml"
EXAMPLE = ROOT / "examples/ci/gitlab/.gitlab-ci.yml"
FAN_OUT = ROOT / "examples/ci/gitlab/fan-out.gitlab-ci.yml"
# gitlab-ci-local copies artifacts with rsync, in a container of this image.
HELPER = "localhost/testsigma-action-gitlab-helper"
PODMAN = Path(__file__).with_name("podman.sh")
# Seconds: for the helper image, and for a pipeline.
BUILD = 180.0
LONGEST = 120.0
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a pipeline: its exit code, its log without colours, and the folder of its repository."""

    exit_code: int
    log: str
    folder: Path

    def lines(self, job: str) -> list[str]:
        """What a job printed."""
        return re.findall(rf"^{job} +> ?(.*)$", self.log, re.MULTILINE)

    def exit_code_of(self, job: str) -> int:
        """The exit code of a job."""
        failed = re.search(rf"^{job} +finished in .* FAIL (\d+)", self.log, re.MULTILINE)
        return int(failed[1]) if failed else 0

    def artifacts(self, job: str) -> Path:
        """The artifacts of a job."""
        return self.folder / ".gitlab-ci-local" / "artifacts" / job


@dataclass(frozen=True, slots=True)
class GitLabCI:
    """The program, the engine, and folders for its home and for a repository."""

    program: Path
    engine: Engine
    home: Path
    folder: Path

    def run(self, pipeline: str, variables: Mapping[str, str]) -> Told:
        """Commit a pipeline, and run it with these CI/CD variables of the project."""
        self._commit(pipeline)
        self._set(variables)
        done = subprocess.run(
            self._command(),
            cwd=self.folder,
            check=False,
            timeout=LONGEST,
            env={**self.engine.environ, "HOME": str(self.home)},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return Told(done.returncode, _COLOURS.sub("", done.stdout), self.folder)

    def _commit(self, pipeline: str) -> None:
        component = self.folder / "templates" / "testsigma" / "template.yml"
        component.parent.mkdir(parents=True)
        component.write_text(COMPONENT.read_text("utf-8"), "utf-8")
        (self.folder / ".gitlab-ci.yml").write_text(pipeline, "utf-8")
        checkout.commit(self.folder)
        subprocess.run(
            ["git", "-C", str(self.folder), "remote", "add", "origin", "git@gitlab.example.com:acme/shop.git"],
            check=True,
            timeout=60,
        )

    def _set(self, variables: Mapping[str, str]) -> None:
        """Variables of the project are in the home of the program. It says GITLAB_CI=false unless it is told."""
        path = self.home / ".gitlab-ci-local" / "variables.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump({"global": {"GITLAB_CI": "true", **variables}}), "utf-8")

    def _command(self) -> list[str]:
        options = {
            "home": str(self.home),
            "container-executable": str(PODMAN) if Path(self.engine.command).name == "podman" else self.engine.command,
            "network": "host",
            "pull-policy": "if-not-present",
            "helper-image": HELPER,
            "default-image": HELPER,
            "shell-executor-no-image": "false",
            "artifacts-to-source": "false",
        }
        return [str(self.program), *(f"--{name}={value}" for name, value in options.items())]


def build_helper(engine: Engine) -> None:
    """Build the helper image. Its base is that of our image, which is there already."""
    packages = "apt-get update -qq && apt-get install --yes --quiet=2 --no-install-recommends rsync"
    subprocess.run(
        [engine.command, "build", "--tag", HELPER, "-"],
        input=f"FROM {base.choose(engine)}\nRUN {packages}\n",
        check=True,
        timeout=BUILD,
        env=dict(engine.environ),
        text=True,
        capture_output=True,
    )


def with_our_image(pipeline: str) -> str:
    """A pipeline of the documentation with the image that was built here, and the plan of the simulator."""
    changed = pipeline.replace(project.IMAGE, IMAGE).replace("431", "420")
    assert changed != pipeline
    return changed
