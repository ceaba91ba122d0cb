"""Woodpecker: later steps read the files with the outputs.

Source: woodpecker-ci.org/docs, "Environment variables".
"""

from testsigma_action.platforms.base import Platform


class Woodpecker(Platform):
    """Woodpecker. Many of its variables have the names of GitLab's."""

    name = "Woodpecker"
    markers = (("CI", "woodpecker"),)
    key_advice = (
        "Set `api-key` with `from_secret`, and allow the secret for this event. If the secret is limited to plugins, "
        "this image must be among them."
    )
    project = ("$CI_REPO",)
    number = ("$CI_PIPELINE_NUMBER",)
    commit = ("$CI_COMMIT_SHA",)
    branch = ("$CI_COMMIT_SOURCE_BRANCH", "$CI_COMMIT_BRANCH")
    pull_request = ("$CI_COMMIT_PULL_REQUEST",)
    job_url = ("$CI_STEP_URL", "$CI_PIPELINE_URL")
    pipeline_run = ("$CI_REPO $CI_PIPELINE_NUMBER",)
