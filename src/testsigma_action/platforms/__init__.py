"""Adapters for CI systems, one module for each, and the log and files that all of them share. Gitea is in `github`.

Differences between CI systems belong here. The contents of reports do not.
"""

from collections.abc import Mapping

from testsigma_action.platforms.azure import Azure
from testsigma_action.platforms.base import Platform
from testsigma_action.platforms.bitbucket import Bitbucket
from testsigma_action.platforms.buildkite import Buildkite
from testsigma_action.platforms.circleci import CircleCI
from testsigma_action.platforms.cloud_build import CloudBuild
from testsigma_action.platforms.drone import Drone
from testsigma_action.platforms.github import Gitea, GitHub
from testsigma_action.platforms.gitlab import GitLab
from testsigma_action.platforms.jenkins import Jenkins
from testsigma_action.platforms.teamcity import TeamCity
from testsigma_action.platforms.tekton import Tekton
from testsigma_action.platforms.woodpecker import Woodpecker

_MOST = (GitHub, GitLab, Azure, Bitbucket, CircleCI, Buildkite, Woodpecker, Drone, TeamCity, CloudBuild, Tekton)
# The first one that recognises the environment is used. Gitea sets the variables of GitHub, too, and the agents of
# Jenkins may run steps of the other systems.
PLATFORMS: tuple[type[Platform], ...] = (Gitea, *_MOST, Jenkins)


def detect(environ: Mapping[str, str]) -> Platform:
    """The platform of this environment; the plain console if none of them recognises it."""
    recognised = (platform for platform in PLATFORMS if platform.recognises(environ))
    return next(recognised, Platform)(environ)
