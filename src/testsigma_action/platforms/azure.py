"""Azure Pipelines: logging commands.

Sources: learn.microsoft.com, "Logging commands" and "Use predefined variables"; azure-pipelines-agent: Command.cs,
CommandStringConvertor.cs.
"""

from collections.abc import Mapping
from pathlib import Path

from testsigma_action.platforms.base import Platform
from testsigma_action.secret import Secret
from testsigma_action.text import no_command

SUMMARY_FILE = "test-results/testsigma-summary.md"
# Folders of the agent, as this step sees them.
_FOLDERS = ("PIPELINE_WORKSPACE", "SYSTEM_DEFAULTWORKINGDIRECTORY", "BUILD_SOURCESDIRECTORY")
_DATA = str.maketrans({";": "%3B", "\r": "%0D", "\n": "%0A", "]": "%5D"})


class Azure(Platform):
    """Azure Pipelines."""

    name = "Azure Pipelines"
    markers = (("TF_BUILD", "true"),)
    own_files = (*Platform.own_files, SUMMARY_FILE)
    key_advice = (
        "Map the secret variable in `env` of this step, and pass it with `docker run -e TESTSIGMA_API_KEY`. Pull "
        "requests from forks do not get secrets."
    )
    project = ("$SYSTEM_TEAMPROJECT/$BUILD_DEFINITIONNAME", "$SYSTEM_TEAMPROJECT")
    number = ("$BUILD_BUILDNUMBER", "$BUILD_BUILDID")
    attempt = ("$SYSTEM_JOBATTEMPT",)
    commit = ("$SYSTEM_PULLREQUEST_SOURCECOMMITID", "$BUILD_SOURCEVERSION")
    branch = ("$SYSTEM_PULLREQUEST_SOURCEBRANCH", "$BUILD_SOURCEBRANCH")
    pull_request = ("$SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "$SYSTEM_PULLREQUEST_PULLREQUESTID")
    job_url = ("$SYSTEM_TEAMFOUNDATIONCOLLECTIONURI$SYSTEM_TEAMPROJECT/_build/results?buildId=$BUILD_BUILDID",)
    pipeline_run = ("$SYSTEM_TEAMFOUNDATIONCOLLECTIONURI$SYSTEM_TEAMPROJECT $BUILD_BUILDID",)
    # Macros, and what the agent decodes although `%` itself is only encoded if DECODE_PERCENTS is set.
    references = ("$(", "%AZP25", "%3B", "%0D", "%0A", "%5D")

    def mask(self, secret: Secret) -> list[str]:
        """The command that makes the agent mask the secret."""
        return [f"##vso[task.setsecret]{secret.reveal().translate(_DATA)}"] if secret else []

    def group(self, title: str, lines: list[str]) -> list[str]:
        """A folded group."""
        return [f"##[group]{no_command(title)}", *map(no_command, lines), "##[endgroup]"]

    def annotation(self, level: str, title: str, message: str) -> list[str]:
        """Shown on the page of the run. It does not change the result of the step."""
        kind = "error" if level == "error" else "warning"
        text = self.secret.hidden_in(f"{title}: {message}")
        return [f"##vso[task.logissue type={kind}]{text.translate(_DATA)}"]

    def write_summary(self, text: str) -> list[str]:
        """Write a file, and upload it if the agent sees it at the same path: it fails the step if it finds no file."""
        self.write_file(SUMMARY_FILE, [text])
        path = self.workspace / SUMMARY_FILE
        folders = [Path(folder) for variable in _FOLDERS if (folder := self._environ.get(variable))]
        seen = any(folder in path.parents for folder in folders)
        return [f"##vso[task.uploadsummary]{str(path).translate(_DATA)}"] if seen else []

    def _set_variables(self, variables: Mapping[str, str]) -> list[str]:
        """Output variables: later jobs can read them if the step has a name."""
        command = "##vso[task.setvariable variable={};isOutput=true]{}"
        return [command.format(name, value.translate(_DATA)) for name, value in variables.items()]
