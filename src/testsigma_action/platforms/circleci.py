"""CircleCI: a file that bash reads before each later step of the job.

Source: circleci.com/docs, "Built-in environment variables" and "Set an environment variable".
"""

from collections.abc import Mapping

from testsigma_action.platforms.build import BuildFacts
from testsigma_action.platforms.ci_system import CiSystem
from testsigma_action.platforms.variables import shell


class CircleCI(CiSystem):
    """CircleCI."""

    name = "CircleCI"
    marker = ("CIRCLECI", "true")
    key_advice = (
        "Add TESTSIGMA_API_KEY to the project or to a context. The job gets a context only if `context` names it."
    )
    facts = BuildFacts(
        project=("$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME",),
        number=("$CIRCLE_BUILD_NUM",),
        commit=("$CIRCLE_SHA1",),
        branch=("$CIRCLE_BRANCH",),
        pull_request=("$CIRCLE_PR_NUMBER", "$PULL_REQUEST_NUMBER"),
        job_url=("$CIRCLE_BUILD_URL",),
    )
    files = ("BASH_ENV",)

    def _variables(self) -> Mapping[str, str]:
        """CircleCI knows the number of a pull request from a fork only; of others it gives the URL."""
        number = self._environ.get("CIRCLE_PULL_REQUEST", "").rpartition("/")[2]
        return {**self._environ, "PULL_REQUEST_NUMBER": number}

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        self._append(self.files[0], "".join(shell(variables, "export ")))
        return []
