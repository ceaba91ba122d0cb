"""Tekton: a file for each result of the task.

Source: tekton.dev/docs, "Emitting results".
"""

import json
from collections.abc import Mapping
from pathlib import Path

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.variables import PREFIX, within

# All results of a task must fit into a message of 4096 bytes, or the task fails; each takes some for itself.
LONGEST_RESULTS = 3000
_EACH = 60
# Every step of a task has this folder.
RESULTS = Path("/tekton/results")
NO_TASK = ": this is no step of a Tekton task. Remove TEKTON_RESULTS."
NOT_HERE = f" here. Set it to {RESULTS}."


class Tekton(Platform):
    """Tekton: one file for each result of the task, which names those that it wants.

    TEKTON_RESULTS is the folder of the results. Tekton sets no variables: those here are set by our task.
    """

    name = "Tekton"
    markers = (("TEKTON_RESULTS", ".+"),)
    key_advice = (
        "Check that the Secret has a value for the key: the params secret-name and secret-key of the task name both."
    )
    project = ("$TEKTON_NAMESPACE/$TEKTON_PIPELINE_RUN", "$TEKTON_NAMESPACE")
    number = ("$TEKTON_TASK_RUN",)
    retries = ("$TEKTON_RETRY_COUNT",)
    pipeline_run = ("$TEKTON_NAMESPACE/$TEKTON_PIPELINE_RUN",)
    # A result is inserted into the parameters of other tasks.
    references = ("$(",)

    def problems(self, *, summary: bool) -> list[str]:
        """Problems with the files, and with the folder of the results."""
        why = NO_TASK if Path(self._environ["TEKTON_RESULTS"]) == RESULTS else NOT_HERE
        return super().problems(summary=summary) + self._missing("TEKTON_RESULTS", why)

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        for variable, text in within(variables, LONGEST_RESULTS, _size).items():
            name = variable.removeprefix(PREFIX).lower().replace("_", "-")
            self.write_file(f"{self._environ['TEKTON_RESULTS']}/{name}", [text])
        return []


def _size(_name: str, value: str) -> int:
    """The bytes of a result in the message, which is JSON; Go writes `<`, `>` and `&` with six characters."""
    return _EACH + len(json.dumps(value)) + 5 * sum(map(value.count, "<>&"))
