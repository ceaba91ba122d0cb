"""Buildkite: headers of groups in the log, and an annotation of the build.

Sources: buildkite.com/docs, "Environment variables", "Managing log output" and "buildkite-agent annotate".
"""

import shutil
import subprocess

from testsigma_action.platforms.base import Platform
from testsigma_action.text import no_command

AGENT = "buildkite-agent"
# Seconds. A cancelled job has 10 seconds to end, and the outputs are written after the summary.
MAX_WAIT = 3.0
NOT_ANNOTATED = f"Warning: the build was not annotated with the summary: {AGENT} failed or did not end in time."
# Variables of the step that the agent gets, by their beginnings; the API key is none of them.
_FOR_THE_AGENT = ("BUILDKITE_", "PATH", "HOME", "SSL_CERT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


class Buildkite(Platform):
    """Buildkite."""

    name = "Buildkite"
    markers = (("BUILDKITE", "true"),)
    key_advice = (
        "Write `secrets: [TESTSIGMA_API_KEY]` in the step, or set the variable in an `environment` hook of the agent."
    )
    project = ("$BUILDKITE_ORGANIZATION_SLUG/$BUILDKITE_PIPELINE_SLUG",)
    number = ("$BUILDKITE_BUILD_NUMBER",)
    retries = ("$BUILDKITE_RETRY_COUNT",)
    commit = ("$BUILDKITE_COMMIT",)
    branch = ("$BUILDKITE_BRANCH",)
    pull_request = ("$BUILDKITE_PULL_REQUEST",)
    job_url = ("$BUILDKITE_BUILD_URL#$BUILDKITE_JOB_ID", "$BUILDKITE_BUILD_URL")
    pipeline_run = ("$BUILDKITE_ORGANIZATION_SLUG/$BUILDKITE_PIPELINE_SLUG $BUILDKITE_BUILD_NUMBER",)

    def group(self, title: str, lines: list[str]) -> list[str]:
        """An open group. It has no end, so a closed one would hide the verdict after it."""
        return [f"+++ {no_command(title)}", *map(no_command, lines)]

    def write_summary(self, text: str) -> list[str]:
        """Annotate the build if the agent is mounted into this container. The verdict does not depend on it.

        One annotation for each step and parallel job; that of a job that is repeated is replaced.
        """
        agent = shutil.which(AGENT, path=self._environ.get("PATH", ""))
        if not agent:
            return []
        job = map(self._environ.get, ("BUILDKITE_STEP_KEY", "BUILDKITE_PARALLEL_JOB"))
        context = f"testsigma-{'-'.join(filter(None, job))}"
        try:
            subprocess.run(  # noqa: S603 - the program of the agent, and no untrusted text in its arguments
                [agent, "annotate", "--style", "info", "--context", context],
                input=self.secret.hidden_in(text).encode("utf-8", "replace"),
                env={name: value for name, value in self._environ.items() if name.startswith(_FOR_THE_AGENT)},
                capture_output=True,
                timeout=MAX_WAIT,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return [NOT_ANNOTATED]
        return []
