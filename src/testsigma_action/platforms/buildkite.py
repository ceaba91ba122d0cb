"""Buildkite: headers of groups in the log.

Sources: buildkite.com/docs, "Environment variables" and "Managing log output".
"""

from testsigma_action.platforms.build import BuildFacts
from testsigma_action.platforms.ci_system import CiSystem
from testsigma_action.text import no_command


class Buildkite(CiSystem):
    """Buildkite."""

    name = "Buildkite"
    marker = ("BUILDKITE", "true")
    build = BuildFacts(
        project=("$BUILDKITE_ORGANIZATION_SLUG/$BUILDKITE_PIPELINE_SLUG",),
        number=("$BUILDKITE_BUILD_NUMBER",),
        attempt=("$BUILDKITE_RETRY_COUNT",),
        commit=("$BUILDKITE_COMMIT",),
        branch=("$BUILDKITE_BRANCH",),
        pull_request=("$BUILDKITE_PULL_REQUEST",),
        job_url=("$BUILDKITE_BUILD_URL#$BUILDKITE_JOB_ID", "$BUILDKITE_BUILD_URL"),
    )

    @property
    def attempt(self) -> int | None:
        """Buildkite counts retries, from 0."""
        retries = super().attempt
        return None if retries is None else retries + 1

    def group(self, title: str, lines: list[str]) -> list[str]:
        """An open group. It has no end, so a closed one would hide the verdict after it."""
        return [f"+++ {no_command(title)}", *map(no_command, lines)]
