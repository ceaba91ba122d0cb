"""GitHub Actions: workflow commands in the log, and the files that the runner reads.

Sources: docs.github.com, "Workflow commands for GitHub Actions", "Variables reference" and "Webhook events and
payloads"; actions/runner: FileCommandManager, ActionCommand.
"""

import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from testsigma_action.platforms.base import NOT_MOUNTED, Platform, working_folder
from testsigma_action.platforms.build import BuildFacts
from testsigma_action.platforms.files import read
from testsigma_action.secret import Secret
from testsigma_action.text import cut, no_command

# The runner truncates the message of an annotation to this length (characters).
LONGEST_MESSAGE = 4096
# GitHub sends no event that is larger (bytes).
LONGEST_EVENT = 25 * 1024 * 1024
# Variables with the files that a step appends to. The summary is last, since it may be turned off.
FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")


class GitHub(Platform):
    """GitHub Actions, or any CI system that is compatible with it."""

    name = "GitHub Actions"
    key_advice = (
        "Set `api-key: ${{ secrets.TESTSIGMA_API_KEY }}`. Secrets are empty in pull requests from forks and from "
        "Dependabot, and if there is no secret of that name."
    )
    facts = BuildFacts(
        project=("$GITHUB_REPOSITORY",),
        number=("$GITHUB_RUN_NUMBER",),
        attempt=("$GITHUB_RUN_ATTEMPT",),
        commit=("$PULL_REQUEST_COMMIT", "$GITHUB_SHA"),
        branch=("$PULL_REQUEST_BRANCH", "$GITHUB_HEAD_REF", "$GITHUB_REF"),
        pull_request=("$PULL_REQUEST_NUMBER", "$NUMBER_IN_REF"),
        job_url=("$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/attempts/$GITHUB_RUN_ATTEMPT",),
        # The number of a run belongs to its workflow, its ID to the repository.
        pipeline_run=("$GITHUB_REPOSITORY $GITHUB_RUN_ID",),
        step=("$GITHUB_REPOSITORY $GITHUB_RUN_ID $GITHUB_SHA $GITHUB_JOB $GITHUB_ACTION",),
    )

    @classmethod
    def recognises(cls, environ: Mapping[str, str]) -> bool:
        """The runner sets GITHUB_ACTIONS for every step."""
        return environ.get("GITHUB_ACTIONS") == "true"

    @property
    def workspace(self) -> Path:
        """The checkout, mounted into the container."""
        return Path(self._environ.get("GITHUB_WORKSPACE") or working_folder())

    def problems(self, *, summary: bool) -> list[str]:
        """Problems with the workspace and the files of the runner: missing, or not writable."""
        problems = super().problems(summary=summary)
        if not problems and not self.workspace.is_dir():
            problems = [f"GITHUB_WORKSPACE: the folder '{self.workspace}' does not exist here. {NOT_MOUNTED}"]
        return problems + self._unwritable(FILES if summary else FILES[:-1])

    def mask(self, secret: Secret) -> list[str]:
        """The command that makes the runner mask the secret."""
        return [f"::add-mask::{_data(secret.reveal())}"] if secret else []

    def group(self, title: str, lines: list[str]) -> list[str]:
        """A folded group."""
        return [f"::group::{_data(title)}", *map(no_command, lines), "::endgroup::"]

    def annotation(self, level: str, title: str, message: str) -> list[str]:
        """Shown at the top of the run and in the pull request."""
        return [f"::{level} title={_property(title)}::{_data(cut(message, LONGEST_MESSAGE))}"]

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


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
