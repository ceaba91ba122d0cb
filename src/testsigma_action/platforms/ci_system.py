"""What all platforms besides GitHub have in common: outputs in two files of the workspace."""

from collections.abc import Iterable, Mapping

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.files import Workspace, permission_advice
from testsigma_action.platforms.variables import ENV_FILE, JSON_FILE, as_json, named, shell

NO_FOLDER = "In a container, mount a folder that this user can write to, and set it as the working folder."


class CiSystem(Platform):
    """The base of the adapters. An adapter says how its system is recognised, and what it has of its own."""

    own_files: tuple[str, ...] = (JSON_FILE, ENV_FILE)
    marker = ("", "")
    """The variable that the system sets, and its value in lower case; an empty value stands for any."""
    files: tuple[str, ...] = ()
    """Variables with the path of a file that the system reads; checked before anything is started."""
    references: tuple[str, ...] = ()
    """Text, in upper case, that the system would replace in the value of a variable."""

    @classmethod
    def recognises(cls, environ: Mapping[str, str]) -> bool:
        """Whether the variable of the system is set."""
        name, value = cls.marker
        found = environ.get(name, "").lower()
        return found == value if value else bool(found)

    def problems(self, *, summary: bool) -> list[str]:
        """Problems with the files. The outputs of an earlier build in the same workspace are removed."""
        if problems := super().problems(summary=summary):
            return problems
        try:
            self._clear()
        except OSError as error:
            advice = permission_advice(error) or NO_FOLDER
            problems = [f"outputs: the files cannot be written ({error.strerror or error}). {advice}"]
        return problems + self._unwritable(self.files)

    def write_outputs(self, outputs: Mapping[str, str]) -> list[str]:
        """Write both files, and set the outputs in the way of the system."""
        self._write_files(outputs)
        return self._set_variables(self._named(outputs))

    def _clear(self) -> None:
        """Write all files of the workspace without contents."""
        self._write_files({})

    def _write_files(self, outputs: Mapping[str, str]) -> None:
        self._write_file(JSON_FILE, as_json(outputs))
        self._write_file(ENV_FILE, self._env_file(outputs))

    def _write_file(self, path: str, chunks: Iterable[str]) -> None:
        """Write a file of the workspace, or another one by its absolute path. Raises OSError."""
        Workspace(self.workspace, self._secret).write(path, chunks)

    def _named(self, outputs: Mapping[str, str]) -> dict[str, str]:
        return named(outputs, self._secret, self.references)

    def _env_file(self, outputs: Mapping[str, str]) -> Iterable[str]:
        """The file with variables; a shell can read it."""
        return shell(named(outputs, self._secret))

    def _set_variables(self, _variables: Mapping[str, str]) -> list[str]:
        """Set variables for later steps; the lines to print for that."""
        return []
