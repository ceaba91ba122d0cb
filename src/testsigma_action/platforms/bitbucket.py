"""Bitbucket Pipelines: a file with variables.

Sources: support.atlassian.com, "Variables and secrets", "Share variables between steps" and "Advanced techniques for
writing pipes".
"""

from collections.abc import Mapping
from pathlib import Path

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.variables import NOT_PLAIN


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
    references = NOT_PLAIN

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Keep the environment. Whether the file of the step is mounted into a pipe is not documented."""
        file = Path(environ.get(self.variables_file, ""))
        missing = "BITBUCKET_PIPE_STORAGE_DIR" in environ and not file.parent.is_dir()
        super().__init__({**environ, self.variables_file: ""} if missing else environ)
