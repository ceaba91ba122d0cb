"""One module for each CI system. Its function `files` returns its files: path in ci/ -> text."""

from collections.abc import Callable, Mapping

from tools.ci_files.systems import azure, bitbucket, buildkite, circleci, gitlab, jenkins, teamcity, tekton, woodpecker

SYSTEMS: tuple[Callable[[], Mapping[str, str]], ...] = (
    azure.files,
    bitbucket.files,
    buildkite.files,
    circleci.files,
    gitlab.files,
    jenkins.files,
    teamcity.files,
    tekton.files,
    woodpecker.files,
)
