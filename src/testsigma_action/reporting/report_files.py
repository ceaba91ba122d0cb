"""The files that reports are written to: whether they can be written, and that none is left of an earlier step."""

from dataclasses import dataclass, field

from testsigma_action.errors import ErrorCode, ReportError
from testsigma_action.inputs.options import Inputs
from testsigma_action.inputs.parsers import OFF
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.files import NotRegular, permission_advice


@dataclass(slots=True)
class ReportFiles:
    """The files of a step. Those at the paths in `refused` cannot be written, and are not."""

    inputs: Inputs
    platform: Platform
    refused: set[str] = field(default_factory=set)

    def problems(self) -> list[str]:
        """Problems with writing outputs, state, summary and reports; checked before anything is started.

        Reports are removed: a step that is killed must not leave those of an earlier one.
        """
        found = taken(self.platform, self.inputs)
        self.refused |= found.keys()
        return [*found.values(), *self.platform.problems(summary=self.inputs.summary != OFF)] or self._remove()

    def _remove(self) -> list[str]:
        problems: list[str] = []
        advice: set[str] = set()
        for name, path in self.inputs.report_paths.items():
            try:
                if path and path not in self.refused:
                    self.platform.remove_file(path)
            except OSError as error:
                failure = unwritable(path, error)
                problems.append(f"{name}: {failure.message} {'' if failure.hint in advice else failure.hint}".rstrip())
                advice.add(failure.hint)
                self.refused.add(path)
        return problems


def taken(platform: Platform, inputs: Inputs) -> dict[str, str]:
    """A problem for each path of a report at which the platform writes a file of its own."""
    clashes = [(name, path) for name, path in inputs.report_paths.items() if path and platform.takes(path)]
    return {path: f"{name}: {OWN_FILE.format(path)}" for name, path in clashes}


def unwritable(what: str, error: OSError) -> ReportError:
    """The error for a report that cannot be written."""
    hint = "Check the path and its permissions, or turn the report off."
    if isinstance(error, NotRegular):
        hint = "Use another file for the report, or turn it off."
    if advice := permission_advice(error):
        hint = f"{advice} To write no reports, set junit-file: off and results-file: off."
    message = f"Could not write {what}: {error.strerror or error}."
    return ReportError(message, code=ErrorCode.REPORT_UNWRITABLE, hint=hint)


OWN_FILE = "the outputs or links of the step are written to '{}', and would replace the report. Use another path."
