"""A checkout that workflows are run in."""

from dataclasses import dataclass
from pathlib import Path

from tests.e2e.act import Act, Told, WorkflowRun
from tests.e2e.secrecy import assert_hidden
from tests.simulator import Server


@dataclass(frozen=True, slots=True)
class Workspace:
    """A checkout, what runs its workflows, and the key that they are given."""

    act: Act
    folder: Path
    key: str

    def start(self, name: str, server: Server, *options: str) -> WorkflowRun:
        """A workflow against a simulator, to be entered; `options` are of act."""
        return self.act.start(name, self.folder, *options, key=self.key, base_url=server.url)

    def end(self, going: WorkflowRun) -> Told:
        """Wait for the end of a workflow; the key must be nowhere then."""
        told = going.wait()
        assert_hidden(told, self.key, self.folder)
        return told

    def run(self, name: str, server: Server, *options: str) -> Told:
        """A workflow from its start to its end."""
        with self.start(name, server, *options) as going:
            return self.end(going)
