"""The base of all adapters for CI systems: a working folder, a log, and outputs in two files of the workspace."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from testsigma_action.platforms.build import BuildFacts
from testsigma_action.platforms.files import Workspace, append, permission_advice, same_place
from testsigma_action.platforms.variables import ENV_FILE, JSON_FILE, LONGEST_VALUE, as_json, named, plain, shell
from testsigma_action.secret import NO_SECRET, Secret
from testsigma_action.text import no_command

NO_WORKING_FOLDER = (
    "working folder: it no longer exists. Start the step in an existing folder; in a container, mount one and set it "
    "as the working folder (docker run --volume ... --workdir ...)."
)
NO_FOLDER = "In a container, mount a folder that this user can write to, and set it as the working folder."
NOT_MOUNTED = (
    "If the runner did not start this container, mount the folder at the same path, or do not pass the variable."
)


class Platform(BuildFacts):
    """The plain console: a terminal, `docker run`, a CI system without an adapter.

    An adapter for a CI system says how the system is recognised, and what it has of its own. Methods that return lines
    do not print them; methods that write raise OSError.
    """

    markers: tuple[tuple[str, str], ...] = ()
    """Variables that the system sets, each with the pattern of its value, in any case. One of them is enough."""
    key_advice = (
        "Set TESTSIGMA_API_KEY. `docker run` passes it only with `-e TESTSIGMA_API_KEY`, and only if it is exported."
    )
    """How a step gets the API key, for a step without one."""
    own_files: tuple[str, ...] = (JSON_FILE, ENV_FILE)
    """Files of the workspace that the platform writes, whose place no report can take."""
    variables_file = ""
    """The variable with the path of a file from which the system reads variables."""
    references: tuple[str, ...] = ()
    """Text, in upper case, that the system would replace in the value of a variable."""
    # Masked in all files of the platform that are written from now on.
    secret = NO_SECRET

    @classmethod
    def recognises(cls, environ: Mapping[str, str]) -> bool:
        """Whether the step runs on this platform."""
        found = ((pattern, environ.get(name, "")) for name, pattern in cls.markers)
        return any(re.fullmatch(pattern, value, re.IGNORECASE | re.DOTALL) for pattern, value in found)

    @property
    def workspace(self) -> Path:
        """The base folder of relative paths. If it was deleted: `.`, in which no file can be created."""
        try:
            return Path.cwd()
        except OSError:
            return Path()

    def problems(self, *, summary: bool) -> list[str]:  # noqa: ARG002 - most platforms have none
        """Problems with the files of the step, found before anything is started.

        What an earlier build wrote in the same workspace is removed. `summary`: whether a summary will be written.
        """
        if not self.workspace.is_absolute():
            return [NO_WORKING_FOLDER]
        problems = []
        try:
            self._write_files({})
            self.write_links([])
        except OSError as error:
            advice = permission_advice(error) or NO_FOLDER
            problems = [f"outputs: the files cannot be written ({error.strerror or error}). {advice}"]
        return [*problems, *self._unwritable(self.variables_file)]

    def takes(self, path: str) -> bool:
        """Whether a report at this path would be replaced by a file of the platform."""
        root = self.workspace
        return root.is_absolute() and any(same_place(root / path, root / own) for own in self.own_files)

    @property
    def watched(self) -> bool:
        """Whether a person may be watching the output: not in CI, and not on a dumb terminal.

        Some CI systems provide a terminal and do not set CI.
        """
        return not (self.name or self._environ.get("CI")) and self._environ.get("TERM") != "dumb"

    def mask(self, _secret: Secret) -> list[str]:
        """Lines that make the platform mask a secret in the log."""
        return []

    def group(self, title: str, lines: list[str]) -> list[str]:
        """Lines under a title, folded if the platform supports it."""
        return [no_command(line) for line in (title, *lines)]

    def annotation(self, _level: str, _title: str, _message: str) -> list[str]:
        """Lines that show a message outside the log; none if the platform has no annotations."""
        return []

    def write_file(self, path: str, chunks: Iterable[str]) -> None:
        """Write a file of the workspace, or another one by its absolute path. Raises OSError."""
        Workspace(self.workspace, self.secret).write(path, chunks)

    def remove_file(self, path: str) -> None:
        """Remove a file that an earlier step wrote, if there is one. Raises OSError if it could not be written anew."""
        Workspace(self.workspace).clear(path)

    def write_outputs(self, outputs: Mapping[str, str]) -> list[str]:
        """Set outputs for later steps; the lines to print for that. The value that is set last counts."""
        self._write_files(outputs)
        return self._set_variables(named(outputs, self.secret, self.references))

    def write_links(self, _links: Sequence[tuple[str, str]]) -> None:
        """Show links on the page of the job, if the platform can: name and address of each. The last call counts."""

    def write_state(self, state: Mapping[str, str]) -> None:
        """Save values for the post stage of this step."""

    def write_summary(self, _text: str) -> list[str]:
        """Append Markdown to the summary of the job, if the platform has one; the lines to print for that."""
        return []

    def _write_files(self, outputs: Mapping[str, str]) -> None:
        self.write_file(JSON_FILE, as_json(outputs))
        self.write_file(ENV_FILE, self._env_file(outputs))

    def _env_file(self, outputs: Mapping[str, str]) -> Iterable[str]:
        """The file with variables; a shell can read it."""
        return shell(named(outputs, self.secret))

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        """Set variables for later steps; the lines to print for that."""
        self._append(self.variables_file, "".join(plain(variables, LONGEST_VALUE)))
        return []

    def _append(self, variable: str, text: str) -> None:
        """Append to the file whose path is in a variable, if it is set. Raises OSError."""
        if path := self._environ.get(variable):
            append(Path(path), text, self.secret)

    def _missing(self, variable: str, why: str) -> list[str]:
        """The problem with the folder whose path is in a variable, if it does not exist; `why` ends the sentence."""
        folder = Path(self._environ[variable])
        return [] if folder.is_dir() else [f"{variable}: the folder '{folder}' does not exist{why}"]

    def _unwritable(self, *variables: str) -> Iterator[str]:
        """A problem for each of these files that cannot be written."""
        for variable in variables:
            try:
                self._append(variable, "")
            except OSError as error:
                path = self._environ[variable]
                yield f"{variable}: '{path}' cannot be written ({error.strerror}). {NOT_MOUNTED}"
