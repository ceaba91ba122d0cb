"""Google Cloud Build: a file whose beginning is the output of the step.

Source: cloud.google.com/build/docs, "Build results".
"""

import json
from collections.abc import Mapping

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.variables import as_json, within

# Older versions keep 4 KB of the file, newer ones 50 KB.
LONGEST_OUTPUT = 4000


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
        return super().problems(summary=summary) + self._missing("BUILDER_OUTPUT", " here. Do not pass the variable.")

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        fitting = within(variables, LONGEST_OUTPUT, lambda name, value: len(json.dumps({name: value}, indent=2)))
        self.write_file(f"{self._environ['BUILDER_OUTPUT']}/output", as_json(fitting))
        return []
