"""One module for each CI system. Its function `files` returns its files: path in ci/ -> text."""

from tools.ci_files.systems import azure, bitbucket, buildkite, circleci, gitlab, jenkins, teamcity, tekton, woodpecker

SYSTEMS = (azure, bitbucket, buildkite, circleci, gitlab, jenkins, teamcity, tekton, woodpecker)
