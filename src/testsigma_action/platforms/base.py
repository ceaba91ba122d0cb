"""The interface of all platforms. The base class is the plain console, with a log and a working folder only."""

from collections.abc import Mapping
from pathlib import Path

from testsigma_action.secret import NO_SECRET, Secret
from testsigma_action.text import no_command

NO_WORKING_FOLDER = (
    "working folder: it no longer exists. Start the step in an existing folder; in a container, mount one and set it "
    "as the working folder (docker run --volume ... --workdir ...)."
)


class Platform:
    """The plain console, and the defaults of all other platforms.

    Methods that return lines do not print them; methods that write raise OSError.
    """

    name = "console"

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
        return True

    @property
    def workspace(self) -> Path:
        """The base folder of relative paths."""
        return working_folder()

    def problems(self, *, summary: bool) -> list[str]:  # noqa: ARG002 - this platform has none
        """Problems with writing the files of the step, checked before anything is started.

        `summary`: whether a summary will be written.
        """
        return [] if self.workspace.is_absolute() else [NO_WORKING_FOLDER]

    @property
    def watched(self) -> bool:
        """Whether a person may be watching the output: not in CI, and not on a dumb terminal."""
        return not self._environ.get("CI") and self._environ.get("TERM") != "dumb"

    @property
    def build_label(self) -> str:
        """The name of this build in the pipeline, for people; not unique."""
        return "testsigma-action"

    def mask(self, _secret: Secret) -> list[str]:
        """Lines that make the platform mask a secret in the log."""
        return []

    def group(self, title: str, lines: list[str]) -> list[str]:
        """Lines under a title, folded if the platform supports it."""
        return [no_command(line) for line in (title, *lines)]

    def annotation(self, _level: str, _title: str, _message: str) -> list[str]:
        """Lines that show a message outside the log; none if the platform has no annotations."""
        return []

    def write_outputs(self, outputs: Mapping[str, str]) -> None:
        """Set outputs for later steps; a value that is written again replaces the previous one."""

    def write_state(self, state: Mapping[str, str]) -> None:
        """Save values for the post stage of this step."""

    def write_summary(self, _text: str) -> bool:
        """Append Markdown to the summary of the job; False if the platform has none."""
        return False


def working_folder() -> Path:
    """The working folder of the step. If it was deleted: `.`, in which no file can be created."""
    try:
        return Path.cwd()
    except OSError:
        return Path()
