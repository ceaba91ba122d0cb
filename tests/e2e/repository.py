"""Somebody's repository, whose workflow uses the action by the name of a release, as the documentation shows it."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import checkout
from tests.e2e.act import Act, Told
from tests.e2e.image import IMAGE
from tests.e2e.secrecy import assert_not_in
from tests.simulator import Server
from testsigma_action import __version__
from testsigma_action.errors import REPOSITORY

# Small actions that stand for actions of other people, which cannot be fetched everywhere. Each says what it does.
STAND_INS = Path(__file__).parent / "stand_ins"
# Seconds: for a workflow of several jobs.
LONGEST = 400.0
RELEASE = f"{REPOSITORY.removeprefix('https://github.com/')}@v{__version__}"


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder for the repository, and one for what takes the place of the release: this checkout."""

    act: Act
    key: str
    folder: Path
    action: Path

    @classmethod
    def new(cls, act: Act, key: str, place: Path) -> "Repository":
        """An empty repository in a place for both folders."""
        made = cls(act, key, place / "repository", place / "action")
        for folder in (made.folder, made.action):
            folder.mkdir()
        checkout.copy_with_image(made.action, IMAGE)
        checkout.commit(made.action)
        return made

    def write(self, path: str, text: str) -> Path:
        """Put a file into the repository, before it runs a workflow."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def run(self, workflow: Path, server: Server, *options: str, event: str = "push", step: str = "tests") -> Told:
        """Run a workflow of the repository as after an event, with TESTSIGMA_BASE_URL as the address of the simulator.

        Each job has a workspace of its own, as on GitHub. The key must be nowhere in the end. `step` is the ID of the
        action's step, and `options` are of act.
        """
        # Another attempt is about the same commit.
        if not (self.folder / ".git").exists():
            checkout.commit(self.folder)
        places = [f"--local-repository={uses}={folder}" for uses, folder in self._local().items()]
        given = ("--bind=false", f"--env=TESTSIGMA_BASE_URL={server.url}", *places, *options)
        with self.act.start_file(
            workflow, self.folder, *given, key=self.key, base_url=server.url, event=event
        ) as going:
            told = going.wait(step, LONGEST)
        assert_not_in(self.key, (str(event) for event in told.events if event.get("command") != "add-mask"))
        return told

    def _local(self) -> dict[str, Path]:
        """What takes the place of each action that the workflows use."""
        workflows = [*self.folder.glob(".github/workflows/*.yml"), *self.action.glob(".github/workflows/plans.yml")]
        uses = re.findall(r"uses: (\S+)", "\n".join(path.read_text("utf-8") for path in workflows))
        stand_ins = {name: STAND_INS / name.partition("@")[0].rpartition("/")[2] for name in uses}
        return {RELEASE: self.action} | {name: folder for name, folder in stand_ins.items() if folder.is_dir()}


@dataclass(frozen=True, slots=True)
class Artifacts:
    """What all jobs of a workflow run share. The stand-ins for the actions of artifacts keep it in this folder."""

    folder: Path

    def options(self, **environ: str) -> list[str]:
        """Options of act: all jobs see the folder, and steps have these variables."""
        variables = [f"--env={name}={value}" for name, value in environ.items()]
        return [f"--container-options=--volume={self.folder}:/artifacts", *variables]

    def names(self) -> list[str]:
        """Names of all artifacts."""
        return sorted(path.name for path in self.folder.iterdir())


def copied(repository: Repository, name: str) -> Path:
    """An example of examples/github, copied to where GitHub expects a workflow."""
    text = (checkout.ROOT / "examples/github" / f"{name}.yml").read_text("utf-8")
    return repository.write(f".github/workflows/{name}.yml", text)
