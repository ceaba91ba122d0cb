"""Drone and Harness: variables; in Harness also a file with output variables.

Sources: drone/runner-go: environ.go; developer.harness.io, DRONE_OUTPUT.
"""

from collections.abc import Mapping

from testsigma_action.platforms.build import BuildFacts
from testsigma_action.platforms.ci_system import CiSystem
from testsigma_action.platforms.variables import LONGEST_VALUE, plain


class Drone(CiSystem):
    """Drone, and Harness CI, which runs plugins in the same way."""

    name = "Drone"
    marker = ("DRONE", "true")
    key_advice = "Set `api-key` from a secret. Pull requests do not get secrets, unless the secret allows it."
    facts = BuildFacts(
        project=("$DRONE_REPO",),
        number=("$DRONE_BUILD_NUMBER",),
        commit=("$DRONE_COMMIT_SHA",),
        branch=("$DRONE_SOURCE_BRANCH", "$DRONE_BRANCH"),
        pull_request=("$DRONE_PULL_REQUEST",),
        job_url=("$DRONE_BUILD_LINK",),
        pipeline_run=("$DRONE_REPO $DRONE_BUILD_NUMBER",),
    )
    files = ("DRONE_OUTPUT",)
    # How the file is read is documented for plain values only, so no value may look like more.
    references = ("$", "`", "\\", '"', "'", " #", "<+")

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        self._append(self.files[0], "".join(plain(variables, LONGEST_VALUE)))
        return []
