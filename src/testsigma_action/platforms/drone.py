"""Drone, and Harness CI: a file with variables.

Sources: drone/runner-go: environ.go; developer.harness.io, DRONE_OUTPUT.
"""

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.variables import NOT_PLAIN


class Drone(Platform):
    """Drone, and Harness CI, which runs plugins in the same way, and reads a file with output variables."""

    name = "Drone"
    markers = (("DRONE", "true"),)
    key_advice = "Set `api-key` from a secret. Pull requests do not get secrets, unless the secret allows it."
    project = ("$DRONE_REPO",)
    number = ("$DRONE_BUILD_NUMBER",)
    commit = ("$DRONE_COMMIT_SHA",)
    branch = ("$DRONE_SOURCE_BRANCH", "$DRONE_BRANCH")
    pull_request = ("$DRONE_PULL_REQUEST",)
    job_url = ("$DRONE_BUILD_LINK",)
    pipeline_run = ("$DRONE_REPO $DRONE_BUILD_NUMBER",)
    variables_file = "DRONE_OUTPUT"
    references = (*NOT_PLAIN, "<+")
