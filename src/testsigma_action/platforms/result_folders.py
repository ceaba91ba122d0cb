"""CI systems that read results from a folder: Google Cloud Build and Tekton.

Sources: cloud.google.com/build/docs, "Build results"; tekton.dev/docs, "Emitting results".
"""

import json
from collections.abc import Mapping
from pathlib import Path

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.variables import PREFIX, as_json, within

# Cloud Build: older versions keep 4 KB of the file, newer ones 50 KB.
LONGEST_OUTPUT = 4000
# All results of a Tekton task must fit into a message of 4096 bytes, or the task fails; each takes some for itself.
LONGEST_RESULTS = 3000
_EACH = 60
# Every step of a Tekton task has this folder.
RESULTS = Path("/tekton/results")
NO_TASK = ": this is no step of a Tekton task. Remove TEKTON_RESULTS."
NOT_HERE = f" here. Set it to {RESULTS}."


class CloudBuild(Platform):
    """Google Cloud Build: the beginning of a file becomes the output of the step in the build's results.

    It sets no other variable: the others are those of a step that passes the substitutions of the same names in `env`.
    Later steps read the files with the outputs in /workspace.
    """

    name = "Google Cloud Build"
    markers = (("BUILDER_OUTPUT", ".+"),)
    key_advice = (
        "Name TESTSIGMA_API_KEY in `secretEnv` of this step, and its secret in `availableSecrets` of the build."
    )
    project = ("$PROJECT_ID/$TRIGGER_NAME", "$PROJECT_ID")
    number = ("$BUILD_ID",)
    commit = ("$COMMIT_SHA",)
    branch = ("$_HEAD_BRANCH", "$BRANCH_NAME")
    pull_request = ("$_PR_NUMBER",)
    job_url = ("https://console.cloud.google.com/cloud-build/builds;region=$LOCATION/$BUILD_ID?project=$PROJECT_ID",)
    pipeline_run = ("$PROJECT_ID $BUILD_ID",)

    def problems(self, *, summary: bool) -> list[str]:
        """Problems with the files, and with the folder of the output."""
        problems = super().problems(summary=summary)
        folder = Path(self._environ["BUILDER_OUTPUT"])
        if not folder.is_dir():
            problems.append(f"BUILDER_OUTPUT: the folder '{folder}' does not exist here. Do not pass the variable.")
        return problems

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        fitting = within(variables, LONGEST_OUTPUT, lambda name, value: len(json.dumps({name: value}, indent=2)))
        self._write_file(f"{self._environ['BUILDER_OUTPUT']}/output", as_json(fitting))
        return []


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
        problems = super().problems(summary=summary)
        folder = Path(self._environ["TEKTON_RESULTS"])
        if not folder.is_dir():
            why = NO_TASK if folder == RESULTS else NOT_HERE
            problems.append(f"TEKTON_RESULTS: the folder '{folder}' does not exist{why}")
        return problems

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        for variable, text in within(variables, LONGEST_RESULTS, _size).items():
            name = variable.removeprefix(PREFIX).lower().replace("_", "-")
            self._write_file(f"{self._environ['TEKTON_RESULTS']}/{name}", [text])
        return []


def _size(_name: str, value: str) -> int:
    """The bytes of a result in the message, which is JSON; Go writes `<`, `>` and `&` with six characters."""
    return _EACH + len(json.dumps(value)) + 5 * sum(map(value.count, "<>&"))
