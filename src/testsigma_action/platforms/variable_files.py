"""CI systems that read variables from a file: Bitbucket Pipelines, CircleCI, and Drone with Harness.

Sources: support.atlassian.com, "Variables and secrets", "Share variables between steps" and "Advanced techniques for
writing pipes"; circleci.com/docs, "Built-in environment variables" and "Set an environment variable"; drone/runner-go:
environ.go; developer.harness.io, DRONE_OUTPUT.
"""

from collections.abc import Mapping
from pathlib import Path

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.variables import shell

# What a value may not contain where its file is documented for plain values only.
_NOT_PLAIN = ("$", "`", "\\", '"', "'", " #")


class Bitbucket(Platform):
    """Bitbucket Pipelines. Later steps get the variables that `output-variables` of the step lists."""

    name = "Bitbucket Pipelines"
    markers = (("BITBUCKET_BUILD_NUMBER", ".+"),)
    key_advice = (
        "Add the secured variable TESTSIGMA_API_KEY to the repository or the workspace. A pipe gets it only if it is "
        "listed under `variables` of the pipe."
    )
    project = ("$BITBUCKET_REPO_FULL_NAME",)
    number = ("$BITBUCKET_BUILD_NUMBER",)
    attempt = ("$BITBUCKET_STEP_RUN_NUMBER",)
    commit = ("$BITBUCKET_COMMIT",)
    branch = ("$BITBUCKET_BRANCH",)
    pull_request = ("$BITBUCKET_PR_ID",)
    job_url = ("https://bitbucket.org/$BITBUCKET_REPO_FULL_NAME/pipelines/results/$BITBUCKET_BUILD_NUMBER",)
    pipeline_run = ("$BITBUCKET_REPO_FULL_NAME $BITBUCKET_BUILD_NUMBER",)
    variables_file = "BITBUCKET_PIPELINES_VARIABLES_PATH"
    references = _NOT_PLAIN

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Keep the environment. Whether the file of the step is mounted into a pipe is not documented."""
        file = Path(environ.get(self.variables_file, ""))
        missing = "BITBUCKET_PIPE_STORAGE_DIR" in environ and not file.parent.is_dir()
        super().__init__({**environ, self.variables_file: ""} if missing else environ)


class CircleCI(Platform):
    """CircleCI. Bash reads the file before each later step of the job."""

    name = "CircleCI"
    markers = (("CIRCLECI", "true"),)
    key_advice = (
        "Add TESTSIGMA_API_KEY to the project or to a context. The job gets a context only if `context` names it."
    )
    project = ("$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME",)
    number = ("$CIRCLE_BUILD_NUM",)
    commit = ("$CIRCLE_SHA1",)
    branch = ("$CIRCLE_BRANCH",)
    pull_request = ("$CIRCLE_PR_NUMBER", "$PULL_REQUEST_NUMBER")
    job_url = ("$CIRCLE_BUILD_URL",)
    variables_file = "BASH_ENV"

    def _variables(self) -> Mapping[str, str]:
        """CircleCI knows the number of a pull request from a fork only; of others it gives the URL."""
        number = self._environ.get("CIRCLE_PULL_REQUEST", "").rpartition("/")[2]
        return {**self._environ, "PULL_REQUEST_NUMBER": number}

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        self._append(self.variables_file, "".join(shell(variables, "export ")))
        return []


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
    references = (*_NOT_PLAIN, "<+")
