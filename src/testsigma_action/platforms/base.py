"""The interface of all platforms. The base class has a log and a working folder only."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from testsigma_action.domain.build import Build
from testsigma_action.platforms.build import BuildFacts, build_of, filled
from testsigma_action.platforms.files import append, same_place
from testsigma_action.secret import NO_SECRET, Secret
from testsigma_action.text import no_command

NO_WORKING_FOLDER = (
    "working folder: it no longer exists. Start the step in an existing folder; in a container, mount one and set it "
    "as the working folder (docker run --volume ... --workdir ...)."
)
NOT_MOUNTED = (
    "If the runner did not start this container, mount the folder at the same path, or do not pass the variable."
)


class Platform:
    """The defaults of all platforms.

    Methods that return lines do not print them; methods that write raise OSError.
    """

    name = ""
    """The name of the CI system; empty for a console."""
    key_advice = (
        "Set TESTSIGMA_API_KEY. `docker run` passes it only with `-e TESTSIGMA_API_KEY`, and only if it is exported."
    )
    """How a step gets the API key, for a step without one."""
    own_files: tuple[str, ...] = ()
    """Files of the workspace that the platform writes, whose place no report can take."""
    facts = BuildFacts()
    """Where the facts about the build come from."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Keep the environment; nothing is read or written yet."""
        self._environ = environ
        self._secret = NO_SECRET

    def hide(self, secret: Secret) -> None:
        """Mask this secret in all files of the platform that are written from now on."""
        self._secret = secret

    @classmethod
    def recognises(cls, _environ: Mapping[str, str]) -> bool:
        """Whether the step runs on this platform."""
        raise NotImplementedError

    @property
    def workspace(self) -> Path:
        """The base folder of relative paths."""
        return working_folder()

    def problems(self, *, summary: bool) -> list[str]:  # noqa: ARG002 - this platform has none
        """Problems with writing the files of the step, checked before anything is started.

        `summary`: whether a summary will be written.
        """
        return [] if self.workspace.is_absolute() else [NO_WORKING_FOLDER]

    def takes(self, path: str) -> bool:
        """Whether a report at this path would be replaced by a file of the platform."""
        if not self.workspace.is_absolute():  # it was deleted
            return False
        return any(same_place(self.workspace / path, self.workspace / own) for own in self.own_files)

    @property
    def watched(self) -> bool:
        """Whether a person may be watching the output. Some CI systems provide a terminal and do not set CI."""
        return False

    @property
    def build(self) -> Build:
        """What is known of the build that this step belongs to."""
        return build_of(self.name, self.facts, self._variables())

    @property
    def step(self) -> str:
        """The identity of this step in the CI run, with its commit: the same in each attempt of the job.

        Empty if the system does not tell all of that.
        """
        return filled(self.facts.step, self._variables())

    def mask(self, _secret: Secret) -> list[str]:
        """Lines that make the platform mask a secret in the log."""
        return []

    def group(self, title: str, lines: list[str]) -> list[str]:
        """Lines under a title, folded if the platform supports it."""
        return [no_command(line) for line in (title, *lines)]

    def annotation(self, _level: str, _title: str, _message: str) -> list[str]:
        """Lines that show a message outside the log; none if the platform has no annotations."""
        return []

    def write_outputs(self, _outputs: Mapping[str, str]) -> list[str]:
        """Set outputs for later steps; the lines to print for that. The value that is set last counts."""
        return []

    def write_links(self, _links: Sequence[tuple[str, str]]) -> None:
        """Show links on the page of the job, if the platform can: name and address of each. The last call counts."""

    def write_state(self, state: Mapping[str, str]) -> None:
        """Save values for the post stage of this step."""

    def write_summary(self, _text: str) -> list[str]:
        """Append Markdown to the summary of the job, if the platform has one; the lines to print for that."""
        return []

    def _variables(self) -> Mapping[str, str]:
        """The variables that `facts` names."""
        return self._environ

    def _append(self, variable: str, text: str) -> None:
        """Append to the file whose path is in a variable, if it is set. Raises OSError."""
        if path := self._environ.get(variable):
            append(Path(path), text, self._secret)

    def _unwritable(self, variables: tuple[str, ...]) -> list[str]:
        """A problem for each of these files that cannot be written."""
        problems = []
        for variable in variables:
            try:
                self._append(variable, "")
            except OSError as error:
                path = self._environ[variable]
                problems.append(f"{variable}: '{path}' cannot be written ({error.strerror}). {NOT_MOUNTED}")
        return problems


def working_folder() -> Path:
    """The working folder of the step. If it was deleted: `.`, in which no file can be created."""
    try:
        return Path.cwd()
    except OSError:
        return Path()
