"""Gitea and Forgejo Actions: the protocol of GitHub Actions, with other web pages.

Sources: act_runner and forgejo-runner: runner.go; gitea: models/actions/run.go.
"""

from collections.abc import Mapping
from dataclasses import replace

from testsigma_action.platforms.github import GitHub

MARKERS = ("GITEA_ACTIONS", "FORGEJO_ACTIONS")


class Gitea(GitHub):
    """Gitea or Forgejo Actions."""

    name = "Gitea Actions"
    key_advice = (
        "Set `api-key: ${{ secrets.TESTSIGMA_API_KEY }}`. It is empty if the repository has no secret of that name, "
        "and may be empty in pull requests from forks."
    )
    facts = replace(GitHub.facts, job_url=("$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_NUMBER",))

    @classmethod
    def recognises(cls, environ: Mapping[str, str]) -> bool:
        """Both set a variable of their own beside those of GitHub."""
        return any(environ.get(marker) == "true" for marker in MARKERS)
