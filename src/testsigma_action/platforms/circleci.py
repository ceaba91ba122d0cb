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
    build = BuildFacts(
        project=("$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME",),
        number=("$CIRCLE_BUILD_NUM",),
        commit=("$CIRCLE_SHA1",),
        branch=("$CIRCLE_BRANCH",),
        pull_request=("$CIRCLE_PR_NUMBER", "$CIRCLE_PULL_REQUEST"),
        job_url=("$CIRCLE_BUILD_URL",),
    )
    files = ("BASH_ENV",)

    @property
    def pull_request(self) -> str:
        """The number; without a fork, CircleCI gives the URL of the pull request only."""
        return super().pull_request.rpartition("/")[2]

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        self._append(self.files[0], "".join(shell(variables, "export ")))
        return []
