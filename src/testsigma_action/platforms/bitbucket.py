"""Bitbucket Pipelines: a file with output variables.

Source: support.atlassian.com, "Variables and secrets", "Share variables between steps" and "Advanced techniques for
writing pipes".
"""

from collections.abc import Mapping
from pathlib import Path

from testsigma_action.platforms.build import BuildFacts
from testsigma_action.platforms.ci_system import CiSystem
from testsigma_action.platforms.variables import LONGEST_VALUE, plain


class Bitbucket(CiSystem):
    """Bitbucket Pipelines. Later steps get the variables that `output-variables` of the step lists."""

    name = "Bitbucket Pipelines"
    marker = ("BITBUCKET_BUILD_NUMBER", "")
    key_advice = (
        "Add the secured variable TESTSIGMA_API_KEY to the repository or the workspace. A pipe gets it only if it is "
        "listed under `variables` of the pipe."
    )
    facts = BuildFacts(
        project=("$BITBUCKET_REPO_FULL_NAME",),
        number=("$BITBUCKET_BUILD_NUMBER",),
        attempt=("$BITBUCKET_STEP_RUN_NUMBER",),
        commit=("$BITBUCKET_COMMIT",),
        branch=("$BITBUCKET_BRANCH",),
        pull_request=("$BITBUCKET_PR_ID",),
        job_url=("https://bitbucket.org/$BITBUCKET_REPO_FULL_NAME/pipelines/results/$BITBUCKET_BUILD_NUMBER",),
        pipeline_run=("$BITBUCKET_REPO_FULL_NAME $BITBUCKET_BUILD_NUMBER",),
    )
    files = ("BITBUCKET_PIPELINES_VARIABLES_PATH",)
    # How the file is read is documented for plain values only, so no value may look like more.
    references = ("$", "`", "\\", '"', "'", " #")

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Keep the environment. Whether the file of the step is mounted into a pipe is not documented."""
        name = self.files[0]
        missing = "BITBUCKET_PIPE_STORAGE_DIR" in environ and not Path(environ.get(name, "")).parent.is_dir()
        super().__init__({**environ, name: ""} if missing else environ)

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        self._append(self.files[0], "".join(plain(variables, LONGEST_VALUE)))
        return []
