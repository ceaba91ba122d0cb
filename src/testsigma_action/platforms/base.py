"""What a platform offers to a step. The base class is the plain console: it offers a log and a working folder."""

from collections.abc import Mapping
from pathlib import Path

from testsigma_action.secret import NO_SECRET, Secret
from testsigma_action.text import no_command

NO_WORKING_FOLDER = (
    "working folder: it does not exist any more. Start the step in a folder that exists; in a container, mount one and "
    "make it the working folder (docker run --volume ... --workdir ...)."
)


class Platform:
    """The plain console, and what every other platform falls back on.

    Methods that return lines leave the printing to the log; those that write raise OSError when they cannot.
    """

    name = "console"

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Keep the environment; nothing is read or written yet."""
        self._environ = environ
        self._secret = NO_SECRET

    def hide(self, secret: Secret) -> None:
        """Replace this secret in all that is written to files of the platform from now on."""
        self._secret = secret

    @classmethod
    def recognises(cls, _environ: Mapping[str, str]) -> bool:
        """Whether the step runs on this platform."""
        return True

    @property
    def workspace(self) -> Path:
        """The folder that relative paths start from."""
        return working_folder()

    def problems(self, *, summary: bool) -> list[str]:  # noqa: ARG002 - this platform has none
        """What keeps a step from leaving its files here, found before anything is started.

        `summary` says whether there is to be one.
        """
        return [] if self.workspace.is_absolute() else [NO_WORKING_FOLDER]

    @property
    def watched(self) -> bool:
        """Whether people may be looking on: no CI system that says that it is one."""
        return not self._environ.get("CI") and self._environ.get("TERM") != "dumb"

    @property
    def build_label(self) -> str:
        """What the pipeline calls this build, for people; not unique."""
        return "testsigma-action"

    def mask(self, _secret: Secret) -> list[str]:
        """Lines that keep a secret out of the log from then on."""
        return []

    def group(self, title: str, lines: list[str]) -> list[str]:
        """Lines under a title, folded where the platform can."""
        return [no_command(line) for line in (title, *lines)]

    def annotation(self, _level: str, _title: str, _message: str) -> list[str]:
        """Lines that show a message outside the log; none where the platform has no place for it."""
        return []

    def write_outputs(self, outputs: Mapping[str, str]) -> None:
        """Hand values to later steps; a value that is written again replaces the one before."""

    def write_state(self, state: Mapping[str, str]) -> None:
        """Hand values to the post stage of this step."""

    def write_summary(self, _text: str) -> bool:
        """Append Markdown to the summary of the job; False where there is none."""
        return False


def working_folder() -> Path:
    """The folder that the step runs in. Where it was deleted: `.`, in which no file can be made."""
    try:
        return Path.cwd()
    except OSError:
        return Path()
