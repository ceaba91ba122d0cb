"""CircleCI: a file with assignments, which Bash reads.

Sources: circleci.com/docs, "Built-in environment variables" and "Set an environment variable".
"""

from collections.abc import Mapping

from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.variables import shell


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
