"""GitHub Actions, and Gitea and Forgejo, which have its protocol: workflow commands, and files that the runner reads.

Sources: docs.github.com, "Workflow commands for GitHub Actions", "Variables reference" and "Webhook events and
payloads"; actions/runner: FileCommandManager, ActionCommand; act_runner and forgejo-runner: runner.go; gitea:
models/actions/run.go.
"""

import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from testsigma_action.platforms.base import NO_WORKING_FOLDER, NOT_MOUNTED, Platform
from testsigma_action.platforms.files import read
from testsigma_action.secret import Secret
from testsigma_action.text import cut, no_command

# The runner truncates the message of an annotation to this length (characters).
LONGEST_MESSAGE = 4096
# GitHub sends no event that is larger (bytes).
LONGEST_EVENT = 25 * 1024 * 1024
# Variables with the files that a step appends to. The summary is last, since it may be turned off.
FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


class GitHub(Platform):
    """GitHub Actions, or any CI system that is compatible with it."""

    name = "GitHub Actions"
    markers: tuple[tuple[str, str], ...] = (("GITHUB_ACTIONS", "true"),)
    own_files = ()
    key_advice = (
        "Set `api-key: ${{ secrets.TESTSIGMA_API_KEY }}`. Secrets are empty in pull requests from forks and from "
        "Dependabot, and if there is no secret of that name."
    )
    project = ("$GITHUB_REPOSITORY",)
    number = ("$GITHUB_RUN_NUMBER",)
    attempt = ("$GITHUB_RUN_ATTEMPT",)
    commit = ("$PULL_REQUEST_COMMIT", "$GITHUB_SHA")
    branch = ("$PULL_REQUEST_BRANCH", "$GITHUB_HEAD_REF", "$GITHUB_REF")
    pull_request = ("$PULL_REQUEST_NUMBER", "$NUMBER_IN_REF")
    job_url = ("$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/attempts/$GITHUB_RUN_ATTEMPT",)
    # The number of a run belongs to its workflow, its ID to the repository.
    pipeline_run = ("$GITHUB_REPOSITORY $GITHUB_RUN_ID",)
    step_identity = ("$GITHUB_REPOSITORY $GITHUB_RUN_ID $GITHUB_SHA $GITHUB_JOB $GITHUB_ACTION",)

    @property
    def workspace(self) -> Path:
        """The checkout, mounted into the container."""
        return Path(self._environ.get("GITHUB_WORKSPACE") or super().workspace)

    def problems(self, *, summary: bool) -> list[str]:
        """Problems with the workspace and the files of the runner: missing, or not writable."""
        problems = []
        if not self.workspace.is_absolute():
            problems = [NO_WORKING_FOLDER]
        elif not self.workspace.is_dir():
            problems = [f"GITHUB_WORKSPACE: the folder '{self.workspace}' does not exist here. {NOT_MOUNTED}"]
        return [*problems, *self._unwritable(*(FILES if summary else FILES[:-1]))]

    def mask(self, secret: Secret) -> list[str]:
        """The command that makes the runner mask the secret."""
        return [f"::add-mask::{secret.reveal().translate(_DATA)}"] if secret else []

    def group(self, title: str, lines: list[str]) -> list[str]:
        """A folded group."""
        return [f"::group::{title.translate(_DATA)}", *map(no_command, lines), "::endgroup::"]

    def annotation(self, level: str, title: str, message: str) -> list[str]:
        """Shown at the top of the run and in the pull request."""
        shown = cut(message, LONGEST_MESSAGE).translate(_DATA)
        return [f"::{level} title={title.translate(_PROPERTY)}::{shown}"]

    def write_outputs(self, outputs: Mapping[str, str]) -> list[str]:
        """Append to GITHUB_OUTPUT."""
        self._append("GITHUB_OUTPUT", _assignments(outputs))
        return []

    def write_state(self, state: Mapping[str, str]) -> None:
        """Append to GITHUB_STATE; the post stage gets STATE_<name>."""
        self._append("GITHUB_STATE", _assignments(state))

    def write_summary(self, text: str) -> list[str]:
        """Append to GITHUB_STEP_SUMMARY."""
        self._append("GITHUB_STEP_SUMMARY", text)
        return []

    def _variables(self) -> Mapping[str, str]:
        """With the pull request of the event. GITHUB_SHA is its merge, or a commit of its target branch."""
        found = re.fullmatch(r"refs/pull/(\d+)/\w+", self._environ.get("GITHUB_REF", ""))
        change = _pull_request(self._environ.get("GITHUB_EVENT_PATH", ""))
        return {**self._environ, **change, "NUMBER_IN_REF": found[1] if found else ""}


class Gitea(GitHub):
    """Gitea or Forgejo Actions. Both set a variable of their own beside those of GitHub, and have other web pages."""

    name = "Gitea Actions"
    markers = (("GITEA_ACTIONS", "true"), ("FORGEJO_ACTIONS", "true"))
    key_advice = (
        "Set `api-key: ${{ secrets.TESTSIGMA_API_KEY }}`. It is empty if the repository has no secret of that name, "
        "and may be empty in pull requests from forks."
    )
    job_url = ("$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_NUMBER",)


def _pull_request(path: str) -> dict[str, str]:
    """What the file of the event says of its pull request; empty texts if it has none, or cannot be read."""
    number, commit, branch = None, None, None
    with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
        change = json.loads(read(path, LONGEST_EVENT))["pull_request"]
        number, commit, branch = change["number"], change["head"]["sha"], change["head"]["ref"]
    facts = {"PULL_REQUEST_NUMBER": number, "PULL_REQUEST_COMMIT": commit, "PULL_REQUEST_BRANCH": branch}
    return {name: str(value) if isinstance(value, str | int) else "" for name, value in facts.items()}


def _assignments(values: Mapping[str, str]) -> str:
    """Values between random delimiters, so that untrusted text cannot end its value and set another one."""
    return "".join(f"{name}<<{(end := _delimiter(name, value))}\n{value}\n{end}\n" for name, value in values.items())


def _delimiter(name: str, value: str) -> str:
    while (delimiter := f"ghadelimiter_{secrets.token_hex(16)}") in f"{name}\n{value}":
        continue
    return delimiter
